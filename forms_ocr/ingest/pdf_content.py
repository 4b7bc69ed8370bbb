"""What a PDF page paints: is it one picture that covers the page, and nothing else that matters?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pikepdf

from forms_ocr.ingest.pdf_stream import inflated_within

Matrix = tuple[float, float, float, float, float, float]
"""``(a, b, c, d, e, f)`` of the PDF specification: ``x' = a x + c y + e``, ``y' = b x + d y + f``."""

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top in points, y up."""

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

COVER_TOLERANCE = 0.02
"""How far a picture's edge may lie from the page's, as a share of the side: scanning programs round the page
to whole points and crop a millimetre or two."""

_MAX_CONTENT_BYTES = 1024 * 1024
"""A page of dense invisible text has about 0.2 MB. More is a drawing, or an attack on whoever parses it."""

_MAX_FORMS = 32
"""Content may call forms that call forms; a scanned page has one or two."""

_INVISIBLE_TEXT = 3
_PLAIN_STATES = {
    "/BM": (pikepdf.Name.Normal, pikepdf.Name.Compatible),
    "/SMask": (pikepdf.Name("/None"),),
    "/ca": (1,),
    "/CA": (1,),
}
"""Entries of a graphics state that change how a picture looks, with the values that do not."""

_OPERATORS = (
    "q Q cm Do gs re m l c v y W W* n f F f* B B* b b* S s sh Tr Tj TJ ' \" BI ID EI BMC BDC g rg k cs sc scn"
)
"""What is looked at; parsing skips the rest, which for a page of invisible text is most of it."""


class _MixedError(Exception):
    """The page is more than one picture; only rendering shows it."""


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """A picture and where it lies: ``matrix`` takes its unit square to the page, in points, y up."""

    image: pikepdf.Object
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class _State:
    """The part of PDF's graphics state that decides how a picture looks."""

    matrix: Matrix = IDENTITY
    text_mode: int = 0
    is_black: bool = True
    is_clipped: bool = False


def sole_image(page: pikepdf.Page, box: Rectangle) -> PlacedImage | None:
    """The one picture a page consists of.

    What the picture covers and text that is not drawn (the layer of a searchable PDF) do not count.

    Args:
        box: What is seen of the page.

    Returns:
        None if anything else is to be seen: several pictures, lines, text, transparency, comments.
    """
    if _has_visible_annotations(page.obj) or not _is_short(page.obj.get("/Contents")):
        return None
    painter = _Painter(box)
    try:
        painter.run(page, page.obj.get("/Resources"))
    except _MixedError:
        return None
    return painter.found


def multiply(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does ``first`` and ``then`` the other."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def bounds(matrix: Matrix, left: float, bottom: float, right: float, top: float) -> Rectangle:
    """The upright rectangle around a rectangle that went through a matrix."""
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (left, right) for y in (bottom, top)]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


