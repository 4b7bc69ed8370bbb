"""The nouns of the program: frozen values, no input or output."""

from forms_ocr.model.account import Account, AccountStatus
from forms_ocr.model.answer import ANSWERED_FIELDS, Answer, MachineReading, Values
from forms_ocr.model.cover import Cover
from forms_ocr.model.geometry import Box, GreyImage, Homography
from forms_ocr.model.glyph import (
    CLASSES,
    EMPTY,
    GLYPH_SIDE_PX,
    OTHER,
    CellsRead,
    Features,
    FieldEvidence,
    FieldInk,
    Glyphs,
    HandModel,
    Posteriors,
)
from forms_ocr.model.order import natural_key
from forms_ocr.model.page import Drift, Page, Registration
from forms_ocr.model.reading import FiledPage, FiledSlip, PageReading, SlipReading
from forms_ocr.model.record import (
    SCAN_FAULTS,
    Candidate,
    Disposition,
    FieldReading,
    PageDisposition,
    Reason,
    Record,
)
from forms_ocr.model.review import Action, Decision, Person, Role
from forms_ocr.model.rules import Period, Rules
from forms_ocr.model.template import (
    AddressFields,
    Content,
    DateFields,
    Field,
    Marker,
    Roles,
    Shape,
    Template,
    template_of,
)

__all__ = [
    "ANSWERED_FIELDS",
    "CLASSES",
    "EMPTY",
    "GLYPH_SIDE_PX",
    "OTHER",
    "SCAN_FAULTS",
    "Account",
    "AccountStatus",
    "Action",
    "AddressFields",
    "Answer",
    "Box",
    "Candidate",
    "CellsRead",
    "Content",
    "Cover",
    "DateFields",
    "Decision",
    "Disposition",
    "Drift",
    "Features",
    "Field",
    "FieldEvidence",
    "FieldInk",
    "FieldReading",
    "FiledPage",
    "FiledSlip",
    "Glyphs",
    "GreyImage",
    "HandModel",
    "Homography",
    "MachineReading",
    "Marker",
    "Page",
    "PageDisposition",
    "PageReading",
    "Period",
    "Person",
    "Posteriors",
    "Reason",
    "Record",
    "Registration",
    "Role",
    "Roles",
    "Rules",
    "Shape",
    "SlipReading",
    "Template",
    "Values",
    "natural_key",
    "template_of",
]
