"""Filling a form in as a person does on a computer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name

from forms_ocr.errors import TemplateError
from forms_ocr.model import Field, Shape
from forms_ocr.template.acroform import BAD_STRUCTURE, FieldNode, read_form, walk_fields
from forms_ocr.template.appearance import FONT, ON, check_box_pictures, picture
from forms_ocr.template.fonts import FormFont, form_font
from forms_ocr.template.page_frame import PageFrame
from forms_ocr.template.pdf_file import open_pdf, save_pdf, unsound
from forms_ocr.template.units import PT_PER_MM

LINE_SIZE_PT = 13.0
CELL_SIZE_SHARE = 0.6
"""Type size in a cell as a share of its height."""
PADDING_PT = 2.0

_TICKED = frozenset({"on", "yes", "true", "1", "x"})
_NOT_TICKED = frozenset({"off", "no", "false", "0", ""})


def fill_values(template_pdf: Path, values: Mapping[str, str], out: Path) -> None:
    """Write a copy of a form with values in its fields, visible in every viewer and on paper.

    Args:
        values: By full field name. A comb takes at most one character a cell, a check box ``on`` or ``off``.

    Raises:
        TemplateError: The form is faulty, or values do not fit it; all of them together.
        StorageError: The copy cannot be written.
    """
    with open_pdf(template_pdf) as pdf:
        try:
            _fill(template_pdf, pdf, values)
        except BAD_STRUCTURE as error:
            raise TemplateError(str(template_pdf), [unsound(template_pdf, error)]) from error
        save_pdf(pdf, out)


def _fill(path: Path, pdf: pikepdf.Pdf, values: Mapping[str, str]) -> None:
    form = read_form(pdf)
    fields = {field.name: field for field in form.fields}
    font = form_font()
    faults = [*form.faults, *_value_faults(fields, form.named, values, font)]
    if faults or form.frame is None:
        raise TemplateError(str(path), faults or ["the PDF has no pages"])
    embedded = font.embed(pdf)
    for node in walk_fields(pdf)[0]:
        if node.name in values:
            field, value = fields[node.name], values[node.name]
            if field.shape is Shape.MARK:
                _tick(pdf, node, field, form.frame, is_ticked=value.lower() in _TICKED)
            else:
                _write(pdf, node, field, form.frame, value, font, embedded)
    pdf.Root.AcroForm.NeedAppearances = False


def _value_faults(
    fields: Mapping[str, Field], named: frozenset[str], values: Mapping[str, str], font: FormFont
) -> list[str]:
    faults = [f"value of {name!r}: the form has no such field" for name in values if name not in named]
    for name, value in values.items():
        if name in fields:
            faults += [f"value of {name!r}: {text}" for text in _fit_faults(fields[name], value, font)]
    return faults


def _fit_faults(field: Field, value: str, font: FormFont) -> list[str]:
    if field.shape is Shape.SIGNATURE:
        return ["a signature is not typed"]
    if field.shape is Shape.MARK:
        return [] if value.lower() in _TICKED | _NOT_TICKED else [f"{value!r} is neither on nor off"]
    faults = [f"{c!r} is not in the typeface" for c in dict.fromkeys(value) if c not in font.glyphs]
    if field.shape is Shape.COMB and len(value) > len(field.cells):
        faults.append(f"{len(value)} characters do not fit {len(field.cells)} cells")
    return faults


def _tick(pdf: pikepdf.Pdf, node: FieldNode, field: Field, frame: PageFrame, *, is_ticked: bool) -> None:
    """Put a check box into its on or off state, giving it faces if it has none."""
    widget = node.widgets[0]
    faces = widget.get("/AP", Dictionary()).get("/N", Dictionary())
    states = [key for key in faces.keys() if key != "/Off"]  # noqa: SIM118 - iterating gives objects
    if not states:
        widget.AP = Dictionary(N=check_box_pictures(pdf, *_size_pt(field, frame)))
        states = [f"/{ON}"]
    state = Name(states[0]) if is_ticked else Name.Off
    node.obj.V = state
    widget.AS = state


def _write(
    pdf: pikepdf.Pdf,
    node: FieldNode,
    field: Field,
    frame: PageFrame,
    value: str,
    font: FormFont,
    embedded: pikepdf.Object,
) -> None:
    width_pt, height_pt = _size_pt(field, frame)
    shown = typed_text(field, value, width_pt, height_pt, font)
    face = picture(pdf, width_pt, height_pt, b"/Tx BMC\n" + shown + b"\nEMC", fonts={FONT: embedded})
    face.Matrix = _turn(frame.turn_deg)
    node.obj.V = value
    node.widgets[0].AP = Dictionary(N=face)


def typed_text(field: Field, value: str, width_pt: float, height_pt: float, font: FormFont) -> bytes:
    """Drawing operators that show a value in a comb or line, origin at the field's bottom left."""
    text = _comb_text if field.shape is Shape.COMB else _line_text
    return text(value, width_pt, height_pt, len(field.cells), font)


def _comb_text(value: str, width_pt: float, height_pt: float, cells: int, font: FormFont) -> bytes:
    """Each character in the middle of its cell."""
    step = width_pt / cells
    size = min(height_pt * CELL_SIZE_SHARE, step)
    placed = [((i + 0.5) * step - font.width_pt(c, size) / 2, c) for i, c in enumerate(value)]
    return _show(placed, size, height_pt, font)


def _line_text(value: str, width_pt: float, height_pt: float, cells: int, font: FormFont) -> bytes:
    """From the left, smaller if the line is too short."""
    del cells
    size = min(LINE_SIZE_PT, height_pt * CELL_SIZE_SHARE)
    natural_pt = font.width_pt(value, size)
    size *= min(1.0, (width_pt - 2 * PADDING_PT) / natural_pt) if natural_pt else 1.0
    return _show([(PADDING_PT, value)], size, height_pt, font)


def _show(placed: list[tuple[float, str]], size_pt: float, height_pt: float, font: FormFont) -> bytes:
    """Text operators, capitals and digits centred in the height."""
    y = (height_pt - font.cap_height * size_pt / 1000) / 2
    shown = [f"1 0 0 1 {x:.3f} {y:.3f} Tm <{font.encode(text).hex()}> Tj" for x, text in placed]
    return "\n".join(["q BT", f"/{FONT} {size_pt:.3f} Tf 0 g", *shown, "ET Q"]).encode("ascii")


def _size_pt(field: Field, frame: PageFrame) -> tuple[float, float]:
    """Width and height of a field as it is looked at, in the page's own unit."""
    scale = PT_PER_MM / frame.user_unit
    return field.box.width_mm * scale, field.box.height_mm * scale


def _turn(turn_deg: int) -> Array:
    """Turns a picture against the page's /Rotate; viewers fit the result into the widget by themselves."""
    cos, sin = round(math.cos(math.radians(turn_deg))), round(math.sin(math.radians(turn_deg)))
    return Array([cos, sin, -sin, cos, 0, 0])