class _Painter:
    """Goes through a page's content as a viewer would, remembering only what bears on the question."""

    def __init__(self, box: Rectangle) -> None:
        self.found: PlacedImage | None = None
        self._box = box
        self._state = _State()
        self._saved: list[_State] = []
        self._path: list[Rectangle] = []
        self._is_path_plain = True
        self._is_clip_next = False
        self._is_touched = False
        self._forms = 0
        self._resources: pikepdf.Object | None = None
        self._acts: dict[str, Callable[[Sequence[object]], None]] = _acts(self)

    def run(self, content: pikepdf.Page | pikepdf.Object, resources: pikepdf.Object | None) -> None:
        outer, self._resources = self._resources, resources
        depth = len(self._saved)
        for instruction in pikepdf.parse_content_stream(content, _OPERATORS):
            act = self._acts.get(str(instruction.operator))
            if act is not None:
                act(list(instruction.operands))
        del self._saved[depth:]
        self._resources = outer

    def save(self, _: Sequence[object]) -> None:
        self._saved.append(self._state)

    def restore(self, _: Sequence[object]) -> None:
        if self._saved:
            self._state = self._saved.pop()

    def transform(self, operands: Sequence[object]) -> None:
        self._state = replace(self._state, matrix=multiply(_matrix(operands), self._state.matrix))

    def set_text_mode(self, operands: Sequence[object]) -> None:
        self._state = replace(self._state, text_mode=int(_number(operands[0])))

    def show_text(self, _: Sequence[object]) -> None:
        if self._state.text_mode != _INVISIBLE_TEXT:
            self.paint(())

    def paint(self, _: Sequence[object]) -> None:
        """Something is drawn: over the picture it matters, under it it does not."""
        if self.found is not None:
            raise _MixedError
        self._is_touched = True
        self.end_path(())

    def rectangle(self, operands: Sequence[object]) -> None:
        x, y, width, height = (_number(operand) for operand in operands)
        self._path.append(bounds(self._state.matrix, x, y, x + width, y + height))

    def draw_line(self, _: Sequence[object]) -> None:
        self._is_path_plain = False

    def clip(self, _: Sequence[object]) -> None:
        self._is_clip_next = True

    def end_path(self, _: Sequence[object]) -> None:
        """A clip takes effect when its path ends; one that leaves the whole page in sight changes nothing."""
        if self._is_clip_next:
            is_harmless = self._is_path_plain and len(self._path) == 1 and self._contains_page(self._path[0])
            self._state = replace(self._state, is_clipped=self._state.is_clipped or not is_harmless)
        self._path, self._is_path_plain, self._is_clip_next = [], True, False

    def set_colour(self, components: int, operands: Sequence[object]) -> None:
        """``components`` of ``operands`` are colorants; 0 stands for a colour space nobody looked into."""
        values = [_number(operand) for operand in operands] if components else [1.0]
        is_black = values == [0.0, 0.0, 0.0, 1.0] if components == 4 else not any(values)
        self._state = replace(self._state, is_black=is_black)

    def set_graphics_state(self, operands: Sequence[object]) -> None:
        state = self._resource("/ExtGState", operands[0])
        for key, harmless in _PLAIN_STATES.items():
            if key in state and state[key] not in harmless:
                raise _MixedError

    def begin_marked(self, operands: Sequence[object]) -> None:
        if operands and str(operands[0]) == "/OC":  # a layer that may be switched off
            raise _MixedError

    def do(self, operands: Sequence[object]) -> None:
        drawn = self._resource("/XObject", operands[0])
        if "/OC" in drawn:
            raise _MixedError
        if drawn.get("/Subtype") == pikepdf.Name.Form:
            self._run_form(drawn)
        else:
            self._place(drawn)

    def _run_form(self, form: pikepdf.Object) -> None:
        self._forms += 1
        if self._forms > _MAX_FORMS or not _is_short(form):
            raise _MixedError
        self.save(())
        if "/Matrix" in form:
            self.transform(_items(form["/Matrix"]))
        left, bottom, right, top = (_number(side) for side in _items(form["/BBox"]))
        if not self._contains_page(bounds(self._state.matrix, left, bottom, right, top)):
            self._state = replace(self._state, is_clipped=True)
        self.run(form, form.get("/Resources", self._resources))
        self.restore(())

    def _place(self, image: pikepdf.Object) -> None:
        if self.found is not None:
            raise _MixedError
        if not self._covers_page(bounds(self._state.matrix, 0, 0, 1, 1)):
            self._is_touched = True
            return
        is_stencil = bool(image.get("/ImageMask", False))
        if is_stencil and (self._is_touched or not self._state.is_black):
            raise _MixedError
        if self._state.is_clipped or any(key in image for key in ("/SMask", "/Mask", "/SMaskInData")):
            raise _MixedError
        self.found = PlacedImage(image, self._state.matrix)

    def _resource(self, kind: str, name: object) -> pikepdf.Object:
        if self._resources is None:
            raise _MixedError
        return self._resources[kind][str(name)]

    def _contains_page(self, area: Rectangle) -> bool:
        x_slack, y_slack = self._slack()
        left, bottom, right, top = self._box
        return (
            area[0] <= left + x_slack
            and area[1] <= bottom + y_slack
            and area[2] >= right - x_slack
            and area[3] >= top - y_slack
        )

    def _covers_page(self, area: Rectangle) -> bool:
        x_slack, y_slack = self._slack()
        slacks = (x_slack, y_slack, x_slack, y_slack)
        return all(abs(a - b) <= slack for a, b, slack in zip(area, self._box, slacks, strict=True))

    def _slack(self) -> tuple[float, float]:
        left, bottom, right, top = self._box
        return (right - left) * COVER_TOLERANCE, (top - bottom) * COVER_TOLERANCE


def _acts(painter: _Painter) -> dict[str, Callable[[Sequence[object]], None]]:
    acts: dict[str, Callable[[Sequence[object]], None]] = {
        "q": painter.save,
        "Q": painter.restore,
        "cm": painter.transform,
        "Do": painter.do,
        "gs": painter.set_graphics_state,
        "re": painter.rectangle,
        "n": painter.end_path,
        "Tr": painter.set_text_mode,
        "BDC": painter.begin_marked,
        "BMC": painter.begin_marked,
        "g": lambda operands: painter.set_colour(1, operands),
        "rg": lambda operands: painter.set_colour(3, operands),
        "k": lambda operands: painter.set_colour(4, operands),
    }
    acts |= dict.fromkeys(("cs", "sc", "scn"), lambda operands: painter.set_colour(0, operands))
    acts |= dict.fromkeys(("m", "l", "c", "v", "y"), painter.draw_line)
    acts |= dict.fromkeys(("W", "W*"), painter.clip)
    acts |= dict.fromkeys(("Tj", "TJ", "'", '"'), painter.show_text)
    paints = ("f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "BI", "INLINE IMAGE")
    return acts | dict.fromkeys(paints, painter.paint)


def _has_visible_annotations(page: pikepdf.Object) -> bool:
    return any(_is_visible(annotation) for annotation in _items(page.get("/Annots")))


def _is_visible(annotation: object) -> bool:
    hidden_or_no_view = 2 | 32
    if not isinstance(annotation, pikepdf.Dictionary):
        return False
    if annotation.get("/Subtype") in (pikepdf.Name.Link, pikepdf.Name.Popup):
        return False
    return not int(annotation.get("/F", 0)) & hidden_or_no_view


def _is_short(content: object) -> bool:
    """Whether content may be parsed: a stream, or an array of them."""
    streams = [content] if isinstance(content, pikepdf.Stream) else _items(content)
    left = _MAX_CONTENT_BYTES
    for stream in streams:
        size = inflated_within(stream, left) if isinstance(stream, pikepdf.Stream) else None
        if size is None:
            return False
        left -= size
    return True


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, pikepdf.Array) else []


def _matrix(operands: Sequence[object]) -> Matrix:
    a, b, c, d, e, f = (_number(operand) for operand in operands)
    return a, b, c, d, e, f


def _number(value: object) -> float:
    return float(value)  # type: ignore[arg-type]  # int, Decimal or a pikepdf number; anything else is refused
