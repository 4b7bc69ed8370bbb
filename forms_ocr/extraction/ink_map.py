"""A small map of what was written on a slip, by which the same paper is known when it is scanned again.

The printed form is taken out, so what remains is this one writing. Fields are laid straight by registration,
so angle, size and resolution of the scan are gone too; what differs between two scans of one paper is light,
blur and a fraction of a millimetre. Two slips written by one hand differ by millimetres.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import FieldInk, GreyImage

# A pen line is about as wide as a pixel: finer maps would notice the scanner, coarser ones forget the hand.
_PX_PER_MM = 2.0
# Local error of registration, curl included, with room to spare.
_TOLERANCE_PX = 2
# Unites what one scan shows as one pixel and the other as its neighbour.
_BLUR_SIGMA_PX = 0.8
# Of a field with less ink in both scans nothing can be said: it may be dust.
_MIN_INK_MM2 = 3.0
_GREY_STEP = 16
_FORMAT = 1

_Map = NDArray[np.float32]


def draw_ink_map(inks: Sequence[FieldInk]) -> bytes:
    """The ink of all fields of a slip at 2 pixels a millimetre and 16 shades; some kB at most."""
    fields = [_reduced(ink) for ink in inks]
    header = struct.pack("<BB", _FORMAT, len(fields))
    sizes = b"".join(struct.pack("<HH", *field.shape) for field in fields)
    return header + sizes + zlib.compress(b"".join(field.tobytes() for field in fields), level=1)


SAME_PAPER = 0.8
"""From this likeness on two slips are one paper; see ``python -m bench rescans`` for both error rates."""


def likeness(one: bytes, other: bytes, enough: float = 0.0) -> float:
    """How much two slips look like one paper, by the field that agrees least.

    For each field with ink the maps are correlated at every shift of up to a millimetre, and the best counts.

    Args:
        one, other: From :func:`draw_ink_map`, by the same template.
        enough: Below it nobody asks how much: the first field that agrees less ends the comparison.

    Returns:
        0 for nothing in common up to 1 for the same; 0 also where nothing can be compared: no ink on either,
        other templates, a map of another format.
    """
    fields = list(zip(_fields(one), _fields(other), strict=False))
    if not fields or any(first.shape != second.shape for first, second in fields):
        return 0.0
    lowest: float | None = None
    for first, second in fields:
        if _has_ink(first, second):
            lowest = min(_agreement(first, second), 1.0 if lowest is None else lowest)
            if lowest < enough:
                break
    return lowest or 0.0


def _reduced(ink: FieldInk) -> GreyImage:
    scale = _PX_PER_MM / ink.strip_px_per_mm
    size = (max(1, round(ink.strip.shape[1] * scale)), max(1, round(ink.strip.shape[0] * scale)))
    small = cv2.resize(cv2.bitwise_not(ink.strip), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small // _GREY_STEP, np.uint8)


def _fields(ink_map: bytes) -> Iterator[_Map]:
    """The fields of a map, 0 is paper; none if it is not one."""
    if len(ink_map) < 2 or ink_map[0] != _FORMAT:
        return
    sizes = list(struct.iter_unpack("<HH", ink_map[2 : 2 + 4 * ink_map[1]]))
    pixels = np.frombuffer(zlib.decompress(ink_map[2 + 4 * len(sizes) :]), np.uint8)
    first = 0
    for height, width in sizes:
        field = pixels[first : first + height * width].reshape(height, width)
        first += height * width
        yield np.asarray(field, np.float32)


def _has_ink(one: _Map, other: _Map) -> bool:
    """Whether there is enough in either of them, in areas of full ink."""
    full = 255 // _GREY_STEP
    return max(float(one.sum()), float(other.sum())) / full / _PX_PER_MM**2 >= _MIN_INK_MM2


def _agreement(one: _Map, other: _Map) -> float:
    """The highest normalised correlation over all small shifts, 0 to 1."""
    first = cv2.GaussianBlur(one, (0, 0), _BLUR_SIGMA_PX)
    second = cv2.GaussianBlur(other, (0, 0), _BLUR_SIGMA_PX)
    energy = float(np.sqrt((first**2).sum() * (second**2).sum()))
    if energy == 0.0:
        return 0.0
    padded = np.pad(second, _TOLERANCE_PX)
    return min(1.0, float(cv2.matchTemplate(padded, first, cv2.TM_CCORR).max()) / energy)
