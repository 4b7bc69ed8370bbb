"""How long reviewers wait for their next slip: a long queue, and several of them at once.

``python -m bench review``
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import click
import numpy as np

from forms_ocr.model import (
    Account,
    AccountStatus,
    Action,
    Candidate,
    Disposition,
    FieldReading,
    FiledSlip,
    PageDisposition,
    PageReading,
    Period,
    Person,
    Reason,
    Record,
    Registration,
    Role,
    Rules,
    SlipReading,
    Template,
)
from forms_ocr.review.checking import Checker
from forms_ocr.review.desk import Desk, DeskSettings
from forms_ocr.review.filling import Waiting, fill_queue
from forms_ocr.review.shown import Filters, Handling, SlipView
from forms_ocr.store import (
    ReceivedScan,
    ReviewBooks,
    ScanFindings,
    Workspace,
    open_ledger,
    open_review_books,
    page_entry,
)
from forms_ocr.template import default_template_path, load_template

Answer = TypeVar("Answer")

PERIOD = Period(2026, 11)
TARGET_MS = 30.0
"""95th percentile of the server's time to the next slip."""

_PAGES_A_SCAN = 500
_OFFICES = 20
_DOUBTS = (Reason.ACCOUNT_UNCERTAIN, Reason.READING_UNCERTAIN, Reason.DATE_UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds that reviewers waited for answers.

    Attributes:
        fill_s: Seconds that filling the queue took.
        next_ms: For the next slip, which is leased and looked up.
        rare_ms: The same with a filter that few slips pass.
        judge_ms: For the verdict on what was typed.
        save_ms: For a decision to be on disk.
        slips_a_second: Decided by all together.
    """

    slips: int
    fill_s: float
    next_ms: list[float]
    rare_ms: list[float]
    judge_ms: list[float]
    save_ms: list[float]
    slips_a_second: float

    @property
    def waits(self) -> dict[str, list[float]]:
        """All of them in words."""
        return {
            "next slip": self.next_ms,
            "next slip that few filters let through": self.rare_ms,
            "verdict": self.judge_ms,
            "decision on disk": self.save_ms,
        }


@click.command()
@click.option("--slips", default=50_000, show_default=True, help="In the queue.")
@click.option("--reviewers", default=8, show_default=True, help="At work at once.")
@click.option("--decisions", default=60, show_default=True, help="Of each reviewer.")
@click.option("--think-s", default=0.5, show_default=True, help="Mean time on a slip; people take seconds.")
def review(slips: int, reviewers: int, decisions: int, think_s: float) -> None:
    """Measure the server's time to the next slip."""
    with tempfile.TemporaryDirectory(prefix="forms-ocr-bench-") as folder:
        template = load_template(default_template_path())
        found = measure_review(Path(folder), template, slips, reviewers, decisions, think_s)
    click.echo(
        f"review: {slips} slips queued in {found.fill_s:.0f} s; {reviewers} reviewers, "
        f"{found.slips_a_second:.1f} slips a second together"
    )
    for name, times_ms in found.waits.items():
        middle, high = np.percentile(times_ms, (50, 95))
        click.echo(
            f"  {name}: median {middle:.1f} ms, 95 % within {high:.1f} ms, worst {max(times_ms):.1f} ms"
        )
    click.echo(f"  the next slip is there within {TARGET_MS:g} ms in 95 % of cases: that is the target")


def measure_review(
    folder: Path, template: Template, slips: int, reviewers: int, decisions: int, think_s: float
) -> Waits:
    """Fill a queue and let reviewers work on it.

    Args:
        decisions: Of each reviewer.
        think_s: Mean time that a reviewer spends on a slip; people take seconds.
    """
    workspace = Workspace(folder / "review")
    draw = random.Random(7)  # noqa: S311  # made-up slips
    records = [_record(number, draw, template) for number in range(slips)]
    _file(workspace, records)
    checker = Checker(template, Rules(), None)
    with open_review_books(workspace) as books:
        started = time.perf_counter()
        _fill(workspace, books, checker)
        fill_s = time.perf_counter() - started
        desk = Desk(books, checker, DeskSettings(blind_share=0.0))
        crew = [_Reviewer(desk, number, decisions, think_s) for number in range(reviewers)]
        started = time.perf_counter()
        threads = [threading.Thread(target=one.work) for one in crew]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent_s = time.perf_counter() - started
        rare = _rare(desk, decisions)
    return Waits(
        slips,
        fill_s,
        [ms for one in crew for ms in one.next_ms],
        rare,
        [ms for one in crew for ms in one.judge_ms],
        [ms for one in crew for ms in one.save_ms],
        sum(len(one.save_ms) for one in crew) / spent_s,
    )


class _Reviewer:
    """Somebody who keys what the machine had read, with two slips loaded ahead."""

    def __init__(self, desk: Desk, number: int, decisions: int, think_s: float) -> None:
        self.next_ms: list[float] = []
        self.judge_ms: list[float] = []
        self.save_ms: list[float] = []
        self._desk = desk
        self._person = Person(f"reviewer-{number}", "", Role.REVIEWER)
        self._decisions = decisions
        self._draw = random.Random(number)  # noqa: S311  # pauses
        self._think_s = think_s

    def work(self) -> None:
        """Decide on slip after slip."""
        held: list[SlipView] = []
        for _ in range(self._decisions):
            time.sleep(self._draw.expovariate(1.0 / self._think_s) if self._think_s else 0.0)
            but = [view.ticket for view in held]
            wanted = 3 - len(held)
            held += _timed(self.next_ms, partial(self._desk.next_slips, self._person, Filters(), wanted, but))
            view = held.pop(0)
            typed = {one.name: _whole(one.known) for one in view.asked}
            judge = partial(self._desk.judge, self._person, view.ticket, typed)
            can_confirm = _timed(self.judge_ms, judge).can_confirm
            action = Action.CONFIRM if can_confirm else Action.UNCERTAIN
            handling = Handling(action, typed, is_confirmed=True, shown_at=view.shown_at)
            _timed(self.save_ms, partial(self._desk.save, self._person, view.ticket, handling))


def _timed(times_ms: list[float], do: Callable[[], Answer]) -> Answer:
    started = time.perf_counter()
    answer = do()
    times_ms.append((time.perf_counter() - started) * 1000.0)
    return answer


def _whole(known: tuple[str | None, ...]) -> str:
    return "".join("7" if character is None else character for character in known)


def _rare(desk: Desk, rounds: int) -> list[float]:
    """Somebody of one office who looks for a reason that a single slip has."""
    times_ms: list[float] = []
    person = Person("rare", "", Role.REVIEWER, frozenset({"office-00"}))
    for _ in range(min(rounds, 30)):
        ask = partial(desk.next_slips, person, Filters(reason=Reason.SIGNATURE_UNCERTAIN.value), 1)
        views = _timed(times_ms, ask)
        desk.let_go(person, [view.ticket for view in views])
    return times_ms


def _record(number: int, draw: random.Random, template: Template) -> Record:
    """A slip of the meter form with one to three doubtful fields."""
    account, reading = f"{draw.randrange(10**12):012d}", f"{draw.randrange(10**5):05d}"
    doubts = tuple(reason for reason in _DOUBTS if draw.random() < 0.5) or (_DOUBTS[number % 3],)
    if number == 0:
        doubts = (*doubts, Reason.SIGNATURE_UNCERTAIN)
    date = {"date.day": "24", "date.month": "11", "date.year": "26"}
    values = {"account": account, "reading": reading, **date}
    fields = tuple(
        _field(field.name, values.get(field.name, ""), len(field.cells), doubts) for field in template.fields
    )
    last = f"{max(0, int(reading) - draw.randrange(1, 4000)):05d}"
    registered = Account(account, "Лесная", "1", "2", last, None, 5, AccountStatus.DIRECT)
    return Record(
        account, reading, "2026-11-24", "Лесная, 1", True, fields, 0.9, Disposition.REVIEW, doubts, registered
    )


def _field(name: str, value: str, cells: int, doubts: tuple[Reason, ...]) -> FieldReading:
    is_doubtful = any(reason.value.startswith(name.partition(".")[0]) for reason in doubts)
    best = tuple(Candidate(value[place] if place < len(value) else "empty", 0.999) for place in range(cells))
    doubtful = (1,) if is_doubtful and cells > 1 else ()
    rivals = tuple((Candidate("7", 0.2),) if place in doubtful else () for place in range(cells))
    sure = 0.9 if is_doubtful else 0.999
    return FieldReading(name, value, sure, (Candidate(value, sure),), best, doubtful, is_doubtful, rivals)


def _file(workspace: Workspace, records: list[Record]) -> None:
    """The records as a run leaves them, a slip a page, in scans of many pages."""
    registration = Registration(np.eye(3), 0.1, 0.99, 0, 11.8)
    with workspace.held(), open_ledger(workspace) as ledger:
        for first in range(0, len(records), _PAGES_A_SCAN):
            office = f"office-{first // _PAGES_A_SCAN % _OFFICES:02d}"
            name = f"{office}/{first}.pdf"
            (scan,) = ledger.receive([ReceivedScan(name, office, f"{first:064x}", 1)], PERIOD)
            pages = tuple(
                page_entry(
                    PageReading(number, PageDisposition.SLIPS, (SlipReading(1, registration, record),))
                )
                for number, record in enumerate(records[first : first + _PAGES_A_SCAN], start=1)
            )
            ledger.file([ScanFindings(scan.id, len(pages), pages)], "bench")


def _fill(workspace: Workspace, books: ReviewBooks, checker: Checker) -> None:
    with open_ledger(workspace) as ledger:
        filed: tuple[FiledSlip, ...] = ledger.slips(PERIOD)
    waiting = (Waiting(slip, "", is_answered=False) for slip in filed)
    fill_queue(books, checker, str(PERIOD), waiting, 0.0, books.filling.last_decision())
