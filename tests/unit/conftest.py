"""A form drawn in memory, for tests that may touch no disk."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_ocr.model import Box, Field, GreyImage, Marker, Shape, Template

_DPI = 200.0
_PX = _DPI / 25.4
_SIZE_MM = (210.0, 148.0)


def _line(artwork: GreyImage, start_mm: tuple[float, float], end_mm: tuple[float, float]) -> None:
    start, end = ((round(x * _PX), round(y * _PX)) for x, y in (start_mm, end_mm))
    cv2.line(artwork, start, end, 168, 2)


def _comb(artwork: GreyImage, name: str, left: float, top: float, cells: int) -> Field:
    box = Box(left, top, left + cells * 9.0, top + 10.5)
    for x in np.linspace(box.left_mm, box.right_mm, cells + 1):
        _line(artwork, (x, box.top_mm), (x, box.bottom_mm))
    for y in (box.top_mm, box.bottom_mm):
        _line(artwork, (box.left_mm, y), (box.right_mm, y))
    return Field(name, name, Shape.COMB, box, box.split(cells))


def _marker(artwork: GreyImage, number: int, left: float, top: float) -> Marker:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    side = round(10 * _PX)
    x, y = round(left * _PX), round(top * _PX)
    artwork[y : y + side, x : x + side] = cv2.aruco.generateImageMarker(dictionary, number, side)
    x0, y0, x1, y1 = x / _PX, y / _PX, (x + side) / _PX, (y + side) / _PX
    return Marker(number, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


@pytest.fixture(scope="session")
def drawn_form() -> Template:
    """An A5 form with four markers, two combs, a signature box, and lettering to lay it without markers."""
    artwork = np.full((round(_SIZE_MM[1] * _PX), round(_SIZE_MM[0] * _PX)), 255, np.uint8)
    places = [(8, 8), (192, 8), (192, 130), (8, 130)]
    markers = tuple(_marker(artwork, number, *place) for number, place in enumerate(places))
    words = [
        (25, 16, "METER READING 2026"),
        (25, 31, "Account, twelve digits"),
        (145, 34, "Example: 00563 kWh"),
        (145, 48, "abc DEF ghi 789"),
        (20, 62, "Reading before the comma"),
        (110, 66, "Every digit has its cell"),
        (110, 76, "Black pen. Nothing crossed"),
        (25, 90, "Street, house and flat 4712"),
        (25, 102, "quick brown foxes jump over"),
        (30, 114, "Signed by"),
        (115, 118, "From the 23rd to the 26th"),
        (115, 128, "post office or district R7"),
    ]
    for x, y, text in words:
        cv2.putText(artwork, text, (round(x * _PX), round(y * _PX)), 0, 0.8, 0, 2, cv2.LINE_AA)
    fields = (
        _comb(artwork, "account", 25, 36, 12),
        _comb(artwork, "reading", 25, 66, 6),
        Field("signature", "signature", Shape.SIGNATURE, Box(30, 118, 100, 134)),
    )
    return Template("drawn", *_SIZE_MM, fields, artwork, _DPI, markers, "DICT_4X4_50")
