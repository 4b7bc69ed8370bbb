"""The printed lines of combs as witnesses of where cells really are: what is read stands between them.

A line says nothing about its own direction, so each is a witness across it only. Strokes of the pen cross
lines and run beside them; the median along a line does not see the first, and what looks like another line
does not match its surroundings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Box, Drift, GreyImage, Homography, Shape, Template
from forms_ocr.registration.pyramid import Pyramid

# Samples across a line, and how far to either side; a line of 0.3 mm is then two or three of them wide.
_STEP_MM = 0.15
_REACH_MM = 2.1
# Lines are looked for so far beside their expected place ...
_SEARCH_MM = 0.75
# ... by samples along them, which leave the crossings with other lines out.
_ALONG = 24
_CROSSING_MM = 1.2
# A cell this small has no line worth the name between its crossings.
_LEAST_LENGTH_MM = 2.0
# About 150 dpi.
_PX_PER_MM = 6.0
# A printed line is darker than what is around it by at least this (of 255) ...
_LEAST_CONTRAST = 18.0
# ... and still so on a faint or blurred scan.
_LEAST_SEEN = 4.0
# Profiles that correlate worse show something else.
_GOOD_SCORE = 0.85
# Where so many lines of the other combs are seen the scan shows lines, and a comb without any lies elsewhere.
_SHOWN_ELSEWHERE = 0.6

_SHIFTS = round(_SEARCH_MM / _STEP_MM)


@dataclass(frozen=True, eq=False)
class CombLines:
    """Places where a template prints lines around cells.

    ``centres_mm`` (N, 2); ``axes`` (N,) 0 for a line that runs down and is a witness of x, 1 for one that
    runs across and is a witness of y; ``samples_mm`` (N, across, along, 2); ``profiles`` (N, P), grey values
    across the printed line, less their mean, of unit length; ``combs`` (N,) the number of the comb.
    """

    centres_mm: NDArray[np.float64]
    axes: NDArray[np.intp]
    samples_mm: NDArray[np.float64]
    profiles: NDArray[np.float64]
    combs: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class LineSightings:
    """``moves_mm`` (N,) across each line from where the fit alone puts it; ``is_good`` (N,), was it seen?"""

    moves_mm: NDArray[np.float64]
    is_good: NDArray[np.bool_]


@lru_cache(maxsize=8)
def comb_lines_of(template: Template) -> CombLines:
    """The lines around the cells of all combs, those left out that are not printed."""
    combs = [field.cells for field in template.fields if field.shape is Shape.COMB]
    found = [
        (*line, number)
        for number, cells in enumerate(combs)
        for line in _around(cells)
        if line[2] >= _LEAST_LENGTH_MM
    ]
    centres = np.array([centre for centre, *_ in found]).reshape(-1, 2)
    axes, combs_of = (np.array([line[column] for line in found], np.intp) for column in (1, 3))
    return _printed(centres, axes, np.array([line[2] for line in found]), combs_of, template)


def _around(cells: tuple[Box, ...]) -> list[tuple[tuple[float, float], int, float]]:
    """Middle, axis and length of every cell's four sides, shared sides once."""
    first = cells[0]
    middle = (first.top_mm + first.bottom_mm) / 2
    height, width = first.height_mm - 2 * _CROSSING_MM, first.width_mm - 2 * _CROSSING_MM
    edges = [first.left_mm, *(cell.right_mm for cell in cells)]
    down = [((x, middle), 0, height) for x in edges]
    across = [
        (((cell.left_mm + cell.right_mm) / 2, y), 1, width)
        for cell in cells
        for y in (cell.top_mm, cell.bottom_mm)
    ]
    return [*down, *across]


def _printed(
    centres: NDArray[np.float64],
    axes: NDArray[np.intp],
    lengths: NDArray[np.float64],
    combs: NDArray[np.intp],
    template: Template,
) -> CombLines:
    """Those that are really printed."""
    samples = _samples(centres, axes, lengths)
    to_artwork = np.array([[1.0, 0, -0.5], [0, 1.0, -0.5], [0, 0, 1]])
    to_artwork[:2, :2] *= template.artwork_dpi / 25.4
    seen = _profiles(template.artwork, to_artwork, samples)[:, _SHIFTS:-_SHIFTS]
    is_printed = np.ptp(seen, axis=1) >= _LEAST_CONTRAST
    profiles, _ = _normalised(seen[is_printed])
    return CombLines(centres[is_printed], axes[is_printed], samples[is_printed], profiles, combs[is_printed])


