"""What stands in our codes comes out again, and nothing else is taken for one of ours."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forms_ocr.codes import account_text, cover_text, read_account_text, read_cover_text
from forms_ocr.model import Cover

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=60)


@given(st.from_regex(r"[0-9]{1,18}", fullmatch=True))
def test_an_account_comes_out_as_it_went_in(account: str) -> None:
    assert read_account_text(account_text(account)) == account


@given(NAMES, NAMES, st.integers(1, 99_999))
def test_a_cover_comes_out_as_it_went_in(office: str, box: str, count: int) -> None:
    cover = Cover(office, box, count)
    assert read_cover_text(cover_text(cover)) == cover


@given(st.integers(0, 30), st.sampled_from("0123456789ABCDEF*%"))
def test_one_wrong_character_and_it_says_nothing(place: int, character: str) -> None:
    text = account_text("121000000042")
    at = place % len(text)
    assume(text[at] != character)
    assert read_account_text(text[:at] + character + text[at + 1 :]) == ""


def test_separators_inside_names_separate_nothing() -> None:
    cover = Cover("12*3%2A", "a*b", 7)
    assert read_cover_text(cover_text(cover)) == cover


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "ST00012|Name=Vodokanal|Sum=100",
        "FOS1*121000000042",
        "FOC1*12*3*120*0000",
        "https://example.org",
    ],
)
def test_codes_of_others_say_nothing(text: str) -> None:
    assert read_account_text(text) == ""
    assert read_cover_text(text) is None


def test_one_kind_is_not_taken_for_the_other() -> None:
    assert read_cover_text(account_text("121000000042")) is None
    assert read_account_text(cover_text(Cover("12", "3", 120))) == ""


@pytest.mark.parametrize(
    "cover",
    [
        Cover("", "3", 1),
        Cover("12", " ", 1),
        Cover("12", "3", 0),
        Cover("12\n", "3", 1),
        Cover("x" * 61, "3", 1),
    ],
)
def test_what_cannot_stand_in_a_code_is_told(cover: Cover) -> None:
    with pytest.raises(ValueError, match=r"office|box|count"):
        cover_text(cover)


def test_an_account_is_digits() -> None:
    with pytest.raises(ValueError, match="digits"):
        account_text("12a")
