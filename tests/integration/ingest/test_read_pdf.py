"""PDF scans: what is taken out of them is what poppler draws."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from forms_ocr.errors import ConfigurationError, PageError, ScanError
from forms_ocr.ingest import Limits, open_scan, pdf, render_pdf_page
from forms_ocr.model import Page, Reason
from tests.integration.ingest.scan_files import (
    HEIGHT_PX,
    WHOLE_PAGE,
    WIDTH_PX,
    black_and_white,
    coloured,
    encoded,
    fax_entries,
    flate_entries,
    group4,
    image_pdf,
    jpeg_entries,
    jpeg_pdf,
    picture,
    png_image_data,
    saved,
)

SAME = 2.0
"""Mean difference in grey levels between one picture decoded by two programs; mirrored it has over 20."""


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pages that had to be rendered."""
    rendered: list[int] = []

    def counting(path: Path, number: int, dpi: float, **options: float) -> object:
        rendered.append(number)
        return render_pdf_page(path, number, dpi, timeout_s=options["timeout_s"])

    monkeypatch.setattr(pdf, "render_pdf_page", counting)
    return rendered


def read(path: Path, number: int = 1) -> Page:
    with open_scan(path) as scan:
        return scan.read(number)


def difference(page: Page, path: Path) -> float:
    """How far a page is from what poppler draws, in grey levels."""
    drawn = render_pdf_page(path, page.number, 144)
    scaled = cv2.resize(page.pixels, drawn.shape[::-1], interpolation=cv2.INTER_AREA)
    return float(np.abs(scaled.astype(np.int16) - drawn).mean())


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("is_turned", "is_mirrored", "is_flipped"), list(itertools.product([0, 1], repeat=3))
)
def test_a_picture_lies_as_poppler_draws_it(
    tmp_path: Path, renders: list[int], rotate: int, is_turned: int, is_mirrored: int, is_flipped: int
) -> None:
    x, y = (-310 if is_mirrored else 310), (-220 if is_flipped else 220)
    turn = f"0 {y} {x} 0" if is_turned else f"{x} 0 0 {y}"
    content = f"q {turn} {310 * is_mirrored} {220 * is_flipped} cm /Im0 Do Q"
    path = saved(jpeg_pdf(content, Rotate=rotate), tmp_path / "a.pdf")
    page = read(path)
    assert not renders
    assert difference(page, path) < SAME


def _packed(bits: int) -> bytes:
    return zlib.compress(np.packbits(black_and_white(), axis=1).tobytes() if bits == 1 else _nibbles())


def _nibbles() -> bytes:
    high = picture() >> 4
    return ((high[:, 0::2] << 4) | high[:, 1::2]).astype(np.uint8).tobytes()


def _indexed(high: int, table: bytes) -> Array:
    return Array([Name.Indexed, Name.DeviceRGB, high, String(table)])


RGB = Name.DeviceRGB
FALLING_GREYS = bytes(np.repeat(np.linspace(255, 0, 16).astype(np.uint8), 3))
PREDICTED = Dictionary(Predictor=15, Colors=1, BitsPerComponent=8, Columns=WIDTH_PX)
PREDICTED_RGB = Dictionary(Predictor=15, Colors=3, BitsPerComponent=8, Columns=WIDTH_PX)
STENCIL: dict[str, object] = {"ImageMask": True, "ColorSpace": None}
GREY_FLATE = zlib.compress(picture().tobytes())
RGB_JPEG = encoded(coloured(), "jpeg", quality=90)

