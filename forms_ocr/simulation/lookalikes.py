"""Pages that look like a form of ours and are not: what a reader of forms is most easily taken in by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import cv2
import numpy as np
from PIL import Image, ImageDraw

from forms_ocr.model import GreyImage, Template
from forms_ocr.simulation.filling import type_font
from forms_ocr.simulation.foreign import draw_foreign_page

_MM_PER_INCH = 25.4
_PAPER_GREY = 255


def draw_lookalike(kind: str, template: Template, rng: np.random.Generator, dpi: float = 300.0) -> GreyImage:
    """A page as large as the form, before scanning.

    Args:
        kind: One of :data:`LOOKALIKE_KINDS`.

    Raises:
        KeyError: An unknown kind.
    """
    return LOOKALIKE_KINDS[kind](template, dpi, rng)


def _print_of(template: Template, dpi: float) -> GreyImage:
    scale = dpi / template.artwork_dpi
    return np.asarray(cv2.resize(template.artwork, None, fx=scale, fy=scale), np.uint8)


def _foreign(template: Template, dpi: float, rng: np.random.Generator) -> GreyImage:
    """Another page of the form's size."""
    kind = str(rng.choice(("letter", "receipt", "other_form", "note", "table", "newspaper")))
    page = draw_foreign_page(kind, rng, dpi, (template.width_mm, template.height_mm))
    shape = _print_of(template, dpi).shape
    return np.asarray(cv2.resize(page, shape[::-1]), np.uint8)


def _same_markers(template: Template, dpi: float, rng: np.random.Generator) -> GreyImage:
    """The form's own markers in their own places, another form between them."""
    page, form = _foreign(template, dpi, rng), _print_of(template, dpi)
    for marker in template.markers:
        corners = np.array(marker.corners_mm) * dpi / _MM_PER_INCH
        left, top = (int(v) - 12 for v in corners.min(axis=0))
        right, bottom = (int(v) + 12 for v in corners.max(axis=0))
        rows, cols = slice(max(0, top), bottom), slice(max(0, left), right)
        page[rows, cols] = form[rows, cols]
    return page


def _other_markers(template: Template, dpi: float, rng: np.random.Generator) -> GreyImage:
    """Another form with markers of the same family, some with our numbers, in other places and sizes."""
    page, px = _foreign(template, dpi, rng), dpi / _MM_PER_INCH
    dictionary = cv2.aruco.getPredefinedDictionary(
        getattr(cv2.aruco, template.marker_dictionary or "DICT_4X4_50")
    )
    for _ in range(int(rng.integers(2, 7))):
        side = round(float(rng.uniform(7, 18)) * px)
        marker = cv2.aruco.generateImageMarker(dictionary, int(rng.integers(8)), side)
        quiet = cv2.copyMakeBorder(marker, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=(_PAPER_GREY,))
        top, left = (int(rng.integers(0, max(1, size - side - 40))) for size in page.shape)
        part = page[top : top + quiet.shape[0], left : left + quiet.shape[1]]
        part[:] = quiet[: part.shape[0], : part.shape[1]]
    return page


def _instructions(template: Template, dpi: float, rng: np.random.Generator) -> GreyImage:
    """The form's own heading and rules cut out of it and put above a page of advice, without any field."""
    form, px = _print_of(template, dpi), dpi / _MM_PER_INCH
    first, last = (
        round(edge * px)
        for edge in (
            min(field.box.top_mm for field in template.fields) - 5.0,
            max(field.box.bottom_mm for field in template.fields) + 4.0,
        )
    )
    picture = Image.fromarray(np.full_like(form, _PAPER_GREY))
    draw = ImageDraw.Draw(picture)
    for row in range(12):
        text = " ".join(str(rng.choice(_ADVICE)) for _ in range(9))
        draw.text((20 * px, first + (row * 6 + 4) * px), text, fill=20, font=type_font("", round(3.4 * px)))
    page = np.array(picture)
    page[:first] = form[:first]
    page[last:] = form[last:]
    return page


_ADVICE = ("показания", "снимайте", "каждый", "месяц", "цифры", "до", "запятой", "пишите", "чётко", "ручкой")


def _other_edition(template: Template, dpi: float, rng: np.random.Generator) -> GreyImage:
    """Another edition: the same markers and print, bands of the form in another order."""
    form, px = _print_of(template, dpi), dpi / _MM_PER_INCH
    edges = np.array((24.0, 46.0, 68.0, 92.0, 118.0)) / 148.0 * template.height_mm
    bands = [form[round(a * px) : round(b * px)] for a, b in pairwise(edges)]
    order = rng.permutation(len(bands))
    while (order == np.arange(len(bands))).any():
        order = rng.permutation(len(bands))
    page = form.copy()
    # the markers' columns stay where they are
    inner = slice(round(19 * px), form.shape[1] - round(19 * px))
    mixed = np.concatenate([bands[i] for i in order])
    top = round(edges[0] * px)
    page[top : top + len(mixed), inner] = mixed[:, inner]
    return page


def _mirrored(template: Template, dpi: float, _rng: np.random.Generator) -> GreyImage:
    """Seen from behind against the light."""
    return np.ascontiguousarray(_print_of(template, dpi)[:, ::-1])


def _scrap(template: Template, dpi: float, rng: np.random.Generator) -> GreyImage:
    """A quarter of the form torn off, alone on a page."""
    form = _print_of(template, dpi)
    page = np.full_like(form, _PAPER_GREY)
    height, width = (size // 2 for size in form.shape)
    top, left = int(rng.integers(2)) * height, int(rng.integers(2)) * width
    page[top : top + height, left : left + width] = form[top : top + height, left : left + width]
    return page


LOOKALIKE_KINDS: Mapping[str, Callable[[Template, float, np.random.Generator], GreyImage]] = {
    "same_markers": _same_markers,
    "other_markers": _other_markers,
    "instructions": _instructions,
    "other_edition": _other_edition,
    "mirrored": _mirrored,
    "scrap": _scrap,
}
"""By kind; none of them is the form."""
