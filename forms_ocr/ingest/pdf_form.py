"""What was typed into a PDF form on a computer."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

_DEEPEST = 32
"""Field names nest two or three deep; a damaged file may nest in a circle."""

_SIGNED = "signed"


def page_values(page: pikepdf.Object) -> dict[str, str]:
    """The values of the form fields that are on a page, by full dotted name; empty ones are left out.

    A ticked box has the name of its state, a list with several choices has them separated by commas,
    a digital signature the name of the signer, or ``signed``.
    """
    annotations = page.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return {}
    values: dict[str, str] = {}
    for widget in annotations:
        if isinstance(widget, pikepdf.Dictionary) and widget.get("/Subtype") == pikepdf.Name.Widget:
            name, value = _full_name(widget), _text(_inherited(widget, "/V"))
            if name and value.strip():
                values[name] = value
    return values


def _line_of(widget: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The widget, its field, that field's parent and so on."""
    field: object = widget
    for _ in range(_DEEPEST):
        if not isinstance(field, pikepdf.Dictionary):
            return
        yield field
        field = field.get("/Parent")


def _full_name(widget: pikepdf.Object) -> str:
    parts = [str(field["/T"]) for field in _line_of(widget) if "/T" in field]
    return ".".join(reversed(parts))


def _inherited(widget: pikepdf.Object, key: str) -> object:
    return next((field[key] for field in _line_of(widget) if key in field), None)


def _text(value: object) -> str:
    if isinstance(value, pikepdf.Name):
        return "" if value == pikepdf.Name.Off else str(value)[1:]
    if isinstance(value, pikepdf.String):
        return str(value)
    if isinstance(value, pikepdf.Stream):  # long text may be kept in a stream
        return str(pikepdf.String(value.read_bytes()))
    if isinstance(value, pikepdf.Array):
        return ", ".join(filter(None, (_text(item) for item in value)))
    if isinstance(value, pikepdf.Dictionary):
        return _text(value.get("/Name")) or _SIGNED
    return ""
