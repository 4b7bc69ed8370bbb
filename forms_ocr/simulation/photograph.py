"""Put paper under a phone: a pinhole camera over a table, its light, its focus and its shake.

page, lie = photograph(slip.paper, PhotoConditions(tilt_deg=20.0, shadow=0.4), rng, paper_dpi=slip.dpi)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import GreyImage, Homography
from forms_ocr.simulation.lie import Lie
from forms_ocr.simulation.scanning import add_noise, curl, unevenly_lit

_MM_PER_INCH = 25.4
# A phone's main camera sees some 65 degrees along its picture's longer side.
_FOCAL_SHARE = 0.78
_ASPECT = 4 / 3
# Texture is drawn this much smaller than the picture and enlarged.
_TEXTURE_SHARE = 4

Table = Literal["wood", "dark", "white", "cloth", "papers"]


@dataclass(frozen=True, slots=True)
class PhotoConditions:
    """How one sheet was photographed.

    Attributes:
        megapixels: Of the picture, 4:3, lying on its longer side.
        fill: Share of the picture's width or height, whichever is more, that the paper takes up.
        tilt_deg: The camera leans away from straight above by that, 0 to 60.
        heading_deg: To which side it leans.
        turn_deg: The paper lies turned counterclockwise by that, any angle.
        table: What lies under the paper.
        shadow: Share of light that somebody's shadow takes, 0 to 0.9.
        light_drop: Share of light lost in the darkest corner.
        motion_px: Length of the shake while the picture was taken.
        blur_sigma_px: Out of focus.
        noise: Standard deviation of grey values.
        curl_mm: Largest smooth local displacement of paper that does not lie flat.
        white: Grey value of lit paper.
    """

    megapixels: float = 12.0
    fill: float = 0.9
    tilt_deg: float = 0.0
    heading_deg: float = 0.0
    turn_deg: float = 0.0
    table: Table = "wood"
    shadow: float = 0.0
    light_drop: float = 0.0
    motion_px: float = 0.0
    blur_sigma_px: float = 0.8
    noise: float = 4.0
    curl_mm: float = 0.0
    white: int = 225


def photograph(
    paper: NDArray[np.uint8],
    conditions: PhotoConditions,
    rng: np.random.Generator,
    *,
    paper_dpi: float = 300.0,
) -> tuple[GreyImage, Lie]:
    """Photograph a sheet, (H, W) grey: the picture, and how the sheet lies on it."""
    size = _picture_size(conditions.megapixels)
    paper_mm = (paper.shape[1] * _MM_PER_INCH / paper_dpi, paper.shape[0] * _MM_PER_INCH / paper_dpi)
    to_picture = _camera(paper_mm, size, conditions)
    drift = curl(size, conditions.curl_mm, rng) if conditions.curl_mm > 0 else None
    lie = Lie(np.asarray(np.linalg.inv(to_picture), np.float64), size, drift)
    sheet = lie.resample(_softened(paper, paper_mm, paper_dpi, to_picture), paper_dpi, 0)
    is_sheet = lie.resample(np.full_like(paper, 255), paper_dpi, 0)
    table = _table(conditions.table, size, rng)
    lit = cv2.LUT(sheet, np.rint(np.linspace(18, conditions.white, 256)).astype(np.uint8))
    picture = np.where(is_sheet > 127, lit, table).astype(np.uint8)
    picture = _in_shadow(picture, conditions.shadow, rng) if conditions.shadow > 0 else picture
    if conditions.light_drop > 0:
        picture = unevenly_lit(picture, conditions.light_drop, rng)
    picture = _shaken(picture, conditions, rng)
    if conditions.noise > 0:
        add_noise(picture, conditions.noise, rng)
    return picture, lie


def _picture_size(megapixels: float) -> tuple[int, int]:
    height = (megapixels * 1e6 / _ASPECT) ** 0.5
    return round(height * _ASPECT), round(height)


def _camera(paper_mm: tuple[float, float], size: tuple[int, int], conditions: PhotoConditions) -> Homography:
    """Millimetres on the paper to pixels, the camera as near as ``fill`` lets it come."""
    tilt, heading, turn = np.deg2rad([conditions.tilt_deg, conditions.heading_deg, conditions.turn_deg])
    centred = np.array([(1, 0, -paper_mm[0] / 2), (0, 1, -paper_mm[1] / 2), (0, 0, 1.0)])
    turned = _about(-turn) @ centred
    focal = _FOCAL_SHARE * size[0]
    lens = np.array([(focal, 0, (size[0] - 1) / 2), (0, focal, (size[1] - 1) / 2), (0, 0, 1.0)])
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * paper_mm
    distance = max(paper_mm) * _FOCAL_SHARE * 0.5
    for _ in range(200):
        lean = np.array([(1, 0, 0), (0, np.cos(tilt), 0), (0, np.sin(tilt), distance)])
        matrix = lens @ _about(heading) @ lean @ _about(-heading) @ turned
        seen = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), matrix).reshape(-1, 2)
        middle = (seen.min(axis=0) + seen.max(axis=0)) / 2
        is_in_front = bool((matrix[2] @ np.column_stack([corners, np.ones(4)]).T > 0).all())
        if is_in_front and (np.ptp(seen, axis=0) <= conditions.fill * np.array(size)).all():
            shift = np.array([(1, 0, (size[0] - 1) / 2 - middle[0]), (0, 1, (size[1] - 1) / 2 - middle[1])])
            return np.asarray(np.vstack([shift, [0, 0, 1]]) @ matrix / matrix[2, 2], np.float64)
        distance *= 1.03
    raise ValueError(f"a paper tilted by {conditions.tilt_deg} degrees fills no picture")


def _about(angle: float) -> NDArray[np.float64]:
    return np.array([(np.cos(angle), -np.sin(angle), 0), (np.sin(angle), np.cos(angle), 0), (0, 0, 1.0)])


def _softened(
    paper: NDArray[np.uint8], paper_mm: tuple[float, float], paper_dpi: float, to_picture: Homography
) -> NDArray[np.uint8]:
    """Without the detail that a picture of this resolution would alias."""
    middle = np.array(paper_mm) / 2
    points = middle + np.array([(0.0, 0.0), (10.0, 0.0), (0.0, 10.0)]).reshape(-1, 1, 2)
    seen = cv2.perspectiveTransform(points, to_picture).reshape(-1, 2)
    px_per_mm = float(np.linalg.norm(seen[1:] - seen[0], axis=1).min()) / 10
    shrinking = paper_dpi / _MM_PER_INCH / px_per_mm
    if shrinking <= 1.2:
        return paper
    return np.asarray(cv2.GaussianBlur(paper, (0, 0), 0.4 * shrinking), np.uint8)


def _table(kind: Table, size: tuple[int, int], rng: np.random.Generator) -> GreyImage:
    """What lies under the paper, as large as the picture."""
    small = (size[0] // _TEXTURE_SHARE + 1, size[1] // _TEXTURE_SHARE + 1)
    if kind == "papers":
        texture = _papers(small, rng)
    else:
        level, spread, grain = {
            "wood": (115, 26, (60, 3)),
            "dark": (35, 6, (2, 2)),
            "white": (222, 5, (2, 2)),
            "cloth": (120, 34, (2, 2)),
        }[kind]
        noise = rng.normal(size=small[::-1]).astype(np.float32)
        noise = np.asarray(cv2.blur(noise, grain), np.float32)
        texture = np.clip(level + spread * noise / noise.std(), 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(texture, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _papers(small: tuple[int, int], rng: np.random.Generator) -> GreyImage:
    """A desk with other sheets on it, ruled and written on."""
    desk = np.full(small[::-1], 90, np.uint8)
    for _ in range(5):
        centre = tuple(float(v) for v in rng.uniform(0, 1, 2) * small)
        sides = tuple(float(v) for v in rng.uniform(0.25, 0.6, 2) * small)
        corners = cv2.boxPoints((centre, sides, float(rng.uniform(0, 180))))
        cv2.fillConvexPoly(desk, corners.astype(np.int32), (int(rng.integers(170, 230)),) * 3)
        along, down = corners[1] - corners[0], corners[3] - corners[0]
        for share in np.arange(0.08, 0.95, 0.06):
            start, end = corners[0] + share * down + 0.1 * along, corners[0] + share * down + 0.85 * along
            ends = [(int(x), int(y)) for x, y in (start, end)]
            cv2.line(desk, ends[0], ends[1], (int(rng.integers(40, 160)),) * 3, 2)
    return desk


def _in_shadow(picture: GreyImage, depth: float, rng: np.random.Generator) -> GreyImage:
    """A hand's or phone's shadow: a half plane with a soft edge through the picture's middle."""
    small = (picture.shape[1] // 16 + 1, picture.shape[0] // 16 + 1)
    angle = rng.uniform(0, 2 * np.pi)
    x, y = np.meshgrid(np.linspace(-1, 1, small[0]), np.linspace(-0.75, 0.75, small[1]))
    beyond = x * np.cos(angle) + y * np.sin(angle) + rng.uniform(-0.25, 0.25)
    share = 1 - depth / (1 + np.exp(-beyond / rng.uniform(0.01, 0.06)))
    full = cv2.resize((255 * share).astype(np.uint8), picture.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(picture, full, scale=1 / 255), np.uint8)


def _shaken(picture: GreyImage, conditions: PhotoConditions, rng: np.random.Generator) -> GreyImage:
    """Out of focus and smeared along one direction."""
    if conditions.blur_sigma_px > 0.15:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), conditions.blur_sigma_px), np.uint8)
    if conditions.motion_px < 1:
        return picture
    side = int(conditions.motion_px) | 1
    kernel = np.zeros((side + 2, side + 2), np.float32)
    angle, middle = rng.uniform(0, np.pi), (side + 1) / 2
    reach = np.array((np.cos(angle), np.sin(angle))) * conditions.motion_px / 2
    ends = [(round(middle + sign * reach[0]), round(middle + sign * reach[1])) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA)
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.uint8)
