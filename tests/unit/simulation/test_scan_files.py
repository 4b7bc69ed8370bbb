from io import BytesIO

import cv2
import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageSequence

from forms_ocr.simulation import encode
from forms_ocr.simulation.encoding import Kind

KINDS: tuple[Kind, ...] = ("jpeg", "png", "tiff-g4", "tiff-lzw", "tiff-jpeg", "pdf-jpeg", "pdf-g4")


def _page(shade: int = 0) -> np.ndarray:
    page = np.full((90, 140), 255, np.uint8)
    page[20:50, 30:100] = shade
    return page


def _picture(page: pikepdf.Page) -> pikepdf.Stream:
    """The one picture of a page."""
    picture = page.Resources.XObject.Im0
    assert isinstance(picture, pikepdf.Stream)
    return picture


def _embedded(data: bytes) -> list[Image.Image]:
    """The pictures of a PDF's pages."""
    with pikepdf.open(BytesIO(data)) as pdf:
        return [pikepdf.PdfImage(_picture(page)).as_pil_image() for page in pdf.pages]


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_comes_back_as_it_was(kind: Kind) -> None:
    data = encode([_page()], kind, 200, quality=95)
    picture = _embedded(data)[0] if kind.startswith("pdf") else Image.open(BytesIO(data))
    grey = np.asarray(picture.convert("L")).astype(int)
    assert grey.shape == (90, 140)
    assert np.abs(grey - _page()).mean() < 2


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff-g4", "tiff-lzw"])
def test_pictures_say_their_resolution(kind: Kind) -> None:
    picture = Image.open(BytesIO(encode([_page()], kind, 200)))
    assert round(float(picture.info["dpi"][0])) == 200


def test_a_pdf_page_is_as_large_as_the_paper_and_one_image_covers_it() -> None:
    data = encode([_page()], "pdf-jpeg", 100)
    with pikepdf.open(BytesIO(data)) as pdf:
        page = pdf.pages[0]
        image = _picture(page)
        assert [float(side) for side in page.mediabox] == pytest.approx(
            [0, 0, 140 * 0.72, 90 * 0.72], abs=0.01
        )
        assert image.Filter == "/DCTDecode"
        decoded = cv2.imdecode(np.frombuffer(image.read_raw_bytes(), np.uint8), 0)
        assert decoded is not None
        assert decoded.shape == (90, 140)


@pytest.mark.parametrize("kind", ["tiff-g4", "tiff-lzw"])
def test_a_tiff_keeps_its_pages_in_order(kind: Kind) -> None:
    pages = [_page(), np.full((60, 70), 255, np.uint8)]
    sizes = [p.size for p in ImageSequence.Iterator(Image.open(BytesIO(encode(pages, kind, 300))))]
    assert sizes == [(140, 90), (70, 60)]


@pytest.mark.parametrize("kind", ["pdf-jpeg", "pdf-g4"])
def test_a_pdf_keeps_its_pages_in_order(kind: Kind) -> None:
    images = _embedded(encode([_page(), np.full((60, 70), 255, np.uint8)], kind, 300))
    assert [(image.width, image.height) for image in images] == [(140, 90), (70, 60)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_pages_give_the_same_bytes(kind: Kind) -> None:
    assert encode([_page(90)], kind, 300) == encode([_page(90)], kind, 300)


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff-lzw", "pdf-jpeg"])
def test_colour_survives(kind: Kind) -> None:
    blue = np.zeros((40, 50, 3), np.uint8)
    blue[..., 0] = 200
    data = encode([blue], kind, 200)
    picture = _embedded(data)[0] if kind.startswith("pdf") else Image.open(BytesIO(data))
    red, _, seen_blue = np.asarray(picture.convert("RGB"))[20, 25]
    assert seen_blue > 150
    assert red < 60


@pytest.mark.parametrize(("pages", "kind"), [(2, "jpeg"), (2, "png"), (0, "pdf-jpeg"), (1, "gif")])
def test_what_cannot_be_written_is_said(pages: int, kind: Kind) -> None:
    with pytest.raises(ValueError, match=kind):
        encode([_page()] * pages, kind, 200)
