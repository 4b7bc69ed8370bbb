"""Pages that are not slips: what else lies in the box or on the glass."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from forms_ocr.model import GreyImage
from forms_ocr.simulation.filling import type_font
from forms_ocr.simulation.hands import DrawnHand
from forms_ocr.simulation.ink import draw_pen, lay_ink
from forms_ocr.simulation.slips import STREETS

_MM_PER_INCH = 25.4
_A4_MM = (210.0, 297.0)

_WORDS = (
    "прошу", "договор", "счёт", "оплата", "заявление", "квитанция", "проверка", "прибор", "учёта",
    "жилец", "управляющая", "компания", "сведения", "направляем", "срок", "ответ", "письмо",
    "замена", "акт", "начисление", "период", "адрес", "телефон", "приём", "граждан", "отдел",
    "сообщаем", "данные", "и", "в", "на", "о", "по",
)  # fmt: skip


def draw_foreign_page(
    kind: str, rng: np.random.Generator, dpi: float = 300.0, size_mm: tuple[float, float] = _A4_MM
) -> GreyImage:
    """A page on paper, before scanning.

    Args:
        kind: One of :data:`FOREIGN_KINDS`.
        size_mm: Width and height.

    Raises:
        KeyError: An unknown kind.
    """
    width, height = (round(side * dpi / _MM_PER_INCH) for side in size_mm)
    paper = np.full((height, width), 255, np.uint8)
    return FOREIGN_KINDS[kind](paper, dpi / _MM_PER_INCH, rng)


def _letter(paper: GreyImage, px: float, rng: np.random.Generator) -> GreyImage:
    """A covering letter: heading, paragraphs, a signature."""
    picture = Image.fromarray(paper)
    draw = ImageDraw.Draw(picture)
    body, heading = type_font("", round(4.2 * px)), type_font("", round(6 * px))
    left, right, y = 20 * px, paper.shape[1] - 20 * px, 22 * px
    draw.text((left, y), _sentence(rng, 3).capitalize(), fill=20, font=heading)
    y += 16 * px
    while y < paper.shape[0] - 45 * px:
        for line in range(int(rng.integers(2, 7))):
            start = left + (8 * px if line == 0 else 0)
            _draw_line(draw, body, start, right, y, rng)
            y += 6.4 * px
        y += 4 * px
    signed = np.array(picture)
    pen, hand = draw_pen(rng), DrawnHand(int(rng.integers(1 << 31)))
    corner = (right - 50 * px, paper.shape[0] - 32 * px)
    lay_ink(signed, hand.signature(rng), corner, 12 * px, pen, px * _MM_PER_INCH, rng)
    return signed


def _sentence(rng: np.random.Generator, words: int) -> str:
    return " ".join(_WORDS[int(i)] for i in rng.integers(len(_WORDS), size=words))


def _draw_line(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont,
    left: float,
    right: float,
    y: float,
    rng: np.random.Generator,
) -> None:
    """Words until the line is full."""
    text = _sentence(rng, 14)
    while text and draw.textlength(text, font=font) > right - left:
        text = text.rpartition(" ")[0]
    draw.text((left, y), text, fill=25, font=font)


def _receipt(paper: GreyImage, px: float, rng: np.random.Generator) -> GreyImage:
    """A bill: a ruled table of names and sums."""
    picture = Image.fromarray(paper)
    draw = ImageDraw.Draw(picture)
    font = type_font("", round(3.6 * px))
    columns = np.array([15, 75, 105, 135, 165, 195]) * paper.shape[1] / 210
    rows = np.arange(int(rng.integers(8, 24))) * 8.5 * px + 40 * px
    rows = rows[rows < paper.shape[0] - 15 * px]
    title = "Квитанция " + _sentence(rng, 2)
    draw.text((columns[0], 20 * px), title, fill=10, font=type_font("", round(6 * px)))
    for y in rows:
        draw.line((columns[0], y, columns[-1], y), fill=60, width=max(1, round(0.25 * px)))
        draw.text((columns[0] + px, y + 1.8 * px), _sentence(rng, 2), fill=25, font=font)
        for x in columns[1:-1]:
            draw.text((x + px, y + 1.8 * px), f"{rng.integers(1, 99999) / 100:.2f}", fill=25, font=font)
    for x in columns:
        draw.line((x, rows[0], x, rows[-1] + 8.5 * px), fill=60, width=max(1, round(0.25 * px)))
    return np.array(picture)


def _other_form(paper: GreyImage, px: float, rng: np.random.Generator) -> GreyImage:
    """Another organisation's form: titles, combs in other places, filled in by hand."""
    picture = Image.fromarray(paper)
    draw = ImageDraw.Draw(picture)
    font, y = type_font("", round(4 * px)), 38 * px
    draw.text((18 * px, 15 * px), _sentence(rng, 3).capitalize(), fill=0, font=type_font("", round(7 * px)))
    combs: list[tuple[float, float]] = []
    side = float(rng.uniform(6.5, 8.0)) * px
    while y < paper.shape[0] - 25 * px:
        draw.text((18 * px, y), _sentence(rng, 2).capitalize(), fill=20, font=font)
        for i in range(int(rng.integers(4, 14))):
            corner = (70 * px + i * side, y)
            if corner[0] + side > paper.shape[1] - 8 * px:
                break
            box = (*corner, corner[0] + side, y + side * 1.15)
            draw.rectangle(box, outline=90, width=max(1, round(0.3 * px)))
            combs.append(corner)
        y += 16 * px
    filled = np.array(picture)
    _write_into(filled, combs, side, px, rng)
    return filled