EMBEDDED: dict[str, tuple[bytes, dict[str, object]]] = {
    "grey JPEG": (encoded(picture(), "jpeg", quality=90), jpeg_entries()),
    "progressive JPEG": (encoded(picture(), "jpeg", progressive=True), jpeg_entries()),
    "inverted JPEG": (encoded(255 - picture(), "jpeg"), jpeg_entries(Decode=Array([1, 0]))),
    "colour JPEG": (RGB_JPEG, jpeg_entries(ColorSpace=RGB)),
    "deflated JPEG": (
        zlib.compress(RGB_JPEG),
        jpeg_entries(ColorSpace=RGB, Filter=Array([Name.FlateDecode, Name.DCTDecode])),
    ),
    "JPEG 2000": (encoded(coloured(), "jpeg2000"), jpeg_entries(Filter=Name.JPXDecode, ColorSpace=RGB)),
    "group 4": (group4(~black_and_white()), fax_entries()),
    "group 4, black is 1": (group4(black_and_white()), fax_entries(is_black_one=True)),
    "group 4, inverted": (group4(black_and_white()), fax_entries({"Decode": Array([1, 0])})),
    "group 4 stencil": (group4(~black_and_white()), fax_entries(STENCIL)),
    "deflated grey": (GREY_FLATE, flate_entries()),
    "deflated grey, inverted": (GREY_FLATE, flate_entries(Decode=Array([1, 0]))),
    "deflated, 1 bit": (_packed(1), flate_entries(1)),
    "deflated stencil": (_packed(1), flate_entries(1, **STENCIL)),
    "deflated stencil, inverted": (_packed(1), flate_entries(1, Decode=Array([1, 0]), **STENCIL)),
    "deflated, 4 bits": (_packed(4), flate_entries(4)),
    "deflated, palette": (_packed(4), flate_entries(4, ColorSpace=_indexed(15, FALLING_GREYS))),
    "deflated, 1-bit palette": (
        _packed(1),
        flate_entries(1, ColorSpace=_indexed(1, b"\xff\xff\xff\x0a\x14\x78")),
    ),
    "deflated colour": (zlib.compress(coloured().tobytes()), flate_entries(ColorSpace=RGB)),
    "predicted grey": (png_image_data(encoded(picture(), "png")), flate_entries(DecodeParms=PREDICTED)),
    "predicted colour": (
        png_image_data(encoded(coloured(), "png")),
        flate_entries(DecodeParms=PREDICTED_RGB, ColorSpace=RGB),
    ),
}


@pytest.mark.parametrize("kind", sorted(EMBEDDED))
def test_a_picture_that_covers_the_page_is_taken_out(tmp_path: Path, renders: list[int], kind: str) -> None:
    path = saved(image_pdf(*EMBEDDED[kind]), tmp_path / "a.pdf")
    page = read(path)
    assert not renders
    assert difference(page, path) < SAME
    assert page.pixels.shape == (HEIGHT_PX, WIDTH_PX)
    assert page.dpi == pytest.approx(144)


LATER = "/Im0 Do Q"
FONT = Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))


def _with_resources(content: str, **resources: Dictionary) -> pikepdf.Pdf:
    made = jpeg_pdf(content)
    for kind, entries in resources.items():
        made.pages[0].obj.Resources[f"/{kind}"] = entries
    return made


def _in_a_form(*, box: tuple[int, int, int, int] = (0, 0, 310, 220)) -> pikepdf.Pdf:
    made = jpeg_pdf("q /F Do Q")
    objects = made.pages[0].obj.Resources.XObject
    form = Stream(made, WHOLE_PAGE.encode(), {"/Subtype": Name.Form, "/BBox": Array(box)})
    form.Resources = Dictionary(XObject=Dictionary(Im0=objects.Im0))
    objects.F = form
    return made


def _calling_itself() -> pikepdf.Pdf:
    made = jpeg_pdf("q /F Do Q")
    objects = made.pages[0].obj.Resources.XObject
    objects.F = made.make_indirect(
        Stream(made, b"/F Do /F Do", {"/Subtype": Name.Form, "/BBox": Array([0, 0, 310, 220])})
    )
    return made


def _stamped(**entries: object) -> pikepdf.Pdf:
    made = jpeg_pdf()
    drawing = Stream(made, b"0 0 50 50 re f", {"/Subtype": Name.Form, "/BBox": Array([0, 0, 50, 50])})
    stamp = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([10, 10, 60, 60]))
    stamp.AP = Dictionary(N=made.make_indirect(drawing))
    for key, value in entries.items():
        stamp[f"/{key}"] = value
    made.pages[0].obj.Annots = Array([made.make_indirect(stamp)])
    return made


def _soft_masked() -> pikepdf.Pdf:
    made = jpeg_pdf()
    mask = Stream(made, GREY_FLATE)
    for key, value in {"Subtype": Name.Image, **flate_entries()}.items():
        mask[f"/{key}"] = value
    made.pages[0].obj.Resources.XObject.Im0.SMask = made.make_indirect(mask)
    return made


