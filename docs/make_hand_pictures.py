"""Draw the picture of training/README.md: ``python docs/make_hand_pictures.py docs/images/hands.png``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from forms_ocr.simulation import DrawnHand

PEOPLE, COLUMNS = 20, 2
CELL_PX, DIGIT_PX, MARGIN_PX, PEN_PX = 46, 32, 7, 3
INK, PAPER = (28, 42, 110), (255, 255, 255)
OVERSAMPLING = 3


def draw_people(out: Path) -> None:
    """One person of the style ``various`` after the other, from left to right."""
    side = CELL_PX * OVERSAMPLING
    rows = -(-PEOPLE // COLUMNS)
    picture = Image.new("RGB", (side * (10 * COLUMNS + 1), side * rows), PAPER)
    draw = ImageDraw.Draw(picture)
    for person in range(PEOPLE):
        row, column = divmod(person, COLUMNS)
        _draw_digits(draw, DrawnHand(person, "various"), (column * 10.5 * side, row * side))
    size = (picture.width // OVERSAMPLING, picture.height // OVERSAMPLING)
    picture.resize(size, Image.Resampling.LANCZOS).quantize(32).save(out, optimize=True)


def _draw_digits(draw: ImageDraw.ImageDraw, hand: DrawnHand, corner: tuple[float, float]) -> None:
    rng = np.random.default_rng(7)
    for digit in range(10):
        origin = np.array((corner[0] + digit * CELL_PX * OVERSAMPLING, corner[1])) + MARGIN_PX * OVERSAMPLING
        for stroke in hand.digit(digit, rng).strokes:
            points = (stroke * DIGIT_PX * OVERSAMPLING + origin).tolist()
            draw.line([(x, y) for x, y in points], fill=INK, width=PEN_PX * OVERSAMPLING, joint="curve")


if __name__ == "__main__":
    draw_people(Path(sys.argv[1]))
