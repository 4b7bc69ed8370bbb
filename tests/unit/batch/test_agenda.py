from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.batch.agenda import Agenda
from forms_ocr.batch.work import Unit


def unit(scan_id: int, *numbers: int) -> Unit:
    return Unit(scan_id, Path("original"), "a.pdf", numbers or None)


def handed_out(agenda: Agenda) -> list[tuple[int, int]]:
    """Every (scan, page) that comes off; a scan to be counted is its page 0."""
    pages: list[tuple[int, int]] = []
    while not agenda.is_empty:
        task = agenda.next_task()
        assert task.units
        pages += [(unit.scan_id, page) for unit in task.units for page in unit.numbers or (0,)]
    return pages


units = st.lists(st.integers(0, 30), max_size=8).map(
    lambda counts: [unit(scan_id, *range(1, count + 1)) for scan_id, count in enumerate(counts)]
)


@given(units, units, st.integers(1, 10), st.integers(1, 4))
def test_everything_comes_off_once(first: list[Unit], alone: list[Unit], pages: int, workers: int) -> None:
    agenda = Agenda(pages, workers)
    agenda.add(first)
    agenda.add_alone(alone)
    expected = [(unit.scan_id, page) for unit in first + alone for page in unit.numbers or (0,)]
    assert agenda.expected_pages == len(expected)
    assert sorted(handed_out(agenda)) == sorted(expected)
    assert agenda.expected_pages == 0


@given(units, st.integers(1, 10), st.integers(1, 4))
def test_no_task_is_larger_than_allowed(given_units: list[Unit], pages: int, workers: int) -> None:
    agenda = Agenda(pages, workers)
    agenda.add(given_units)
    while not agenda.is_empty:
        task = agenda.next_task()
        assert task.expected_pages <= task.page_limit <= pages


def test_suspects_go_first_and_one_by_one() -> None:
    agenda = Agenda(8, 1)
    agenda.add([unit(1, 1, 2)])
    agenda.add_alone([unit(2, 5, 6)])
    first, second = agenda.next_task(), agenda.next_task()
    assert [task.units[0].numbers for task in (first, second)] == [(5,), (6,)]
    assert first.is_alone
    assert not agenda.next_task().is_alone


def test_a_suspect_scan_is_only_counted() -> None:
    agenda = Agenda(8, 1)
    agenda.add_alone([unit(1)])
    task = agenda.next_task()
    assert (task.is_alone, task.page_limit) == (True, 0)


def test_tasks_shrink_towards_the_end_but_not_while_scans_are_coming() -> None:
    agenda = Agenda(8, 2)
    agenda.add([unit(1, *range(1, 17))])
    assert agenda.next_task(coming_scans=1000).page_limit == 8
    assert agenda.next_task().page_limit == 1
