"""What every test finds as a fresh program has it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# The same examples each time, so that a change alone decides; `make explore` looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("FORMS_OCR_LAWS", "same"))

_LOGGER = logging.getLogger("forms_ocr")
_UNTOUCHED = _LOGGER.level, _LOGGER.propagate, list(_LOGGER.handlers)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long and has a quicker relative runs where it is asked for."""
    if os.environ.get("FORMS_OCR_TEST_ALL"):
        return
    skipped = pytest.mark.skip(reason="takes long: set FORMS_OCR_TEST_ALL to run it, as .ci/run does")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skipped)


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Commands run inside a test, or in a fixture that several tests share, take the program's log over.

    Others switch it off: import-linter, run in this process, disables all loggers but its own.
    """
    _give_back()
    yield
    _give_back()


def _give_back() -> None:
    for name, logger in logging.root.manager.loggerDict.items():
        if name.startswith(_LOGGER.name) and isinstance(logger, logging.Logger):
            logger.disabled = False
    _LOGGER.setLevel(_UNTOUCHED[0])
    _LOGGER.propagate = _UNTOUCHED[1]
    _LOGGER.handlers[:] = _UNTOUCHED[2]
