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


def _own_strokes(seed: int) -> list[np.ndarray]:
    """The corners and bends of all allographs, as one person of the style has made them its own."""
    hand = DrawnHand(seed, "various")
    notations = [notation for digit in DIGITS.values() for notation in digit.values()]
    return [np.concatenate(runs) for notation in notations for runs in hand._own_strokes(notation)]


def test_a_person_keeps_its_own_turns() -> None:
    once, again, other = _own_strokes(4), _own_strokes(4), _own_strokes(5)
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(once, other, strict=True))


def test_some_strokes_begin_or_end_with_one_more_point() -> None:
    plain = [np.concatenate(runs) for d in DIGITS.values() for n in d.values() for runs in strokes_of(n)]
    grown = [len(own) - len(usual) for own, usual in zip(_own_strokes(4), plain, strict=True)]
    assert set(grown) <= {0, 1, 2}
    assert 0.1 < np.mean([extra > 0 for extra in grown]) < 0.5


def test_own_turns_leave_corners_joined() -> None:
    hand = DrawnHand(4, "various")
    for runs in hand._own_strokes(DIGITS[7]["valley_crossed"]):
        assert all((a[-1] == b[0]).all() for a, b in pairwise(runs))


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
