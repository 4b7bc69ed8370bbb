import numpy as np
import pytest

from forms_ocr.model import Template
from forms_ocr.simulation import (
    Blank,
    Digits,
    DrawnHand,
    Entry,
    Handwritten,
    Marked,
    Pen,
    Signed,
    Trouble,
    Typed,
    WrittenSlip,
    fill,
)

HAND = DrawnHand(1, "neat")
PEN = Pen()


def _write(form: Template, dpi: float = 150, **entries: Entry) -> WrittenSlip:
    return fill(form, entries, HAND, PEN, np.random.default_rng(3), dpi)


def _ink_mm2(slip: WrittenSlip, form: Template, name: str, cell: int | None = None) -> float:
    """How much darker the box became than on an empty form."""
    blank = _write(form, slip.dpi).paper
    field = form.field(name)
    box = field.box if cell is None else field.cells[cell]
    px = slip.dpi / 25.4
    part = np.s_[
        int(box.top_mm * px) : int(box.bottom_mm * px), int(box.left_mm * px) : int(box.right_mm * px)
    ]
    return float((blank[part].astype(int) - slip.paper[part] > 60).sum() / px**2)


def test_digits_land_in_their_cells_and_nowhere_else(small_form: Template) -> None:
    slip = _write(small_form, account=Digits("12 4"))
    inked = [_ink_mm2(slip, small_form, "account", cell) for cell in range(4)]
    assert min(inked[0], inked[1], inked[3]) > 0.8
    assert inked[2] < 0.5
    assert _ink_mm2(slip, small_form, "reading") == 0


def test_the_truth_of_plain_digits(small_form: Template) -> None:
    slip = _write(small_form, reading=Digits("0563"))
    assert slip.cells["reading"] == ("0", "5", "6", "3", "empty")
    assert slip.values["reading"] == slip.intended["reading"] == "0563"
    assert slip.cells["account"] == ("empty",) * 4
    assert slip.values["account"] == ""


@pytest.mark.parametrize("trouble", sorted(set(Trouble) - {Trouble.EMPTY, Trouble.SPILL}))
def test_ink_that_is_no_digit_is_other_and_leaves_ink(small_form: Template, trouble: Trouble) -> None:
    slip = _write(small_form, reading=Digits("05631", {1: trouble}))
    assert slip.cells["reading"][1] == "other"
    assert slip.values["reading"] == ""
    assert slip.intended["reading"] == "05631"
    assert _ink_mm2(slip, small_form, "reading", 1) > 0.02


@pytest.mark.parametrize("trouble", [Trouble.EMPTY, Trouble.SPILL])
def test_a_gap_is_empty_and_spoils_the_value(small_form: Template, trouble: Trouble) -> None:
    slip = _write(small_form, reading=Digits("05631", {2: trouble}))
    assert slip.cells["reading"][2] == "empty"
    assert slip.values["reading"] == ""


def test_every_kind_of_entry_leaves_its_ink(small_form: Template) -> None:
    slip = _write(small_form, street=Handwritten("ул. Мира"), signature=Signed(), agreed=Marked())
    assert all(_ink_mm2(slip, small_form, name) > 0.5 for name in ("street", "signature", "agreed"))
    assert (slip.values["street"], slip.values["signature"], slip.values["agreed"]) == (
        "ул. Мира",
        "signed",
        "on",
    )
    typed = _write(small_form, street=Typed("ул. Мира"))
    assert _ink_mm2(typed, small_form, "street") > 0.5


def test_blank_is_the_same_as_nothing(small_form: Template) -> None:
    slip = _write(small_form, street=Blank(), account=Blank())
    assert np.array_equal(slip.paper, _write(small_form).paper)


def test_the_same_generator_writes_the_same_slip(small_form: Template) -> None:
    one, again = (_write(small_form, account=Digits("1234"), signature=Signed()) for _ in range(2))
    assert np.array_equal(one.paper, again.paper)


def test_filling_leaves_the_template_clean(small_form: Template) -> None:
    before = small_form.artwork.copy()
    _write(small_form, small_form.artwork_dpi, account=Digits("1234"))
    assert np.array_equal(before, small_form.artwork)


def test_paper_has_the_forms_size_at_any_resolution(small_form: Template) -> None:
    assert _write(small_form, 300).paper.shape == (945, 945)
    colour = fill(small_form, {}, HAND, PEN, np.random.default_rng(0), 100, in_colour=True)
    assert colour.paper.shape == (315, 315, 3)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("account", Digits("12345")),
        ("account", Digits("1", {4: Trouble.DASH})),
        ("street", Marked()),
        ("account", Typed("1")),
    ],
)
def test_what_does_not_fit_is_refused_by_name(small_form: Template, name: str, entry: Entry) -> None:
    with pytest.raises(ValueError, match=name):
        fill(small_form, {name: entry}, HAND, PEN, np.random.default_rng(0), 150)


def test_an_unknown_field_is_an_error(small_form: Template) -> None:
    with pytest.raises(KeyError):
        _write(small_form, acount=Digits("1"))
