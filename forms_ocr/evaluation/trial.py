"""A form tried out before it is printed: filled in, scanned in many ways, and found again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction import extract
from forms_ocr.model import (
    CLASSES,
    Content,
    Field,
    GreyImage,
    Homography,
    Page,
    Registration,
    Shape,
    Template,
)
from forms_ocr.recognition import Recognizer
from forms_ocr.registration import register
from forms_ocr.simulation import (
    CLEAN,
    POOR,
    Digits,
    DrawnHand,
    Entry,
    Hand,
    Handwritten,
    Marked,
    Pen,
    Signed,
    WrittenSlip,
    draw_conditions,
    draw_pen,
    fill,
    scan,
    true_homography,
)

# Resolutions offices scan at, in turn; every other scan is a poor one.
_DPI = (300.0, 200.0, 150.0)
_TURNS = (0, 180, 90, 270)
_JPEG_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of the scans of one form.

    Attributes:
        scans: How many were made.
        found: How many were found, the right way up, with every field within a cell of its place.
        errors_mm: Of those found, how far the worst corner of a field lay from its true place.
        residuals_mm: Of those found, as registration measured it itself.
        counts: Of every scan the cells with a digit and those read as something else; zeros where not found.
    """

    scans: int
    found: int
    errors_mm: tuple[float, ...]
    residuals_mm: tuple[float, ...]
    counts: tuple[tuple[int, int], ...]

    @property
    def digits(self) -> int:
        """Cells with a digit, on the scans that were found."""
        return sum(digits for digits, _ in self.counts)

    @property
    def wrong_digits(self) -> int:
        """Those of them that were read as something else."""
        return sum(wrong for _, wrong in self.counts)

    @property
    def share_found(self) -> float:
        """0 to 1."""
        return self.found / self.scans

    def error_mm(self, quantile: float) -> float:
        """Quantile of ``errors_mm``; infinite where nothing was found."""
        return float(np.quantile(self.errors_mm, quantile)) if self.errors_mm else float("inf")


DrawHand = Callable[[np.random.Generator], Hand]
"""Somebody who fills a form in."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to scan.

    Attributes:
        colour: "grey", "colour" (as a JPEG) or "one-bit".
        print_bgr: The ink the form is printed with, in blue, green, red; grey print is a lighter tone of it.
    """

    dpi: float = 300.0
    colour: Literal["grey", "colour", "one-bit"] = "grey"
    print_bgr: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Writing:
    """One form filled in: who wrote it, with which pen, and what."""

    hand: Hand
    pen: Pen
    entries: Mapping[str, Entry]


def drawn_hand(rng: np.random.Generator) -> Hand:
    """A hand of no person in particular."""
    return DrawnHand(int(rng.integers(1 << 31)))


def try_out(
    template: Template,
    recognizer: Recognizer,
    scans: int,
    seed: int = 1,
    *,
    draw_hand: DrawHand = drawn_hand,
    way: Way | None = None,
    write: Callable[[int], Writing] | None = None,
) -> Trial:
    """Fill the form in, scan it, find it again and read its digits.

    Args:
        draw_hand: Who fills it in, with whatever pen and values.
        way: How every scan is made; None goes through all four turns at 150 to 300 dpi, good and poor.
        write: What stands on the form of each number; then ``draw_hand`` is not asked.

    The same seed makes the same scans.
    """
    errors: list[float] = []
    residuals: list[float] = []
    counts: list[tuple[int, int]] = []
    for number in range(scans):
        rng = np.random.default_rng([seed, number])
        writing = write(number) if write else _anything(template, seed, number, draw_hand, rng)
        slip, page, truth = _scanned(template, number, rng, writing, way)
        laid = register(page, template)
        error = _error_mm(laid[0], truth, template) if len(laid) == 1 else float("inf")
        if error > _cell_mm(template):
            counts.append((0, 0))
            continue
        errors.append(error)
        residuals.append(laid[0].residual_mm)
        counts.append(_digits(page, laid[0], template, slip, recognizer))
    return Trial(scans, len(errors), tuple(errors), tuple(residuals), tuple(counts))


