"""The reviewers' queue brought in step with the ledger: once before serving, and after each run."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms_ocr.cli.settled import acceptance_of, decided_slips, readings_of_slips
from forms_ocr.config import Configuration
from forms_ocr.errors import StorageError
from forms_ocr.model import Action, Decision, Period
from forms_ocr.review.checking import Checker
from forms_ocr.review.filling import Waiting, fill_queue
from forms_ocr.store import ReviewBooks, Workspace, open_ledger

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 20.0
REST_S = 120.0
"""Between two refills while a run is at work: each looks at every slip of the ledger."""


@dataclass(frozen=True, slots=True)
class Refill:
    """What a refill needs."""

    workspace: Workspace
    configuration: Configuration
    checker: Checker


def refill(what: Refill, books: ReviewBooks, periods: Iterable[Period] | None = None) -> int:
    """Bring the queue in step with what became of slips; how many wait.

    Args:
        periods: Only these; all that the ledger has if None.
    """
    acceptance = acceptance_of(what.workspace, what.configuration)
    share = what.configuration.budget.blind_share
    waiting = 0
    with open_ledger(what.workspace) as ledger:
        answered = {(answer.period, answer.slip_id) for answer in ledger.answer_book().all()}
        for period in ledger.periods() if periods is None else periods:
            as_of = books.filling.last_decision()
            settled = decided_slips(ledger, period, acceptance, what.configuration)
            readings = readings_of_slips(ledger, period)
            decided = ledger.decision_book().standing(str(period))
            slips = (
                Waiting(
                    slip,
                    reading.weights_sha256 if (reading := readings[slip.slip_id]) is not None else "",
                    is_answered=(str(period), slip.slip_id) in answered or slip.slip_id in decided,
                    decided_by=_confirmed_by(decided.get(slip.slip_id)),
                )
                for slip in settled
                if not _is_purged(slip.sha256, slip.record.account, slip.record.fields)
            )
            waiting += fill_queue(books, what.checker, str(period), slips, share, as_of)
    return waiting


def _confirmed_by(decision: Decision | None) -> str:
    is_confirmed = decision is not None and decision.action is Action.CONFIRM
    return decision.who if decision is not None and is_confirmed else ""


def _is_purged(sha256: str, account: str, fields: Sequence[object]) -> bool:
    """Nothing of the slip is left to be looked at."""
    return bool(sha256) and not account and not fields


class Refiller:
    """Refills the queue in a process of its own whenever something new stands in the ledger.

    A refill computes for seconds; in the server's own process every answer would wait behind it.

    Args:
        command: What to start.
        mark: Says how far the ledger is: a number that grows with everything a run files.
    """

    def __init__(self, command: Sequence[str], mark: Callable[[], int]) -> None:
        self._command = tuple(command)
        self._mark = mark
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="refiller", daemon=True)

    def __enter__(self) -> Refiller:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=REST_S)

    def _look(self) -> None:
        known = self._marked()
        while not self._stop.wait(LOOK_EVERY_S):
            found = self._marked()
            if found is not None and found != known:
                known = found
                self._refill()
                self._stop.wait(REST_S)

    def _marked(self) -> int | None:
        """None while the ledger cannot be read: it is looked at again."""
        try:
            return self._mark()
        except StorageError as error:
            _log.warning("ledger not read", extra={"facts": {"error": str(error)}})
            return None

    def _refill(self) -> None:
        done = subprocess.run(self._command, capture_output=True, check=False)  # noqa: S603  # this program
        if done.returncode:
            _log.warning("queue not refilled", extra={"facts": {"exit_code": done.returncode}})


def refill_command(workspace: Path, options: Sequence[str]) -> list[str]:
    """How this program is started to refill the queue."""
    return [
        sys.executable,
        "-P",
        "-m",
        "forms_ocr.cli",
        "review",
        "-w",
        str(workspace),
        "--fill-only",
        *options,
    ]
