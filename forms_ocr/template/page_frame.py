"""From a PDF page's own points to millimetres on the sheet that comes out of the printer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pikepdf

from forms_ocr.model import Box
from forms_ocr.template.units import PT_PER_MM

A2_MM = (420.0, 594.0)
MAX_SIDES_MM = (A2_MM[0] + 1, A2_MM[1] + 1)
MIN_SIDE_MM = 30.0

Points = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The visible part of a page and how it is turned.

    Attributes:
        box_pt: Left, bottom, right, top of the visible part, before turning.
        turn_deg: 0, 90, 180 or 270, clockwise, as /Rotate says.
        user_unit: Length of one unit in points.
    """

    box_pt: Points
    turn_deg: int = 0
    user_unit: float = 1.0

    @property
    def width_mm(self) -> float:
        """Width of the page as it is looked at."""
        return self._size_mm[0]

    @property
    def height_mm(self) -> float:
        """Height of the page as it is looked at."""
        return self._size_mm[1]

    @property
    def _size_mm(self) -> tuple[float, float]:
        left, bottom, right, top = self.box_pt
        width, height = (right - left) * self._scale, (top - bottom) * self._scale
        return (height, width) if self.turn_deg in (90, 270) else (width, height)

    @property
    def _scale(self) -> float:
        return self.user_unit / PT_PER_MM

    def box(self, rect: Sequence[float]) -> Box:
        """Where a rectangle of the PDF lies on the printed form.

        Args:
            rect: Two opposite corners, ``(x, y, x, y)``, in any order.
        """
        corners = np.array([self._point(rect[0], rect[1]), self._point(rect[2], rect[3])])
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        return Box(float(left), float(top), float(right), float(bottom))

    def _point(self, x: float, y: float) -> tuple[float, float]:
        left, bottom, right, top = self.box_pt
        turned = {
            0: (x - left, top - y),
            90: (y - bottom, x - left),
            180: (right - x, y - bottom),
            270: (top - y, right - x),
        }[self.turn_deg]
        return turned[0] * self._scale, turned[1] * self._scale


def read_frame(page: pikepdf.Page) -> tuple[PageFrame | None, list[str]]:
    """Read a page's visible box, its turn and its unit.

    Returns:
        The frame, None where it makes no sense, and one sentence a fault.
    """
    turn = _inherited(page.obj, "/Rotate", 0)
    if int(turn) % 90:
        return None, [f"page 1: it is turned by {turn} degrees; only right angles can be read"]
    box = _visible(page)
    if box is None:
        return None, ["page 1: its /MediaBox and /CropBox have no area in common"]
    frame = PageFrame(box, int(turn) % 360, float(page.obj.get("/UserUnit", 1)))
    return frame, _size_faults(frame)


def _size_faults(frame: PageFrame) -> list[str]:
    size = f"{frame.width_mm:.0f} x {frame.height_mm:.0f} mm"
    short, long = sorted((frame.width_mm, frame.height_mm))
    if short < MIN_SIDE_MM:
        return [f"page 1: it measures {size}; the shorter side must have at least {MIN_SIDE_MM:.0f} mm"]
    if short > MAX_SIDES_MM[0] or long > MAX_SIDES_MM[1]:
        return [f"page 1: it measures {size}; at most A2 ({A2_MM[0]:.0f} x {A2_MM[1]:.0f} mm)"]
    return []


def _visible(page: pikepdf.Page) -> Points | None:
    """The part of the media box that the crop box leaves."""
    media = _normal([float(value) for value in page.mediabox])
    crop = _normal([float(value) for value in page.cropbox])
    shared = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return shared if shared[0] < shared[2] and shared[1] < shared[3] else None


def _normal(rect: Sequence[float]) -> Points:
    return min(rect[0], rect[2]), min(rect[1], rect[3]), max(rect[0], rect[2]), max(rect[1], rect[3])


def _inherited(node: pikepdf.Object, key: str, default: int) -> pikepdf.Object | int:
    """A page attribute that may stand on a parent in the page tree (at most 32 levels up)."""
    for _ in range(32):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return default
