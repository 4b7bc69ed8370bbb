"""What every test finds as a fresh program has it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

_LOGGER = logging.getLogger("forms_ocr")
_UNTOUCHED = _LOGGER.level, _LOGGER.propagate, list(_LOGGER.handlers)


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Commands run inside a test, or in a fixture that several tests share, take the program's log over."""
    _give_back()
    yield
    _give_back()


def _give_back() -> None:
    _LOGGER.setLevel(_UNTOUCHED[0])
    _LOGGER.propagate = _UNTOUCHED[1]
    _LOGGER.handlers[:] = _UNTOUCHED[2]
