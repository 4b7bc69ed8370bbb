"""A raster image out of a scan, and a slip's place on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_ocr.model.geometry import GreyImage, Homography


@dataclass(frozen=True, eq=False)
class Page:
    """One raster image out of a scan.

    Attributes:
        number: Counts from 1 inside the scan.
        pixels: Grey, upright as the file says (PDF /Rotate and EXIF turns applied).
        dpi: What the file claims, 0 if it claims nothing believable; never trusted for geometry.
        values: A form filled in on a computer carries its values by full field name; empty otherwise.
    """

    number: int
    pixels: GreyImage
    dpi: float = 0.0
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Registration:
    """Where one slip lies on a page.

    Attributes:
        homography: Millimetres on the form to pixels on the page.
        residual_mm: 95th percentile of the distance of printed artwork to its place, measured after the fit.
        artwork_match: Share of the printed artwork found where it should be, 0 to 1.
        turn_deg: 0, 90, 180 or 270: how the slip lies on the page, counterclockwise, to the nearest quarter.
        px_per_mm: Resolution of the page at the slip's centre.
    """

    homography: Homography
    residual_mm: float
    artwork_match: float
    turn_deg: int
    px_per_mm: float
