"""A form and its fields in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forms_ocr.model import Field, Shape, Template


def describe(form: Template) -> Iterator[str]:
    """The form and its fields as lines of text."""
    yield f"{form.title or form.name}: {form.width_mm:g} x {form.height_mm:g} mm, {_markers(form)}"
    yield from aligned(
        [
            ("field", "kind", "cells", "holds", "required", "role", "label"),
            *(_row(form, field) for field in form.fields),
        ]
    )


def _markers(form: Template) -> str:
    return f"{len(form.markers)} markers" if form.markers else "no markers, found by its artwork"


def _row(form: Template, field: Field) -> tuple[str, ...]:
    holds = field.content.value if field.shape in {Shape.COMB, Shape.LINE} else ""
    cells = str(len(field.cells)) if field.cells else ""
    required = "yes" if field.is_required else ""
    return field.name, field.shape.value, cells, holds, required, _role(form, field.name), field.label


def _role(form: Template, name: str) -> str:
    """What the business rules take the field for, "" for a field that only becomes a column."""
    roles = form.roles
    date = () if roles.date is None else (roles.date.day, roles.date.month, roles.date.year)
    address = () if roles.address is None else (roles.address.street, roles.address.house, roles.address.flat)
    named: dict[str, tuple[str, ...]] = {"date": date, "address": address}
    named |= {"account": (roles.account,), "reading": (roles.reading,), "signature": (roles.signature,)}
    return next((role for role, names in named.items() if name in names), "")


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of a table as lines of text."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
