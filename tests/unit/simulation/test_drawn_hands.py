from itertools import pairwise

import numpy as np
import pytest

from forms_ocr.simulation.hands import STYLES, DrawnHand
from forms_ocr.simulation.ink import StrokeInk
from forms_ocr.simulation.skeletons import DIGITS, LETTERS, strokes_of


def _ink(shape: StrokeInk) -> np.ndarray:
    return np.concatenate(shape.strokes)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_writes_every_digit(style: str) -> None:
    rng = np.random.default_rng(1)
    hand = DrawnHand(3, style)
    for digit in range(10):
        shape = hand.digit(digit, rng)
        assert np.isfinite(_ink(shape)).all()
        assert 0.02 <= shape.aspect <= 2


@pytest.mark.parametrize("style", STYLES)
def test_styles_name_allographs_that_exist(style: str) -> None:
    chosen = STYLES[style].allographs
    assert set(chosen) == set(range(10))
    assert all(name in DIGITS[digit] for digit, names in chosen.items() for name in names)


def test_the_same_seed_is_the_same_person() -> None:
    one, again = (DrawnHand(8, "hasty").digit(4, np.random.default_rng(2)) for _ in range(2))
    assert np.array_equal(_ink(one), _ink(again))


def test_another_seed_is_another_person() -> None:
    shapes = [DrawnHand(seed).digit(0, np.random.default_rng(2)) for seed in (1, 2)]
    assert not np.allclose(_ink(shapes[0])[:5], _ink(shapes[1])[:5], atol=1e-3)


def test_a_person_never_writes_twice_the_same() -> None:
    hand, rng = DrawnHand(1), np.random.default_rng(2)
    assert not np.array_equal(_ink(hand.signature(rng)), _ink(hand.signature(rng)))


def test_hard_hands_slash_their_zero() -> None:
    rng = np.random.default_rng(0)
    assert len(DrawnHand(5, "hard").digit(0, rng).strokes) == 2
    assert len(DrawnHand(5, "neat").digit(0, rng).strokes) == 1


def test_a_line_grows_with_its_text_and_skips_what_it_cannot_write() -> None:
    hand = DrawnHand(1)
    short, long = (hand.line(text, np.random.default_rng(0)) for text in ("ул. Мира", "ул. Мира, д. 14"))
    assert long.aspect > short.aspect
    assert hand.line("Мира §", np.random.default_rng(0)).strokes
    with pytest.raises(ValueError, match="no character"):
        hand.line(" § ", np.random.default_rng(0))


@pytest.mark.parametrize("notation", [*(n for d in DIGITS.values() for n in d.values()), *LETTERS.values()])
def test_skeletons_are_well_formed(notation: str) -> None:
    for runs in strokes_of(notation):
        assert all(len(run) >= 2 for run in runs)
        assert all((a[-1] == b[0]).all() for a, b in pairwise(runs))


def test_all_russian_letters_can_be_written() -> None:
    alphabet = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
    assert set(alphabet + "ё") <= set(LETTERS)
    assert set(alphabet.upper()) - set("ЪЫЬ") <= set(LETTERS)
