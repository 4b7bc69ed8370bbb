"""How a sheet of paper lies on a page: the truth that registration is measured against."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Homography

GRID_STEP_PX = 32
_MM_PER_INCH = 25.4

Drift = NDArray[np.float64]
"""(rows, cols, 2): further millimetres on the paper, at nodes every ``GRID_STEP_PX`` of the page; one ring of
nodes lies outside the page."""


@dataclass(frozen=True, eq=False)
class Lie:
    """From a page back to the paper.

    Attributes:
        to_paper: Page pixels to millimetres on the paper.
        size_px: Width and height of the page.
        drift: What curl and wobble add to that; None for paper that lies flat.
    """

    to_paper: Homography
    size_px: tuple[int, int]
    drift: Drift | None = None

    def on_paper_mm(self, points_px: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where on the paper the page shows (N, 2) points, (N, 2) in millimetres."""
        points = np.asarray(points_px, np.float64).reshape(-1, 1, 2)
        flat = cv2.perspectiveTransform(points, self.to_paper).reshape(-1, 2)
        if self.drift is None:
            return np.asarray(flat, np.float64)
        # nodes lie at (i - 0.5) * step - 0.5
        nodes = ((points.reshape(-1, 2) + 0.5) / GRID_STEP_PX + 0.5).astype(np.float32)
        drift = self.drift.astype(np.float32)
        moved = cv2.remap(drift, nodes[:, 0], nodes[:, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(flat + moved.reshape(-1, 2), np.float64)

    def resample(self, paper: NDArray[np.uint8], paper_dpi: float, border_grey: int) -> NDArray[np.uint8]:
        """The page that shows the paper, all geometry in one resampling; ``border_grey`` beside the paper."""
        px = paper_dpi / _MM_PER_INCH
        pixels_of_mm = np.array([(px, 0, -0.5), (0, px, -0.5), (0, 0, 1)])
        to_paper = pixels_of_mm @ self.to_paper
        border = (border_grey,) * 3
        if self.drift is None:
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            flat = cv2.warpPerspective(paper, to_paper, self.size_px, flags=flags, borderValue=border)
            return np.asarray(flat, np.uint8)
        xs, ys = self._maps(to_paper, self.drift * px)
        return np.asarray(cv2.remap(paper, xs, ys, cv2.INTER_LINEAR, borderValue=border), np.uint8)

    def _maps(self, to_paper: Homography, drift_px: Drift) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where each page pixel looks on the paper, (H, W) each: computed on the coarse grid and enlarged."""
        step, (width, height) = GRID_STEP_PX, self.size_px
        columns, rows = grid_places(self.size_px)
        x, y = columns[None, :], rows[:, None]
        u, v, depth = (row[0] * x + row[1] * y + row[2] for row in to_paper)
        maps = []
        for axis, flat in enumerate((u / depth, v / depth)):
            coarse = (flat + drift_px[..., axis]).astype(np.float32)
            enlarged = (coarse.shape[1] * step, coarse.shape[0] * step)
            full = cv2.resize(coarse, enlarged, interpolation=cv2.INTER_LINEAR)
            maps.append(np.asarray(full[step : step + height, step : step + width], np.float32))
        return maps[0], maps[1]


def grid_places(size_px: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Columns (cols,) and rows (rows,) of a page's drift nodes, in pixels."""
    columns, rows = (-(-side // GRID_STEP_PX) + 2 for side in size_px)
    x, y = (np.arange(nodes, dtype=np.float64) for nodes in (columns, rows))
    return np.asarray((x - 0.5) * GRID_STEP_PX - 0.5), np.asarray((y - 0.5) * GRID_STEP_PX - 0.5)
