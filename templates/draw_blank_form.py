"""Draw ``blank_form.pdf``, the meter-reading slip: A5 landscape, the same bytes every time.

Run it as ``python templates/draw_blank_form.py [OUT.pdf]``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Box
from forms_ocr.template.drawing import FormDrawing

WIDTH_MM, HEIGHT_MM = 210.0, 148.0

MARKER_SIDE_MM = 10.0
MARKER_INSET_MM = 8.0
"""Office printers leave the outer 5 mm white."""

LEFT_MM, RIGHT_MM = 14.0, 196.0
INSIDE_MARKERS_MM = (23.0, 187.0)
EXAMPLE_LEFT_MM = 131.0

CELL_WIDTH_MM, CELL_HEIGHT_MM = 9.0, 10.5
LABEL_ABOVE_MM = 4.0
"""From a label's baseline to the cells below it: people write beyond the cells."""

HINT_GREY = 0.3
EXAMPLE_GREY = 0.25

DIGIT_STROKES = {
    "0": "50,0 8,30 10,75 50,100 90,75 92,30 50,0",
    "1": "20,28 60,0 | 60,0 60,100",
    "2": "10,24 45,0 88,25 60,62 8,100 | 8,100 95,100",
    "3": "10,10 50,0 85,22 40,46 | 40,46 92,70 50,100 5,88",
    "4": "50,0 5,62 | 5,62 95,62 | 72,35 72,100",
    "5": "88,0 22,0 | 22,0 16,44 | 16,44 60,38 92,68 55,100 5,90",
    "6": "80,3 35,25 10,70 50,100 90,72 50,50 13,68",
    "7": "8,0 92,0 | 92,0 35,100",
    "8": "50,46 12,22 50,0 88,22 50,46 6,75 50,100 94,75 50,46",
    "9": "87,32 50,52 10,28 50,0 87,30 80,70 45,100",
}
"""Digits as a careful hand writes them: strokes through points ``x,y`` in hundredths of the digit's box, from
its top left corner."""


def main(out: Path) -> None:
    """Draw the form into a file."""
    form = FormDrawing(WIDTH_MM, HEIGHT_MM, title="Показания счётчика электроэнергии")
    draw_markers(form)
    draw_heading(form)
    draw_account_and_reading(form)
    draw_example(form)
    draw_address(form)
    draw_date_and_signature(form)
    draw_rules(form)
    form.save(out)


def draw_markers(form: FormDrawing) -> None:
    """Clockwise from the top left, so that the number alone tells the corner."""
    near, far_x = MARKER_INSET_MM, WIDTH_MM - MARKER_INSET_MM - MARKER_SIDE_MM
    far_y = HEIGHT_MM - MARKER_INSET_MM - MARKER_SIDE_MM
    for number, corner in enumerate(((near, near), (far_x, near), (far_x, far_y), (near, far_y))):
        form.marker(number, *corner, MARKER_SIDE_MM)


def draw_heading(form: FormDrawing) -> None:
    """What this is, and until when."""
    left, right = INSIDE_MARKERS_MM
    form.text("Показания счётчика электроэнергии", left, 13.6, size_pt=17, bold=True)
    form.text("Один бланк — на один счётчик и один месяц", left, 18.6, size_pt=9, grey=HINT_GREY)
    form.text("Сдать с 23-го по 26-е", right, 18.6, size_pt=10, bold=True, align="right")
    form.rule((left, 21.6), (right, 21.6), width_mm=0.5, grey=0.0)


def draw_account_and_reading(form: FormDrawing) -> None:
    """Who reports what."""
    label(form, "Лицевой счёт", LEFT_MM, 28.5, hint="12 цифр, как в счёте за электроэнергию")
    comb(form, "account", "Лицевой счёт, 12 цифр", LEFT_MM, 28.5, 12)
    label(form, "Показание счётчика", LEFT_MM, 50.0, hint="только цифры до запятой")
    box = comb(form, "reading", "Показание счётчика: цифры до запятой, с нулями впереди", LEFT_MM, 50.0, 6)
    x = box.right_mm + 4.0
    advice = ("Начните с первой клетки,", "пишите и нули впереди. Лишние", "клетки оставьте пустыми.")
    for number, line in enumerate(advice):
        form.text(line, x, box.top_mm + 2.4 + 3.8 * number, size_pt=8, grey=HINT_GREY)


def draw_example(form: FormDrawing) -> None:
    """How the meter is read and how digits should look; clear of every field."""
    panel = Box(EXAMPLE_LEFT_MM, 25.5, RIGHT_MM, 65.0)
    form.rectangle(panel, radius_mm=1.5)
    x = panel.left_mm + 3.5
    form.text("Образец", x, 31.0, size_pt=9.5, bold=True)
    form.text("На счётчике", x, 36.2, size_pt=8, grey=HINT_GREY)
    draw_meter(form, x, 37.8)
    form.text("В бланке", x + 27.0, 36.2, size_pt=8, grey=HINT_GREY)
    write_cells(form, "00563 ", x + 27.0, 37.8, 5.2, 6.4)
    form.text("Пишите цифры так", x, 51.6, size_pt=8, grey=HINT_GREY)
    write_cells(form, "0123456789", x, 53.4, 5.8, 7.4)


