"""What ``forms-ocr watch`` does: look, read what is new and complete, wait, look again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from forms_ocr.batch import Stop
from forms_ocr.cli.reading import (
    Order,
    configuration_of,
    find,
    holding,
    make_plan,
    say,
    with_templates,
    work_off,
)
from forms_ocr.config import Configuration
from forms_ocr.errors import ConfigurationError, ExitCode
from forms_ocr.ingest import Arrivals, Discovery, ScanFile
from forms_ocr.model import Period
from forms_ocr.store import Ledger, Workspace

_STEP_S = 0.2
"""How long a signal waits at most while nothing is to be done."""


def keep_watch(order: Order, sleep: Callable[[float], None] = time.sleep) -> ExitCode:
    """Do what `run` does, again and again, until somebody asks for the end or a batch stops by itself.

    Raises:
        FormsOcrError: As a run's. Once the first look went well, faults of the settings are told and the next
            look tries again: a registry may be just being replaced.
    """
    workspace = Workspace(order.workspace)
    configuration = configuration_of(order.config, workspace)
    order = with_templates(order, configuration)
    make_plan(
        order, configuration, Discovery((), ())
    )  # whatever is wrong is said before the first file comes
    stop = Stop()
    with holding(workspace, order.store) as ledger, stop.listening():
        _Watch(order, configuration, ledger, stop, sleep).go_on()
        return ExitCode(128 + stop.signal) if stop.signal is not None else ExitCode.QUARANTINED


class _Watch:
    """What is remembered from look to look."""

    def __init__(
        self,
        order: Order,
        configuration: Configuration,
        ledger: Ledger,
        stop: Stop,
        sleep: Callable[[float], None],
    ) -> None:
        self._order = order
        self._configuration = configuration
        self._ledger = ledger
        self._stop = stop
        self._sleep = sleep
        intake = configuration.intake
        self._arrivals = Arrivals(intake.settle_s, intake.patience_s)
        self._read: dict[Path, tuple[int, int]] = {}
        self._told: set[tuple[Path, str]] = set()
        self._left_over = [Period.parse(left) for left in ledger.unfinished_periods()]

    def go_on(self) -> None:
        """Look until the end is asked for, or a batch stops by itself."""
        for period in self._left_over:
            order = replace(self._order, period=self._order.period or period)
            if order.period == period and not self._may_go_on_after(Discovery((), ()), order):
                return
        while not self._stop.is_requested:
            found = self._arrivals.sort(find(self._order, Workspace(self._order.workspace)))
            self._tell(found)
            new = tuple(scan for scan in found.scans if self._read.get(scan.path) != marks_of(scan))
            if new and not self._may_go_on_after(replace(found, scans=new), self._order):
                return
            rest(self._configuration.intake.rescan_s, self._stop, self._sleep)

    def _may_go_on_after(self, new: Discovery, order: Order) -> bool:
        """Read what is new; False when too much of it failed."""
        marks = {scan.path: marks_of(scan) for scan in new.scans}
        try:
            plan = make_plan(order, self._configuration, new)
        except ConfigurationError as error:
            say(f"{error}\nThe next look tries again")
            return True
        _, standing = work_off(plan, self._ledger, self._stop)
        self._read |= marks
        return not standing.is_over_ceiling

    def _tell(self, found: Discovery) -> None:
        """Say once of each file why it is left aside."""
        for file in found.ignored:
            if (file.path, file.why) not in self._told:
                self._told.add((file.path, file.why))
                say(f"{file.name}: {file.why}")


def rest(seconds: float, stop: Stop, sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait until the next look; no longer than a moment once the end is asked for."""
    until_s = time.monotonic() + seconds
    while not stop.is_requested and time.monotonic() < until_s:
        sleep(_STEP_S)


def marks_of(scan: ScanFile) -> tuple[int, int]:
    """What changes when the file is written to; (0, 0) when it is gone."""
    try:
        stat = scan.path.stat()
    except OSError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns
