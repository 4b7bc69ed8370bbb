"""A batch over doubles as a program of its own, so that tests can send it signals.

    python batch_driver.py INBOX WORKSPACE

It says ``reading`` once the first page is committed, and ends with 128 + the signal that stopped it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Self

from forms_ocr.batch import Crew, Equipment, Settings, Standing, Stop, run_batch
from forms_ocr.ingest import discover
from forms_ocr.model import Period
from forms_ocr.store import Workspace, open_ledger
from tests.integration.batch.batch_doubles import build_line_reader, open_text_scan


class Teller:
    """Says once that pages are being read."""

    def __init__(self) -> None:
        self._has_told = False

    def show(self, standing: Standing) -> None:
        if standing.done_pages and not self._has_told:
            self._has_told = True
            sys.stdout.write("reading\n")
            sys.stdout.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def main(inbox: Path, folder: Path) -> int:
    """Run the batch under the settings that :class:`batch_bench.Bench` uses by default."""
    workspace, stop = Workspace(folder), Stop()
    crew = Crew(Equipment(build_line_reader, open_text_scan, 4 << 30), 2, 2, 20.0, 1000)
    settings = Settings(Period(2026, 11), {"settings": "first"})
    with workspace.held(), open_ledger(workspace) as ledger, stop.listening():
        run_batch(discover([inbox]).scans, settings, ledger, workspace.originals, crew, Teller(), stop)
    return 0 if stop.signal is None else 128 + stop.signal


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
