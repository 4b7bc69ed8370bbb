"""Other offices' forms on their way to a template: poppler renders them, the labels are read by a double."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from forms_ocr.errors import TemplateError
from forms_ocr.model import Field, GreyImage, Shape, Template
from forms_ocr.recognition import LineText
from forms_ocr.simulation import DrawnHand, Pen, ScanConditions, fill, scan
from forms_ocr.simulation.office_forms import LOOKS, draw_office_form
from forms_ocr.template import load_template
from forms_ocr.template.checking import check_form, turn_match
from forms_ocr.template.draft import Draft, draft_template


class Mute:
    """A reader that reads nothing."""

    def read_line(self, strip: GreyImage, px_per_mm: float) -> LineText:
        del strip, px_per_mm
        return LineText("", 0.0)


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("forms")
    paths = {name: folder / f"{name}.pdf" for name in ("framed A5", "ticks")}
    for name, path in paths.items():
        draw_office_form(LOOKS[name]).save(path)
    return paths


@pytest.fixture(scope="module")
def form(forms: dict[str, Path]) -> Template:
    return load_template(forms["framed A5"])


def is_same(found: Field, true: Field, within_mm: float = 0.6) -> bool:
    """The same kind in the same place; how high an open comb or a line reaches is a matter of taste."""
    kinds = {found.shape, true.shape}
    sides = ("left_mm", "right_mm", "bottom_mm")
    off = max(abs(getattr(found.box, side) - getattr(true.box, side)) for side in sides)
    is_kind = len(kinds) == 1 or kinds == {Shape.LINE, Shape.SIGNATURE}
    return is_kind and len(found.cells) == len(true.cells) and off <= within_mm


def assert_all_found(draft: Draft, true: Template) -> None:
    found = load_template(draft.pdf)
    missing = [t.name for t in true.fields if not any(is_same(f, t) for f in found.fields)]
    assert missing == []
    assert len(found.fields) == len(true.fields)


def test_a_pdf_keeps_its_print_and_gets_its_fields(forms: dict[str, Path], tmp_path: Path) -> None:
    true = load_template(forms["ticks"])
    draft = draft_template(forms["ticks"], tmp_path, Mute())
    assert_all_found(draft, true)
    found = load_template(draft.pdf)
    assert (found.width_mm, found.height_mm) == pytest.approx((true.width_mm, true.height_mm), abs=0.05)
    assert float(np.abs(found.artwork.astype(int) - true.artwork.astype(int)).mean()) < 0.5
    picture = cv2.imread(str(draft.picture))
    assert picture is not None
    assert picture.shape[0] > 1000


def test_a_scan_is_laid_straight_and_cleaned(form: Template, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    paper = fill(form, {}, DrawnHand(1), Pen(), rng, 200).paper
    conditions = ScanConditions(dpi=150, skew_deg=-1.7, blur_sigma_px=0.5, noise=4, black=15, white=242)
    page = scan(paper, conditions, rng, paper_dpi=200, paper_mm=(form.width_mm, form.height_mm))
    path = tmp_path / "scan.png"
    cv2.imwrite(str(path), page)
    draft = draft_template(path, tmp_path / "out", Mute(), dpi=150)
    assert draft.skew_deg == pytest.approx(-1.7, abs=0.1)
    assert_all_found(draft, form)


def test_the_toml_says_what_every_field_holds_and_requires_nothing(
    forms: dict[str, Path], tmp_path: Path
) -> None:
    draft = draft_template(forms["framed A5"], tmp_path, Mute())
    text = draft.toml.read_text("utf-8")
    assert text.count("[fields.") == len(draft.spots)
    assert "required = true" not in text
    assert not any(field.is_required for field in load_template(draft.pdf).fields)


@pytest.mark.parametrize(("content", "said"), [(b"no picture", "what kind"), (b"", "empty")])
def test_what_is_no_page_is_a_fault_of_the_template(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "form.png"
    path.write_bytes(content)
    with pytest.raises(TemplateError) as caught:
        draft_template(path, tmp_path / "out", Mute())
    assert str(path) in str(caught.value), said


def test_blank_paper_has_nothing_to_write_on(tmp_path: Path) -> None:
    path = tmp_path / "form.png"
    cv2.imwrite(str(path), np.full((1240, 1754), 250, np.uint8))
    with pytest.raises(TemplateError, match="no cells, boxes or lines"):
        draft_template(path, tmp_path / "out", Mute(), dpi=200)


def test_too_coarse_a_scan_is_told(tmp_path: Path) -> None:
    path = tmp_path / "form.png"
    cv2.imwrite(str(path), np.full((900, 700), 250, np.uint8))
    with pytest.raises(TemplateError, match="100 dpi"):
        draft_template(path, tmp_path / "out", Mute(), dpi=100)


def test_a_sound_form_has_no_fault(form: Template) -> None:
    assert [finding for finding in check_form(form) if finding.is_fault] == []
    assert turn_match(form) < 0.3


def test_a_comb_that_counts_other_cells_than_are_printed_is_a_fault(form: Template) -> None:
    comb = form.fields[0]
    wrong = replace(comb, cells=comb.box.split(len(comb.cells) - 1))
    found = check_form(replace(form, fields=(wrong, *form.fields[1:])))
    assert any(f.is_fault and "6 cells are printed" in f.text and "has 5" in f.text for f in found)


def test_a_form_that_looks_the_same_upside_down_is_a_fault(form: Template) -> None:
    both = np.minimum(form.artwork, form.artwork[::-1, ::-1])
    found = check_form(replace(form, artwork=np.ascontiguousarray(both)))
    assert any(finding.is_fault and "upside down" in finding.text for finding in found)


def test_too_little_print_is_a_fault(form: Template) -> None:
    found = check_form(replace(form, artwork=np.full_like(form.artwork, 255)))
    assert any(finding.is_fault and "places to lay the form by" in finding.text for finding in found)


def test_small_cells_and_narrow_margins_are_pointed_out(form: Template) -> None:
    comb = form.fields[0]
    small = replace(comb.box, left_mm=2.0, right_mm=2.0 + 4.0 * len(comb.cells))
    field = replace(comb, box=small, cells=small.split(len(comb.cells)))
    texts = [f.text for f in check_form(replace(form, fields=(field, *form.fields[1:]))) if not f.is_fault]
    assert any("are small" in text for text in texts)
    assert any("2.0 mm from the edge" in text for text in texts)
