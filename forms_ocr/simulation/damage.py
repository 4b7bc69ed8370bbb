"""What happens to a slip's paper before it is scanned: folds, tears, stamps, coffee, holes, bad printers.

Every function takes paper, (H, W) grey at ``dpi``, and returns other paper of the same size; the same
generator gives the same damage.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from forms_ocr.model import GreyImage, Marker
from forms_ocr.simulation.filling import type_font

_MM_PER_INCH = 25.4
_BACK_GREY = 238


def fade_print(paper: GreyImage, empty: GreyImage, toner: float) -> GreyImage:
    """The same slip from a printer short of toner; what was written keeps its darkness.

    Args:
        empty: The same print with nothing written on it.
        toner: Share of the print's darkness that is left, 0 to 1.
    """
    missing = (255 - empty).astype(np.float32) * (1.0 - toner)
    return np.asarray(np.clip(paper + missing, 0, 255), np.uint8)


def show_through(paper: GreyImage, back: GreyImage, share: float) -> GreyImage:
    """The back's print, mirrored and soft, with ``share`` of its darkness."""
    mirrored = cv2.GaussianBlur(back[:, ::-1], (0, 0), 2.0)
    shine = (255 - mirrored).astype(np.float32) * share
    return np.asarray(np.clip(paper - shine, 0, 255), np.uint8)


def tear_off(paper: GreyImage, markers: Sequence[Marker], dpi: float, rng: np.random.Generator) -> GreyImage:
    """The corners with these markers are gone, along a ragged line."""
    torn = paper.copy()
    for marker in markers:
        corner, reach = _paper_corner(marker, paper, dpi)
        steps = np.linspace(0, 1, 12)[:, None]
        first, second = corner + reach * (1, 0), corner + reach * (0, 1)
        ragged = first + (second - first) * steps + rng.normal(0, 0.6, (12, 2)) * dpi / _MM_PER_INCH
        outline = np.vstack([corner - 2 * reach, first - reach * (0, 1), ragged, second - reach * (1, 0)])
        cv2.fillPoly(torn, [np.rint(outline).astype(np.int32)], (255,) * 3)
    return torn