STILL_ONE_PICTURE: dict[str, Callable[[], pikepdf.Pdf]] = {
    "paint under it": lambda: jpeg_pdf("0.5 g 0 0 310 220 re f " + WHOLE_PAGE),
    "clipped to the page": lambda: jpeg_pdf("q 0 0 310 220 re W n 310 0 0 220 0 0 cm /Im0 Do Q"),
    "matrices in matrices": lambda: jpeg_pdf("q 2 0 0 2 10 10 cm q 155 0 0 110 -5 -5 cm /Im0 Do Q Q"),
    "invisible text over it": lambda: _with_resources(
        WHOLE_PAGE + " BT 3 Tr /F1 40 Tf 50 100 Td (hello) Tj ET", Font=FONT
    ),
    "inside a form object": _in_a_form,
    "a harmless graphics state": lambda: _with_resources(
        "q /G gs 310 0 0 220 0 0 cm " + LATER, ExtGState=Dictionary(G=Dictionary(ca=1, BM=Name.Normal))
    ),
    "a hidden stamp": lambda: _stamped(F=2),
    "a page away from the origin": lambda: jpeg_pdf(
        "q 310 0 0 220 50 70 cm /Im0 Do Q", MediaBox=Array([50, 70, 360, 290])
    ),
    "corners the other way round": lambda: jpeg_pdf(MediaBox=Array([310, 220, 0, 0])),
    "a border of 1 %": lambda: jpeg_pdf("q 307 0 0 218 1.5 1 cm /Im0 Do Q"),
}


@pytest.mark.parametrize("kind", sorted(STILL_ONE_PICTURE))
def test_what_cannot_be_seen_does_not_count(tmp_path: Path, renders: list[int], kind: str) -> None:
    path = saved(STILL_ONE_PICTURE[kind](), tmp_path / "a.pdf")
    page = read(path)
    assert not renders
    assert difference(page, path) < (SAME if kind != "a border of 1 %" else 8)


MIXED: dict[str, Callable[[], pikepdf.Pdf]] = {
    "paint over it": lambda: jpeg_pdf(WHOLE_PAGE + " 10 10 100 20 re f"),
    "a line over it": lambda: jpeg_pdf(WHOLE_PAGE + " 5 w 0 0 m 310 220 l S"),
    "text over it": lambda: _with_resources(WHOLE_PAGE + " BT /F1 40 Tf 50 100 Td (hello) Tj ET", Font=FONT),
    "an inline picture over it": lambda: jpeg_pdf(
        WHOLE_PAGE + " q 50 0 0 50 0 0 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \0~\0~ EI Q"
    ),
    "two strips": lambda: jpeg_pdf("q 310 0 0 110 0 0 cm /Im0 Do Q q 310 0 0 110 0 110 cm /Im0 Do Q"),
    "the picture twice": lambda: jpeg_pdf(WHOLE_PAGE + " q 100 0 0 100 50 50 cm /Im0 Do Q"),
    "clipped to a half": lambda: jpeg_pdf("q 0 0 155 220 re W n 310 0 0 220 0 0 cm /Im0 Do Q"),
    "clipped by a line": lambda: jpeg_pdf("q 0 0 m 310 0 l 0 220 l W n 310 0 0 220 0 0 cm /Im0 Do Q"),
    "clipped by its form": lambda: _in_a_form(box=(0, 0, 100, 100)),
    "a margin": lambda: jpeg_pdf("q 200 0 0 150 50 30 cm /Im0 Do Q"),
    "askew": lambda: jpeg_pdf("q 309 10 -10 219 4 0 cm /Im0 Do Q"),
    "cropped": lambda: jpeg_pdf(CropBox=Array([0, 0, 155, 220])),
    "half transparent": lambda: _with_resources(
        "q /G gs 310 0 0 220 0 0 cm " + LATER, ExtGState=Dictionary(G=Dictionary(ca=0.5))
    ),
    "a soft mask": _soft_masked,
    "a stamp": _stamped,
    "a layer": lambda: jpeg_pdf("/OC /L BDC " + WHOLE_PAGE + " EMC"),
    "a red stencil": lambda: image_pdf(
        _packed(1), flate_entries(1, **STENCIL), "q 1 0 0 rg 310 0 0 220 0 0 cm /Im0 Do Q"
    ),
    "a stencil on grey": lambda: image_pdf(
        _packed(1), flate_entries(1, **STENCIL), "q 0.7 g 0 0 310 220 re f 0 g 310 0 0 220 0 0 cm /Im0 Do Q"
    ),
    "not packed at all": lambda: image_pdf(picture().tobytes(), flate_entries(Filter=None)),
    "forms without end": _calling_itself,
    "content too long to look at": lambda: jpeg_pdf(WHOLE_PAGE + " n" * 600_000),
}


