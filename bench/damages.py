"""What the distortion bench does to slips: every kind of damage and its strengths."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from tempfile import NamedTemporaryFile

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forms_ocr.ingest import Limits, open_scan
from forms_ocr.model import GreyImage, Template
from forms_ocr.simulation import (
    Lie,
    PhotoConditions,
    ScanConditions,
    WrittenSlip,
    crumple,
    fade_print,
    fill,
    fold_corner,
    lay_on_sheet,
    photograph,
    punch_holes,
    scan_with_lie,
    scribble_over,
    show_through,
    spill_coffee,
    stamp_over,
    tear_off,
)
from forms_ocr.simulation.hands import DrawnHand
from forms_ocr.simulation.ink import BLUE_BALLPOINT

DPI = 300.0
_PX = DPI / 25.4
_A4_MM = (210.0, 297.0)

PaperOfPage = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""From (N, 2) points of a page to millimetres on the form, (N, 2)."""


@dataclass(frozen=True, eq=False)
class LaidSlip:
    """A slip on a page: which of the papers, and the truth on where it lies."""

    paper: int
    on_form_mm: PaperOfPage


@dataclass(frozen=True, eq=False)
class Shot:
    """A page as it came out of the scanner or the phone.

    ``slips`` are in reading order; ``to_tell`` slips lie there that nobody can read, which has to be said.
    """

    pixels: GreyImage
    slips: tuple[LaidSlip, ...]
    to_tell: int = 0


@dataclass(frozen=True, eq=False)
class Desk:
    """What a shot is made of: the form, the slips written for the bench, and which of them comes first."""

    template: Template
    papers: Sequence[WrittenSlip]
    first: int

    @property
    def slip(self) -> WrittenSlip:
        """The slip that is damaged."""
        return self.papers[self.first]

    def other(self, number: int) -> int:
        """The index of the slip so many after the first."""
        return (self.first + number) % len(self.papers)


Damage = Callable[[Desk, float, np.random.Generator], Shot]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of damage; ``strengths`` from none at all to more than anybody can read."""

    title: str
    unit: str
    strengths: tuple[float, ...]
    make: Damage

    @property
    def heading(self) -> str:
        """What it is and what its strengths are counted in."""
        return f"{self.title}, {self.unit}" if self.unit else self.title


def _good_scan(rng: np.random.Generator) -> ScanConditions:
    """An office scanner in good order: what every damage of paper is scanned with."""
    return ScanConditions(
        dpi=DPI,
        skew_deg=float(rng.normal(0, 0.7)),
        shift_mm=(float(rng.normal(0, 0.7)), float(rng.normal(0, 0.7))),
        curl_mm=0.08,
        blur_sigma_px=0.6,
        noise=3.0,
        white=248,
    )


def _scanned(desk: Desk, paper: GreyImage, conditions: ScanConditions, rng: np.random.Generator) -> Shot:
    size_mm = (desk.template.width_mm, desk.template.height_mm)
    page, lie = scan_with_lie(paper, conditions, rng, paper_dpi=DPI, paper_mm=size_mm)
    return Shot(page, (LaidSlip(desk.first, lie.on_paper_mm),))


def _on_glass(desk: Desk, rng: np.random.Generator, **changes: object) -> Shot:
    conditions = replace(_good_scan(rng), **changes)  # type: ignore[arg-type]
    return _scanned(desk, desk.slip.paper, conditions, rng)


def _skew(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    side = 1.35 * desk.template.width_mm
    sign = float(rng.choice((-1, 1)))
    return _on_glass(desk, rng, skew_deg=sign * strength, bed_mm=(side, side))


def _turn(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    return _on_glass(desk, rng, turn_deg=int(strength))


def _stretch(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    sign = float(rng.choice((-1, 1)))
    size = (desk.template.width_mm, desk.template.height_mm * 1.2)
    return _on_glass(desk, rng, stretch=1 + sign * strength / 100, bed_mm=size)


def _scale(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    size = (desk.template.width_mm * 1.25, desk.template.height_mm * 1.25)
    return _on_glass(desk, rng, scale=strength / 100, bed_mm=size)


def _wobble(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    return _on_glass(
        desk,
        rng,
        wobble_mm=strength,
        wobble_period_mm=float(rng.uniform(30, 70)),
        turn_deg=int(rng.choice((0, 90, 180, 270))),
    )


def _curl(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    return _on_glass(desk, rng, curl_mm=strength, turn_deg=int(rng.choice((0, 90, 180, 270))))


def _copies(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    """Copied so many times, each copy softer, darker, askew, and a little smaller or larger."""
    paper, lies = desk.slip.paper, []
    for _ in range(int(strength)):
        worn = replace(
            _good_scan(rng),
            blur_sigma_px=1.1,
            noise=7.0,
            gamma=1.15,
            black=20,
            dust=10,
            scale=float(rng.uniform(0.985, 1.015)),
            curl_mm=0.1,
        )
        paper, lie = scan_with_lie(paper, worn, rng, paper_dpi=DPI)
        lies.append(lie)
    page, last = scan_with_lie(paper, _good_scan(rng), rng, paper_dpi=DPI)
    return Shot(page, (LaidSlip(desk.first, partial(_through, [*lies, last])),))


def _through(lies: Sequence[Lie], points_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Back through copy after copy to the first paper."""
    places = lies[-1].on_paper_mm(points_px)
    for lie in reversed(lies[:-1]):
        places = lie.on_paper_mm(places * _PX - 0.5)
    return places


