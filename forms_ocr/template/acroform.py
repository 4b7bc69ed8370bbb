"""The fields of a PDF form, read from its AcroForm. Whatever is wrong with them is gathered, not raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name

from forms_ocr.model import Box, Content, Field, Shape
from forms_ocr.template.page_frame import PageFrame, read_frame

MAX_FIELDS = 1000
MAX_CELLS = 100
MAX_NAME_LENGTH = 120
_MAX_NODES = 5 * MAX_FIELDS
_MAX_DEPTH = 16

MIN_CELL_WIDTH_MM, MIN_CELL_HEIGHT_MM = 3.0, 4.0
"""Smaller than any cell a hand can write a digit into; such a comb has a wrong MaxLen or lies on its side."""
MIN_SIDE_MM = 2.0
EDGE_TOLERANCE_MM = 0.1
OVERLAP_TOLERANCE_MM = 0.5
"""Touching fields share a line; drawing programs round."""

_PUSH_BUTTON, _RADIO = 1 << 16, 1 << 15  # PDF 32000-1, tables 226 and 228
_COMB = 1 << 24
_HIDDEN = 2
_INHERITED = ("/FT", "/Ff", "/MaxLen", "/TU")


BAD_STRUCTURE = (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, OverflowError)
"""What pikepdf raises where an object of a damaged PDF has another type than the format says."""


@dataclass(frozen=True)
class FieldNode:
    """A field as the PDF has it.

    Attributes:
        obj: The dictionary that holds its value.
        name: Full dotted name.
        entries: Kind, flags, length and label, its own or inherited.
    """

    obj: pikepdf.Object
    name: str
    entries: Mapping[str, pikepdf.Object]

    @property
    def widgets(self) -> tuple[pikepdf.Object, ...]:
        """Where the field stands on the page; usually the field's own dictionary."""
        return tuple(self.obj.get("/Kids", [self.obj]))


@dataclass(frozen=True)
class Form:
    """The fields of a PDF and all that is wrong with them.

    Attributes:
        frame: None where the page makes no sense; there are no fields then.
        fields: The sound ones, in the order of the AcroForm.
        named: The names of all fields, sound or not.
        faults: One sentence each.
    """

    frame: PageFrame | None
    fields: tuple[Field, ...]
    named: frozenset[str]
    faults: tuple[str, ...]


def read_form(pdf: pikepdf.Pdf) -> Form:
    """Read the fields of a one-page form; of several pages the first is looked at.

    Raises:
        Exception: One of ``BAD_STRUCTURE`` where the PDF breaks its own format.
    """
    if len(pdf.pages) == 0:
        return Form(None, (), frozenset(), ())
    frame, page_faults = read_frame(pdf.pages[0])
    nodes, faults = walk_fields(pdf)
    named = frozenset(node.name for node in nodes)
    if frame is None:
        return Form(None, (), named, tuple(page_faults + faults))
    fields: list[Field] = []
    for node in nodes:
        field, found = _read_field(node, frame)
        fields += [field] if field is not None else []
        faults += [f"{_where(node.name)}: {text}" for text in found]
    faults += _unlisted(pdf.pages[0].obj, nodes) + _doubles(fields) + _overlaps(fields)
    if not fields and not faults:
        faults.append("AcroForm: there are no fields; draw form fields over the boxes of the page")
    return Form(frame, tuple(fields), named, tuple(page_faults + faults))


def walk_fields(pdf: pikepdf.Pdf) -> tuple[list[FieldNode], list[str]]:
    """Walk the field tree down to the fields that hold a value, bounded in depth and number, safe in cycles.

    Returns:
        The fields in the order of the tree, and one sentence if the bounds were reached.
    """
    roots = pdf.Root.get("/AcroForm", Dictionary()).get("/Fields", Array())
    stack = [(FieldNode(obj, "", {}), 0) for obj in reversed(list(roots)[:_MAX_NODES])]
    found: list[FieldNode] = []
    seen = 0
    while stack:
        parent, depth = stack.pop()
        seen += 1
        if len(found) >= MAX_FIELDS or seen > _MAX_NODES or depth > _MAX_DEPTH:
            return found, [f"AcroForm: more than {MAX_FIELDS} fields or {_MAX_DEPTH} levels of them"]
        node = _descend(parent)
        kids = [kid for kid in node.obj.get("/Kids", []) if "/T" in kid]
        stack += [(FieldNode(kid, node.name, node.entries), depth + 1) for kid in reversed(kids)]
        found += [] if kids else [node]
    return found, []


