"""Which cover a page came under: worked out from the names of files and the places of covers."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.model import Cover
from forms_ocr.store.boxes import Boxes, CoveredScan

THREE, FOUR = Cover("12", "3", 120), Cover("12", "4", 80)


def test_the_pages_after_a_cover_are_its_box_until_the_next() -> None:
    boxes = Boxes([CoveredScan(1, "12/a.pdf", ((2, THREE), (5, FOUR)))])
    assert [boxes.cover_of(1, page) for page in range(1, 7)] == [None, THREE, THREE, THREE, FOUR, FOUR]


def test_a_box_ends_with_its_file() -> None:
    boxes = Boxes([CoveredScan(1, "12/a.pdf", ((1, THREE),)), CoveredScan(2, "12/b.pdf")])
    assert boxes.cover_of(2, 1) is None


def test_a_cover_alone_stands_for_the_files_after_it_as_people_count_them() -> None:
    scans = [
        CoveredScan(1, "12/scan 9.pdf"),
        CoveredScan(2, "12/scan 10.pdf", ((1, THREE),), is_cover_alone=True),
        CoveredScan(3, "12/scan 11.pdf"),
        CoveredScan(4, "12/scan 100.pdf"),
        CoveredScan(5, "12/scan 101.pdf", ((1, FOUR),), is_cover_alone=True),
        CoveredScan(6, "12/scan 102.pdf"),
    ]
    boxes = Boxes(scans)
    assert [boxes.cover_of(scan.id, 1) for scan in scans] == [None, THREE, THREE, THREE, FOUR, FOUR]


def test_a_cover_alone_stands_for_its_own_folder_only() -> None:
    boxes = Boxes(
        [
            CoveredScan(1, "12/a.pdf", ((1, THREE),), is_cover_alone=True),
            CoveredScan(2, "12/box/b.pdf"),
            CoveredScan(3, "13/b.pdf"),
            CoveredScan(4, "b.pdf"),
        ]
    )
    assert [boxes.cover_of(scan_id, 1) for scan_id in (2, 3, 4)] == [None, None, None]


def test_a_file_with_a_cover_in_its_middle_begins_under_the_one_before() -> None:
    boxes = Boxes(
        [
            CoveredScan(1, "a.pdf", ((1, THREE),), is_cover_alone=True),
            CoveredScan(2, "b.pdf", ((3, FOUR),)),
            CoveredScan(3, "c.pdf"),
        ]
    )
    assert [boxes.cover_of(2, page) for page in (1, 2, 3, 4)] == [THREE, THREE, FOUR, FOUR]
    assert boxes.cover_of(3, 1) is None


@given(st.randoms(use_true_random=False))
def test_the_order_in_which_files_came_changes_nothing(shuffled: random.Random) -> None:
    scans = [
        CoveredScan(number, f"12/{number}.pdf", ((1, THREE),) if number % 3 == 0 else (), number % 2 == 0)
        for number in range(1, 9)
    ]
    mixed = scans.copy()
    shuffled.shuffle(mixed)
    one, other = Boxes(scans), Boxes(mixed)
    assert [one.cover_of(scan.id, 1) for scan in scans] == [other.cover_of(scan.id, 1) for scan in scans]