def _on_paper(damage: Callable[[Desk, float, np.random.Generator], GreyImage]) -> Damage:
    """Damage of the paper alone, then a good scan."""

    def make(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
        return _scanned(desk, damage(desk, strength, rng), _good_scan(rng), rng)

    return make


def _folded(desk: Desk, strength: float, rng: np.random.Generator) -> GreyImage:
    paper = desk.slip.paper
    return fold_corner(paper, strength, DPI, rng) if strength else paper


def _some_markers(desk: Desk, count: float, rng: np.random.Generator) -> list[int]:
    return [int(i) for i in rng.permutation(len(desk.template.markers))[: int(count)]]


def _torn(desk: Desk, strength: float, rng: np.random.Generator) -> GreyImage:
    markers = [desk.template.markers[i] for i in _some_markers(desk, strength, rng)]
    return tear_off(desk.slip.paper, markers, DPI, rng)


def _marker_places(desk: Desk, count: float, rng: np.random.Generator) -> list[tuple[float, float]]:
    quads = [np.array(desk.template.markers[i].corners_mm) for i in _some_markers(desk, count, rng)]
    return [(float(x), float(y)) for x, y in (quad.mean(axis=0) for quad in quads)]


def _stamped(desk: Desk, strength: float, rng: np.random.Generator) -> GreyImage:
    return stamp_over(desk.slip.paper, _marker_places(desk, strength, rng), DPI, rng)


def _written_over(desk: Desk, strength: float, rng: np.random.Generator) -> GreyImage:
    return scribble_over(desk.slip.paper, _marker_places(desk, strength, rng), DPI, rng)


def _coffee(desk: Desk, strength: float, rng: np.random.Generator) -> GreyImage:
    return spill_coffee(desk.slip.paper, int(strength), DPI, rng)


def _holes(desk: Desk, strength: float, rng: np.random.Generator) -> GreyImage:
    return punch_holes(desk.slip.paper, int(strength), DPI, rng)


def _creased(desk: Desk, strength: float, rng: np.random.Generator) -> GreyImage:
    return crumple(desk.slip.paper, int(strength), DPI, rng)


@lru_cache(maxsize=2)
def _empty_print(template: Template) -> GreyImage:
    nothing = fill(template, {}, DrawnHand(0), BLUE_BALLPOINT, np.random.default_rng(0), DPI)
    return nothing.paper


def _faint(desk: Desk, strength: float, _rng: np.random.Generator) -> GreyImage:
    return fade_print(desk.slip.paper, _empty_print(desk.template), strength / 100)


def _shone_through(desk: Desk, strength: float, _rng: np.random.Generator) -> GreyImage:
    return show_through(desk.slip.paper, desk.papers[desk.other(1)].paper, strength / 100)


def _border(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    size = (desk.template.width_mm + 2 * strength, desk.template.height_mm + 2 * strength)
    return _on_glass(desk, rng, bed_mm=size, bed_grey=12, skew_deg=float(rng.normal(0, 2)))


def _blur(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    return _on_glass(desk, rng, blur_sigma_px=strength)


def _dark(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    """White paper comes out this dark, print not quite black."""
    return _on_glass(desk, rng, white=int(strength), black=12)


def _noise(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    return _on_glass(desk, rng, noise=strength)


def _jpeg(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    shot = _on_glass(desk, rng)
    _, data = cv2.imencode(".jpg", shot.pixels, [cv2.IMWRITE_JPEG_QUALITY, int(strength)])
    return replace(shot, pixels=np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8))


def _resolution(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    return _on_glass(desk, rng, dpi=strength, blur_sigma_px=0.6 * strength / DPI)


def _phone(**fixed: object) -> Callable[[str], Damage]:
    """A photograph in which one thing varies."""

    def varying(name: str) -> Damage:
        def make(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
            usual = {
                "tilt_deg": float(rng.uniform(3, 12)),
                "heading_deg": float(rng.uniform(0, 360)),
                "turn_deg": float(rng.choice((0, 90, 180, 270))) + float(rng.normal(0, 3)),
                "table": str(rng.choice(("wood", "dark", "white", "cloth", "papers"))),
                "megapixels": 10.0,
                "light_drop": 0.2,
                "curl_mm": 0.15,
            }
            conditions = PhotoConditions(**(usual | fixed | {name: strength}))  # type: ignore[arg-type]
            picture, lie = photograph(desk.slip.paper, conditions, rng, paper_dpi=DPI)
            return Shot(picture, (LaidSlip(desk.first, lie.on_paper_mm),))

        return make

    return varying


_photo = _phone()

_AS_STORED: Mapping[int, Callable[[GreyImage], GreyImage]] = {
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: np.transpose,
    6: np.rot90,
    7: lambda upright: np.rot90(upright, 2).T,
    8: lambda upright: np.rot90(upright, -1),
}
_EXIF_ORIENTATION = 0x0112


def _exif(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    """A picture that its file says how to turn, read from the file."""
    shot = _photo("tilt_deg")(desk, 5.0, rng)
    stored = Image.fromarray(np.ascontiguousarray(_AS_STORED[int(strength)](shot.pixels)))
    tags = stored.getexif()
    tags[_EXIF_ORIENTATION] = int(strength)
    with NamedTemporaryFile(suffix=".jpg") as file:
        stored.save(file.name, quality=90, exif=tags)
        with open_scan(Path(file.name), Limits()) as opened:
            return replace(shot, pixels=opened.read(1).pixels)


def _sheet(
    desk: Desk,
    places_mm: Sequence[tuple[float, float]],
    turns: Sequence[int],
    rng: np.random.Generator,
    sheet_mm: tuple[float, float] = _A4_MM,
    unreadable: Sequence[int] = (),
) -> Shot:
    """Slips laid on one glass, each with its upper left corner at a place, turned by quarters."""
    numbers = [desk.other(i) for i in range(len(places_mm))]
    papers = [
        np.ascontiguousarray(np.rot90(desk.papers[number].paper, turn))
        for number, turn in zip(numbers, turns, strict=True)
    ]
    sheet = lay_on_sheet(papers, places_mm, sheet_mm, DPI)
    page, lie = scan_with_lie(sheet, _good_scan(rng), rng, paper_dpi=DPI, paper_mm=sheet_mm)
    laid = [
        LaidSlip(number, partial(_on_turned, lie, place, turn, _size_mm(desk, turn)))
        for number, place, turn in zip(numbers, places_mm, turns, strict=True)
    ]
    readable = tuple(slip for i, slip in enumerate(laid) if i not in unreadable)
    return Shot(page, readable, len(unreadable))


def _size_mm(desk: Desk, turn: int) -> tuple[float, float]:
    """Of a slip turned by quarters, as it lies."""
    size = (desk.template.width_mm, desk.template.height_mm)
    return size[::-1] if turn % 2 else size


def _on_turned(
    lie: Lie,
    place_mm: tuple[float, float],
    turn: int,
    size_mm: tuple[float, float],
    points_px: NDArray[np.float64],
) -> NDArray[np.float64]:
    x, y = (lie.on_paper_mm(points_px) - np.rint(np.array(place_mm) * _PX) / _PX).T
    width, height = size_mm
    forms = {0: (x, y), 1: (height - y, x), 2: (width - x, height - y), 3: (y, width - x)}
    return np.stack(forms[turn % 4], axis=1)


def _two_on_a4(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    """Two A5 below each other, so many millimetres apart, each either way up."""
    height = desk.template.height_mm
    places = [(0.0, 0.0), (0.0, height + strength)]
    turns = [int(turn) for turn in rng.choice((0, 2), 2)]
    return _sheet(desk, places, turns, rng, (_A4_MM[0], 2 * height + max(strength, 1.0)))


def _cut_off(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    """Two slips, the lower one so many per cent off the glass."""
    height = desk.template.height_mm
    places = [(0.0, 0.0), (0.0, height)]
    lost_mm = height * strength / 100
    turn = int(rng.choice((0, 2)))
    unreadable = (1,) if _loses_a_field(desk.template, turn, lost_mm) else ()
    return _sheet(desk, places, [0, turn], rng, (_A4_MM[0], 2 * height - lost_mm), unreadable)


def _loses_a_field(template: Template, turn: int, lost_mm: float) -> bool:
    """So much of the lower end of a slip is not to be seen."""
    if turn == 2:
        return lost_mm > min(field.box.top_mm for field in template.fields) + 1.5
    return template.height_mm - lost_mm < max(field.box.bottom_mm for field in template.fields) - 1.5


def _overlapping(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    """Two slips, the second one lying on so many millimetres of the first."""
    height = desk.template.height_mm
    places = [(0.0, 0.0), (0.0, height - strength)]
    turns = [int(turn) for turn in rng.choice((0, 2), 2)]
    is_covered = _loses_a_field(desk.template, turns[0], strength)
    return _sheet(desk, places, turns, rng, unreadable=(0,) if is_covered else ())


def _many(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    """So many small slips on an A4 in two columns of three, each turned any way, none over another."""
    width, height = _A4_MM[0] / 2, _A4_MM[1] / 3
    places, turns = [], []
    for number in range(int(strength)):
        turn = int(rng.choice((0, 2)))
        size = _size_mm(desk, turn)
        room = (max(0.0, width - size[0]), max(0.0, height - size[1]))
        x, y = (float(rng.uniform(0, side)) for side in room)
        places.append((number % 2 * width + x, number // 2 * height + y))
        turns.append(turn)
    return _sheet(desk, places, turns, rng)


def _sideways(desk: Desk, strength: float, rng: np.random.Generator) -> Shot:
    """Six small slips on an A4 in three rows, so many of them turned by 90 or 270 degrees."""
    size_mm = (desk.template.width_mm, desk.template.height_mm)
    quarter = [i < strength for i in range(6)]
    rows = [quarter[2 * row : 2 * row + 2] for row in rng.permutation(3)]
    heights = [max(size_mm) if any(row) else min(size_mm) for row in rows]
    gaps = (_A4_MM[1] - sum(heights)) * rng.dirichlet(np.ones(len(rows)))
    places, turns, top = [], [], 0.0
    for row, height, gap in zip(rows, heights, gaps, strict=True):
        for column, is_sideways in enumerate(row):
            turn = int(rng.choice((1, 3) if is_sideways else (0, 2)))
            room = max(0.0, _A4_MM[0] / 2 - _size_mm(desk, turn)[0])
            places.append((column * _A4_MM[0] / 2 + float(rng.uniform(0, room)), top))
            turns.append(turn)
        top += height + gap
    return _sheet(desk, places, turns, rng)


SMALL_KINDS: Mapping[str, Kind] = {
    "many": Kind("small slips on A4", "slips", (1, 2, 3, 4, 5, 6), _many),
    "sideways": Kind("six small slips, sideways", "of them", (0, 1, 2, 3, 4), _sideways),
}
"""As :data:`KINDS`, for a form of A7."""

KINDS: Mapping[str, Kind] = {
    "skew": Kind("skew", "degrees", (0, 3, 6, 10, 15, 20, 30, 45), _skew),
    "turn": Kind("quarter turns", "degrees", (0, 90, 180, 270), _turn),
    "stretch": Kind("stretch in one direction", "%", (0, 1, 2, 3, 4, 6, 8), _stretch),
    "scale": Kind("printed at", "%", (80, 88, 94, 97, 100, 103, 106, 112, 120), _scale),
    "wobble": Kind("feeder wobble", "mm", (0, 0.2, 0.4, 0.6, 0.9, 1.3, 2.0), _wobble),
    "curl": Kind("page curl", "mm", (0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0), _curl),
    "copies": Kind("copy of a copy", "copies", (0, 1, 2, 3, 4, 6), _copies),
    "fold": Kind("folded corner", "mm", (0, 10, 20, 30, 45, 60), _on_paper(_folded)),
    "torn": Kind("markers torn off", "markers", (0, 1, 2, 3, 4), _on_paper(_torn)),
    "stamp": Kind("markers stamped", "markers", (0, 1, 2, 3, 4), _on_paper(_stamped)),
    "scribble": Kind("markers written over", "markers", (0, 1, 2, 3, 4), _on_paper(_written_over)),
    "coffee": Kind("coffee", "rings", (0, 1, 2, 4, 8), _on_paper(_coffee)),
    "holes": Kind("punched holes", "holes", (0, 2, 4, 6, 8), _on_paper(_holes)),
    "creases": Kind("crumpled", "creases", (0, 2, 5, 10, 20, 40), _on_paper(_creased)),
    "faint": Kind("toner left", "%", (100, 60, 40, 25, 15, 10, 5), _on_paper(_faint)),
    "back": Kind("back shows through", "%", (0, 5, 10, 15, 20, 30, 45), _on_paper(_shone_through)),
    "border": Kind("black border", "mm", (0, 3, 8, 20, 40, 70), _border),
    "blur": Kind("blur", "px at 300 dpi", (0, 1, 2, 3, 4, 5, 7), _blur),
    "dark": Kind("white paper comes out as", "grey", (250, 200, 150, 110, 80, 55, 35), _dark),
    "noise": Kind("noise", "grey", (0, 8, 16, 25, 35, 50, 70), _noise),
    "jpeg": Kind("JPEG quality", "", (95, 70, 50, 30, 20, 10, 5), _jpeg),
    "resolution": Kind("resolution", "dpi", (300, 200, 150, 120, 100, 75, 60), _resolution),
    "tilt": Kind("phone: tilt", "degrees", (0, 10, 20, 30, 40, 50), _photo("tilt_deg")),
    "shadow": Kind("phone: shadow", "share of light", (0, 0.2, 0.4, 0.6, 0.75, 0.9), _photo("shadow")),
    "light": Kind("phone: uneven light", "share", (0, 0.2, 0.4, 0.6, 0.8, 0.95), _photo("light_drop")),
    "distance": Kind("phone: slip fills", "share", (0.95, 0.8, 0.65, 0.5, 0.4, 0.3, 0.2), _photo("fill")),
    "megapixels": Kind("phone: picture", "megapixels", (12, 10, 8, 5, 3, 2, 1, 0.5), _photo("megapixels")),
    "motion": Kind("phone: shake", "px at 10 MP", (0, 4, 8, 12, 18, 26, 40), _photo("motion_px")),
    "exif": Kind("phone: EXIF turn", "orientation", (1, 2, 3, 4, 5, 6, 7, 8), _exif),
    "two": Kind("two slips on A4, apart", "mm", (0, 0.5, 2, 8), _two_on_a4),
    "cut_off": Kind("second slip cut off", "%", (0, 5, 10, 20, 40, 60, 80), _cut_off),
    "overlap": Kind("slip lies over another", "mm", (0, 4, 8, 20, 40, 70, 100), _overlapping),
}
"""By name. Strengths run from nothing to more than anybody can read."""
