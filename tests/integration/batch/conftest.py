"""Benches to run batches on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from forms_ocr.store import Workspace, open_ledger
from tests.integration.batch.batch_bench import Bench


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[[str], Bench]]:
    """Benches that share one inbox, each with a workspace of its own."""
    with ExitStack() as opened:

        def make(name: str) -> Bench:
            workspace = Workspace(tmp_path / name)
            workspace.folder.mkdir()
            ledger = opened.enter_context(open_ledger(workspace))
            return Bench(workspace, tmp_path / "inbox", ledger)

        yield make


@pytest.fixture
def bench(make_bench: Callable[[str], Bench]) -> Bench:
    return make_bench("workspace")
