"""A raster image out of a scan, and a slip's place on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model.geometry import GreyImage, Homography
from forms_ocr.model.record import Reason


@dataclass(frozen=True, eq=False)
class Page:
    """One raster image out of a scan.

    Attributes:
        number: Counts from 1 inside the scan.
        pixels: Grey, upright as the file says (PDF /Rotate and EXIF turns applied).
        dpi: What the file claims, 0 if it claims nothing believable; never trusted for geometry.
        values: A form filled in on a computer carries its values by full field name; empty otherwise.
        scanned_on: The day by the scanner's clock, None where the file does not say.
    """

    number: int
    pixels: GreyImage
    dpi: float = 0.0
    values: Mapping[str, str] = field(default_factory=dict)
    scanned_on: date | None = None


@dataclass(frozen=True, eq=False)
class Drift:
    """How far paper that does not lie flat is off its homography, on a grid over the form.

    Attributes:
        moves_mm: (rows, cols, 2) float32: what is printed at a node is found where the homography puts the
            place that far right and down of it, in millimetres on the form.
        step_mm: From node to node; the first node is the form's top left corner.
    """

    moves_mm: NDArray[np.float32]
    step_mm: float

    def at(self, places_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N, 2) or (H, W, 2) for as many places on the form; beyond the grid as at its edge."""
        nodes = np.asarray(places_mm / self.step_mm, np.float32)
        grid = nodes if nodes.ndim == 3 else nodes[:, None]
        x, y = grid[..., 0], grid[..., 1]
        moves = cv2.remap(self.moves_mm, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moves, np.float64).reshape(nodes.shape)


@dataclass(frozen=True, eq=False)
class Registration:
    """Where one slip lies on a page.

    Attributes:
        homography: Millimetres on the form to pixels on the page.
        residual_mm: 95th percentile of the distance of printed artwork to its place, measured after the fit
            and after ``drift``.
        artwork_match: Share of the printed artwork found where it should be, 0 to 1.
        turn_deg: 0, 90, 180 or 270: how the slip lies on the page, counterclockwise, to the nearest quarter.
        px_per_mm: Resolution of the page at the slip's centre.
        template: Fingerprint of the template it was laid on, if there were several to choose from; else "".
        drift: What paper that does not lie flat adds to the homography; None where it lies flat enough.
        reason: Why a slip that is there cannot be read, if that is known; ``residual_mm`` is then infinite.
    """

    homography: Homography
    residual_mm: float
    artwork_match: float
    turn_deg: int
    px_per_mm: float
    drift: Drift | None = None
    template: str = ""
    reason: Reason | None = None

    def to_page(self, places_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where (N, 2) or (H, W, 2) places on the form lie on the page, as many in pixels."""
        places = np.asarray(places_mm, np.float64)
        if self.drift is not None:
            places = places + self.drift.at(places)
        grid = places if places.ndim == 3 else places[:, None]
        return np.asarray(cv2.perspectiveTransform(grid, self.homography), np.float64).reshape(places.shape)
