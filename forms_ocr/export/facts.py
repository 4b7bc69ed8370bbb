"""What the exports say about the run they come from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forms_ocr.budget import Cut
from forms_ocr.export.history import History
from forms_ocr.model import Period


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run was told, for the head of the report and the summary.

    Holds no clock: the same ledger must give the same bytes on every run.

    Attributes:
        workspace: The folder to which ``picture_path`` of pages and slips is relative.
        template: The template's name.
        version: The program's.
        min_confidence: The cut a record had to reach, 0 to 1.
        cut: What that cut rests on; None if nobody said.
        period: None if the run was given none.
        registry: File name of the registry, "" if the run had none.
        registry_accounts: How many accounts it holds.
        histories: What people did, of each slip that they decided on.
    """

    workspace: Path
    template: str
    version: str
    min_confidence: float
    period: Period | None = None
    registry: str = ""
    registry_accounts: int = 0
    cut: Cut | None = None
    histories: tuple[History, ...] = ()
