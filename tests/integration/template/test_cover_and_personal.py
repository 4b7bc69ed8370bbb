"""Covers and personal slips as they come out of the printer and back through the scanner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from pdf2image import convert_from_path

from forms_ocr.codes import code_place, find_cover, read_slip_code
from forms_ocr.errors import TemplateError
from forms_ocr.model import Account, AccountStatus, Cover, GreyImage, Page, Template
from forms_ocr.registration import register
from forms_ocr.simulation import CLEAN, POOR, draw_conditions, scan
from forms_ocr.simulation.scanning import OneBit
from forms_ocr.template import default_template_path, load_template, write_cover, write_personal_slips
from forms_ocr.template.drawing import FormDrawing

COVERS = (Cover("12", "3", 120), Cover("Отделение «Заречное», г. Бор", "Коробка 17", 1204))


def account(number: str, street: str = "Ленина") -> Account:
    return Account(number, street, "12", "5", "", None, 5, AccountStatus.DIRECT)


ACCOUNTS = [account("121000000042"), account("012345678905", "Улица " + "длинная " * 30), account("9" * 12)]


def rendered(path: Path, dpi: int = 200) -> list[GreyImage]:
    pages = convert_from_path(path, dpi=dpi, grayscale=True)
    return [np.asarray(page.convert("L"), np.uint8) for page in pages]


@pytest.fixture(scope="module")
def form() -> Template:
    return load_template(default_template_path())


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Sequence[GreyImage]:
    out = tmp_path_factory.mktemp("personal") / "slips.pdf"
    assert write_personal_slips(default_template_path(), ACCOUNTS, out) == 2
    return rendered(out)


@pytest.mark.parametrize(
    ("cover", "turn", "dpi", "one_bit"),
    [(COVERS[0], 0, 150.0, ""), (COVERS[1], 90, 200.0, "global"), (COVERS[1], 180, 200.0, "adaptive")],
)
def test_a_cover_is_known_again(
    tmp_path: Path, form: Template, cover: Cover, turn: int, dpi: float, one_bit: OneBit
) -> None:
    write_cover(cover, tmp_path / "cover.pdf")
    (paper,) = rendered(tmp_path / "cover.pdf")
    rng = np.random.default_rng(1)
    conditions = draw_conditions(CLEAN, rng, dpi=dpi, turn_deg=turn, one_bit=one_bit)
    page = Page(1, np.asarray(scan(paper, conditions, rng, paper_dpi=200), np.uint8))
    assert find_cover(page) == cover
    assert register(page, form) == ()


def test_a_cover_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_cover(COVERS[0], tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_what_cannot_stand_on_a_cover_writes_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="office"):
        write_cover(Cover("", "3", 1), tmp_path / "cover.pdf")
    assert not (tmp_path / "cover.pdf").exists()


def test_every_slip_of_every_sheet_names_its_account(form: Template, sheets: Sequence[GreyImage]) -> None:
    rng = np.random.default_rng(2)
    found = []
    for sheet in sheets:
        pixels = scan(sheet, draw_conditions(POOR, rng, dpi=200), rng, paper_dpi=200)
        page = Page(1, np.asarray(pixels, np.uint8))
        found += [read_slip_code(page, slip, form) for slip in register(page, form)]
    assert found == [*(one.account for one in ACCOUNTS), ""]


def test_a_personal_slip_is_the_form_itself(form: Template, sheets: Sequence[GreyImage]) -> None:
    """All that is added stands in the fields of account and address, and at the code's place."""
    upper = sheets[0][: sheets[0].shape[0] // 2]
    page = Page(1, upper)
    (slip,) = register(page, form)
    px = form.artwork_dpi / 25.4
    height, width = form.artwork.shape
    steps = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), axis=-1) / px
    places = np.asarray(slip.to_page(steps), np.float32)
    straight = cv2.remap(upper, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderValue=(255,))
    darkest_near = cv2.erode(form.artwork, np.ones((5, 5), np.uint8))
    added = darkest_near.astype(np.int16) - straight > 120
    place = code_place(form)
    assert place is not None
    filled = ("account", "address.street", "address.house", "address.flat")
    for box in (place, *(form.field(name).box for name in filled)):
        area = added[
            round((box.top_mm - 0.5) * px) : round((box.bottom_mm + 0.5) * px),
            round((box.left_mm - 0.5) * px) : round((box.right_mm + 0.5) * px),
        ]
        assert area.any()
        area[:] = False
    assert np.count_nonzero(added) < 40
    assert slip.residual_mm < 0.1


def test_a_form_without_room_for_the_code_is_told(tmp_path: Path) -> None:
    crowded = FormDrawing(100, 45, title="tight")
    crowded.comb("account", "Account", 5, 20, 10)
    crowded.save(tmp_path / "form.pdf")
    (tmp_path / "form.toml").write_text('[roles]\naccount = "account"\n', encoding="utf-8")
    with pytest.raises(TemplateError, match="no free square"):
        write_personal_slips(tmp_path / "form.pdf", ACCOUNTS, tmp_path / "slips.pdf")


def test_a_form_without_an_account_is_told(tmp_path: Path) -> None:
    form = FormDrawing(150, 100, title="no account")
    form.comb("number", "Number", 5, 20, 10)
    form.save(tmp_path / "form.pdf")
    with pytest.raises(TemplateError, match=r"roles\.account"):
        write_personal_slips(tmp_path / "form.pdf", ACCOUNTS, tmp_path / "slips.pdf")


def test_the_code_does_not_hang_on_how_the_artwork_was_rendered(form: Template) -> None:
    """Another poppler may smooth print differently: the place moves by less than the quiet zone."""
    other = replace(form, artwork=np.asarray(cv2.GaussianBlur(form.artwork, (3, 3), 0), np.uint8))
    one, moved = code_place(form), code_place(other)
    assert one is not None
    assert moved is not None
    assert abs(one.left_mm - moved.left_mm) <= 1.5
    assert abs(one.top_mm - moved.top_mm) <= 1.5
