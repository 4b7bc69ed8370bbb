"""The judge counts rightly: bounds, groups, shares, numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.model import EMPTY, OTHER, CellsRead, Glyphs, HandModel
from training.calibration import OTHER_ON_SLIPS
from training.calibration import calibration_error as plain_error
from training.glyphs import SOURCES, LabelledGlyphs
from training.judge import counting, numbers
from training.judge.contest import (
    NO_DIGIT,
    Answers,
    NetworkReader,
    Pictures,
    contest_table,
    picture_numbers_table,
    weights_table,
    written_numbers_table,
)
from training.judge.pictures import draw_some_digits, draw_worst_digits, draw_worst_rest
from training.judge.rates import Rate, Table
from training.judge.reading import Reading, groups, kinds, read
from training.judge.reliability import bins_of, calibration_error, calibration_table, draw_reliability
from training.writing import KIND_SHARES

_KINDS = list(KIND_SHARES)


@pytest.mark.parametrize(
    ("events", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.30850),
        (5, 10, 0.18709, 0.81291),
        (10, 10, 0.69150, 1.0),
        (1, 100, 0.000253, 0.054459),
        (0, 3688, 0.0, 0.0010),
        (0, 0, 0.0, 1.0),
    ],
)
def test_bounds_are_those_of_clopper_and_pearson(events: int, trials: int, low: float, high: float) -> None:
    rate = Rate(events, trials)
    assert rate.low == pytest.approx(low, abs=2e-5)
    assert rate.high == pytest.approx(high, abs=2e-5)


@settings(max_examples=60)
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_within_its_bounds(counted: tuple[int, int]) -> None:
    rate = Rate(*counted)
    assert 0.0 <= rate.low <= rate.share <= rate.high <= 1.0
    more = Rate(counted[0] * 10, counted[1] * 10)
    assert more.high - more.low < rate.high - rate.low or rate.high - rate.low < 1e-9


def test_a_table_reads_as_text_and_as_data() -> None:
    table = Table("Title", "Note.", ("name", "n", "rate"), [("a", 1200, Rate(1, 4)), ("b", 3, Rate(0, 0))])
    lines = table.as_markdown().splitlines()
    assert lines[0] == "## Title"
    assert len({len(line) for line in lines[4:]}) == 1
    assert "1,200" in lines[6]
    assert "25.000% (0.631 to 80.588)" in lines[6]
    rows = table.as_json()["rows"]
    assert rows[0]["rate"]["events"] == 1
    assert rows[1]["rate"] is None


def _glyphs(
    labels: list[int], sources: list[str], kind_names: list[str], lost: tuple[int, ...] = ()
) -> LabelledGlyphs:
    pictures = np.zeros((len(labels), 32, 32), np.uint8)
    pictures[:, 4:28, 10:22] = 255
    for index in lost:
        pictures[index] = 0
        pictures[index, 15:18, 15:18] = 255
    return LabelledGlyphs(
        pictures,
        np.array(labels, np.uint8),
        np.array([SOURCES.index(name) for name in sources], np.uint8),
        np.array([_KINDS.index(name) for name in kind_names], np.uint8),
        np.zeros(len(labels), np.uint8),
    )


def _said(answers: list[int], confidence: float) -> np.ndarray:
    posteriors = np.full((len(answers), 12), (1 - confidence) / 11, np.float32)
    posteriors[np.arange(len(answers)), answers] = confidence
    return posteriors


@pytest.fixture
def reading() -> Reading:
    """Six digits, one of them lost and one misread, then a struck one let through, a letter, a speck."""
    glyphs = _glyphs(
        [1, 2, 3, 4, 7, 5, OTHER, OTHER, EMPTY],
        ["mnist", "mnist", "mnist", "hard", "hard", "mnist", "mnist", "mnist", "mnist"],
        [*["digit"] * 6, "struck", "letter", "speck"],
        lost=(5,),
    )
    return Reading(glyphs, _said([1, 2, 3, 4, 1, OTHER, 8, OTHER, EMPTY], 0.995))


def test_digits_are_counted_by_source_without_the_lost(reading: Reading) -> None:
    rows = {row[0]: row[1:] for row in counting.digits_table(reading).rows}
    assert rows["all"] == (5, 1, Rate(4, 5), Rate(4, 5), Rate(1, 5))
    assert rows["mnist"] == (3, 1, Rate(3, 3), Rate(3, 3), Rate(0, 3))
    assert rows["hard"][2] == Rate(1, 2)
    assert set(rows) == {"all", "mnist", "hard", "clean scans"}


def test_what_is_no_digit_is_counted_by_kind(reading: Reading) -> None:
    rows = {row[0]: row for row in counting.rest_table(reading).rows}
    assert rows["all written"][1:6] == (2, Rate(1, 2), Rate(0, 2), Rate(1, 2), Rate(1, 2))
    assert rows["struck"][5] == Rate(1, 1)
    assert rows["letter"][2] == rows["lost"][2] == Rate(1, 1)
    assert rows["speck"][3] == Rate(1, 1)
    assert set(kinds(reading)) == {"struck", "letter", "speck", "lost"}


def test_sure_calls_are_weighed_as_on_slips(reading: Reading) -> None:
    row = {row[0]: row for row in counting.sure_table(reading).rows}["at least 0.99"]
    assert row[1:5] == (6, Rate(5, 5), Rate(1, 5), Rate(1, 6))
    half = 0.5 * OTHER_ON_SLIPS
    assert str(row[5]).startswith(f"{half / (half + 1 - OTHER_ON_SLIPS):.3%}")
    assert counting.sure_table(reading).rows[2][1] == 0


def test_confusions_name_the_pair_and_whose_it_is(reading: Reading) -> None:
    rows = counting.confusions_table(reading).rows
    assert rows == [("7", "1", 1, Rate(1, 1), 1, "hard 1")]
    hard = {str(row[0])[0]: row for row in counting.hard_table(reading).rows}
    assert hard["7"] == ("7 (barred)", 1, Rate(0, 1), "1 × 1")
    shapes = counting.shapes_table(reading)
    assert shapes.head == ("digit", "mnist", "hard")
    assert shapes.rows[7][1:] == (Rate(0, 0), Rate(0, 1))


def test_weights_bring_other_to_its_share_on_slips(reading: Reading) -> None:
    weights = reading.slip_weights
    is_other = reading.glyphs.labels == OTHER
    assert weights[is_other].sum() / weights.sum() == pytest.approx(OTHER_ON_SLIPS)
    assert (weights[~is_other] == 1).all()


def test_calibration_error_is_the_usual_one_where_all_count_alike() -> None:
    rng = np.random.default_rng(3)
    posteriors = rng.dirichlet(np.full(12, 0.2), 500).astype(np.float32)
    labels = rng.integers(0, 12, 500).astype(np.uint8)
    confidence, is_right = posteriors.max(axis=1), posteriors.argmax(axis=1) == labels
    assert calibration_error(confidence, is_right, np.ones(500)) == pytest.approx(
        plain_error(posteriors, labels)
    )
    only_right = calibration_error(confidence, is_right, is_right + 1e-12)
    assert only_right == pytest.approx(float(1 - confidence[is_right].mean()), abs=1e-6)


def test_bins_hold_every_answer_once(reading: Reading) -> None:
    rng = np.random.default_rng(5)
    confidence = (1 - rng.random(300) ** 4).astype(np.float32)
    confidence[:3] = 1.0
    bins = bins_of(confidence, rng.random(300) < confidence)
    assert sum(each.wrong.trials for each in bins) == 300
    assert [each.stated for each in bins] == sorted(each.stated for each in bins)
    rows = {row[0]: row for row in calibration_table(reading).rows}
    assert rows["mnist"][2] == pytest.approx(0.005, abs=1e-4)


class _Double:
    """Says a digit for every glyph, by how much ink it has, and ``other`` for one without."""

    hand_model = HandModel()

    def read_cells(self, glyphs: Glyphs, **_: bool) -> CellsRead:
        said = [int(glyph.sum()) // 255 % 10 if glyph.any() else OTHER for glyph in glyphs]
        return CellsRead(_said(said, 0.9), np.zeros((len(glyphs), 4), np.float32))


@pytest.mark.parametrize("count", [0, 1, 1100])
def test_all_glyphs_are_read_in_order(count: int) -> None:
    glyphs = _glyphs([1] * count, ["mnist"] * count, ["digit"] * count)
    glyphs.glyphs[:, 0, 0] = np.arange(count) % 2 * 255
    found = read(_Double(), glyphs).top
    assert found.tolist() == [288 % 10 + i % 2 for i in range(count)]


def test_a_reader_that_is_told_must_name_a_digit() -> None:
    blank = np.zeros((1, 32, 32), np.uint8)
    assert NetworkReader("a", _Double(), is_told=False).read(blank).tolist() == [NO_DIGIT]
    assert 0 <= NetworkReader("a", _Double(), is_told=True).read(blank)[0] <= 9


class _Knows:
    """Answers with the count of ink pixels in the corner's row."""

    name = "knows"

    def __init__(self, most: int | None = None) -> None:
        self.most = most

    def read(self, pictures: Pictures) -> Answers:
        return np.asarray((pictures[:, 0] > 0).sum(axis=1), np.intp)