@pytest.mark.parametrize("kind", sorted(MIXED))
def test_everything_else_is_rendered(tmp_path: Path, renders: list[int], kind: str) -> None:
    path = saved(MIXED[kind](), tmp_path / "a.pdf")
    page = read(path)
    assert renders == [1]
    assert page.dpi == 300
    assert page.pixels.shape == ((917, 1292) if kind != "cropped" else (917, 646))


def test_pages_come_in_any_order(tmp_path: Path) -> None:
    three = jpeg_pdf()
    for shade in (0, 200):
        other = image_pdf(zlib.compress(bytes([shade]) * WIDTH_PX * HEIGHT_PX), flate_entries())
        three.pages.extend(other.pages)
    with open_scan(saved(three, tmp_path / "a.pdf")) as scan:
        assert scan.page_count == 3
        means = [round(scan.read(number).pixels.mean()) for number in (3, 1, 2, 3)]
        assert means == [200, round(picture().mean()), 0, 200]
        assert scan.read(2).number == 2


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_page_that_is_not_there_is_the_callers_mistake(tmp_path: Path, number: int) -> None:
    with (
        open_scan(saved(jpeg_pdf(), tmp_path / "a.pdf")) as scan,
        pytest.raises(ValueError, match="pages 1 to 1"),
    ):
        scan.read(number)


