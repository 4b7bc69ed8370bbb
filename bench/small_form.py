"""A form small enough that six of it lie on one A4 sheet: A7 across, markers of 7 mm, cells of 7 mm."""

from __future__ import annotations

from pathlib import Path

from forms_ocr.model import Template
from forms_ocr.template import load_template
from forms_ocr.template.drawing import FormDrawing

WIDTH_MM, HEIGHT_MM = 105.0, 74.0

_MARKER_MM, _INSET_MM = 7.0, 4.0
_CELL_WIDTH_MM, _CELL_HEIGHT_MM = 6.5, 8.0
_MEANING = """
title = "Small slip"

[roles]
account = "account"
reading = "reading"

[roles.date]
day = "day"
month = "month"
year = "year"
"""


def draw_small_form(folder: Path) -> Template:
    """Draw the form's PDF and TOML into a folder, and load it."""
    form = FormDrawing(WIDTH_MM, HEIGHT_MM, title="Показания, малый бланк")
    far_x, far_y = WIDTH_MM - _INSET_MM - _MARKER_MM, HEIGHT_MM - _INSET_MM - _MARKER_MM
    corners = ((_INSET_MM, _INSET_MM), (far_x, _INSET_MM), (far_x, far_y), (_INSET_MM, far_y))
    for number, corner in enumerate(corners):
        form.marker(number, *corner, _MARKER_MM)
    form.text("Показания счётчика", 15.0, 9.0, size_pt=12, bold=True)
    form.text("малый бланк, один на месяц", 62.0, 9.0, size_pt=7)
    _row(form, "account", "Лицевой счёт, двенадцать цифр", 17.0, 12)
    _row(form, "reading", "Показание до запятой", 34.0, 6)
    for index, (name, label) in enumerate((("day", "День"), ("month", "Месяц"), ("year", "Год 20.."))):
        form.text(label, 15.0 + 24 * index, 50.0, size_pt=8)
        _cells(form, name, label, (15.0 + 24 * index, 52.0), 2)
    form.text("Сдать с 23-го по 26-е в отделение", 15.0, 67.0, size_pt=8)
    form.text("любой ручкой, кроме красной", 15.0, 70.0, size_pt=7)
    path = folder / "small.pdf"
    form.save(path)
    path.with_suffix(".toml").write_text(_MEANING, encoding="utf-8")
    return load_template(path)


def _row(form: FormDrawing, name: str, label: str, top_mm: float, cells: int) -> None:
    form.text(label, 14.0, top_mm - 1.5, size_pt=8)
    _cells(form, name, label, (14.0, top_mm), cells)


def _cells(form: FormDrawing, name: str, label: str, corner_mm: tuple[float, float], cells: int) -> None:
    form.comb(name, label, *corner_mm, cells, cell_width_mm=_CELL_WIDTH_MM, cell_height_mm=_CELL_HEIGHT_MM)