def _descend(node: FieldNode) -> FieldNode:
    """Add a node's own part of the name and its own entries to what it inherited."""
    own_name = str(node.obj.get("/T", ""))
    name = ".".join(part for part in (node.name, own_name) if part)
    own = {key: node.obj[key] for key in _INHERITED if key in node.obj}
    return FieldNode(node.obj, name, {**node.entries, **own})


def _read_field(node: FieldNode, frame: PageFrame) -> tuple[Field | None, list[str]]:
    """One field or its faults. A push button is no field of a paper form: neither."""
    if _is_push_button(node.entries):
        return None, []
    shape, fault = _shape(node.entries)
    if shape is None:
        return None, [fault]
    faults = _name_faults(node.name) + _widget_faults(node.widgets)
    cells = int(node.entries.get("/MaxLen", 0)) if shape is Shape.COMB else 0
    count_faults = _cell_count_faults(cells) if shape is Shape.COMB else []
    box = _box(node.widgets, frame)
    faults += count_faults or _size_faults(box, cells)
    faults += _place_faults(box, frame)
    if faults:
        return None, faults
    return (
        Field(
            name=node.name,
            label=str(node.entries.get("/TU", node.name)),
            shape=shape,
            box=box,
            cells=box.split(cells) if cells else (),
            content=Content.DIGITS if shape is Shape.COMB else Content.TEXT,
        ),
        [],
    )


def _where(name: str) -> str:
    return f"field {name[:MAX_NAME_LENGTH]!r}" if name else "a field without a name"


def _is_push_button(entries: Mapping[str, pikepdf.Object]) -> bool:
    return entries.get("/FT") == Name.Btn and bool(int(entries.get("/Ff", 0)) & _PUSH_BUTTON)


def _shape(entries: Mapping[str, pikepdf.Object]) -> tuple[Shape | None, str]:
    """The kind of box, or None with what is wrong."""
    kind, flags = entries.get("/FT"), int(entries.get("/Ff", 0))
    if kind == Name.Tx:
        return (Shape.COMB if flags & _COMB else Shape.LINE), ""
    if kind == Name.Sig:
        return Shape.SIGNATURE, ""
    if kind == Name.Btn and not flags & _RADIO:
        return Shape.MARK, ""
    if kind == Name.Btn:
        return None, "radio buttons cannot be read; use one check box for each answer"
    return None, f"its kind /FT is {kind}; only text, check box and signature fields exist on paper"


def _name_faults(name: str) -> list[str]:
    if not name:
        return ["give it one (/T); the exports need a column name"]
    if len(name) > MAX_NAME_LENGTH:
        return [f"its name has {len(name)} characters; at most {MAX_NAME_LENGTH} are allowed"]
    if not name.isprintable() or not all(name.split(".")):
        return ["its name has control characters or empty parts; use letters, digits and single dots"]
    return []


def _widget_faults(widgets: Sequence[pikepdf.Object]) -> list[str]:
    if len(widgets) != 1:
        return [f"it stands in {len(widgets)} places; a field of a paper form has one place"]
    if int(widgets[0].get("/F", 0)) & _HIDDEN:
        return ["it is hidden; show it or delete it"]
    turn = widgets[0].get("/MK", Dictionary()).get("/R", 0)
    if int(turn) % 90:
        return [f"it is turned by {turn} degrees; only right angles can be read"]
    return []