def test_coarse_fax_gets_square_pixels(tmp_path: Path) -> None:
    squashed = cv2.resize(picture(), (WIDTH_PX, HEIGHT_PX // 2), interpolation=cv2.INTER_AREA)
    entries = jpeg_entries(Height=HEIGHT_PX // 2)
    path = saved(image_pdf(encoded(squashed.astype(np.uint8), "jpeg"), entries), tmp_path / "a.pdf")
    with open_scan(path, Limits(min_side_px=100)) as scan:
        page = scan.read(1)
    assert page.pixels.shape == (HEIGHT_PX, WIDTH_PX)
    assert difference(page, path) < 2 * SAME


def test_a_page_as_large_as_its_pixels_in_points_is_rendered_smaller(tmp_path: Path) -> None:
    made = jpeg_pdf("q 3100 0 0 2200 0 0 cm /Im0 Do Q 0 0 9 9 re f", MediaBox=Array([0, 0, 3100, 2200]))
    assert read(saved(made, tmp_path / "a.pdf")).pixels.shape == (3549, 5000)


def test_a_page_too_large_to_draw_is_refused(tmp_path: Path) -> None:
    path = saved(jpeg_pdf(WHOLE_PAGE + " 0 0 9 9 re f"), tmp_path / "a.pdf")
    with (
        open_scan(path, Limits(max_side_px=1291)) as scan,
        pytest.raises(PageError, match="1292 x 917") as caught,
    ):
        scan.read(1)
    assert caught.value.reason == Reason.PAGE_TOO_LARGE


def _widget(made: pikepdf.Pdf, **entries: object) -> Dictionary:
    widget = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array([10, 10, 100, 30]))
    for key, value in entries.items():
        widget[f"/{key}"] = value
    return made.make_indirect(widget)


def _filled_in() -> pikepdf.Pdf:
    made = jpeg_pdf()
    made.pages.append(made.pages[0])
    date = made.make_indirect(Dictionary(T=String("date"), FT=Name.Tx))
    choice = made.make_indirect(Dictionary(T=String("choice"), FT=Name.Btn, V=Name.Second))
    signer = Dictionary(Type=Name.Sig, Name=String("Анна"))
    widgets = [
        _widget(made, T=String("account"), FT=Name.Tx, V=String("001200000004")),
        _widget(made, T=String("street"), FT=Name.Tx, V=String("улица Мира")),
        _widget(made, T=String("day"), Parent=date, V=String("24")),
        _widget(made, T=String("month"), Parent=date, V=String("")),
        _widget(made, T=String("blank"), FT=Name.Tx, V=String("   ")),
        _widget(made, T=String("ticked"), FT=Name.Btn, V=Name.Yes),
        _widget(made, T=String("unticked"), FT=Name.Btn, V=Name.Off),
        _widget(made, Parent=choice, AS=Name.Off),
        _widget(made, Parent=choice, AS=Name.Second),
        _widget(made, T=String("signature"), FT=Name.Sig, V=signer),
    ]
    made.pages[0].obj.Annots = Array(widgets)
    other = _widget(made, T=String("other"), V=String("7"))
    made.Root.AcroForm = Dictionary(Fields=Array([*widgets, other]), NeedAppearances=True)
    made.pages[1].obj.Annots = Array([other])
    return made


def test_values_typed_on_a_computer_are_read_by_page(tmp_path: Path, renders: list[int]) -> None:
    with open_scan(saved(_filled_in(), tmp_path / "a.pdf")) as scan:
        assert scan.read(1).values == {
            "account": "001200000004",
            "street": "улица Мира",
            "date.day": "24",
            "ticked": "Yes",
            "choice": "Second",
            "signature": "Анна",
        }
        assert scan.read(2).values == {"other": "7"}
    assert renders == [1, 2]


def test_fields_that_are_their_own_parents_end(tmp_path: Path) -> None:
    made = jpeg_pdf()
    widget = _widget(made, T=String("a"))
    widget.Parent = widget
    made.pages[0].obj.Annots = Array([widget])
    made.Root.AcroForm = Dictionary(Fields=Array([widget]))
    assert read(saved(made, tmp_path / "a.pdf")).values == {}


def _encrypted(made: pikepdf.Pdf, path: Path, password: str) -> Path:
    made.save(path, encryption=pikepdf.Encryption(owner="owner", user=password))
    return path


def test_a_password_is_asked_for_in_words(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="password") as caught:
        open_scan(_encrypted(jpeg_pdf(), tmp_path / "a.pdf", "secret"))
    assert caught.value.reason == Reason.SCAN_ENCRYPTED


@pytest.mark.parametrize("content", [WHOLE_PAGE, WHOLE_PAGE + " 10 10 100 20 re f"])
def test_an_empty_password_opens(tmp_path: Path, content: str) -> None:
    path = _encrypted(jpeg_pdf(content), tmp_path / "a.pdf", "")
    assert difference(read(path), path) < SAME


def test_a_pdf_that_lost_pages_is_refused(tmp_path: Path) -> None:
    path = saved(jpeg_pdf(), tmp_path / "a.pdf")
    stored = path.read_bytes()
    assert b"/Count 1" in stored
    path.write_bytes(stored.replace(b"/Count 1", b"/Count 3"))
    with pytest.raises(ScanError, match="only 1 of 3 pages") as caught:
        open_scan(path)
    assert caught.value.reason == Reason.SCAN_BROKEN


def test_a_second_version_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = saved(jpeg_pdf(), tmp_path / "a.pdf")
    path.write_bytes(path.read_bytes() + b"\n9 0 obj\n<< /Type /Page /Contents 3")
    with pytest.raises(ScanError, match="breaks off"):
        open_scan(path)


def test_padding_and_something_in_front_are_taken(tmp_path: Path) -> None:
    path = saved(jpeg_pdf(), tmp_path / "a.pdf")
    path.write_bytes(b"HTTP/1.1 200 OK\r\n\r\n" + path.read_bytes() + b"\n" + b"\0" * 4096)
    assert read(path).pixels.shape == (HEIGHT_PX, WIDTH_PX)


def test_a_pdf_without_pages_is_empty(tmp_path: Path) -> None:
    with pytest.raises(ScanError) as caught:
        open_scan(saved(pikepdf.new(), tmp_path / "a.pdf"))
    assert caught.value.reason == Reason.SCAN_EMPTY


def test_slow_drawing_is_cut_off(tmp_path: Path) -> None:
    path = saved(jpeg_pdf(WHOLE_PAGE + " 0 0 m 310 220 l S"), tmp_path / "a.pdf")
    with open_scan(path, Limits(page_timeout_s=0.0001)) as scan, pytest.raises(PageError) as caught:
        scan.read(1)
    assert caught.value.reason == Reason.PAGE_TIMEOUT


def test_a_machine_without_poppler_is_not_the_scans_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(jpeg_pdf(WHOLE_PAGE + " 0 0 m 310 220 l S"), tmp_path / "a.pdf")
    monkeypatch.setenv("PATH", str(tmp_path))
    with open_scan(path) as scan, pytest.raises(ConfigurationError, match="poppler-utils"):
        scan.read(1)


def test_the_day_of_the_scan_is_the_pdfs_own(tmp_path: Path) -> None:
    made = jpeg_pdf()
    assert read(saved(made, tmp_path / "a.pdf")).scanned_on is None
    made.docinfo["/CreationDate"] = "D:20261123080000+03'00'"
    made.docinfo["/ModDate"] = "D:20261124080000+03'00'"
    assert read(saved(made, tmp_path / "b.pdf")).scanned_on == date(2026, 11, 24)
