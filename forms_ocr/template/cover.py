"""The sheet that lies on a box of slips in the feeder: office, box and count, for machine and people."""

from __future__ import annotations

from pathlib import Path

from forms_ocr.codes import cover_text
from forms_ocr.model import Cover
from forms_ocr.template.drawing import FormDrawing
from forms_ocr.template.qr import qr_bits

_WIDTH_MM, _HEIGHT_MM = 210.0, 297.0
_MIDDLE_MM = _WIDTH_MM / 2
_LEFT_MM, _RIGHT_MM = 25.0, 185.0
_SQUARE_MM = 1.3
"""Side of a square of the code: scanners that make one bit a pixel may hollow larger black areas out."""
_CODE_TOP_MM, _CODE_ROOM_MM = 64.0, 90.0
_HINT_GREY = 0.3
_VALUE_PT, _SMALLEST_PT = 30.0, 14.0

_ADVICE = (
    "Положите этот лист поверх бланков, первым в податчик сканера.",
    "Все страницы после него в том же файле относятся к этой коробке.",
    "Если сканер делит коробку на несколько файлов, отсканируйте лист отдельным файлом перед ними.",
    "Печатайте чётко, не загораживайте и не перечёркивайте код.",
)


def write_cover(cover: Cover, out: Path) -> None:
    """Draw a cover sheet, A4 upright: the code, and the same in words.

    Raises:
        ValueError: Office, box or count cannot stand in a code.
        StorageError: The PDF cannot be written.
    """
    bits = qr_bits(cover_text(cover))
    sheet = FormDrawing(_WIDTH_MM, _HEIGHT_MM, title=f"Сопроводительный лист: {cover.office}, {cover.box}")
    sheet.text("Сопроводительный лист", _MIDDLE_MM, 34.0, size_pt=26, bold=True, align="centre")
    sheet.text(
        "Показания счётчиков электроэнергии", _MIDDLE_MM, 43.0, size_pt=13, grey=_HINT_GREY, align="centre"
    )
    sheet.rule((_LEFT_MM, 50.0), (_RIGHT_MM, 50.0), width_mm=0.5, grey=0.0)
    code_mm = _SQUARE_MM * len(bits)
    sheet.bits(bits, _MIDDLE_MM - code_mm / 2, _CODE_TOP_MM + (_CODE_ROOM_MM - code_mm) / 2, code_mm)
    _facts(sheet, cover)
    _advice(sheet)
    sheet.save(out)


def _facts(sheet: FormDrawing, cover: Cover) -> None:
    facts = (("Отделение", cover.office), ("Коробка", cover.box), ("Бланков", str(cover.count)))
    for number, (name, value) in enumerate(facts):
        y = 182.0 + 19.0 * number
        sheet.text(name, _LEFT_MM, y, size_pt=13, grey=_HINT_GREY)
        _value(sheet, value, _LEFT_MM + 42.0, y)
        sheet.rule((_LEFT_MM, y + 5.0), (_RIGHT_MM, y + 5.0))


def _value(sheet: FormDrawing, value: str, x_mm: float, y_mm: float) -> None:
    """As large as fits on a line, in two lines where that would be small."""
    room_mm = _RIGHT_MM - x_mm
    size_pt = min(_VALUE_PT, _VALUE_PT * room_mm / max(1.0, sheet.text_width_mm(value, size_pt=_VALUE_PT)))
    if size_pt >= _SMALLEST_PT:
        sheet.text(value, x_mm, y_mm, size_pt=size_pt, bold=True)
    else:
        sheet.paragraph(value, x_mm, y_mm - 5.0, room_mm, size_pt=_SMALLEST_PT, leading_mm=6.0, bold=True)


def _advice(sheet: FormDrawing) -> None:
    y = 246.0
    for number, line in enumerate(_ADVICE, start=1):
        sheet.text(f"{number}.", _LEFT_MM, y, size_pt=11)
        y = sheet.paragraph(line, _LEFT_MM + 7.0, y, _RIGHT_MM - _LEFT_MM - 7.0, size_pt=11, leading_mm=5.5)
        y += 1.5
