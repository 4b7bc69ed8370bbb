"""Slips written by hand and scanned, out of code, a template and (where given) a folder of handwriting.

    rng = np.random.default_rng(1)
    values = draw_slip_values(rng, account, Period(2026, 11))
    hand = DrawnHand(7, "european")
    slip = fill(template, slip_entries(template, values), hand, draw_pen(rng), rng, dpi=300)
    page = scan(slip.paper, draw_conditions(CLEAN, rng), rng, paper_dpi=slip.dpi)
    data = encode([page], "pdf-jpeg", 300)

Real handwriting instead of drawn: ``RealHand(load_source(folder, "mnist").split("held_out"), None, rng)``.
"""

from forms_ocr.simulation.damage import (
    crumple,
    fade_print,
    fold_corner,
    punch_holes,
    scribble_over,
    show_through,
    spill_coffee,
    stamp_over,
    tear_off,
)
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
from forms_ocr.simulation.lie import Lie
from forms_ocr.simulation.lookalikes import LOOKALIKE_KINDS, draw_lookalike
from forms_ocr.simulation.photograph import PhotoConditions, Table, photograph
from forms_ocr.simulation.scanning import (
    CLEAN,
    POOR,
    ScanConditions,
    ScanPreset,
    draw_conditions,
    lay_on_sheet,
    scan,
    scan_with_lie,
    true_homography,
)
from forms_ocr.simulation.slips import SlipValues, draw_slip_values, make_registry, slip_entries

__all__ = [
    "CLEAN",
    "FOREIGN_KINDS",
    "LOOKALIKE_KINDS",
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
    "Lie",
    "Marked",
    "Pen",
    "PhotoConditions",
    "Placement",
    "RealHand",
    "Role",
    "ScanConditions",
    "ScanPreset",
    "Signed",
    "SlipValues",
    "Table",
    "Trouble",
    "Typed",
    "WrittenSlip",
    "crumple",
    "draw_conditions",
    "draw_foreign_page",
    "draw_lookalike",
    "draw_pen",
    "draw_slip_values",
    "encode",
    "fade_print",
    "fill",
    "fold_corner",
    "lay_on_sheet",
    "load_source",
    "make_registry",
    "photograph",
    "punch_holes",
    "scan",
    "scan_with_lie",
    "scribble_over",
    "show_through",
    "slip_entries",
    "spill_coffee",
    "stamp_over",
    "tear_off",
    "true_homography",
]
