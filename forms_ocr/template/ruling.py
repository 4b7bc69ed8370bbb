"""The straight lines of an empty form, and the rectangles that they enclose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Box, GreyImage

PX_PER_MM = 8.0
"""About 200 dpi: a line of 0.2 mm is more than a pixel wide."""

Mask = NDArray[np.uint8]
"""(H, W), 255 where something is so, 0 elsewhere."""

# Lines are thinner than this, the strokes of headings and filled areas are not.
_MAX_LINE_MM = 1.2
# Averaged so far along its direction a dotted line is a line, and the noise of a scan is gone.
_SMOOTH_MM = 0.75
_MIN_HORIZONTAL_MM = 3.0
# The ticks between the cells of some combs are no longer.
_MIN_VERTICAL_MM = 1.3
# Lines of a light drop-out colour are 30 darker than paper (of 255), what shines through from the back is 12.
_LEAST_LINE = 15
_LEAST_PRINT = 28
# Corners of boxes and crossings are sealed over gaps of this width.
_SEAL_MM = 0.6
# The sides of small boxes touch their upper and lower edges; digits and letters up to this height need not.
_TOUCH_MM, _LETTER_MM = 0.35, 6.0
# The heads of the letters of one word look like one line of up to this length.
_WORD_MM = 25.0
_PAPER_MM = 6.0
# Of a rectangle's bounding box so much is inside; rounded corners take a little, other shapes much.
_FILLED_SHARE = 0.86
_MIN_SIDE_MM = 2.2
_SKEW_LINE_MM, _SKEW_GAP_MM = 14.0, 1.5
_MAX_SKEW_DEG = 12.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: its ends along its direction, its place across it, and how thick it is."""

    start_mm: float
    end_mm: float
    at_mm: float
    thickness_mm: float = 0.0

    @property
    def length_mm(self) -> float:
        """From end to end."""
        return self.end_mm - self.start_mm


@dataclass(frozen=True, eq=False)
class Ruling:
    """What is printed on an empty form, told apart.

    Attributes:
        darkness: (H, W) uint8 at ``PX_PER_MM``, 0 is paper.
        horizontal, vertical: Where lines of each direction run.
    """

    darkness: NDArray[np.uint8]
    horizontal: Mask
    vertical: Mask

    @property
    def width_mm(self) -> float:
        """Of the page."""
        return float(self.darkness.shape[1]) / PX_PER_MM

    @property
    def height_mm(self) -> float:
        """Of the page."""
        return float(self.darkness.shape[0]) / PX_PER_MM

    @cached_property
    def lines(self) -> Mask:
        """Lines of both directions, sealed where they meet."""
        side = round(_SEAL_MM * PX_PER_MM) | 1
        standing = _standing_lines(self.vertical, self.horizontal)
        # smoothing has eaten the ends of faint lines: corners would stay open
        both = cv2.bitwise_or(
            cv2.dilate(self.horizontal, np.ones((1, side), np.uint8)),
            cv2.dilate(standing, np.ones((side, 1), np.uint8)),
        )
        return np.asarray(cv2.morphologyEx(both, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), np.uint8)

    @cached_property
    def lettering(self) -> Mask:
        """What is printed, without the lines that are longer than any stroke of a letter."""
        printed = cv2.threshold(self.darkness, _LEAST_PRINT, 255, cv2.THRESH_BINARY)[1]
        long = cv2.bitwise_or(
            _of_length(self.horizontal, 2, _WORD_MM), _of_length(self.vertical, 3, _LETTER_MM)
        )
        return np.asarray(cv2.subtract(printed, cv2.dilate(long, np.ones((5, 5), np.uint8))), np.uint8)

    @cached_property
    def horizontals(self) -> tuple[Rule, ...]:
        """From top to bottom."""
        return tuple(sorted(_rules(self.horizontal, axis=0), key=lambda rule: (rule.at_mm, rule.start_mm)))

    @cached_property
    def verticals(self) -> tuple[Rule, ...]:
        """From left to right."""
        return tuple(sorted(_rules(self.vertical, axis=1), key=lambda rule: (rule.at_mm, rule.start_mm)))

    @cached_property
    def rectangles(self) -> tuple[Box, ...]:
        """What lines enclose, from the middle of one line to the middle of the next; small ones first."""
        paper = np.where(self.lines == 0, 255, 0).astype(np.uint8)
        found = [_to_middle_of_lines(self.lines, outline) for outline in _rectangular(paper)]
        whole = (self.width_mm - 1.0) * (self.height_mm - 1.0)
        inside = [box for box in found if box.width_mm * box.height_mm < whole]
        return tuple(sorted(inside, key=lambda box: box.width_mm * box.height_mm))

    def print_in(self, box: Box, inset_mm: float = 0.0) -> Mask:
        """What is printed inside a box, lines and all."""
        inside = self.darkness[window_of(box, inset_mm)]
        return np.where(inside > _LEAST_PRINT, 255, 0).astype(np.uint8)


