import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.simulation import GlyphSource, RealHand, Role


def _source(writers: int = 40, stretch: tuple[float, float] = (1.0, 1.0)) -> GlyphSource:
    """Each writer writes each digit once, as a frame; writer 0 never writes a 9."""
    labels = np.array([str(d) for _ in range(writers) for d in range(10)])
    numbers = np.repeat(np.arange(writers), 10).astype(np.int32)
    keep = ~((numbers == 0) & (labels == "9"))
    pixels = np.zeros((int(keep.sum()), 20, 20), np.uint8)
    pixels[:, 2:18, 5:14] = 255
    pixels[:, 4:16, 7:12] = 0
    return GlyphSource("made-up", pixels, labels[keep], numbers[keep], numbers[keep] >= writers - 6, stretch)


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_roles_share_no_writer_and_leave_none_out(seed: int) -> None:
    parts = [set(_source().split(role, seed).writer_numbers) for role in Role]
    assert sum(len(part) for part in parts) == 40
    assert set.union(*parts) == set(range(40))
    assert all(parts)


@given(st.integers(0, 1000), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_no_seed_ever_trains_on_a_held_out_writer(seed: int, other: int) -> None:
    held_out = set(_source().split("held_out", seed).writer_numbers)
    assert not held_out & set(_source().split("training", other).writer_numbers)
    assert not held_out & set(_source().split("validation", other).writer_numbers)


def test_a_writer_uses_their_own_glyphs() -> None:
    source, rng = _source(), np.random.default_rng(0)
    assert all(source.writers[source.pick("3", rng, 7)] == 7 for _ in range(20))


def test_a_missing_digit_is_borrowed() -> None:
    source, rng = _source(), np.random.default_rng(0)
    index = source.pick("9", rng, 0)
    assert source.labels[index] == "9"
    assert source.writers[index] != 0
    with pytest.raises(KeyError):
        source.pick("ж", rng, 0)


def test_glyphs_keep_their_proportions() -> None:
    assert _source().shape(0).aspect == pytest.approx(9 / 16, abs=0.08)
    assert _source(stretch=(0.5, 0.5)).shape(0, stretch=0.5).aspect == pytest.approx(9 / 32, abs=0.08)


def test_a_one_stretched_to_a_block_becomes_a_stroke_again() -> None:
    source, rng = _source(stretch=(0.5, 0.8)), np.random.default_rng(0)
    one = source.pick("1", rng)
    source.pixels[one, 2:18, 2:18] = 255
    assert source.shape(one, stretch=0.6).aspect < 0.35


def test_an_eight_of_which_the_loops_ran_full_stays_an_eight() -> None:
    source, rng = _source(stretch=(0.5, 0.8)), np.random.default_rng(0)
    eight = source.pick("8", rng)
    source.pixels[eight, 2:18, 2:18] = 255
    assert source.shape(eight, stretch=0.6).aspect > 0.5


def test_an_empty_glyph_is_an_error() -> None:
    source = _source()
    source.pixels[0] = 0
    with pytest.raises(ValueError, match="without ink"):
        source.shape(0)


def test_a_real_hand_writes_digits_lines_and_signatures() -> None:
    rng = np.random.default_rng(1)
    hand = RealHand(_source(), 3, rng)
    assert all(hand.digit(digit, rng).distance.max() > 0 for digit in range(10))
    assert hand.line("ул. Мира", rng).strokes
    assert hand.signature(rng).strokes
    assert hand.letter("ж", rng).aspect > 0


def test_a_drawn_writer_is_one_of_the_source() -> None:
    source = _source().split("held_out")
    assert RealHand(source, None, np.random.default_rng(0)).writer in source.writer_numbers
