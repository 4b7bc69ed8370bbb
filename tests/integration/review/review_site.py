"""The real pages on a real workspace: sample scans read by the installed command, served on this machine.

Reading takes seconds, so it is done once; each test gets a copy of the workspace to itself.
"""

from __future__ import annotations

import csv
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import uvicorn
from argon2 import PasswordHasher
from starlette.applications import Starlette

from forms_ocr.cli.refilling import Refill, refill
from forms_ocr.config import Configuration
from forms_ocr.model import Action, Decision, Person, Record, Role
from forms_ocr.registry import load_registry
from forms_ocr.review.asking import Subject, machine_value
from forms_ocr.review.checking import Checker
from forms_ocr.review.desk import DeskSettings
from forms_ocr.review.entrance import Passwords, Staff
from forms_ocr.review.inspecting import Inspected, inspect_apart
from forms_ocr.review.room import ReviewRoom, RoomSettings, build_room
from forms_ocr.review.shown import YES, SlipView, Ticket
from forms_ocr.review.web import make_app
from forms_ocr.store import ReviewBooks, Workspace, open_review_books
from forms_ocr.template import default_template_path, load_template

SAMPLES = Path(__file__).parents[3] / "samples"
COMMAND = Path(sys.executable).with_name("forms-ocr")
PERIOD = "2026-11"
EVIL_OFFICE = "<img src=x onerror=alert(1)>"
EVIL_STREET = "<script>alert(2)</script>Речная"
SCANS = {
    "office-07": ("office-07/below-last.tif", "office-07/broken.tif"),
    "office-12": ("office-12/box-1.pdf", "office-12/unknown-account.pdf"),
    "Почта-194044": tuple(
        f"Почта-194044/{name}.jpg" for name in ("бледный-карандаш", "исправлено", "пустая-клетка")
    ),
    "Сестрорецк": ("Сестрорецк/undated.pdf",),
    EVIL_OFFICE: ("Почта-194044/две-цифры.jpg",),
}
PASSWORD = "the same for everybody"  # noqa: S105 - of people that live as long as a test
PEOPLE = {
    "anna": Person("anna", "Анна Петрова", Role.REVIEWER),
    "boris": Person("boris", "Борис", Role.REVIEWER),
    "local": Person("local", "Лена", Role.REVIEWER, frozenset({"office-07"})),
    "oleg": Person("oleg", "Олег", Role.OPERATOR),
    "sveta": Person("sveta", "Света", Role.SCANNING, frozenset({"office-07"})),
    "vera": Person("vera", "Вера Ильинична", Role.SENIOR),
    "admin": Person("admin", "Администратор", Role.ADMIN),
}


def read_samples(folder: Path, scans_of: Mapping[str, Sequence[str]] = SCANS) -> Path:
    """Read some samples, fill the queue, let people in; the workspace."""
    for office, scans in scans_of.items():
        (folder / "scans" / office).mkdir(parents=True)
        for scan in scans:
            shutil.copy(SAMPLES / "scans" / scan, folder / "scans" / office)
    _write_registry(folder / "registry.csv")
    workspace = folder / "workspace"
    subprocess.run(
        [COMMAND, "run", folder / "scans", "-w", workspace, "--registry", folder / "registry.csv",
         "--period", PERIOD, "--workers", "2"],
        capture_output=True, timeout=170, check=False,
    )  # fmt: skip
    with open_review_books(Workspace(workspace), Clock()) as books:
        staff = Staff(books.people, _cheap_passwords())
        for person in PEOPLE.values():
            staff.add(person.login, person.name, person.role, person.offices, PASSWORD)
        refill(Refill(Workspace(workspace), _configuration(), _checker(folder)), books)
    return workspace


def _write_registry(path: Path) -> None:
    """The samples' registry, in which somebody lives in a street with a name that is none."""
    rows = list(csv.reader((SAMPLES / "registry.csv").read_text("utf-8").splitlines()))
    for row in rows:
        if row[0] == "126033457566":
            row[1] = EVIL_STREET
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@cache
def _checker(folder: Path) -> Checker:
    """Loaded once: it takes longer than most tests."""
    rules = _configuration().rules.to_rules()
    registry = load_registry(folder / "registry.csv", rules.account_digits)
    return Checker(load_template(default_template_path()), rules, registry)


def _configuration() -> Configuration:
    return Configuration.model_validate({"budget": {"blind_share": 0.0}})


def _cheap_passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Clock:
    """Goes on by itself, and is put forward by tests."""

    ahead: timedelta = timedelta(0)
    started: float = field(default_factory=time.monotonic)

    def __call__(self) -> datetime:
        passed = timedelta(seconds=time.monotonic() - self.started)
        return datetime(2026, 11, 24, 10, tzinfo=UTC) + passed + self.ahead


@dataclass(frozen=True)
class Site:
    """The pages as they are served, and what stands behind them."""

    address: str
    room: ReviewRoom
    books: ReviewBooks
    clock: Clock
    subjects: Mapping[str, Subject]

    def view(self, login: str, ticket: str) -> SlipView:
        """A slip as somebody has it before them."""
        return self.room.desk.view(PEOPLE[login], Ticket.parse(ticket))

    def record(self, ticket: str) -> Record:
        """As the machine read it."""
        parsed = Ticket.parse(ticket)
        seen = self.books.queue.seen(parsed.period, parsed.slip_id)
        assert seen is not None
        return seen.slip.record

    def right_keys(self, login: str, ticket: str) -> list[str]:
        """Keys, one a character in doubt, that say what the machine thought of; yes to questions."""
        record, keys = self.record(ticket), []
        for asked in self.view(login, ticket).asked:
            value = machine_value(self.subjects[asked.name], record)
            if asked.known:
                keys += [value[i : i + 1] or "Space" for i, known in enumerate(asked.known) if known is None]
            else:
                keys.append("1" if value in (YES, "") else "2")
        return [key for i, key in enumerate(keys) if key != "Space" or keys[i - 1 : i] != ["Space"]]

    def decisions(self, ticket: str) -> list[Decision]:
        """What was decided about a slip, in order."""
        parsed = Ticket.parse(ticket)
        return [
            decision
            for decision in self.books.decisions.all()
            if (decision.period, decision.slip_id) == (parsed.period, parsed.slip_id)
        ]

    def actions(self, ticket: str) -> list[Action]:
        """The same, by what they were."""
        return [decision.action for decision in self.decisions(ticket)]


@contextmanager
def served(workspace: Path, registry_folder: Path, **desk: object) -> Iterator[Site]:
    """The pages of a workspace, until the test is over."""
    clock = Clock()
    with ExitStack() as stack:
        books = stack.enter_context(open_review_books(Workspace(workspace), clock))
        settings = RoomSettings(
            inbox=workspace / "inbox",
            desk=DeskSettings(blind_share=0.0, **desk),  # type: ignore[arg-type]
            is_secure=False,
            passwords=_cheap_passwords(),
        )
        room = build_room(books, Workspace(workspace), _checker(registry_folder), _inspected, settings)
        address = stack.enter_context(_listening(make_app(room)))
        yield Site(address, room, books, clock, _checker(registry_folder).subjects)


def _inspected(path: Path) -> Inspected:
    return inspect_apart(path, default_template_path())


@contextmanager
def _listening(app: Starlette) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", lifespan="off", loop="asyncio", http="h11", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
        listener.close()
