"""Slips written by hand and scanned, out of code, a template and (where given) a folder of handwriting.

    rng = np.random.default_rng(1)
    values = draw_slip_values(rng, account, Period(2026, 11))
    hand = DrawnHand(7, "european")
    slip = fill(template, slip_entries(template, values), hand, draw_pen(rng), rng, dpi=300)
    page = scan(slip.paper, draw_conditions(CLEAN, rng), rng, paper_dpi=slip.dpi)
    data = encode([page], "pdf-jpeg", 300)

Real handwriting instead of drawn: ``RealHand(load_source(folder, "mnist").split("held_out"), None, rng)``.
"""

from forms_ocr.simulation.encoding import encode
from forms_ocr.simulation.filling import (
    Blank,
    Digits,
    Entry,
    Handwritten,
    Marked,
    Signed,
    Trouble,
    Typed,
    WrittenSlip,
    fill,
)
from forms_ocr.simulation.foreign import FOREIGN_KINDS, draw_foreign_page
from forms_ocr.simulation.hands import STYLES, DrawnHand, Hand, HandStyle, Placement
from forms_ocr.simulation.handwriting import SOURCES, GlyphSource, RealHand, Role, load_source
from forms_ocr.simulation.ink import InkShape, Pen, draw_pen
from forms_ocr.simulation.scanning import (
    CLEAN,
    POOR,
    ScanConditions,
    ScanPreset,
    draw_conditions,
    lay_on_sheet,
    scan,
    true_homography,
)
from forms_ocr.simulation.slips import SlipValues, draw_slip_values, make_registry, slip_entries

__all__ = [
    "CLEAN",
    "FOREIGN_KINDS",
    "POOR",
    "SOURCES",
    "STYLES",
    "Blank",
    "Digits",
    "DrawnHand",
    "Entry",
    "GlyphSource",
    "Hand",
    "HandStyle",
    "Handwritten",
    "InkShape",
    "Marked",
    "Pen",
    "Placement",
    "RealHand",
    "Role",
    "ScanConditions",
    "ScanPreset",
    "Signed",
    "SlipValues",
    "Trouble",
    "Typed",
    "WrittenSlip",
    "draw_conditions",
    "draw_foreign_page",
    "draw_pen",
    "draw_slip_values",
    "encode",
    "fill",
    "lay_on_sheet",
    "load_source",
    "make_registry",
    "scan",
    "slip_entries",
    "true_homography",
]
