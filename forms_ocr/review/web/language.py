"""The languages of the pages: English in the templates, Russian out of a catalogue, Russian unless asked."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Literal

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

Code = Literal["ru", "en"]

LANGUAGES: Mapping[Code, str] = {"ru": "Русский", "en": "English"}
"""Each by its own name; the first is spoken to whoever has not chosen."""


@dataclass(frozen=True)
class Language:
    """One language: its words, how it counts, how it writes numbers and days."""

    code: Code
    words: NullTranslations

    def say(self, message: str) -> str:
        """A message of the templates in this language."""
        return self.words.gettext(message)

    def count(self, one: str, many: str, number: int) -> str:
        """A message with a number in it, in the form that goes with the number; ``%(num)s`` is put in."""
        return self.words.ngettext(one, many, number) % {"num": self.number(number)}

    def number(self, value: float) -> str:
        """12,345.6 or 12 345,6."""
        return format_decimal(value, locale=self.code)

    def percent(self, share: float | None) -> str:
        """A share of 0 to 1 with at most one digit after the point; a dash where nothing is known."""
        if share is None:
            return "–"
        space = "\N{NO-BREAK SPACE}" if self.code == "ru" else ""
        return format_percent(share, format=f"#,##0.#{space}%", locale=self.code)

    def day(self, value: date | None) -> str:
        """24 Nov 2026; a dash for no day."""
        return "–" if value is None else format_date(value, "d MMM y", locale=self.code)

    def moment(self, value: datetime | None) -> str:
        """24 Nov, 14:05; a dash for no moment."""
        return "–" if value is None else format_datetime(value, "d MMM, HH:mm", locale=self.code)

    def phrase(self, text: object) -> str:
        """Pick this language's side of anything that carries ``ru`` and ``en``."""
        return str(getattr(text, self.code))


@cache
def language(code: str | None) -> Language:
    """The language of that code; Russian for anything else.

    Catalogues are read as people write them, so there is nothing to compile after a change.
    """
    if code == "en":
        return Language("en", NullTranslations())
    return Language("ru", _catalogue("ru"))


def _catalogue(code: Code) -> GNUTranslations:
    source = files(__package__).joinpath("locale", code, "LC_MESSAGES", "messages.po")
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)
