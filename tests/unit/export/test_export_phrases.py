"""Counting in Russian and English, and texts of every reason."""

from __future__ import annotations

import re

import pytest
from markupsafe import escape

from forms_ocr.export import REASON_TEXTS
from forms_ocr.export.phrases import Phrase, grouped, percent
from forms_ocr.export.report_words import ACCOUNTS, OFFICES, PAGES, SCANS, SLIPS, WORDS, day, month
from forms_ocr.model import Period, Reason


@pytest.mark.parametrize(
    ("count", "ru", "en"),
    [
        (0, "0 страниц", "0 pages"),
        (1, "1 страница", "1 page"),
        (2, "2 страницы", "2 pages"),
        (5, "5 страниц", "5 pages"),
        (11, "11 страниц", "11 pages"),
        (14, "14 страниц", "14 pages"),
        (21, "21 страница", "21 pages"),
        (22, "22 страницы", "22 pages"),
        (111, "111 страниц", "111 pages"),
        (1001, "1\u00a0001 страница", "1,001 pages"),
    ],
)
def test_pages_are_counted_as_people_count(count: int, ru: str, en: str) -> None:
    assert PAGES.counted(count) == Phrase(ru, en)


@pytest.mark.parametrize("noun", [PAGES, SLIPS, SCANS, OFFICES, ACCOUNTS])
def test_every_noun_has_three_russian_forms_or_says_two_alike(noun: object) -> None:
    one, few, many = (PAGES.__class__.agreeing(noun, n).ru for n in (1, 2, 5))  # type: ignore[arg-type]
    assert len({one, few, many}) == 3


@pytest.mark.parametrize(
    ("share", "ru", "en"),
    [
        (1, "100\u00a0%", "100%"),
        (0.9999, "99\u00a0%", "99%"),
        (0.29, "29\u00a0%", "29%"),
        (0.004, "<1\u00a0%", "<1%"),
        (0, "0\u00a0%", "0%"),
    ],
)
def test_a_hundred_percent_means_all(share: float, ru: str, en: str) -> None:
    assert percent(share) == Phrase(ru, en)


def test_thousands_are_set_apart() -> None:
    assert grouped(1234567) == Phrase("1\u00a0234\u00a0567", "1,234,567")


def test_both_languages_stand_in_the_page_and_are_escaped() -> None:
    assert escape(Phrase("<да>", "yes")) == '<span lang="ru">&lt;да&gt;</span><span lang="en">yes</span>'
    assert escape(Phrase("<7>", "<7>")) == "&lt;7&gt;"


def test_months_and_days_are_written_as_each_language_does() -> None:
    assert month(Period(2026, 11)) == Phrase("ноябрь 2026 г.", "November 2026")
    assert day("2026-11-24") == Phrase("24.11.2026", "2026-11-24")
    assert day("") == Phrase("", "")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_what_and_what_to_do_in_both_languages(reason: Reason) -> None:
    text = REASON_TEXTS[reason]
    for phrase in (text.title, text.advice):
        assert re.search("[а-яё]", phrase.ru)
        assert re.search("[a-z]", phrase.en)
        assert not re.search("[а-яё]", phrase.en)
    assert len(text.title.ru) <= 60
    assert text.advice.ru.endswith(".")
    assert text.advice.en.endswith(".")


def test_no_two_reasons_look_alike() -> None:
    assert len({text.title.ru for text in REASON_TEXTS.values()}) == len(Reason)
    assert len({text.title.en for text in REASON_TEXTS.values()}) == len(Reason)


def test_no_word_of_the_report_hides_behind_a_method_of_dict() -> None:
    assert not [name for name in WORDS if hasattr(dict, name)]