def find_ruling(page: GreyImage, px_per_mm: float) -> Ruling:
    """Find the lines of a form that lies straight.

    Args:
        page: An empty form.
        px_per_mm: Its resolution, 5 or more.
    """
    darkness = _darkness(_at_own_resolution(page, px_per_mm))
    return Ruling(
        darkness,
        _thin_runs(darkness, _MIN_HORIZONTAL_MM, is_down=False),
        _thin_runs(darkness, _MIN_VERTICAL_MM, is_down=True),
    )


def find_skew_deg(page: GreyImage, px_per_mm: float) -> float:
    """How far a form's horizontal lines are turned, counterclockwise; 0 where it has none."""
    runs = _thin_runs(_darkness(_at_own_resolution(page, px_per_mm)), _MIN_HORIZONTAL_MM / 2, is_down=False)
    found = cv2.HoughLinesP(
        runs,
        1,
        np.deg2rad(0.1),
        round(_SKEW_LINE_MM * PX_PER_MM / 2),
        minLineLength=_SKEW_LINE_MM * PX_PER_MM,
        maxLineGap=_SKEW_GAP_MM * PX_PER_MM,
    )
    if found is None or not len(found):
        return 0.0
    ends = np.asarray(found, np.float64).reshape(-1, 4)
    steps = ends[:, 2:] - ends[:, :2]
    angles = -np.rad2deg(np.arctan2(steps[:, 1], steps[:, 0]))
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    is_flat = np.abs(angles) < _MAX_SKEW_DEG
    return _weighted_median(angles[is_flat], lengths[is_flat])


def straightened(page: GreyImage, skew_deg: float) -> GreyImage:
    """The page turned back by its skew around its middle; its edge goes on at the corners."""
    height, width = page.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -skew_deg, 1.0)
    turned = cv2.warpAffine(
        page, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, np.uint8)


def _at_own_resolution(page: GreyImage, px_per_mm: float) -> GreyImage:
    scale = PX_PER_MM / px_per_mm
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(page, None, fx=scale, fy=scale, interpolation=method), np.uint8)


def _darkness(page: GreyImage) -> NDArray[np.uint8]:
    """How much darker than the paper around it each pixel is; filled areas become their own paper."""
    quarter = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    side = round(_PAPER_MM * PX_PER_MM / 4) | 1
    paper = cv2.medianBlur(cv2.dilate(quarter, np.ones((3, 3), np.uint8)), side)
    paper = cv2.resize(paper, page.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(paper, page), np.uint8)


