"""A real workspace: drawn slips that the pipeline has read, with a queue, people and a registry."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner

from forms_ocr.cli import main
from forms_ocr.cli.refilling import Refill, refill
from forms_ocr.config import Configuration
from forms_ocr.model import Person, Role, Rules
from forms_ocr.registry import load_registry
from forms_ocr.review.checking import Checker
from forms_ocr.review.desk import DeskSettings
from forms_ocr.review.entrance import Passwords, Staff
from forms_ocr.review.inspecting import Inspected
from forms_ocr.review.room import ReviewRoom, RoomSettings, build_room
from forms_ocr.store import ReviewBooks, Workspace, open_review_books
from forms_ocr.template import default_template_path, load_template

SAMPLES = Path(__file__).parents[3] / "samples"
REGISTRY = SAMPLES / "registry.csv"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

ANNA = Person("anna", "Анна", Role.REVIEWER)
BORIS = Person("boris", "Борис", Role.REVIEWER)
VERA = Person("vera", "Вера", Role.SENIOR)
OLEG = Person("oleg", "Олег", Role.OPERATOR)
SONJA = Person("sonja", "Соня", Role.SCANNING, frozenset({"office-12"}))


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Place:
    """Everything behind the pages, and how to look past it."""

    workspace: Workspace
    books: ReviewBooks
    room: ReviewRoom
    checker: Checker
    clock: Clock
    configuration: Configuration

    @property
    def staff(self) -> Staff:
        return Staff(self.books.people, CHEAP)

    def refill(self) -> int:
        return refill(Refill(self.workspace, self.configuration, self.checker), self.books)


SCANS = (
    "office-07/below-last.tif",
    "office-07/broken.tif",
    "office-12/good.pdf",
    "office-12/unknown-account.pdf",
    "office-12/unsigned.pdf",
    "Почта-194044/зачёркнуто.jpg",
    "Почта-194044/исправлено.jpg",
    "Почта-194044/две-цифры.jpg",
)
"""Seven slips: five under review, one accepted, one refused; and a scan that cannot be opened."""


@pytest.fixture(scope="session")
def read_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run leaves of some samples. Not to be changed."""
    folder, inbox = tmp_path_factory.mktemp("read"), tmp_path_factory.mktemp("inbox")
    for name in SCANS:
        (inbox / name).parent.mkdir(exist_ok=True)
        shutil.copy(SAMPLES / "scans" / name, inbox / name)
    asked = ["run", str(inbox), "-w", str(folder), "--registry", str(REGISTRY)]
    result = CliRunner().invoke(main, [*asked, "--period", "2026-11", "--workers", "1"])
    assert result.exit_code in {0, 4}, result.output
    return folder


@pytest.fixture(scope="session")
def checker() -> Checker:
    return Checker(load_template(default_template_path()), Rules(), load_registry(REGISTRY))


@contextmanager
def opened(workspace: Workspace, checker: Checker, blind_share: float) -> Iterator[Place]:
    clock = Clock()
    configuration = Configuration.model_validate({"budget": {"blind_share": blind_share}})
    with open_review_books(workspace, clock) as books:
        settings = RoomSettings(
            workspace.folder / "inbox",
            DeskSettings(blind_share=blind_share),
            max_upload_bytes=1 << 20,
            passwords=CHEAP,
        )
        room = build_room(books, workspace, checker, lambda _path: Inspected((), 1), settings)
        place = Place(workspace, books, room, checker, clock, configuration)
        place.refill()
        yield place


@pytest.fixture
def workspace(read_workspace: Path, tmp_path: Path) -> Workspace:
    folder = tmp_path / "workspace"
    shutil.copytree(read_workspace, folder)
    return Workspace(folder)


@pytest.fixture
def place(workspace: Workspace, checker: Checker) -> Iterator[Place]:
    with opened(workspace, checker, 0.0) as found:
        yield found


@pytest.fixture
def place_with_samples(workspace: Workspace, checker: Checker) -> Iterator[Place]:
    """Every accepted slip is a sample, too."""
    with opened(workspace, checker, 1.0) as found:
        yield found
