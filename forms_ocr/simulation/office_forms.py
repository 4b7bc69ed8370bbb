"""Forms as other offices draw them: no markers, cells of every look, in any number.

``draw_office_form(LOOKS["ticks"])`` draws one; its fields are the truth that a detector is held against.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from forms_ocr.model import Box, Shape
from forms_ocr.template.drawing import FormDrawing, Widget

CellStyle = Literal["joined", "apart", "ticks", "dashes"]

_MARGIN_MM = 15.0
_TEXT_PT = 10.0
_SMALL_PT = 7.5
_LABELS = (
    "Номер договора", "Показание прибора", "Дата поверки", "Код отделения", "Номер паспорта", "Индекс",
    "Телефон", "Табельный номер", "Сумма", "Срок", "Количество", "Код операции",
)  # fmt: skip
_LINE_LABELS = ("Фамилия, имя, отчество", "Адрес", "Должность")
_MARK_LABELS = ("Наличными", "По карте", "Переводом")


@dataclass(frozen=True, slots=True)
class FormLook:
    """How a form is drawn.

    Attributes:
        line_mm, grey: Of the lines of cells and boxes; 0.82 and up is a drop-out colour seen in grey.
        cell_mm: Width and height.
        gap_mm: Between cells that stand apart, and between dashes.
        combs: How many combs; with ``has_rest`` lines, boxes, a signature and a table follow.
        cells: Of the combs in turn.
        columns: Combs side by side.
        has_frame: A frame runs around everything.
    """

    style: CellStyle = "joined"
    line_mm: float = 0.3
    grey: float = 0.0
    size_mm: tuple[float, float] = (210.0, 297.0)
    cell_mm: tuple[float, float] = (6.5, 8.5)
    gap_mm: float = 1.5
    combs: int = 6
    cells: tuple[int, ...] = (12, 6, 8, 4, 10, 6)
    columns: int = 1
    is_label_above: bool = False
    has_rest: bool = True
    has_frame: bool = False


LOOKS: Mapping[str, FormLook] = {
    "thin lines": FormLook(line_mm=0.15),
    "thick lines": FormLook(line_mm=0.8, cell_mm=(7.0, 9.0)),
    "ticks": FormLook(style="ticks", line_mm=0.35, cell_mm=(6.5, 8.0)),
    "cells apart": FormLook(style="apart", line_mm=0.3),
    "grey": FormLook(grey=0.68, is_label_above=True),
    "drop-out": FormLook(grey=0.84, line_mm=0.25, cell_mm=(7.0, 9.0)),
    "dashes": FormLook(style="dashes", line_mm=0.4, cell_mm=(5.5, 8.0), gap_mm=1.6),
    "framed A5": FormLook(size_mm=(210.0, 148.0), combs=4, has_frame=True, columns=2, cells=(6, 4)),
}
"""Eight looks, by name."""

FORTY_COMBS = FormLook(
    line_mm=0.3, grey=0.55, cell_mm=(7.0, 9.0), combs=40, cells=(6,), columns=2, has_rest=False
)
"""A form of nothing but combs, on A4."""


def draw_office_form(look: FormLook) -> FormDrawing:
    """Draw a form; field names are ``comb_1``, ``line_1``, ``mark_1``, ``box_1``, ``signature`` and so on."""
    form = FormDrawing(*look.size_mm, title="Заявление")
    middle = look.size_mm[0] / 2
    form.text("ЗАЯВЛЕНИЕ НА ПЕРЕРАСЧЁТ", middle, 13.0, size_pt=13, bold=True, align="centre")
    form.text("заполняется печатными буквами, чёрными или синими чернилами", middle, 17.5,
              size_pt=_SMALL_PT, align="centre")  # fmt: skip
    bottom = _draw_combs(form, look, 22.0)
    if look.has_rest:
        bottom = _draw_rest(form, look, bottom + 4.0)
    form.text("Форма № 17-ПР, утверждена приказом от 12.03.2024 № 214", _MARGIN_MM,
              look.size_mm[1] - 7.0, size_pt=_SMALL_PT)  # fmt: skip
    if look.has_frame:
        frame = Box(5.0, 5.0, look.size_mm[0] - 5.0, look.size_mm[1] - 4.0)
        form.rectangle(frame, line_grey=look.grey, width_mm=look.line_mm)
    return form


def _draw_combs(form: FormDrawing, look: FormLook, top_mm: float) -> float:
    """Rows of labelled combs; the lower edge of the last."""
    step = look.cell_mm[1] + (7.5 if look.is_label_above else 3.8)
    width = (look.size_mm[0] - 2 * _MARGIN_MM) / look.columns
    bottom = top_mm
    for number in range(look.combs):
        row, column = divmod(number, look.columns)
        left, y = _MARGIN_MM + column * width, top_mm + row * step
        label = _LABELS[number % len(_LABELS)] + (f" {number + 1}" if look.combs > len(_LABELS) else "")
        label_mm = 0.0 if look.is_label_above else (45.0 if look.columns == 1 else 39.0)
        if look.is_label_above:
            form.text(label, left, y + 3.0, size_pt=_TEXT_PT)
            y += 4.5
        else:
            form.text(label, left, y + look.cell_mm[1] * 0.65, size_pt=_TEXT_PT)
        cells = look.cells[number % len(look.cells)]
        box = _draw_comb(form, look, left + label_mm, y, cells)
        form.add_field(Widget(f"comb_{number + 1}", label, Shape.COMB, box, cells))
        bottom = box.bottom_mm
    return bottom


def _draw_comb(form: FormDrawing, look: FormLook, left_mm: float, top_mm: float, cells: int) -> Box:
    """One comb in the form's style; the box of its field."""
    width, height = look.cell_mm
    rule = partial(form.rule, width_mm=look.line_mm, grey=look.grey)
    bottom = top_mm + height
    pitch = width + (look.gap_mm if look.style in ("apart", "dashes") else 0.0)
    box = Box(left_mm, top_mm, left_mm + cells * pitch, bottom)
    if look.style == "joined":
        for y in (top_mm, bottom):
            rule((box.left_mm, y), (box.right_mm, y))
    if look.style == "ticks":
        rule((box.left_mm, bottom), (box.right_mm, bottom))
    for i in range(cells + 1):
        x = left_mm + i * pitch
        if look.style == "joined":
            rule((x, top_mm), (x, bottom))
        elif look.style == "ticks":
            rule((x, bottom - 2.5), (x, bottom))
        elif i < cells:
            start = x + look.gap_mm / 2
            if look.style == "apart":
                cell = Box(start, top_mm, start + width, bottom)
                form.rectangle(cell, line_grey=look.grey, width_mm=look.line_mm)
            else:
                rule((start, bottom), (start + width, bottom))
    return box