def _thin_runs(darkness: NDArray[np.uint8], least_mm: float, *, is_down: bool) -> Mask:
    """Lines of one direction: thin across it, unbroken along it for ``least_mm``."""

    def kernel(along_mm: float) -> NDArray[np.uint8]:
        length = max(1, round(along_mm * PX_PER_MM))
        return np.ones((length, 1) if is_down else (1, length), np.uint8)

    across = np.ones(kernel(_MAX_LINE_MM).shape[::-1], np.uint8)
    thin = cv2.morphologyEx(darkness, cv2.MORPH_TOPHAT, across)
    smooth = cv2.blur(thin, kernel(_SMOOTH_MM).shape[::-1])
    runs = cv2.morphologyEx(smooth, cv2.MORPH_OPEN, kernel(least_mm))
    return np.asarray(cv2.threshold(runs, _LEAST_LINE, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _of_length(mask: Mask, column: int, least_mm: float) -> Mask:
    """The runs that are at least so wide (``column`` 2) or high (3)."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    kept = stats[:, column] >= least_mm * PX_PER_MM
    kept[0] = False
    return np.where(kept[labels], 255, 0).astype(np.uint8)


def _standing_lines(vertical: Mask, horizontal: Mask) -> Mask:
    """Vertical runs that end at horizontal lines or are longer than a letter: no strokes of digits."""
    reach = 2 * round(_TOUCH_MM * PX_PER_MM) + 1
    near = cv2.dilate(horizontal, np.ones((reach, reach), np.uint8)) != 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(vertical, connectivity=8)
    kept = stats[:, 3] >= _LETTER_MM * PX_PER_MM
    rows, columns = np.nonzero(labels)
    touching = labels[rows, columns][near[rows, columns]], rows[near[rows, columns]]
    heads, feet = stats[touching[0], 1], stats[touching[0], 1] + stats[touching[0], 3] - 1
    slack = reach
    has_head = np.bincount(touching[0][touching[1] - heads < slack], minlength=len(stats)) > 0
    has_foot = np.bincount(touching[0][feet - touching[1] < slack], minlength=len(stats)) > 0
    kept |= has_head & has_foot & (stats[:, 3] >= _MIN_SIDE_MM * PX_PER_MM)
    kept[0] = False
    return np.where(kept[labels], 255, 0).astype(np.uint8)


def _rules(mask: Mask, axis: int) -> list[Rule]:
    """Each connected run as a rule; axis 0 for horizontal ones."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    along, across = (0, 1) if axis == 0 else (1, 0)
    return [
        Rule(
            float(row[along]) / PX_PER_MM,
            float(row[along] + row[along + 2]) / PX_PER_MM,
            (float(row[across]) + float(row[across + 2]) / 2) / PX_PER_MM,
            float(row[across + 2]) / PX_PER_MM,
        )
        for row in stats[1:]
        if row[across + 2] <= _MAX_LINE_MM * PX_PER_MM
    ]


def _rectangular(paper: Mask) -> list[tuple[int, int, int, int]]:
    """Left, top, width, height of every enclosed rectangle, whatever lies in it."""
    contours, hierarchy = cv2.findContours(paper, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour, links in zip(contours, np.asarray(hierarchy).reshape(-1, 4), strict=True):
        x, y, width, height = cv2.boundingRect(contour)
        # the outline runs through the middles of its pixels
        is_filled = cv2.contourArea(contour) >= _FILLED_SHARE * (width - 1) * (height - 1)
        if links[3] < 0 and is_filled and min(width, height) >= _MIN_SIDE_MM * PX_PER_MM:
            found.append((x, y, width, height))
    return found


def _to_middle_of_lines(lines: Mask, inside: tuple[int, int, int, int]) -> Box:
    """The inside of a rectangle widened to the middle of the lines around it."""
    x, y, width, height = inside
    columns = [x + width // 4, x + width // 2, x + 3 * width // 4]
    rows = [y + height // 4, y + height // 2, y + 3 * height // 4]
    left = x - _half_line([lines[row, :x][::-1] for row in rows])
    top = y - _half_line([lines[:y, column][::-1] for column in columns])
    right = x + width + _half_line([lines[row, x + width :] for row in rows])
    bottom = y + height + _half_line([lines[y + height :, column] for column in columns])
    return Box(left / PX_PER_MM, top / PX_PER_MM, right / PX_PER_MM, bottom / PX_PER_MM)


def _half_line(outward: list[Mask]) -> float:
    """Half the width of the line that begins where each of the runs does, in pixels."""
    most = round(_MAX_LINE_MM * PX_PER_MM)
    widths = [int(np.argmin(np.append(run[:most], 0) != 0)) for run in outward]
    return float(np.median(widths)) / 2


def window_of(box: Box, inset_mm: float) -> tuple[slice, slice]:
    """Rows and columns of a box, its edges moved in by ``inset_mm``."""
    top, bottom = (max(0, round(v * PX_PER_MM)) for v in (box.top_mm + inset_mm, box.bottom_mm - inset_mm))
    left, right = (max(0, round(v * PX_PER_MM)) for v in (box.left_mm + inset_mm, box.right_mm - inset_mm))
    return slice(top, max(top, bottom)), slice(left, max(left, right))


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    if not len(values):
        return 0.0
    order = np.argsort(values)
    summed = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(summed, summed[-1] / 2)])
