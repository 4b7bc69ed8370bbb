"""A batch from the files to the ledger."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from forms_ocr.batch.agenda import Agenda
from forms_ocr.batch.ceiling import Ceiling
from forms_ocr.batch.intake import Intake
from forms_ocr.batch.pool import WorkerPool
from forms_ocr.batch.settings import Settings
from forms_ocr.batch.standing import Progress, Standing
from forms_ocr.batch.stop import Stop
from forms_ocr.batch.supervisor import Supervisor
from forms_ocr.batch.work import Equipment
from forms_ocr.ingest import ScanFile
from forms_ocr.store import Archive, Ledger, Originals

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Crew:
    """The workers to be hired, see ``[batch]`` of the configuration."""

    equipment: Equipment
    workers: int
    pages_per_task: int
    page_timeout_s: float
    recycle_after_pages: int

    def hire(self) -> WorkerPool:
        """The worker processes, to be used as a context manager."""
        tasks_per_worker = max(1, self.recycle_after_pages // self.pages_per_task)
        return WorkerPool(self.equipment, self.workers, tasks_per_worker, self.page_timeout_s)


def run_batch(  # noqa: PLR0913, PLR0917  # all that makes a batch; the last two may be left out
    files: Sequence[ScanFile],
    settings: Settings,
    ledger: Ledger,
    originals: Originals,
    crew: Crew,
    progress: Progress,
    stop: Stop,
    ceiling: Ceiling | None = None,
    archive: Archive | None = None,
) -> Standing:
    """Read scans into the ledger: nothing is lost, nothing is done twice, one page never stops another.

    Pages that an earlier run read under the same settings are kept. Files given again under other settings
    are read again; each page's old result stands until the new one takes its place. When somebody asks for
    the end, what is under way is finished and the rest is left for the next run; the same when more than the
    ceiling fails.

    Returns:
        What this run did; ``stop`` says whether it was asked to end before it was done.

    Raises:
        StorageError: The workspace cannot be written. What was committed stays.
        WorkspaceBusyError: Another run holds the ledger, or has taken it over meanwhile.
        FormsOcrError: A worker could not set itself up.
    """
    standing = Standing()
    agenda = Agenda(crew.pages_per_task, crew.workers)
    ledger.take_lease(f"process {os.getpid()} on {socket.gethostname()}")
    ledger.describe_settings(settings.fingerprint, settings.description)
    ledger.note("run_began", {"files": len(files), "settings": settings.fingerprint})
    _log.info("batch began", extra={"facts": {"files": len(files), "workers": crew.workers}})
    with (
        Intake(ledger, originals, files, settings, standing, archive) as intake,
        crew.hire() as pool,
        progress,
    ):
        supervisor = Supervisor(ledger, intake, agenda, pool, settings.fingerprint, standing, stop, ceiling)
        supervisor.work(progress)
    ledger.note("run_ended", {**standing.facts(), "stopped_by": stop.name})
    _log.info("batch ended", extra={"facts": {**standing.facts(), "stopped_by": stop.name}})
    return standing
