"""Tables of what one recogniser reads right, what it lets through, and what it mistakes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import CLASSES, EMPTY, OTHER, Glyphs
from forms_ocr.recognition import Recognizer
from forms_ocr.simulation.hands import STYLES
from training.calibration import OTHER_ON_SLIPS
from training.glyphs import DRAWN_SHARES, SOURCES
from training.judge.rates import Cell, Rate, Table
from training.judge.reading import DIGITS, Reading, groups, kinds, posteriors_of_glyphs

SURE = 0.99
SURE_LEVELS = (0.9, 0.99, 0.999)
_PAIRS = 20
_NOISE_GLYPHS = 500


def digits_table(reading: Reading) -> Table:
    """How well digits are read, by source and by kind of scan."""
    rows: list[tuple[Cell, ...]] = [
        (name, *_digits_row(reading, mask))
        for name, mask in groups(reading.glyphs).items()
        if (mask & reading.is_digit).any()
    ]
    note = (
        "`right`: the top answer of all twelve is the digit. `if a digit`: of the ten digits, the right one "
        f"is the likeliest. `wrong when sure`: of those called a digit with at least {SURE}. `lost`: the "
        "scan left a few dots of the digit; they stand in no other column."
    )
    head = ("digits of", "glyphs", "lost", "right", "if a digit", "wrong when sure")
    return Table("Digits of writers never seen", note, head, rows)


def _digits_row(reading: Reading, mask: NDArray[np.bool_]) -> tuple[Cell, ...]:
    chosen = mask & reading.is_digit
    among = reading.posteriors[chosen, :DIGITS].argmax(axis=1) == reading.truth[chosen]
    is_sure = chosen & (reading.best_digit >= SURE)
    return (
        int(chosen.sum()),
        int((mask & reading.is_lost).sum()),
        Rate.of(reading.is_right[chosen]),
        Rate.of(among),
        Rate.of(~reading.is_right[is_sure]),
    )


def shapes_table(reading: Reading) -> Table:
    """Every digit of every source; the shapes that ``hard`` hands write are named."""
    sources = [name for i, name in enumerate(SOURCES) if (reading.glyphs.sources == i).any()]
    rows: list[tuple[Cell, ...]] = [
        (_digit_name(digit), *(_shape_rate(reading, name, digit) for name in sources))
        for digit in range(DIGITS)
    ]
    note = (
        "Share read right. The names are those of the shapes that `hard` hands write: the 9 is built like a "
        "P, the 2 like a Z."
    )
    return Table("Digit by digit", note, ("digit", *sources), rows, has_bounds=False)


def _digit_name(digit: int) -> str:
    return f"{digit} ({', '.join(dict.fromkeys(STYLES['hard'].allographs[digit]))})"


def _shape_rate(reading: Reading, source: str, digit: int) -> Rate:
    chosen = (reading.glyphs.sources == SOURCES.index(source)) & (reading.truth == digit)
    return Rate.of(reading.is_right[chosen])


def hard_table(reading: Reading) -> Table:
    """Digits of the hands drawn with the shapes that networks trained elsewhere miss, with bounds."""
    source = SOURCES.index("hard")
    rows: list[tuple[Cell, ...]] = []
    for digit in range(DIGITS):
        chosen = (reading.glyphs.sources == source) & (reading.truth == digit)
        wrong = reading.top[chosen & ~reading.is_right]
        rows.append((_digit_name(digit), int(chosen.sum()), Rate.of(reading.is_right[chosen]), _tally(wrong)))
    note = f"Drawn hands of the style `hard`, persons never seen, of {', '.join(DRAWN_SHARES)} the hardest."
    return Table("A hand never seen", note, ("digit", "glyphs", "right", "read as"), rows)


def _tally(answers: NDArray[np.intp]) -> str:
    counts = np.bincount(answers, minlength=len(CLASSES))
    order = np.argsort(-counts, kind="stable")
    return ", ".join(f"{CLASSES[i]} × {counts[i]}" for i in order.tolist() if counts[i])


def rest_table(reading: Reading) -> Table:
    """What becomes of cells that hold no digit, by what they hold."""
    found = {name: _rest_row(reading.posteriors[mask]) for name, mask in kinds(reading).items()}
    written = reading.glyphs.labels == OTHER
    rows: list[tuple[Cell, ...]] = [("all written", *_rest_row(reading.posteriors[written]))]
    rows += [(name, *row) for name, row in found.items()]
    note = (
        "`other`, `empty`, `a digit`: what the cell is called. `sure`: a digit has a posterior of at least "
        f"{SURE}. The last columns are median and 99th percentile of the likeliest digit's posterior. "
        "`all written` leaves specks and lost digits out."
    )
    head = ("not a digit", "glyphs", "other", "empty", "a digit", "sure", "best digit, median", "99th")
    return Table("What is not a digit", note, head, rows)


def _rest_row(posteriors: NDArray[np.float32]) -> tuple[Cell, ...]:
    top, best = posteriors.argmax(axis=1), posteriors[:, :DIGITS].max(axis=1)
    called = (Rate.of(top == OTHER), Rate.of(top == EMPTY), Rate.of(top < DIGITS), Rate.of(best >= SURE))
    return (len(top), *called, *(float(np.quantile(best, share)) for share in (0.5, 0.99)))


def noise_table(recognizer: Recognizer, seed: int) -> Table:
    """Glyphs that nobody wrote: the posterior of every digit has to be low."""
    made = noise_glyphs(np.random.default_rng([seed, 3]))
    rows: list[tuple[Cell, ...]] = [
        (name, *_rest_row(posteriors_of_glyphs(recognizer, glyphs))) for name, glyphs in made.items()
    ]
    head = ("noise", "glyphs", "other", "empty", "a digit", "sure", "best digit, median", "99th")
    return Table("Noise", "Glyphs that nobody wrote; columns as above.", head, rows)


def noise_glyphs(rng: np.random.Generator) -> Mapping[str, Glyphs]:
    """(N, 32, 32) each: grey pixels, sparse dots, and clouds."""
    shape = (_NOISE_GLYPHS, 32, 32)
    coarse = rng.normal(0, 1, (_NOISE_GLYPHS, 8, 8))
    clouds = np.kron(coarse, np.ones((4, 4)))
    return {
        "grey pixels": rng.integers(0, 256, shape).astype(np.uint8),
        "black dots": np.asarray((rng.random(shape) < 0.06) * 255, np.uint8),
        "clouds": np.asarray(np.clip(clouds * 120, 0, 255), np.uint8),
    }


def sure_table(reading: Reading) -> Table:
    """What is wrong among cells called a digit with confidence."""
    rows: list[tuple[Cell, ...]] = [
        (f"at least {level:g}", *_sure_row(reading, level)) for level in SURE_LEVELS
    ]
    note = (
        "`wrong digit`: of the digits so called, those that are another. `no digit`: of all cells so called, "
        "those that hold no digit: on sheets, which are full of them on purpose; and where written ones are "
        f"the {OTHER_ON_SLIPS:.0%} of cells that slips are taken to have. To be below 0.1% at 0.99."
    )
    head = ("called a digit", "cells", "of all digits", "wrong digit", "no digit, sheets", "no digit, slips")
    return Table("Called a digit with confidence", note, head, rows)


def _sure_row(reading: Reading, level: float) -> tuple[Cell, ...]:
    is_called = reading.best_digit >= level
    digits = Rate.of(is_called[reading.is_digit])
    others = Rate.of(is_called[reading.glyphs.labels == OTHER])
    on_slips = (f"{100 * _share_on_slips(share, digits.share):.3f}" for share in (others.low, others.high))
    return (
        int(is_called.sum()),
        digits,
        Rate.of(~reading.is_right[is_called & reading.is_digit]),
        Rate.of(~reading.is_digit[is_called]),
        f"{_share_on_slips(others.share, digits.share):.3%} ({' to '.join(on_slips)})",
    )


def _share_on_slips(called_of_others: float, called_of_digits: float) -> float:
    """Share of cells without a digit among those called one, by Bayes' rule."""
    others, digits = OTHER_ON_SLIPS * called_of_others, (1 - OTHER_ON_SLIPS) * called_of_digits
    return others / (others + digits) if others + digits else 0.0


