"""File names as they can be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.ingest import printable

ANY_TEXT = st.text(st.characters(categories=["L", "N", "P", "S", "Z", "C"]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("показания 2026-11.pdf", "показания 2026-11.pdf"),
        ("a\nb", "a\\u000ab"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\udcff", "\\xff"),
        ("\U000e0041", "\\U000e0041"),
        ("a\\b", "a\\\\b"),
    ],
)
def test_what_does_not_show_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(text=ANY_TEXT)
def test_the_result_always_shows(text: str) -> None:
    assert printable(text).isprintable()


@given(one=ANY_TEXT, other=ANY_TEXT)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert one == other or printable(one) != printable(other)