def _box(widgets: Sequence[pikepdf.Object], frame: PageFrame) -> Box:
    """Where the first widget stands; a box without size where it does not say."""
    corners = [float(value) for value in widgets[0].get("/Rect", [])] if widgets else []
    return frame.box(corners) if len(corners) == 4 else Box(0.0, 0.0, 0.0, 0.0)


def _cell_count_faults(cells: int) -> list[str]:
    if cells < 1:
        return ["it is a comb without MaxLen; set the maximum length to the number of cells"]
    if cells > MAX_CELLS:
        return [f"its MaxLen is {cells}; a comb has at most {MAX_CELLS} cells"]
    return []


def _place_faults(box: Box, frame: PageFrame) -> list[str]:
    beyond = (-box.left_mm, -box.top_mm, box.right_mm - frame.width_mm, box.bottom_mm - frame.height_mm)
    if not max(beyond) <= EDGE_TOLERANCE_MM:
        page = f"{frame.width_mm:.0f} x {frame.height_mm:.0f} mm"
        return [f"it reaches {max(beyond):.1f} mm beyond the page of {page}; move it inside"]
    return []


def _size_faults(box: Box, cells: int) -> list[str]:
    """Cells too small to write a digit into, other fields too small to write anything into."""
    size = f"{box.width_mm:.1f} x {box.height_mm:.1f} mm"
    if cells < 1:
        is_small = min(box.width_mm, box.height_mm) < MIN_SIDE_MM
        return [f"it measures {size}; at least {MIN_SIDE_MM:.0f} mm each way"] if is_small else []
    cell_mm = box.width_mm / cells
    if cell_mm < MIN_CELL_WIDTH_MM or box.height_mm < MIN_CELL_HEIGHT_MM:
        least = f"at least {MIN_CELL_WIDTH_MM:.0f} x {MIN_CELL_HEIGHT_MM:.0f} mm"
        return [f"{size} for {cells} cells makes them {cell_mm:.1f} x {box.height_mm:.1f} mm; {least}"]
    return []


def _unlisted(page: pikepdf.Object, nodes: Sequence[FieldNode]) -> list[str]:
    """Widgets that viewers show and the form does not know."""
    listed = {widget.objgen for node in nodes for widget in node.widgets}
    notes = list(page.get("/Annots", []))[:_MAX_NODES]
    stray = [n for n in notes if n.get("/Subtype") == Name.Widget and n.objgen not in listed]
    if not stray or len(nodes) >= MAX_FIELDS:
        return []
    names = ", ".join(repr(str(widget.get("/T", "?"))) for widget in stray[:5])
    return [f"page 1: {len(stray)} widget(s) are missing from /AcroForm /Fields: {names}"]


def _doubles(fields: list[Field]) -> list[str]:
    counts: dict[str, int] = {}
    for field in fields:
        counts[field.name] = counts.get(field.name, 0) + 1
    return [
        f"field {name!r}: {count} fields have this name; give each its own"
        for name, count in counts.items()
        if count > 1
    ]


def _overlaps(fields: list[Field]) -> list[str]:
    """Pairs that lie on each other; a sweep from top to bottom keeps a thousand fields cheap."""
    ordered = sorted(fields, key=lambda field: field.box.top_mm)
    faults: list[str] = []
    for number, upper in enumerate(ordered):
        for lower in ordered[number + 1 :]:
            if lower.box.top_mm > upper.box.bottom_mm - OVERLAP_TOLERANCE_MM:
                break
            if _overlap_mm(upper.box, lower.box) > OVERLAP_TOLERANCE_MM:
                faults.append(f"field {upper.name!r}: it lies on field {lower.name!r}; move them apart")
    return faults


def _overlap_mm(a: Box, b: Box) -> float:
    """The smaller side of what two boxes share, negative when they are apart."""
    across = min(a.right_mm, b.right_mm) - max(a.left_mm, b.left_mm)
    down = min(a.bottom_mm, b.bottom_mm) - max(a.top_mm, b.top_mm)
    return min(across, down)
