"""What a homography says about the sheet of paper that it lays: its place, its turn, its shape."""

from __future__ import annotations

from math import atan2, degrees, hypot, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Homography, Template

# Paper and scanners stretch by a few per cent; a fit that needs more is not this sheet of paper ...
_MAX_ANISOTROPY = 1.12
# ... unless a camera looks at it aslant: then it also sees one edge nearer than the other. A slip seen from
# this many times its own width away shows that much less of it than one seen from as far as it is wide.
_FARTHEST_CAMERA = 6.0
_MAX_SLANTED_ANISOTROPY = 1.7
# Share of the distance to the farthest corner by which the nearest one may be nearer.
_MAX_DEPTH_SHARE = 0.6


def project(homography: Homography, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2) points as the homography puts them."""
    projected = cv2.perspectiveTransform(points.reshape(-1, 1, 2), homography)
    return np.asarray(projected, np.float64).reshape(-1, 2)


def inverse(homography: Homography) -> Homography:
    """The way back."""
    return np.asarray(np.linalg.inv(homography), np.float64)


def _jacobian(homography: Homography, template: Template) -> NDArray[np.float64]:
    """(2, 2), pixels a millimetre at the middle of the form."""
    u, v, depth = homography @ (template.width_mm / 2, template.height_mm / 2, 1.0)
    swing = np.outer((u / depth, v / depth), homography[2, :2])
    return np.asarray((homography[:2, :2] - swing) / depth, np.float64)


def px_per_mm(homography: Homography, template: Template) -> float:
    """Resolution of the page at the middle of the slip."""
    (a, b), (c, d) = _jacobian(homography, template).tolist()
    return sqrt(abs(a * d - b * c))


def turn_deg(homography: Homography, template: Template) -> int:
    """How the slip lies on the page, counterclockwise, to the nearest quarter turn."""
    right, down = _jacobian(homography, template)[:, 0].tolist()
    return round(degrees(atan2(-down, right)) / 90.0) % 4 * 90


def corners_px(homography: Homography, template: Template) -> NDArray[np.float64]:
    """(4, 2), the slip's corners on the page, clockwise from the form's top left."""
    corners = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    return project(homography, corners * (template.width_mm, template.height_mm))


def is_sheet_of_paper(homography: Homography, template: Template) -> bool:
    """A fit that mirrors, folds or stretches the form is not a form lying there."""
    if not np.isfinite(homography).all():
        return False
    depths = [
        float(homography[2] @ (x, y, 1.0))
        for x in (0.0, template.width_mm)
        for y in (0.0, template.height_mm)
    ]
    # the sign of a homography is nobody's business
    nearest, farthest = min(map(abs, depths)), max(map(abs, depths))
    if min(depths) <= 0 <= max(depths) or farthest - nearest > _MAX_DEPTH_SHARE * farthest:
        return False
    longest, shortest = _stretch(_jacobian(homography, template))
    return shortest > 1.0 and _may_be_slanted(longest / shortest, 1.0 - nearest / farthest)


def _may_be_slanted(anisotropy: float, depth_share: float) -> bool:
    """A sheet leaning by an angle looks narrower by its cosine, and one side of it is nearer by its sine."""
    if anisotropy < _MAX_ANISOTROPY:
        return True
    lean = sqrt(1.0 - 1.0 / anisotropy**2)
    return anisotropy < _MAX_SLANTED_ANISOTROPY and depth_share > lean / _FARTHEST_CAMERA


def _stretch(jacobian: NDArray[np.float64]) -> tuple[float, float]:
    """The singular values of a (2, 2) matrix, larger first; the smaller is negative where it mirrors."""
    (a, b), (c, d) = jacobian.tolist()
    turning, mirroring = hypot(a + d, c - b) / 2, hypot(a - d, c + b) / 2
    return turning + mirroring, turning - mirroring