def _anything(
    template: Template, seed: int, number: int, draw_hand: DrawHand, rng: np.random.Generator
) -> Writing:
    """The same people write into every form with the same pens, so that forms can be compared."""
    hand = draw_hand(np.random.default_rng([seed, number, 1]))
    pen = draw_pen(np.random.default_rng([seed, number, 2]))
    return Writing(hand, pen, random_entries(template, rng))


def _scanned(
    template: Template, number: int, rng: np.random.Generator, writing: Writing, way: Way | None
) -> tuple[WrittenSlip, Page, Homography]:
    used = way or Way(_DPI[number % len(_DPI)])
    slip = fill(
        template, writing.entries, writing.hand, writing.pen, rng, max(used.dpi, 200.0),
        in_colour=used.colour == "colour", print_bgr=used.print_bgr,
    )  # fmt: skip
    preset = POOR if way is None and number % 2 else CLEAN
    conditions = draw_conditions(
        preset,
        rng,
        dpi=used.dpi,
        turn_deg=_TURNS[number % len(_TURNS)],
        one_bit="global" if used.colour == "one-bit" else "",
    )
    size_mm = (template.width_mm, template.height_mm)
    pixels = scan(slip.paper, conditions, rng, paper_dpi=slip.dpi, paper_mm=size_mm)
    return slip, Page(1, _as_opened(pixels), used.dpi), true_homography(size_mm, conditions)


def _as_opened(pixels: NDArray[np.uint8]) -> GreyImage:
    """What a colour scan is once it came through a JPEG file and was made grey, as all scans are."""
    if pixels.ndim == 2:
        return pixels
    encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), np.uint8)


def random_entries(template: Template, rng: np.random.Generator) -> Mapping[str, Entry]:
    """Something for every field: digits into combs and digit lines, words, marks and signatures."""
    return {field.name: _entry(field, rng) for field in template.fields}


def _entry(field: Field, rng: np.random.Generator) -> Entry:
    if field.shape is Shape.COMB:
        return Digits("".join(map(str, rng.integers(0, 10, len(field.cells)))))
    if field.shape is Shape.SIGNATURE:
        return Signed()
    if field.shape is Shape.MARK:
        return Marked()
    if field.content is Content.DIGITS:
        return Digits("".join(map(str, rng.integers(0, 10, 5))))
    return Handwritten("Иванова Мария")


def _corners_mm(template: Template) -> NDArray[np.float64]:
    return np.concatenate([field.box.corners_mm for field in template.fields])


def _error_mm(laid: Registration, truth: Homography, template: Template) -> float:
    """How far the worst corner of a field is from its true place; curl adds its own to it."""
    corners = _corners_mm(template)
    homogeneous = np.hstack([corners, np.ones((len(corners), 1))]) @ truth.T
    true_px = homogeneous[:, :2] / homogeneous[:, 2:]
    off = np.linalg.norm(laid.to_page(corners) - true_px, axis=1)
    return float(off.max()) / laid.px_per_mm


def _cell_mm(template: Template) -> float:
    """The smallest side of a cell or field."""
    boxes = [box for field in template.fields for box in (field.cells or (field.box,))]
    return min(min(box.width_mm, box.height_mm) for box in boxes)


def _digits(
    page: Page, laid: Registration, template: Template, slip: WrittenSlip, recognizer: Recognizer
) -> tuple[int, int]:
    """How many digits were written into cells, and how many were read as something else."""
    inks = [ink for ink in extract(page, laid, template) if len(ink.glyphs)]
    if not inks:
        return 0, 0
    posteriors = recognizer.read_cells(np.concatenate([ink.glyphs for ink in inks])).posteriors
    read = [CLASSES[index] for index in posteriors.argmax(axis=1)]
    true = [cell for ink in inks for cell in slip.cells[ink.name]]
    pairs = [(one, other) for one, other in zip(true, read, strict=True) if len(one) == 1]
    return len(pairs), sum(one != other for one, other in pairs)
