"""Everything the pages say is said in both languages."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from forms_ocr.review.web.language import language
from forms_ocr.review.web.words import script_words

ROOM = files("forms_ocr.review.web")
_PYTHON = {"say": None, "count": (1, 2)}
_TEMPLATES = {"_": None, "ngettext": (1, 2)}


def _said() -> Iterator[str]:
    for file in ROOM.iterdir():
        if file.name.endswith(".py"):
            yield from _messages("python", file.read_bytes(), _PYTHON)
    for file in ROOM.joinpath("templates").iterdir():
        yield from _messages("jinja2.ext:babel_extract", file.read_bytes(), _TEMPLATES)


def _messages(how: str, content: bytes, keywords: Mapping[str, object]) -> Iterator[str]:
    options = {"trim_blocks": "true", "lstrip_blocks": "true"}
    for _, message, _, _ in extract(how, io.BytesIO(content), keywords=keywords, options=options):  # type: ignore[arg-type]
        yield message if isinstance(message, str) else message[0]


def _catalogue() -> dict[str, object]:
    file = ROOM.joinpath("locale", "ru", "LC_MESSAGES", "messages.po")
    catalogue = read_po(io.BytesIO(file.read_bytes()), locale="ru", abort_invalid=True)
    return {
        (message.id if isinstance(message.id, str) else message.id[0]): message.string
        for message in catalogue
        if message.id
    }


def test_every_message_has_its_russian_and_none_is_left_over() -> None:
    catalogue = _catalogue()
    assert set(catalogue) == set(_said())
    for message, russian in catalogue.items():
        texts = (russian,) if isinstance(russian, str) else russian
        assert isinstance(texts, tuple)
        assert all(texts), message
        for text in texts:
            assert set(re.findall(r"\{\w+\}|%\(\w+\)s", text)) == set(
                re.findall(r"\{\w+\}|%\(\w+\)s", message)
            )


def test_the_script_asks_for_words_that_are_there() -> None:
    asked = set()
    for file in ROOM.joinpath("static").iterdir():
        if file.name.endswith(".js"):
            asked |= set(re.findall(r"\bwords\.(\w+)", file.read_text()))
    there = set(script_words(language("ru")))
    assert asked <= there
    outcomes = {"accepted", "refused", "rescan", "passed_on", "skipped"}
    assert there - asked <= outcomes


@pytest.mark.parametrize(
    ("number", "russian", "english"),
    [
        (1, "1 бланк.", "1 slip "),
        (2, "2 бланка.", "2 slips "),
        (5, "5 бланков.", "5 slips "),
        (11, "11 бланков.", "11 slips "),
        (21, "21 бланк.", "21 slips "),
        (1022, "1 022 бланка.", "1,022 slips "),
    ],
)
def test_counting(number: int, russian: str, english: str) -> None:
    said = {
        code: language(code).count("%(num)s slip was found.", "%(num)s slips were found.", number)
        for code in ("ru", "en")
    }
    assert russian in said["ru"].replace("\N{NO-BREAK SPACE}", " ")
    assert english in said["en"]


def test_numbers_and_shares() -> None:
    assert language("ru").percent(0.0125) == "1,2\N{NO-BREAK SPACE}%"
    assert language("en").percent(0.5) == "50%"
    assert language("ru").percent(None) == "–"
    assert language("nonsense").code == "ru"