def _draw_rest(form: FormDrawing, look: FormLook, top_mm: float) -> float:
    """Lines to write on, check boxes, a box for a signature, and a table where there is room."""
    right = look.size_mm[0] - _MARGIN_MM
    rule = partial(form.rule, width_mm=look.line_mm, grey=look.grey)
    y = top_mm
    room = look.size_mm[1] - top_mm
    for number, label in enumerate(_LINE_LABELS[: 3 if room > 120 else 1], start=1):
        y += 10.0
        x = _MARGIN_MM + form.text(label, _MARGIN_MM, y, size_pt=_TEXT_PT) + 3.0
        rule((x, y), (right, y))
        form.add_field(Widget(f"line_{number}", label, Shape.LINE, Box(x, y - 8.0, right, y + 1.5)))
    y += 6.0
    for number, label in enumerate(_MARK_LABELS, start=1):
        x = _MARGIN_MM + (number - 1) * 45.0
        box = Box(x, y, x + 5.0, y + 5.0)
        form.rectangle(box, line_grey=look.grey, width_mm=look.line_mm)
        form.text(label, x + 7.0, y + 4.0, size_pt=_TEXT_PT)
        form.add_field(Widget(f"mark_{number}", label, Shape.MARK, box))
    y += 9.0
    if room > 150:
        y = _draw_table(form, look, y)
    form.text("Подпись заявителя", _MARGIN_MM, y + 8.0, size_pt=_TEXT_PT)
    box = Box(_MARGIN_MM + 45.0, y, _MARGIN_MM + 110.0, y + 14.0)
    form.rectangle(box, line_grey=look.grey, width_mm=look.line_mm)
    form.add_field(Widget("signature", "Подпись заявителя", Shape.SIGNATURE, box))
    return box.bottom_mm


def _draw_table(form: FormDrawing, look: FormLook, top_mm: float) -> float:
    """A table with a printed heading and first column; its empty cells are fields."""
    rule = partial(form.rule, width_mm=look.line_mm, grey=look.grey)
    columns, rows, height = (_MARGIN_MM, 65.0, 120.0, 195.0), 4, 9.0
    for row in range(rows + 1):
        y = top_mm + row * height
        rule((columns[0], y), (columns[-1], y))
    for x in columns:
        rule((x, top_mm), (x, top_mm + rows * height))
    for x, heading in zip(columns, ("Прибор", "Было", "Стало"), strict=False):
        form.text(heading, x + 2.0, top_mm + 6.0, size_pt=_TEXT_PT, bold=True)
    for number, (row, column) in enumerate(_empty_cells(rows), start=1):
        y = top_mm + row * height
        if column == 1:
            form.text(f"Счётчик № {row}", columns[0] + 2.0, y + 6.0, size_pt=_TEXT_PT)
        box = Box(columns[column], y, columns[column + 1], y + height)
        form.add_field(Widget(f"box_{number}", f"Клетка {number}", Shape.LINE, box))
    return top_mm + rows * height + 6.0


def _empty_cells(rows: int) -> Iterator[tuple[int, int]]:
    for row in range(1, rows):
        for column in (1, 2):
            yield row, column
