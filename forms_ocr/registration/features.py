"""Slips without markers, found by the texture of their printed artwork."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from forms_ocr.model import GreyImage, Homography, Template
from forms_ocr.registration.landmarks import reduced_artwork
from forms_ocr.registration.markers import as_homography
from forms_ocr.registration.pyramid import Pyramid
from forms_ocr.registration.tone import as_line_art

# About 125 dpi: small print is still texture there, and twice the resolution finds no more slips.
_PX_PER_MM = 5.0
# Short side of the copy of the page that is looked at: a slip of half the sheet has 4 pixels a millimetre.
_LOOK_AT_PX = 850
# On a large form full of writing nothing else is left to match by than small print, legible from here on.
_LEAST_PX_PER_MM = 4.2
KEYPOINTS = 1000
# Pale print in much grain is still found by so many: 10 of 144 scans. Matching takes four times as long.
MANY_KEYPOINTS = 2500
# Line art is black and white, so that what is left of grain is told from corners by their contrast.
_CORNER_CONTRAST = 60
# Lowe's ratio test; printed forms repeat themselves (cells, letters), so it has to be strict.
_RATIO = 0.85
# Fewer inliers than this come about by chance on texts and tables.
_MIN_INLIERS = 14
_INLIER_PX = 6.0


@dataclass(frozen=True, eq=False)
class _Texture:
    points: NDArray[np.float64]
    descriptors: NDArray[np.uint8]


def _describe(image: GreyImage, count: int) -> _Texture | None:
    orb = cv2.ORB.create(nfeatures=count, scaleFactor=1.3, nlevels=6, fastThreshold=_CORNER_CONTRAST)
    keypoints, descriptors = orb.detectAndCompute(as_line_art(image), None)
    # OpenCV says None for the descriptors where it sees no corner at all
    if len(keypoints) < _MIN_INLIERS:
        return None
    points = np.array([point.pt for point in keypoints], np.float64)
    return _Texture(points, np.asarray(descriptors, np.uint8))


@lru_cache(maxsize=8)
def _texture_of(template: Template, count: int) -> _Texture | None:
    texture = _describe(reduced_artwork(template, _PX_PER_MM), count)
    if texture is None:
        return None
    return _Texture((texture.points + 0.5) / _PX_PER_MM, texture.descriptors)


def find_by_texture(pyramid: Pyramid, template: Template, count: int = KEYPOINTS) -> Iterator[Homography]:
    """First fits of every slip that shows its texture, millimetres to page pixels, good to a millimetre.

    ORB features (Rublee et al. 2011) matched with the ratio test, similarities by RANSAC, one slip after the
    other. A similarity has no freedom to swing where matches cluster; the caller mends it by the printed
    artwork, and measures it: a fit proves nothing by itself.

    Args:
        count: Features looked at, on the page and on the form.
    """
    form = _texture_of(template, count)
    least_px = round(_LEAST_PX_PER_MM * min(template.width_mm, template.height_mm))
    level = pyramid.reduced_to(max(_LOOK_AT_PX, least_px))
    seen = _describe(level.pixels, count)
    if form is None or seen is None:
        return
    source, target = _match(form, seen)
    while len(source) >= _MIN_INLIERS:
        matrix, inliers = cv2.estimateAffinePartial2D(
            source,
            target,
            method=cv2.RANSAC,
            ransacReprojThreshold=_INLIER_PX,
            maxIters=5000,
            confidence=0.999,
        )
        fit = as_homography(matrix)
        if fit is None or not _is_enough(inliers):
            return
        yield np.linalg.inv(level.from_page) @ fit
        elsewhere = ~_is_on_slip(target, fit, template) & (np.ravel(inliers) == 0)
        source, target = source[elsewhere], target[elsewhere]


def _is_on_slip(points_px: NDArray[np.float64], fit: Homography, template: Template) -> NDArray[np.bool_]:
    """(N,) which points of the page lie on the slip that was found there."""
    on_form = cv2.perspectiveTransform(points_px.reshape(-1, 1, 2), np.linalg.inv(fit)).reshape(-1, 2)
    return np.asarray(((on_form > 0) & (on_form < (template.width_mm, template.height_mm))).all(axis=1))


def _is_enough(inliers: MatLike | None) -> bool:
    """OpenCV says None where it finds no fit at all."""
    return inliers is not None and int(np.sum(inliers)) >= _MIN_INLIERS


def _match(form: _Texture, seen: _Texture) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    # from the page to the form: copies of the form on one page do not compete with each other
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(seen.descriptors, form.descriptors, k=2)
    kept = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]
    source = np.array([form.points[match.trainIdx] for match in kept]).reshape(-1, 2)
    target = np.array([seen.points[match.queryIdx] for match in kept]).reshape(-1, 2)
    return source, target