def confusions_table(reading: Reading) -> Table:
    """The pairs that remain, commonest first."""
    is_wrong = reading.is_digit & ~reading.is_right
    counts = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    np.add.at(counts, (reading.truth[is_wrong], reading.top[is_wrong]), 1)
    order = np.argsort(-counts, axis=None, kind="stable")[:_PAIRS]
    pairs = [divmod(int(index), len(CLASSES)) for index in order]
    rows = [_pair_row(reading, a, b, int(counts[a, b])) for a, b in pairs if counts[a, b]]
    note = f"Of {int(reading.is_digit.sum()):,} digits {int(is_wrong.sum()):,} are read wrong."
    return Table(
        "Confusions that remain", note, ("written", "read", "glyphs", "of the written", "sure", "whose"), rows
    )


def _pair_row(reading: Reading, written: int, said: int, count: int) -> tuple[Cell, ...]:
    pair = (reading.truth == written) & (reading.top == said)
    numbers = np.bincount(reading.glyphs.sources[pair], minlength=len(SOURCES))
    order = [i for i in np.argsort(-numbers, kind="stable").tolist() if numbers[i]]
    whose = ", ".join(f"{SOURCES[i]} {numbers[i]}" for i in order[:3])
    of_the_written = Rate(count, int((reading.truth == written).sum()))
    return (
        CLASSES[written],
        CLASSES[said],
        count,
        of_the_written,
        int((reading.confidence[pair] >= SURE).sum()),
        whose,
    )
