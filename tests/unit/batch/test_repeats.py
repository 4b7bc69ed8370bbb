"""Paper that comes in more than once counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.batch import mark_repeats
from forms_ocr.model import Disposition, FiledSlip, Reason, Record, Rules

ACCOUNT = "121000000012"


def slip(
    scan: str,
    *,
    ink: bytes = b"",
    account: str = ACCOUNT,
    reading: str = "00042",
    disposition: Disposition = Disposition.ACCEPTED,
    confidence: float = 0.99,
    sha256: str = "",
    page: int = 1,
    number: int = 1,
) -> FiledSlip:
    record = Record(account, reading, "2026-11-24", "", True, (), confidence, disposition)
    name = f"{scan}-{page}-{number}"
    return FiledSlip(name, "north", scan, page, number, record, ink=ink, sha256=sha256 or scan)


def alike(one: bytes, other: bytes) -> float:
    """Papers go by the first letter of their ink."""
    return 0.95 if one[:1] == other[:1] else 0.6


def repeats(slips: Sequence[FiledSlip]) -> dict[str, Reason]:
    return {
        marked.slip_id: marked.record.reasons[0]
        for marked in mark_repeats(slips, Rules(), alike)
        if marked.record.reasons
    }


def test_the_same_paper_scanned_twice_counts_once_with_the_better_reading() -> None:
    slips = [slip("a", ink=b"x1", disposition=Disposition.REVIEW), slip("b", ink=b"x2")]
    assert repeats(slips) == {"a-1-1": Reason.SLIP_SCANNED_TWICE}


def test_three_scans_of_one_paper_leave_one() -> None:
    slips = [slip(name, ink=b"x" + name.encode(), confidence=0.9 + i / 100) for i, name in enumerate("abc")]
    assert set(repeats(slips)) == {"a-1-1", "b-1-1"}


def test_the_same_account_written_again_is_not_the_same_paper() -> None:
    assert repeats([slip("a", ink=b"x"), slip("b", ink=b"y")]) == {}


def test_a_misread_digit_hides_no_second_scan() -> None:
    misread = slip("b", ink=b"x", account="121000000072", disposition=Disposition.REVIEW)
    assert repeats([slip("a", ink=b"x"), misread]) == {"b-1-1": Reason.SLIP_SCANNED_TWICE}


def test_two_accepted_slips_that_say_different_things_are_two() -> None:
    assert repeats([slip("a", ink=b"x"), slip("b", ink=b"x", reading="00043")]) == {}


def test_a_third_scan_does_not_join_two_that_say_different_things() -> None:
    third = slip("c", ink=b"x", disposition=Disposition.REVIEW)
    assert repeats([slip("a", ink=b"x"), slip("b", ink=b"x", reading="00043"), third]) == {}


def test_two_slips_on_one_page_are_two() -> None:
    assert repeats([slip("a", ink=b"x"), slip("a", ink=b"x", number=2)]) == {}


def test_slips_without_a_map_of_ink_are_left_alone() -> None:
    assert repeats([slip("a"), slip("b")]) == {}


def test_the_same_file_under_two_names_counts_once() -> None:
    slips = [slip(name, sha256="same", page=page) for name in ("b", "a") for page in (1, 2)]
    assert repeats(slips) == {"b-1-1": Reason.SCAN_SENT_TWICE, "b-2-1": Reason.SCAN_SENT_TWICE}


def test_what_the_rules_do_not_refuse_goes_to_review() -> None:
    rules = replace(Rules(), refuse_when_certain=frozenset())
    marked = mark_repeats([slip("a", ink=b"x"), slip("b", ink=b"x")], rules, alike)
    assert [one.record.disposition for one in marked] == [Disposition.ACCEPTED, Disposition.REVIEW]


@given(
    st.lists(
        st.builds(
            slip,
            st.sampled_from("abcd"),
            ink=st.sampled_from([b"x", b"y"]),
            reading=st.sampled_from(["00042", "00043"]),
            disposition=st.sampled_from(Disposition),
            confidence=st.sampled_from([0.9, 0.99]),
            page=st.integers(1, 3),
        ),
        max_size=8,
        unique_by=lambda one: one.slip_id,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_changes_nothing_and_no_paper_is_lost(slips: list[FiledSlip], random: object) -> None:
    before = repeats(slips)
    shuffled = sorted(slips, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert repeats(shuffled) == before
    kept = [one for one in mark_repeats(slips, Rules(), alike) if not one.record.reasons]
    assert {one.ink for one in kept} == {one.ink for one in slips}
