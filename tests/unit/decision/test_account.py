"""Which account a slip names."""

from __future__ import annotations

import numpy as np
import pytest

from forms_ocr.decision import Registry
from forms_ocr.decision.account import AccountReading, read_account
from forms_ocr.decision.cells import Cells
from forms_ocr.model import CLASSES, Account, AccountStatus

WRITTEN = "121000417350"
TIE = {"1": 0.5, "7": 0.5}


def row(shares: dict[str, float], rest: float = 1e-5) -> list[float]:
    row = np.array([shares.get(name, 0.0) + rest for name in CLASSES])
    values: list[float] = (row / row.sum()).tolist()
    return values


def cells_for(text: str, doubts: dict[int, dict[str, float]] | None = None) -> Cells:
    names = {"_": "empty", "?": "other"}
    rows = [row({names.get(character, character): 1.0}) for character in text]
    for index, shares in (doubts or {}).items():
        rows[index] = row(shares)
    return Cells(rows)


def registry_of(numbers: list[int]) -> Registry:
    return Registry.of(
        [Account(f"{n:012d}", "", "", "", "", None, 5, AccountStatus.DIRECT) for n in sorted(set(numbers))]
    )


@pytest.fixture(scope="module")
def scattered() -> list[int]:
    return [int(n) for n in np.random.default_rng(3).choice(10**12, 2_000, replace=False)]


def read(cells: Cells, numbers: list[int] | None) -> AccountReading:
    return read_account(cells, 12, None if numbers is None else registry_of(numbers))


def test_a_clear_account_of_the_registry_is_found(scattered: list[int]) -> None:
    reading = read(cells_for(WRITTEN), [*scattered, int(WRITTEN)])
    assert reading.value == WRITTEN
    assert reading.registered is not None
    assert reading.confidence > 0.999


def test_leading_zeros_are_kept(scattered: list[int]) -> None:
    assert read(cells_for("000000000042"), [*scattered, 42]).value == "000000000042"


def test_a_sparse_registry_settles_a_near_tie(scattered: list[int]) -> None:
    cells = cells_for(WRITTEN, {7: {"7": 0.6, "1": 0.4}})
    reading = read(cells, [*scattered, int(WRITTEN[:7] + "1" + WRITTEN[8:])])
    assert reading.value == WRITTEN[:7] + "1" + WRITTEN[8:]
    assert reading.confidence > 0.99


def test_a_registry_that_holds_both_settles_nothing(scattered: list[int]) -> None:
    cells = cells_for(WRITTEN, {7: TIE})
    rivals = [int(WRITTEN[:7] + digit + WRITTEN[8:]) for digit in "17"]
    assert read(cells, [*scattered, *rivals]).confidence == pytest.approx(0.5, abs=0.01)


def test_a_dense_registry_settles_nothing() -> None:
    dense = list(range(121_000_410_000, 121_000_420_000))
    assert read(cells_for(WRITTEN, {8: {"3": 0.6, "5": 0.4}}), dense).confidence == pytest.approx(
        0.6, abs=0.01
    )


@pytest.mark.parametrize("neighbour", ["121000417351", "721000417350", "121000147350"])
def test_a_clear_near_miss_is_never_snapped_to_the_registry(scattered: list[int], neighbour: str) -> None:
    reading = read(cells_for(WRITTEN), [*scattered, int(neighbour)])
    assert reading.value == WRITTEN
    assert reading.registered is None
    assert reading.p_unknown > 0.7


def test_a_near_miss_that_the_cell_finds_hardly_possible_is_not_believed(scattered: list[int]) -> None:
    cells = cells_for(WRITTEN, {8: {WRITTEN[8]: 0.995, "1": 0.005}})
    assert read(cells, [*scattered, int(WRITTEN[:8] + "1" + WRITTEN[9:])]).confidence <= 0.5


def test_a_clear_account_far_from_the_registry_is_known_to_be_unknown(scattered: list[int]) -> None:
    reading = read(cells_for(WRITTEN), scattered)
    assert reading.value == WRITTEN
    assert reading.p_unknown > 0.99
    assert reading.confidence > 0.99


def test_an_unused_number_of_a_dense_range_is_unknown() -> None:
    dense = list(range(121_000_410_000, 121_000_417_350))
    reading = read(cells_for(WRITTEN), dense)
    assert reading.registered is None


def test_three_cells_are_too_many_for_the_registry_to_settle(scattered: list[int]) -> None:
    doubts = {index: {WRITTEN[index]: 0.55, "9": 0.45} for index in (3, 5, 8)}
    registered = "".join("9" if index in doubts else digit for index, digit in enumerate(WRITTEN))
    reading = read(cells_for(WRITTEN, doubts), [*scattered, int(registered)])
    assert reading.value == registered
    assert reading.confidence <= 0.5


def test_two_cells_may_be_settled(scattered: list[int]) -> None:
    doubts = {index: {WRITTEN[index]: 0.55, "9": 0.45} for index in (3, 8)}
    registered = "".join("9" if index in doubts else digit for index, digit in enumerate(WRITTEN))
    assert read(cells_for(WRITTEN, doubts), [*scattered, int(registered)]).confidence > 0.99


@pytest.mark.parametrize("hole", ["?", "_"])
def test_the_registry_only_proposes_where_a_cell_holds_no_digit(scattered: list[int], hole: str) -> None:
    text = WRITTEN[:4] + hole + WRITTEN[5:]
    reading = read(cells_for(text), [*scattered, int(WRITTEN)])
    assert reading.value == WRITTEN
    assert reading.confidence < 0.01


def test_without_a_registry_the_digits_stand_for_themselves() -> None:
    reading = read(cells_for(WRITTEN, {7: {"1": 0.9, "7": 0.1}}), None)
    assert reading.value == WRITTEN[:7] + "1" + WRITTEN[8:]
    assert reading.confidence == pytest.approx(0.9, abs=0.01)
    assert [candidate.value[7] for candidate in reading.candidates] == ["1", "7"]


def test_without_a_registry_a_hole_stays_a_hole() -> None:
    reading = read(cells_for(WRITTEN[:4] + "_" + WRITTEN[5:]), None)
    assert reading.value == WRITTEN[:4] + WRITTEN[5:]
    assert reading.confidence == 0.0


def test_mostly_unreadable_cells_are_not_read_by_the_registry(scattered: list[int]) -> None:
    reading = read(cells_for("???" + WRITTEN[3:]), [*scattered, int(WRITTEN)])
    assert reading.registered is None
    assert reading.confidence == 0.0


def test_an_account_longer_than_it_may_be_is_not_believed(scattered: list[int]) -> None:
    assert read(cells_for(WRITTEN + "7"), [*scattered, int(WRITTEN)]).confidence < 0.01
    assert read(cells_for(WRITTEN + "_"), [*scattered, int(WRITTEN)]).confidence > 0.99


def test_an_empty_registry_knows_nobody() -> None:
    assert read(cells_for(WRITTEN), []).p_unknown > 0.99
