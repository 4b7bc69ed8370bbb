"""A batch over an inbox of text scans, with doubles for ingest and pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from forms_ocr.batch import Crew, Equipment, Settings, Standing, Stop, run_batch
from forms_ocr.ingest import ScanFile
from forms_ocr.model import FiledPage, FiledSlip, Period
from forms_ocr.store import Archive, Ledger, Workspace
from tests.integration.batch.batch_doubles import build_line_reader, open_text_scan

NOVEMBER = Period(2026, 11)
EQUIPMENT = Equipment(build_line_reader, open_text_scan, 4 << 30)


class Watcher:
    """A progress display that remembers, and may do something at each look."""

    def __init__(self, at_look: Callable[[Standing], None] = lambda _: None) -> None:
        self.last: Standing | None = None
        self._at_look = at_look

    def show(self, standing: Standing) -> None:
        self.last = standing
        self._at_look(standing)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


@dataclass
class Bench:
    """A batch ready to run over the inbox."""

    workspace: Workspace
    inbox: Path
    ledger: Ledger

    def put(self, name: str, *lines: str) -> None:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")

    def files(self) -> list[ScanFile]:
        paths = sorted(path for path in self.inbox.rglob("*") if path.is_file())
        names = [path.relative_to(self.inbox) for path in paths]
        return [ScanFile(path, str(name), name.parts[0]) for path, name in zip(paths, names, strict=True)]

    def run(
        self,
        *,
        files: Sequence[ScanFile] | None = None,
        workers: int = 1,
        pages_per_task: int = 4,
        timeout_s: float = 20.0,
        equipment: Equipment = EQUIPMENT,
        settings: str = "first",
        watcher: Watcher | None = None,
        stop: Stop | None = None,
        archive: Archive | None = None,
    ) -> Standing:
        return run_batch(
            self.files() if files is None else files,
            Settings(NOVEMBER, {"settings": settings}),
            self.ledger,
            self.workspace.originals,
            Crew(equipment, workers, pages_per_task, timeout_s, 1000),
            watcher or Watcher(),
            stop or Stop(),
            archive=archive,
        )

    def pages(self) -> tuple[FiledPage, ...]:
        return self.ledger.pages(NOVEMBER)

    def slips(self) -> tuple[FiledSlip, ...]:
        return self.ledger.slips(NOVEMBER)

    def accounts(self) -> list[str]:
        return [slip.record.account for slip in self.slips()]

    def outcome(self) -> tuple[tuple[FiledPage, ...], tuple[FiledSlip, ...]]:
        return self.pages(), self.slips()