def draw_meter(form: FormDrawing, left_mm: float, top_mm: float) -> None:
    """A meter's window: five dials before the comma, one after it."""
    dial = 3.7
    window = Box(left_mm, top_mm, left_mm + 5 * dial, top_mm + 6.4)
    form.rectangle(window, line_grey=None, fill_grey=0.15)
    fraction_mm = window.right_mm + 2.0
    form.rectangle(Box(fraction_mm, top_mm, fraction_mm + dial, window.bottom_mm), line_grey=0.15)
    for number, digit in enumerate("00563"):
        x = left_mm + (number + 0.5) * dial
        form.text(digit, x, top_mm + 4.6, size_pt=11, grey=1.0, bold=True, align="centre")
    form.text(",", window.right_mm + 0.9, top_mm + 5.2, size_pt=12, bold=True, align="centre")
    form.text("4", fraction_mm + dial / 2, top_mm + 4.6, size_pt=11, align="centre")


def write_cells(
    form: FormDrawing, text: str, left_mm: float, top_mm: float, cell_width_mm: float, cell_height_mm: float
) -> None:
    """Print cells with digits written into them as if by hand."""
    row = Box(left_mm, top_mm, left_mm + len(text) * cell_width_mm, top_mm + cell_height_mm)
    form.grid(row, len(text))
    for character, cell in zip(text, row.split(len(text)), strict=True):
        size = np.array([cell.width_mm * 0.46, cell.height_mm * 0.62])
        origin = cell.corners_mm[0] + (np.array([cell.width_mm, cell.height_mm]) - size) / 2
        strokes = [origin + smooth(points) * size for points in digit_strokes(character)]
        form.strokes(strokes, width_mm=0.45, grey=EXAMPLE_GREY)


def digit_strokes(digit: str) -> list[NDArray[np.float64]]:
    """The points of each stroke, (N, 2), in parts of the digit's box; no strokes for a blank."""
    strokes = DIGIT_STROKES[digit].split("|") if digit.strip() else []
    return [np.array([point.split(",") for point in s.split()], dtype=np.float64) / 100 for s in strokes]


def smooth(points: NDArray[np.float64], steps: int = 8) -> NDArray[np.float64]:
    """A curve through points (uniform Catmull-Rom spline); closed smoothly where it ends at its beginning.

    Args:
        points: (N, 2), N >= 2.
        steps: Straight pieces between two points.
    """
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    if np.allclose(points[0], points[-1]):
        ends[0], ends[-1] = points[-2], points[1]
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        curve = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
        pieces.append(curve / 2)
    return np.vstack([*pieces, points[-1:]])


def draw_address(form: FormDrawing) -> None:
    """Where the meter is; a private house has no flat."""
    house_mm, flat_mm = RIGHT_MM - 2 * 36.0 - 8.0, RIGHT_MM - 36.0
    label(form, "Улица", LEFT_MM, 72.5, hint="корпус и литеру дома пишите здесь же")
    form.free_line("address.street", "Улица", LEFT_MM, 75.0, house_mm - 8.0 - LEFT_MM)
    label(form, "Дом", house_mm, 72.5)
    comb(form, "address.house", "Дом", house_mm, 72.5, 4)
    label(form, "Квартира", flat_mm, 72.5)
    comb(form, "address.flat", "Квартира", flat_mm, 72.5, 4)


def draw_date_and_signature(form: FormDrawing) -> None:
    """When the meter was read, and by whom."""
    label(form, "Дата", LEFT_MM, 95.0, hint="день, месяц, год")
    day = comb(form, "date.day", "День", LEFT_MM, 95.0, 2)
    month = comb(form, "date.month", "Месяц", day.right_mm + 6.0, 95.0, 2)
    year = comb(form, "date.year", "Год, две последние цифры", month.right_mm + 15.0, 95.0, 2)
    base = day.top_mm + 7.4
    for box in (day, month):
        form.text(".", box.right_mm + 3.0, base, size_pt=18, align="centre")
    form.text("20", year.left_mm - 2.6, base, size_pt=18, align="right")
    label(form, "Подпись", 124.0, 95.0)
    form.signature("signature", "Подпись", 124.0, 98.5, 72.0, 17.5)


def draw_rules(form: FormDrawing) -> None:
    """The rules, between the lower markers."""
    left = INSIDE_MARKERS_MM[0]
    columns = {
        left: (
            "1.  Чёрная или синяя ручка, одна цифра в клетке.",
            "2.  Ничего не зачёркивайте: ошиблись — возьмите",
            "     новый бланк.",
        ),
        106.0: (
            "3.  Показание — все цифры до запятой, с нулями впереди.",
            "4.  Без даты и подписи показание не принимается.",
            "5.  Опустите бланк в ящик с 23-го по 26-е число.",
        ),
    }
    form.text("Как заполнять", left, 126.0, size_pt=9.5, bold=True)
    for x, lines in columns.items():
        for number, line in enumerate(lines):
            form.text(line, x, 131.0 + 4.0 * number, size_pt=8.5)


def label(form: FormDrawing, text: str, x_mm: float, baseline_mm: float, *, hint: str = "") -> None:
    """A field's name above it, and what to mind beside that."""
    width = form.text(text, x_mm, baseline_mm, size_pt=10, bold=True)
    form.text(hint, x_mm + width + 2.5, baseline_mm, size_pt=8, grey=HINT_GREY)


def comb(form: FormDrawing, name: str, spoken: str, x_mm: float, label_baseline_mm: float, cells: int) -> Box:
    """A comb below its label, all of one size."""
    return form.comb(
        name,
        spoken,
        x_mm,
        label_baseline_mm + LABEL_ABOVE_MM,
        cells,
        cell_width_mm=CELL_WIDTH_MM,
        cell_height_mm=CELL_HEIGHT_MM,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("blank_form.pdf"))