def _told(labels: list[int]) -> Glyphs:
    """Glyphs with as many pixels in the first row as their digit says."""
    pictures = np.zeros((len(labels), 32, 32), np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        picture[0, :label] = 255
        picture[5:30, 5] = 255
    return pictures


def test_readers_are_asked_for_the_same_digits() -> None:
    glyphs = _glyphs([1, 2, 3, 4], ["mnist"] * 4, ["digit"] * 4)
    glyphs.glyphs[:] = _told([1, 2, 3, 9])
    table = contest_table([_Knows(), _Knows(2)], Reading(glyphs, _said([1, 2, 3, 4], 0.9)), seed=1)
    rows = {row[0]: row for row in table.rows}
    assert rows["all"][2] == Rate(3, 4)
    few = rows["mnist"][3]
    assert isinstance(few, Rate)
    assert few.trials == 2
    assert "a random 2 of them" in table.note


def test_a_number_is_wrong_when_one_digit_is() -> None:
    written = numbers.WrittenNumbers(
        _told([1, 2, 3, 4, 5, 6, 7, 8, 9]),
        np.array([1, 2, 3, 4, 5, 6, 7, 8, 0]),
        np.array([0, 0, 0, 0, 1, 1, 1, 2, 2]),
        np.array([0, 0, 2], np.uint8),
    )
    row = written_numbers_table([_Knows()], written).rows[0]
    assert row == ("knows", Rate(8, 9), Rate(0, 2), Rate(0, 0), Rate(1, 1))
    assert written.first(6) == slice(0, 4)
    assert written.first(99) == slice(None)


def test_numbers_are_composed_of_pictures() -> None:
    composed = numbers.PictureNumbers(
        _told([3, 1, 5]),
        np.array([3, 1, 4]),
        np.array([0, 1, 1, 0, 2]),
        np.array([3, 1, 1, 3, 4]),
        np.array([0, 0, 1, 1, 2]),
        np.array([0, 1, 1], np.uint8),
        writers=1,
    )
    rows = picture_numbers_table([_Knows(), _Knows(5)], composed).rows
    assert rows == [("knows", Rate(2, 3), Rate(0, 1), Rate(1, 2), Rate(0, 0))]


def test_weights_stand_side_by_side_and_the_source_left_out_is_marked(reading: Reading) -> None:
    table = weights_table({"a": reading, "b": reading}, {"a": None, "b": "hard"})
    rows = {row[0]: row for row in table.rows}
    assert str(rows["hard"][3]).endswith("*")
    assert not str(rows["hard"][2]).endswith("*")
    assert not str(rows["mnist"][3]).endswith("*")


@settings(max_examples=40)
@given(st.integers(2, 12), st.integers(0, 1000))
def test_numbers_fit_their_field(cells: int, seed: int) -> None:
    placed = list(numbers._packed("f", cells, np.random.default_rng(seed)))
    assert bool(placed) == (cells >= 4)
    texts = numbers._texts(placed)
    assert all(len(text) <= cells for text in texts.values())
    for each in placed:
        assert texts["f"][each.start : each.start + len(each.text)] == each.text
    assert len("".join(texts.values()).split()) == len(placed)


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_numbers_are_of_their_kind(seed: int) -> None:
    rng = np.random.default_rng(seed)
    zip_code, amount, clock = (draw(rng) for draw in numbers.NUMBER_KINDS.values())
    assert (len(zip_code), len(amount), len(clock)) == numbers._LENGTHS
    assert 601 <= int(zip_code) <= 99926
    assert amount[0] != "0"
    assert int(clock[:2]) < 24
    assert int(clock[2:]) < 60


def test_groups_hold_every_glyph_under_one_source_and_one_scan(reading: Reading) -> None:
    found = groups(reading.glyphs)
    assert found["all"].all()
    np.testing.assert_array_equal(found["mnist"], ~found["hard"])


def test_pictures_are_drawn(reading: Reading, tmp_path: Path) -> None:
    draw_worst_digits(reading, tmp_path / "digits.png")
    draw_some_digits(reading, tmp_path / "some.png", seed=1)
    draw_worst_rest(reading, tmp_path / "rest.png")
    draw_reliability(reading, tmp_path / "reliability.png")
    assert all(path.stat().st_size > 1000 for path in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 4
