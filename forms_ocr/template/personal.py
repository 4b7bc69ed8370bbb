"""Slips that are printed for one customer: account, address and code stand on them already.

They are the form itself, its geometry unchanged: values are typed into the fields and the code goes where
neither print nor fields are. The customer adds reading, date and signature.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pikepdf
from pikepdf import Name

from forms_ocr.codes import account_text, code_place
from forms_ocr.errors import TemplateError
from forms_ocr.model import Account, Box, Field, Shape, Template
from forms_ocr.template.appearance import FONT
from forms_ocr.template.drawing import Bits, black_runs
from forms_ocr.template.filling import typed_text
from forms_ocr.template.fonts import FormFont, form_font
from forms_ocr.template.loading import load_template
from forms_ocr.template.pdf_file import save_pdf
from forms_ocr.template.qr import qr_bits
from forms_ocr.template.sheet import compose_sheet
from forms_ocr.template.units import PT_PER_MM

_LEAST_LINE_PT = 7.0
"""A street that would have to be smaller is cut; the account says whose slip it is."""


def write_personal_slips(template_pdf: Path, accounts: Sequence[Account], out: Path) -> int:
    """Write sheets of personal slips for printing and cutting, as many on each as fit.

    Args:
        template_pdf: Its TOML says which fields hold account and address.
        accounts: In the order of printing; at least one.

    Returns:
        How many sheets were written.

    Raises:
        TemplateError: The form is faulty, asks for no account, or has no room for the code.
        StorageError: The PDF cannot be written.
    """
    template = load_template(template_pdf)
    place = _checked_place(template_pdf, template)
    sheet = compose_sheet(template_pdf)
    with sheet.pdf as pdf:
        slips = [_printed(account, template, place, form_font()) for account in accounts]
        sheets = list(_in_groups(slips, len(sheet.places)))
        _add_pages(pdf, sheets, sheet.places)
        save_pdf(pdf, out)
    return len(sheets)


def _checked_place(path: Path, template: Template) -> Box:
    place = code_place(template)
    faults = []
    if not template.roles.account:
        faults.append("roles.account: a personal slip needs a field for the account; name it in the TOML")
    if place is None:
        faults.append(
            "page 1: no free square of 30 mm for the code; leave one between the fields, clear of all print"
        )
    if faults or place is None:
        raise TemplateError(str(path), faults)
    return place


def _add_pages(
    pdf: pikepdf.Pdf, sheets: Sequence[Sequence[bytes]], places: Sequence[pikepdf.Rectangle]
) -> None:
    """A page a sheet, all with the same print below what is personal."""
    first = pdf.pages[0]
    first.add_resource(form_font().embed(pdf), Name.Font, Name(f"/{FONT}"))
    while len(pdf.pages) < len(sheets):
        pdf.pages.append(first)
    for page, slips in zip(pdf.pages, sheets, strict=True):
        shown = [
            f"q 1 0 0 1 {place.llx:.3f} {place.lly:.3f} cm\n".encode() + slip + b"\nQ"
            for place, slip in zip(places, slips, strict=False)
        ]
        page.contents_add(b"\n".join(shown))


def _in_groups(slips: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(slips), size):
        yield slips[start : start + size]


def _printed(account: Account, template: Template, place: Box, font: FormFont) -> bytes:
    """Drawing operators of what is personal on a slip, origin at its bottom left."""
    parts = [
        _typed(template.field(name), value, template.height_mm, font)
        for name, value in _values(account, template).items()
        if value
    ]
    return b"\n".join([*parts, _code(qr_bits(account_text(account.account)), place, template.height_mm)])


def _values(account: Account, template: Template) -> Mapping[str, str]:
    roles = template.roles
    values = {roles.account: account.account}
    if roles.address is not None:
        values |= {
            roles.address.street: account.street,
            roles.address.house: account.house,
            roles.address.flat: account.flat,
        }
    return {name: value for name, value in values.items() if name}


def _typed(field: Field, value: str, height_mm: float, font: FormFont) -> bytes:
    """A value in its field; what does not fit at its end and what the typeface lacks are left out."""
    width_pt, tall_pt = field.box.width_mm * PT_PER_MM, field.box.height_mm * PT_PER_MM
    text = "".join(character for character in value if character in font.glyphs)
    if field.shape is Shape.COMB:
        text = text[: len(field.cells)]
    while text and font.width_pt(text, _LEAST_LINE_PT) > width_pt and field.shape is Shape.LINE:
        text = text[:-1]
    corner = f"{field.box.left_mm * PT_PER_MM:.3f} {(height_mm - field.box.bottom_mm) * PT_PER_MM:.3f}"
    shown = typed_text(field, text, width_pt, tall_pt, font)
    return f"q 1 0 0 1 {corner} cm\n".encode() + shown + b"\nQ"


def _code(bits: Bits, place: Box, height_mm: float) -> bytes:
    """The squares of a code as one path, so that no hairlines show between neighbours."""
    step = place.width_mm / len(bits) * PT_PER_MM
    left, top = place.left_mm * PT_PER_MM, (height_mm - place.top_mm) * PT_PER_MM
    squares = [
        f"{left + col * step:.3f} {top - (row + 1) * step:.3f} {length * step:.3f} {step:.3f} re"
        for row, col, length in black_runs(bits)
    ]
    return "\n".join(["q 0 g", *squares, "f Q"]).encode("ascii")