def _write_into(
    paper: GreyImage, corners: list[tuple[float, float]], side: float, px: float, rng: np.random.Generator
) -> None:
    hand, pen = DrawnHand(int(rng.integers(1 << 31))), draw_pen(rng)
    for left, top in corners:
        if rng.random() < 0.8:
            digit = hand.digit(int(rng.integers(10)), rng)
            corner = (left + 0.2 * side, top + 0.2 * side)
            lay_ink(paper, digit, corner, 0.75 * side, pen, px * _MM_PER_INCH, rng)


def _note(paper: GreyImage, px: float, rng: np.random.Generator) -> GreyImage:
    """A page out of a notebook: lines of handwriting."""
    hand, pen = DrawnHand(int(rng.integers(1 << 31)), "hasty"), draw_pen(rng)
    written = paper.copy()
    for y in np.arange(25 * px, paper.shape[0] - 20 * px, 11 * px):
        text = f"{STREETS[int(rng.integers(len(STREETS)))]} {_sentence(rng, 3)}"
        shape = hand.line(text, rng)
        height = min(6 * px, (paper.shape[1] - 30 * px) / shape.aspect)
        lay_ink(written, shape, (15 * px, float(y)), height, pen, px * _MM_PER_INCH, rng)
    return written


def _photo(paper: GreyImage, _px: float, rng: np.random.Generator) -> GreyImage:
    """A photograph: smooth light, texture at every scale, a few hard edges."""
    height, width = paper.shape
    total = np.zeros((height // 4, width // 4), np.float32)
    for octave in range(1, 7):
        coarse = rng.normal(size=(3 * 2**octave, 2 * 2**octave)).astype(np.float32)
        total += cv2.resize(coarse, total.shape[::-1], interpolation=cv2.INTER_CUBIC) / 1.7**octave
    grey = np.clip(128 + 70 * total, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(3, 9))):
        corners = rng.integers(0, total.shape[::-1], (4, 2)).astype(np.int32)
        cv2.fillConvexPoly(grey, cv2.convexHull(corners), (int(rng.integers(20, 235)),) * 3)
    return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _blank_page(paper: GreyImage, px: float, rng: np.random.Generator) -> GreyImage:
    """Bare paper with specks and the faint shine of what is printed on its back."""
    back = cv2.GaussianBlur(_letter(paper, px, rng)[:, ::-1], (0, 0), 0.35 * px)
    strength = float(rng.uniform(0.0, 0.07))
    page = cv2.addWeighted(paper, 1 - strength, back, strength, 0)
    for _ in range(int(rng.integers(0, 25))):
        centre = tuple(int(rng.integers(side)) for side in paper.shape[::-1])
        cv2.circle(page, centre, max(1, round(0.1 * px)), (int(rng.integers(60, 180)),) * 3, -1)
    return np.asarray(page, np.uint8)


def _newspaper(paper: GreyImage, px: float, rng: np.random.Generator) -> GreyImage:
    """Columns of small print under headlines, and a picture."""
    picture = Image.fromarray(paper)
    draw = ImageDraw.Draw(picture)
    columns = int(rng.integers(3, 5))
    width = (paper.shape[1] - 20 * px) / columns
    title = _sentence(rng, 2).upper()
    draw.text((12 * px, 8 * px), title, fill=10, font=type_font("", round(11 * px)))
    body = type_font("", round(2.6 * px))
    for column in range(columns):
        left, y = 12 * px + column * width, 26 * px
        while y < paper.shape[0] - 12 * px:
            _draw_line(draw, body, left, left + width - 3 * px, y, rng)
            y += 3.4 * px
    printed = np.array(picture)
    side = round(1.6 * width), round(min(1.2 * width, 0.4 * paper.shape[0]))
    photo = _photo(np.zeros((max(8, side[1]), max(8, side[0])), np.uint8), px, rng)
    top, left_px = round(30 * px), round(12 * px)
    part = printed[top : top + photo.shape[0], left_px : left_px + photo.shape[1]]
    part[:] = photo[: part.shape[0], : part.shape[1]]
    return printed


def _table(paper: GreyImage, px: float, rng: np.random.Generator) -> GreyImage:
    """A ledger: a fine grid with numbers typed or written in."""
    picture = Image.fromarray(paper)
    draw = ImageDraw.Draw(picture)
    step_x, step_y = float(rng.uniform(8, 22)) * px, float(rng.uniform(5, 11)) * px
    xs = np.arange(12 * px, paper.shape[1] - 10 * px, step_x)
    ys = np.arange(15 * px, paper.shape[0] - 10 * px, step_y)
    for x in xs:
        draw.line((x, ys[0], x, ys[-1]), fill=90, width=max(1, round(0.3 * px)))
    for y in ys:
        draw.line((xs[0], y, xs[-1], y), fill=90, width=max(1, round(0.3 * px)))
    font = type_font("", round(0.55 * step_y))
    for y in ys[:-1]:
        for x in xs[:-1]:
            if rng.random() < 0.7:
                draw.text((x + px, y + 0.15 * step_y), str(rng.integers(10**3)), fill=30, font=font)
    return np.array(picture)


def _marker_sheet(paper: GreyImage, px: float, rng: np.random.Generator) -> GreyImage:
    """A calibration sheet: rows of ArUco markers of one family, every number in turn."""
    names = ("DICT_4X4_50", "DICT_5X5_50", "DICT_6X6_50")
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, str(rng.choice(names))))
    side = round(float(rng.uniform(8, 30)) * px)
    page, number = paper.copy(), 0
    for top in range(round(10 * px), paper.shape[0] - side, round(1.5 * side)):
        for left in range(round(10 * px), paper.shape[1] - side, round(1.5 * side)):
            page[top : top + side, left : left + side] = cv2.aruco.generateImageMarker(
                dictionary, number % 50, side
            )
            number += 1
    return page


FOREIGN_KINDS: Mapping[str, Callable[[NDArray[np.uint8], float, np.random.Generator], GreyImage]] = {
    "letter": _letter,
    "receipt": _receipt,
    "other_form": _other_form,
    "note": _note,
    "photo": _photo,
    "newspaper": _newspaper,
    "table": _table,
    "marker_sheet": _marker_sheet,
    "blank": _blank_page,
}
"""By kind. ``blank`` is a page without anything to read, the rest is foreign."""