def _paper_corner(
    marker: Marker, paper: GreyImage, dpi: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The paper's corner next to a marker, and from there how far along both edges the marker reaches."""
    px = dpi / _MM_PER_INCH
    corners = np.array(marker.corners_mm) * px
    size = np.array(paper.shape[::-1], np.float64)
    corner = np.where(corners.mean(axis=0) > size / 2, size, 0.0)
    farthest = corners[np.abs(corners - corner).sum(axis=1).argmax()]
    return corner, (farthest - corner) * 2.1


def fold_corner(paper: GreyImage, size_mm: float, dpi: float, rng: np.random.Generator) -> GreyImage:
    """One corner turned over onto the slip, showing its back and a shadow along the crease."""
    px = dpi / _MM_PER_INCH
    height, width = paper.shape
    right, lower = bool(rng.integers(2)), bool(rng.integers(2))
    corner = np.array((width if right else 0, height if lower else 0), np.float64)
    inward = np.array((-1.0 if right else 1.0, -1.0 if lower else 1.0))
    along, down = size_mm * px * rng.uniform(0.7, 1.3, 2)
    first, second = corner + inward * (along, 0), corner + inward * (0, down)
    crease = (second - first) / np.hypot(*(second - first))
    mirrored = 2 * (first + ((corner - first) @ crease) * crease) - corner
    folded = paper.copy()
    cv2.fillConvexPoly(folded, np.rint([corner, first, second]).astype(np.int32), (255,) * 3)
    flap = np.rint([mirrored, first, second]).astype(np.int32)
    cv2.fillConvexPoly(folded, flap, (_BACK_GREY,) * 3)
    cv2.polylines(folded, [flap], True, (170,), max(1, round(0.3 * px)), cv2.LINE_AA)
    return folded


def stamp_over(
    paper: GreyImage, places_mm: Sequence[tuple[float, float]], dpi: float, rng: np.random.Generator
) -> GreyImage:
    """A round office stamp in middle grey at every place."""
    px = dpi / _MM_PER_INCH
    stamped = paper.copy()
    for place in places_mm:
        side = round(38 * px)
        stamp = Image.new("L", (side, side), 255)
        draw = ImageDraw.Draw(stamp)
        for inset, width in ((0.02, 0.8), (0.22, 0.4)):
            edge = side * inset
            draw.ellipse((edge, edge, side - edge, side - edge), outline=95, width=max(1, round(width * px)))
        font = type_font("", round(4.5 * px))
        for row, word in enumerate(("ПРИНЯТО", f"{int(rng.integers(23, 27))}.11.2026", "Отдел 12")):
            draw.text((side / 2, side * (0.36 + 0.14 * row)), word, fill=95, font=font, anchor="mm")
        turned = np.asarray(stamp.rotate(float(rng.uniform(-40, 40)), fillcolor=255), np.uint8)
        _lay_dark(stamped, turned, (place[0] * px - side / 2, place[1] * px - side / 2))
    return stamped


def _lay_dark(paper: GreyImage, picture: GreyImage, corner_px: tuple[float, float]) -> None:
    """In place: the darker of both; what falls off the paper is lost."""
    left, top = (round(v) for v in corner_px)
    rows = slice(max(0, top), min(paper.shape[0], top + picture.shape[0]))
    cols = slice(max(0, left), min(paper.shape[1], left + picture.shape[1]))
    if rows.stop <= rows.start or cols.stop <= cols.start:
        return
    part = picture[rows.start - top : rows.stop - top, cols.start - left : cols.stop - left]
    paper[rows, cols] = np.minimum(paper[rows, cols], part)


def scribble_over(
    paper: GreyImage, places_mm: Sequence[tuple[float, float]], dpi: float, rng: np.random.Generator
) -> GreyImage:
    """Pen strokes to and fro over every place, 12 mm wide."""
    px = dpi / _MM_PER_INCH
    written = paper.copy()
    for place in places_mm:
        points = np.array(place) + rng.uniform(-6, 6, (int(rng.integers(6, 14)), 2))
        stroke = np.rint(points * px).astype(np.int32)
        cv2.polylines(written, [stroke], False, (40,), max(1, round(0.5 * px)), cv2.LINE_AA)
    return written


def spill_coffee(paper: GreyImage, rings: int, dpi: float, rng: np.random.Generator) -> GreyImage:
    """Rings of a cup and the spots beside them: paper darkens, print shows through."""
    px = dpi / _MM_PER_INCH
    height, width = paper.shape
    stain = np.zeros((height // 4 + 1, width // 4 + 1), np.float32)
    for _ in range(rings):
        centre = (int(rng.uniform(0, stain.shape[1])), int(rng.uniform(0, stain.shape[0])))
        radius = float(rng.uniform(28, 42)) * px / 4
        depth = float(rng.uniform(0.25, 0.5))
        one = np.zeros_like(stain)
        cv2.circle(one, centre, round(radius), (0.35 * depth,), -1)
        cv2.circle(one, centre, round(radius), (depth,), max(1, round(1.2 * px / 4)))
        for _ in range(int(rng.integers(2, 7))):
            spot = np.array(centre) + rng.normal(0, radius, 2)
            spot_px = (int(spot[0]), int(spot[1]))
            cv2.circle(one, spot_px, round(float(rng.uniform(1, 4)) * px / 4), (depth,), -1)
        stain = np.maximum(stain, one)
    soft = cv2.GaussianBlur(stain, (0, 0), 0.25 * px)
    share = 1 - cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(paper * share, 0, 255), np.uint8)


def punch_holes(paper: GreyImage, holes: int, dpi: float, rng: np.random.Generator) -> GreyImage:
    """Holes of 6 mm in pairs, 80 mm apart, 12 mm from an edge: black where the lid is dark."""
    px = dpi / _MM_PER_INCH
    height, width = paper.shape
    punched = paper.copy()
    edges = rng.permutation(4)
    for pair in range((holes + 1) // 2):
        edge, middle = int(edges[pair % 4]), float(rng.uniform(0.4, 0.6))
        for offset_mm in (-40, 40):
            along = (width if edge < 2 else height) * middle + offset_mm * px
            across = 12 * px if edge % 2 == 0 else (height if edge < 2 else width) - 12 * px
            x, y = (along, across) if edge < 2 else (across, along)
            cv2.circle(punched, (round(x), round(y)), round(3 * px), (30,) * 3, -1, cv2.LINE_AA)
    return punched


def crumple(paper: GreyImage, creases: int, dpi: float, rng: np.random.Generator) -> GreyImage:
    """Creases across the slip: a dark line beside a bright one."""
    px = dpi / _MM_PER_INCH
    height, width = paper.shape
    shade = np.zeros((height, width), np.float32)
    for _ in range(creases):
        ends = rng.uniform(0, 1, (2, 2)) * (width, height)
        first, second = ((int(x), int(y)) for x, y in ends)
        shift = max(1, round(0.4 * px))
        cv2.line(shade, first, second, (-55.0,), shift, cv2.LINE_AA)
        lit = ((first[0] + shift, first[1] + shift), (second[0] + shift, second[1] + shift))
        cv2.line(shade, lit[0], lit[1], (12.0,), shift, cv2.LINE_AA)
    soft = cv2.GaussianBlur(shade, (0, 0), 0.2 * px)
    return np.asarray(np.clip(paper + soft, 0, 255), np.uint8)
