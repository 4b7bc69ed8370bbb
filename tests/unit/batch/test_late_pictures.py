"""Which slips get a picture late; ledger and originals are doubles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGINT
from typing import Any, cast

import numpy as np
import pytest

from forms_ocr.batch import Stop, Studio, with_late_pictures
from forms_ocr.errors import PageError, ScanError
from forms_ocr.model import Disposition, FiledSlip, Page, Period, Reason, Record, Registration
from forms_ocr.store import Ledger, Originals, SlipSource

NOVEMBER = Period(2026, 11)


def slip(slip_id: str, disposition: Disposition = Disposition.REVIEW, picture_path: str = "") -> FiledSlip:
    record = Record("1", "2", "", "", True, (), 0.99, disposition, (Reason.CONFLICTING_READINGS,))
    return FiledSlip(slip_id, "north", "a.pdf", 1, 1, record, picture_path)


@dataclass
class Shelf:
    """Ledger, originals and studio at once: slip ``a1`` is page 1 of scan ``a``."""

    opened: list[str] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def slip_sources(self, _period: Period, slip_ids: Sequence[str]) -> dict[str, SlipSource]:
        return {name: SlipSource(1, name[0], int(name[1:]), place(int(name[1:]))) for name in slip_ids}

    def add_pictures(self, _period: Period, pictures: Mapping[str, bytes]) -> dict[str, str]:
        self.kept |= pictures
        return {name: f"crops/{name}.jpg" for name in pictures}

    def path_of(self, sha256: str) -> Path:
        return Path(sha256)

    @property
    def page_count(self) -> int:
        return 9

    @contextmanager
    def open(self, path: Path) -> Iterator[Shelf]:
        if path.name in self.gone:
            raise ScanError(Reason.SCAN_BROKEN, "gone")
        self.opened.append(path.name)
        yield self

    def read(self, number: int) -> Page:
        if number == 9:
            raise PageError(Reason.PAGE_BROKEN, "torn")
        return Page(number, np.zeros((1, 1), np.uint8))

    def draw(self, slips: Sequence[FiledSlip], stop: Stop | None = None) -> list[str]:
        """Where the pictures of the slips lie."""
        studio = Studio(self.open, lambda page, on: f"{page.number} at {on.turn_deg}".encode())
        both = cast(Any, self)
        drawn = with_late_pictures(
            slips, NOVEMBER, cast(Ledger, both), cast(Originals, both), studio, stop or Stop()
        )
        assert [one.slip_id for one in drawn] == [one.slip_id for one in slips]
        return [one.picture_path for one in drawn]


def place(number: int) -> Registration:
    return Registration(np.eye(3), 0.1, 0.9, number, 11.8)


def test_only_slips_under_review_without_a_picture_are_drawn() -> None:
    shelf = Shelf()
    slips = [
        slip("a1"),
        slip("a2", Disposition.ACCEPTED),
        slip("a3", Disposition.REFUSED),
        slip("a4", picture_path="crops/old.jpg"),
    ]
    assert shelf.draw(slips) == ["crops/a1.jpg", "", "", "crops/old.jpg"]
    assert shelf.kept == {"a1": b"1 at 1"}


def test_each_slip_is_drawn_where_it_lies_and_each_original_opened_once() -> None:
    shelf = Shelf()
    assert shelf.draw([slip("b2"), slip("a1"), slip("b1"), slip("a3")]) == [
        f"crops/{name}.jpg" for name in ("b2", "a1", "b1", "a3")
    ]
    assert shelf.opened == ["a", "b"]
    assert shelf.kept["b2"] == b"2 at 2"


def test_what_cannot_be_drawn_stays_without_a_picture_and_the_rest_is_drawn(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shelf = Shelf(gone=frozenset("b"))
    assert shelf.draw([slip("a9"), slip("b1"), slip("a1"), slip("c1")]) == [
        "",
        "",
        "crops/a1.jpg",
        "crops/c1.jpg",
    ]
    assert [record.message for record in caplog.records] == ["picture not drawn"] * 2


def test_an_asked_for_end_draws_nothing_more() -> None:
    stop = Stop()
    stop.request(SIGINT)
    assert Shelf().draw([slip("a1")], stop) == [""]


def test_nothing_lacking_opens_nothing() -> None:
    shelf = Shelf()
    assert shelf.draw([slip("a1", Disposition.ACCEPTED)]) == [""]
    assert shelf.opened == []