def _samples(
    centres: NDArray[np.float64], axes: NDArray[np.intp], lengths: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(N, across, along, 2) places on the form around each line."""
    count = round(_REACH_MM / _STEP_MM)
    across = np.arange(-count, count + 1) * _STEP_MM
    along = (np.arange(_ALONG) + 0.5) / _ALONG - 0.5
    samples = np.empty((len(centres), len(across), _ALONG, 2))
    rows = np.arange(len(centres))
    samples[rows, :, :, axes] = across[None, :, None]
    samples[rows, :, :, 1 - axes] = along[None, None, :] * lengths[:, None, None]
    return samples + centres[:, None, None, :]


def _profiles(image: GreyImage, to_image: Homography, samples_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, across) median grey value along each line."""
    if not len(samples_mm):
        return np.zeros(samples_mm.shape[:2])
    places = cv2.perspectiveTransform(samples_mm.reshape(-1, 1, 2), to_image).astype(np.float32)
    shape = samples_mm.shape[:3]
    maps = places.reshape(shape[0] * shape[1], shape[2], 2)
    x, y = maps[..., 0], maps[..., 1]
    cut = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.median(cut.reshape(shape), axis=2), np.float64)


def _normalised(profiles: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Less their mean and of unit length along the last axis, and how long they were."""
    less = profiles - profiles.mean(axis=-1, keepdims=True)
    length = np.linalg.norm(less, axis=-1)
    return less / np.maximum(length, 1e-9)[..., None], length


def look_up_lines(
    pyramid: Pyramid, homography: Homography, px_per_mm: float, lines: CombLines, drift: Drift
) -> LineSightings:
    """Look for every line around the place where fit and drift put it.

    Args:
        homography: Millimetres to pixels of the full-size page.
        drift: What is known about the paper so far.
    """
    if not len(lines.centres_mm):
        return LineSightings(np.zeros(0), np.zeros(0, bool))
    level = pyramid.with_resolution(px_per_mm, _PX_PER_MM)
    known = drift.at(lines.centres_mm)
    samples = lines.samples_mm + known[:, None, None, :]
    seen = _profiles(level.pixels, level.from_page @ homography, samples)
    width = lines.profiles.shape[1]
    windows = np.lib.stride_tricks.sliding_window_view(seen, width, axis=1)
    unit, length = _normalised(windows)
    scores = np.einsum("nsp,np->ns", unit, lines.profiles)
    best = scores.argmax(axis=1)
    rows = np.arange(len(scores))
    is_inside = (best > 0) & (best < scores.shape[1] - 1)
    is_seen = length[rows, best] >= _LEAST_SEEN
    beside = (best - _SHIFTS + _peak_offset(scores, np.clip(best, 1, scores.shape[1] - 2))) * _STEP_MM
    moves = known[rows, lines.axes] + beside
    return LineSightings(moves, is_inside & is_seen & (scores[rows, best] >= _GOOD_SCORE))


def is_comb_lost(lines: CombLines, found: LineSightings) -> bool:
    """A comb shows no line along an axis, though most lines of the others are seen: it lies elsewhere.

    What witnesses around it foretell is then not to be believed, however well they agree.
    """
    return any(
        _is_lost(found.is_good[lines.axes == axis], lines.combs[lines.axes == axis] == comb)
        for axis in (0, 1)
        for comb in np.unique(lines.combs)
    )


def _is_lost(is_seen: NDArray[np.bool_], is_own: NDArray[np.bool_]) -> bool:
    """Of the lines of one axis; a single line may be written over."""
    own, others = is_seen[is_own], is_seen[~is_own]
    return len(own) > 1 and not own.any() and len(others) > 0 and bool(others.mean() >= _SHOWN_ELSEWHERE)


def _peak_offset(scores: NDArray[np.float64], best: NDArray[np.intp]) -> NDArray[np.float64]:
    """(N,) from the best sample to the top of the parabola through it and its neighbours."""
    rows = np.arange(len(scores))
    before, middle, after = scores[rows, best - 1], scores[rows, best], scores[rows, best + 1]
    curvature = np.minimum(before - 2 * middle + after, -1e-9)
    return np.asarray(np.clip(0.5 * (before - after) / curvature, -0.5, 0.5), np.float64)
