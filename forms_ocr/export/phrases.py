"""Words for people, in Russian and English, and how Russian counts."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text in both languages. In HTML both stand side by side; the page shows one of them."""

    ru: str
    en: str

    def __html__(self) -> str:
        if self.ru == self.en:
            return str(escape(self.ru))
        return Markup('<span lang="ru">{}</span><span lang="en">{}</span>').format(self.ru, self.en)


@dataclass(frozen=True, slots=True)
class Noun:
    """A thing that can be counted: Russian for 1, 2 and 5 of it, English for 1 and 2."""

    ru_one: str
    ru_few: str
    ru_many: str
    en_one: str
    en_other: str

    def agreeing(self, count: int) -> Phrase:
        """The word alone, in the form that goes with ``count``."""
        ru = (self.ru_one, self.ru_few, self.ru_many)[russian_plural(count)]
        return Phrase(ru, self.en_one if count == 1 else self.en_other)

    def counted(self, count: int) -> Phrase:
        """``count`` and the word: "1 страница", "2 страницы", "5 страниц"."""
        word, number = self.agreeing(count), grouped(count)
        return Phrase(f"{number.ru} {word.ru}", f"{number.en} {word.en}")


def russian_plural(count: int) -> int:
    """Which of the three Russian forms goes with a count of 0 or more: 0 as for 1, 1 as for 2, 2 as for 5."""
    if count % 10 == 1 and count % 100 != 11:
        return 0
    if 2 <= count % 10 <= 4 and not 12 <= count % 100 <= 14:
        return 1
    return 2


def grouped(count: int) -> Phrase:
    """A number with its thousands set apart as each language does, unbreakable."""
    english = f"{count:,}"
    return Phrase(english.replace(",", "\N{NO-BREAK SPACE}"), english)


def percent(share: float) -> Phrase:
    """A share of 0 to 1 as whole percent, rounded down so that 100 % means all."""
    whole = int(share * 100 + 1e-9)
    text = "<1" if whole == 0 and share > 0 else str(whole)
    return Phrase(f"{text}\N{NO-BREAK SPACE}%", f"{text}%")


def sentence(phrase: Phrase) -> Phrase:
    """The phrase as the beginning of a sentence."""
    return Phrase(phrase.ru[:1].upper() + phrase.ru[1:], phrase.en[:1].upper() + phrase.en[1:])
