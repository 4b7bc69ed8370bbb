"""The places to write on of somebody else's empty form, found by the lines that are printed there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from forms_ocr.model import Box, Shape
from forms_ocr.template.acroform import MIN_CELL_HEIGHT_MM, MIN_CELL_WIDTH_MM
from forms_ocr.template.ruling import PX_PER_MM, Rule, Ruling, window_of

# A hand writes one character into a box of this size; what is wider takes words.
_MAX_CELL_WIDTH_MM, _MAX_CELL_HEIGHT_MM = 14.0, 17.0
_CELL_ASPECT = (0.4, 1.6)
# Cells of one comb differ by no more than drawing programs round.
_SAME_MM = 0.6
_SAME_SHARE = 0.12
_MAX_CELL_GAP_MM, _MAX_CELL_GAP_SHARE = 3.5, 0.6
# Smaller squares are bullets, larger ones take a digit.
_MARK_SIDE_MM = (2.4, 7.2)
_MARK_ASPECT = (0.8, 1.25)
_MIN_BOX_MM = (12.0, 4.5)
_MAX_BOX_HEIGHT_MM = 45.0
# Less print than this is dust.
_LEAST_PRINT_MM2 = 0.35
_INSET_MM = 0.7
_FRAME_MM, _FRAME_LINE_MM = 1.0, 6.0
# A label in a box leaves at least this much of it to write in.
_MIN_REST_MM = (12.0, 4.5)
_MIN_LINE_MM = 18.0
_MIN_ROOM_MM, _LINE_ROOM_MM = 4.6, 9.0
_BELOW_LINE_MM = 1.5
_LETTERS_MM, _LETTERS_SHARE = (0.2, 0.75), 0.25
_TICK_MM = (0.8, 6.0)
_TICK_REACH_MM = 0.9
_OPEN_CELL_SHARE = 1.2
_OPEN_CELL_HEIGHT_MM = (6.0, 10.0)
_DASH_MM = (3.0, 12.0)
_DASH_GAP_MM = (0.7, 5.0)
_MIN_DASHES = 3
_JOIN_MM = 1.2
# The loader bears half a millimetre.
_SHARED_LINE_MM = 0.3


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to write on.

    Attributes:
        shape: A signature's place is a line until its label tells.
        cells: Of a comb, 0 otherwise.
    """

    shape: Shape
    box: Box
    cells: int = 0


def find_spots(ruling: Ruling) -> tuple[Spot, ...]:
    """Combs, boxes, check boxes and lines to write on, in reading order.

    A place that is printed full is an example or a heading and none to write on.
    """
    rows = list(_rows_of_cells(ruling.rectangles))
    spots = [spot for row in rows for spot in _combs_of(row, ruling)]
    in_rows = {box for row in rows for box in row}
    spots += [spot for box in ruling.rectangles if box not in in_rows for spot in _of_box(box, ruling)]
    spots = _outermost(spots)
    open_rules = [rule for rule in _joined(ruling.horizontals) if not _is_edge(rule, ruling.rectangles)]
    ticked = [spot for rule in open_rules if (spot := _ticked_comb(rule, ruling)) is not None]
    spots += ticked
    free = [rule for rule in open_rules if not any(_touches(rule, spot.box) for spot in ticked)]
    dashes, rest = _dashes(free)
    spots += [spot for run in dashes if (spot := _dashed_comb(run, ruling)) is not None]
    spots += [spot for rule in rest if (spot := _line(rule, ruling)) is not None]
    return tuple(_in_reading_order(_below_each_other(spots)))


# boxes


def _rows_of_cells(rectangles: Sequence[Box]) -> Iterator[list[Box]]:
    """Cells of one size in one row at one distance, two and more."""
    waiting = sorted((box for box in rectangles if _is_cell(box)), key=lambda b: (b.left_mm, b.top_mm))
    while waiting:
        row = [waiting.pop(0)]
        while (follower := next((box for box in waiting if _follows(row, box)), None)) is not None:
            waiting.remove(follower)
            row.append(follower)
        if len(row) > 1:
            yield row


def _is_cell(box: Box) -> bool:
    is_large = box.width_mm >= MIN_CELL_WIDTH_MM and box.height_mm >= MIN_CELL_HEIGHT_MM
    is_small = box.width_mm <= _MAX_CELL_WIDTH_MM and box.height_mm <= _MAX_CELL_HEIGHT_MM
    return is_large and is_small and _CELL_ASPECT[0] <= box.width_mm / box.height_mm <= _CELL_ASPECT[1]


def _follows(row: Sequence[Box], box: Box) -> bool:
    last = row[-1]
    if abs(box.top_mm - last.top_mm) > _SAME_MM or abs(box.bottom_mm - last.bottom_mm) > _SAME_MM:
        return False
    if abs(box.width_mm - last.width_mm) > max(_SAME_MM / 2, _SAME_SHARE * last.width_mm):
        return False
    gap = box.left_mm - last.right_mm
    if len(row) > 1:
        return abs(gap - (last.left_mm - row[-2].right_mm)) <= _SAME_MM
    return -_SAME_MM <= gap <= min(_MAX_CELL_GAP_MM, _MAX_CELL_GAP_SHARE * last.width_mm)


def _combs_of(row: Sequence[Box], ruling: Ruling) -> Iterator[Spot]:
    """The empty runs of a row; none of a row that is printed full, which is an example or a heading."""
    is_empty = [_print_mm2(box, ruling) < _LEAST_PRINT_MM2 for box in row]
    if 2 * sum(is_empty) < len(row):
        return
    run: list[Box] = []
    for box, empty in zip([*row, row[-1]], [*is_empty, False], strict=True):
        if empty:
            run.append(box)
        elif run:
            yield _comb(run)
            run = []


def _comb(cells: Sequence[Box]) -> Spot:
    """One comb over cells; each of its equal parts has a cell in its middle.

    With gaps between the cells the comb reaches half a gap beyond the first and the last.
    """
    lefts, rights = (np.array([getattr(box, side) for box in cells]) for side in ("left_mm", "right_mm"))
    middles = (lefts + rights) / 2
    if len(cells) == 1:
        return Spot(Shape.COMB, cells[0], 1)
    pitch, first = np.polyfit(np.arange(len(cells)), middles, 1)
    top, bottom = np.median([(box.top_mm, box.bottom_mm) for box in cells], axis=0)
    left = float(first - pitch / 2)
    return Spot(
        Shape.COMB, Box(left, float(top), left + float(pitch) * len(cells), float(bottom)), len(cells)
    )


def _of_box(box: Box, ruling: Ruling) -> Iterator[Spot]:
    """A single rectangle: a check box, a cell, or a box for words, with its label perhaps printed in it."""
    printed = _print_mm2(box, ruling)
    aspect = box.width_mm / box.height_mm
    if printed < _LEAST_PRINT_MM2:
        sides = (min(box.width_mm, box.height_mm), max(box.width_mm, box.height_mm))
        is_square = _MARK_ASPECT[0] <= aspect <= _MARK_ASPECT[1]
        if is_square and _MARK_SIDE_MM[0] <= sides[0] and sides[1] <= _MARK_SIDE_MM[1]:
            yield Spot(Shape.MARK, box)
            return
        if _is_cell(box):
            yield Spot(Shape.COMB, box, 1)
            return
    if box.height_mm <= _MAX_BOX_HEIGHT_MM and not _holds_lines(box, ruling):
        rest = box if printed < _LEAST_PRINT_MM2 else _beside_print(box, ruling)
        if printed >= _LEAST_PRINT_MM2 and _heads_empty_cells(box, ruling):
            rest = None
        if rest is not None and rest.width_mm >= _MIN_BOX_MM[0] and rest.height_mm >= _MIN_BOX_MM[1]:
            yield Spot(Shape.LINE, rest)


def _heads_empty_cells(box: Box, ruling: Ruling) -> bool:
    """The heading of a column or row of a table: what is written goes below it or to its right."""
    return any(
        _is_next(box, other) and _print_mm2(other, ruling) < _LEAST_PRINT_MM2 for other in ruling.rectangles
    )


def _is_next(box: Box, other: Box) -> bool:
    """The other rectangle shares the whole lower or right edge."""
    is_below = abs(other.top_mm - box.bottom_mm) < _SAME_MM and abs(other.left_mm - box.left_mm) < _SAME_MM
    is_right = abs(other.left_mm - box.right_mm) < _SAME_MM and abs(other.top_mm - box.top_mm) < _SAME_MM
    same_width = abs(other.width_mm - box.width_mm) < _SAME_MM
    same_height = abs(other.height_mm - box.height_mm) < _SAME_MM
    return (is_below and same_width) or (is_right and same_height)


def _holds_lines(box: Box, ruling: Ruling) -> bool:
    """A frame around other things: lines run in it that are longer than those of letters."""
    horizontal, vertical = (mask[window_of(box, _FRAME_MM)] for mask in (ruling.horizontal, ruling.vertical))
    longest = max(
        int(np.count_nonzero(horizontal, axis=1).max(initial=0)),
        int(np.count_nonzero(vertical, axis=0).max(initial=0)),
    )
    return longest > _FRAME_LINE_MM * PX_PER_MM


def _beside_print(box: Box, ruling: Ruling) -> Box | None:
    """What is left of a box below or to the right of the label printed in it; None if too little."""
    inside = ruling.print_in(box, _INSET_MM)
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return box
    below = Box(box.left_mm, box.top_mm + _INSET_MM + rows[-1] / PX_PER_MM + 0.5, box.right_mm, box.bottom_mm)
    right = Box(
        box.left_mm + _INSET_MM + columns[-1] / PX_PER_MM + 1.0, box.top_mm, box.right_mm, box.bottom_mm
    )
    kept = [
        rest
        for rest in (below, right)
        if rest.width_mm >= _MIN_REST_MM[0] and rest.height_mm >= _MIN_REST_MM[1]
    ]
    largest = max(kept, key=lambda rest: rest.width_mm * rest.height_mm, default=None)
    is_much = largest is not None and largest.width_mm * largest.height_mm >= box.width_mm * box.height_mm / 3
    return largest if is_much else None


def _print_mm2(box: Box, ruling: Ruling) -> float:
    return float(np.count_nonzero(ruling.print_in(box, _INSET_MM))) / PX_PER_MM**2


def _outermost(spots: Sequence[Spot]) -> list[Spot]:
    """Without those that lie on a smaller one, which was found first."""
    kept: list[Spot] = []
    for spot in spots:
        if not any(_share_inside(spot.box, other.box) > 0.1 for other in kept):
            kept.append(spot)
    return kept


def _share_inside(box: Box, other: Box) -> float:
    """Share of a box that another one covers, of the smaller of the two."""
    across = min(box.right_mm, other.right_mm) - max(box.left_mm, other.left_mm)
    down = min(box.bottom_mm, other.bottom_mm) - max(box.top_mm, other.top_mm)
    least = min(box.width_mm * box.height_mm, other.width_mm * other.height_mm)
    return max(0.0, across) * max(0.0, down) / least


# open lines


def _joined(rules: Iterable[Rule]) -> list[Rule]:
    """Pieces of one line put together again."""
    joined: list[Rule] = []
    for rule in sorted(rules, key=lambda r: (round(r.at_mm), r.start_mm)):
        match = next((i for i, other in enumerate(joined) if _continues(other, rule)), None)
        if match is None:
            joined.append(rule)
        else:
            other = joined[match]
            joined[match] = Rule(
                min(other.start_mm, rule.start_mm),
                max(other.end_mm, rule.end_mm),
                other.at_mm,
                max(other.thickness_mm, rule.thickness_mm),
            )
    return joined


def _continues(one: Rule, other: Rule) -> bool:
    gap = max(one.start_mm, other.start_mm) - min(one.end_mm, other.end_mm)
    return abs(one.at_mm - other.at_mm) <= _SAME_MM / 2 and gap <= _JOIN_MM / 2


def _is_edge(rule: Rule, rectangles: Sequence[Box]) -> bool:
    """The line is part of the outline of a rectangle."""
    return any(
        min(abs(rule.at_mm - box.top_mm), abs(rule.at_mm - box.bottom_mm)) <= _SAME_MM
        and min(rule.end_mm, box.right_mm) - max(rule.start_mm, box.left_mm)
        > 0.5 * min(rule.length_mm, box.width_mm)
        for box in rectangles
    )


def _touches(rule: Rule, box: Box) -> bool:
    is_along = min(rule.end_mm, box.right_mm) - max(rule.start_mm, box.left_mm) > 0
    return is_along and box.top_mm - _SAME_MM <= rule.at_mm <= box.bottom_mm + _SAME_MM


def _ticked_comb(rule: Rule, ruling: Ruling) -> Spot | None:
    """A comb of a base line with short ticks on it, open above; None for any other line."""
    ticks = sorted(
        tick.at_mm
        for tick in ruling.verticals
        if abs(tick.end_mm - rule.at_mm) <= _TICK_REACH_MM
        and _TICK_MM[0] <= rule.at_mm - tick.start_mm <= _TICK_MM[1]
        and rule.start_mm - _TICK_REACH_MM <= tick.at_mm <= rule.end_mm + _TICK_REACH_MM
    )
    marks = _even_run([rule.start_mm, *_apart(ticks, rule), rule.end_mm])
    if len(marks) < _MIN_DASHES + 1 or len(ticks) < _MIN_DASHES - 1:
        return None
    pitch = (marks[-1] - marks[0]) / (len(marks) - 1)
    height = float(np.clip(_OPEN_CELL_SHARE * pitch, *_OPEN_CELL_HEIGHT_MM))
    room = min(height, _room_above(Rule(marks[0], marks[-1], rule.at_mm), ruling, is_ticked=True))
    if room < MIN_CELL_HEIGHT_MM:
        return None
    return Spot(Shape.COMB, Box(marks[0], rule.at_mm - room, marks[-1], rule.at_mm), len(marks) - 1)


def _apart(ticks: Sequence[float], rule: Rule) -> list[float]:
    """Ticks without those at the ends of the line, which are marks already."""
    return [x for x in ticks if min(x - rule.start_mm, rule.end_mm - x) > MIN_CELL_WIDTH_MM / 2]


def _even_run(marks: Sequence[float]) -> list[float]:
    """The longest run of marks at one distance that a cell can have."""
    best: list[float] = []
    for first in range(len(marks) - 1):
        pitch = marks[first + 1] - marks[first]
        run = [marks[first], marks[first + 1]]
        for mark in marks[first + 2 :]:
            if abs(mark - run[-1] - pitch) > max(_SAME_MM, _SAME_SHARE * pitch):
                break
            run.append(mark)
        if MIN_CELL_WIDTH_MM <= pitch <= _MAX_CELL_WIDTH_MM and len(run) > len(best):
            best = run
    return best


def _dashes(rules: Sequence[Rule]) -> tuple[list[list[Rule]], list[Rule]]:
    """Rows of short lines, one for each character, and the lines that belong to none."""
    waiting = sorted(rules, key=lambda rule: rule.start_mm)
    runs: list[list[Rule]] = []
    rest: list[Rule] = []
    while waiting:
        run = [waiting.pop(0)]
        while (follower := next((rule for rule in waiting if _is_next_dash(run, rule)), None)) is not None:
            waiting.remove(follower)
            run.append(follower)
        if len(run) >= _MIN_DASHES:
            runs.append(run)
        else:
            rest += run
    return runs, rest


def _is_next_dash(run: Sequence[Rule], rule: Rule) -> bool:
    last = run[-1]
    if not _DASH_MM[0] <= last.length_mm <= _DASH_MM[1] or abs(rule.at_mm - last.at_mm) > _SAME_MM:
        return False
    gap = rule.start_mm - last.end_mm
    is_alike = abs(rule.length_mm - last.length_mm) <= _SAME_MM
    if len(run) > 1:
        is_alike = is_alike and abs(gap - (last.start_mm - run[-2].end_mm)) <= _SAME_MM
    return is_alike and _DASH_GAP_MM[0] <= gap <= _DASH_GAP_MM[1]


def _dashed_comb(run: Sequence[Rule], ruling: Ruling) -> Spot | None:
    pitch = (run[-1].start_mm - run[0].start_mm) / (len(run) - 1)
    left = (run[0].start_mm + run[0].end_mm - pitch) / 2
    base = float(np.median([rule.at_mm for rule in run]))
    room = min(
        float(np.clip(_OPEN_CELL_SHARE * pitch, *_OPEN_CELL_HEIGHT_MM)),
        _room_above(Rule(run[0].start_mm, run[-1].end_mm, base), ruling),
    )
    if room < MIN_CELL_HEIGHT_MM or pitch < MIN_CELL_WIDTH_MM:
        return None
    return Spot(Shape.COMB, Box(left, base - room, left + pitch * len(run), base), len(run))


def _line(rule: Rule, ruling: Ruling) -> Spot | None:
    """A line to write on: long, with nothing printed close above it."""
    if rule.length_mm < _MIN_LINE_MM:
        return None
    room = _room_above(rule, ruling)
    if room < _MIN_ROOM_MM or _is_lettering(rule, ruling):
        return None
    bottom = min(ruling.height_mm, rule.at_mm + _BELOW_LINE_MM)
    return Spot(Shape.LINE, Box(rule.start_mm, rule.at_mm - min(room, _LINE_ROOM_MM), rule.end_mm, bottom))


def _is_lettering(rule: Rule, ruling: Ruling) -> bool:
    """The heads or feet of letters side by side look like a line; above or below it the letters go on."""
    near, far = (rule.thickness_mm / 2 + reach for reach in _LETTERS_MM)
    bands = (
        Box(rule.start_mm, rule.at_mm + near, rule.end_mm, rule.at_mm + far),
        Box(rule.start_mm, rule.at_mm - far, rule.end_mm, rule.at_mm - near),
    )
    printed = [ruling.print_in(band) for band in bands]
    return any(part.size and float(part.any(axis=0).mean()) > _LETTERS_SHARE for part in printed)


def _room_above(rule: Rule, ruling: Ruling, *, is_ticked: bool = False) -> float:
    """How far above a line nothing else is printed, in mm; ticks that stand on it do not count."""
    bottom = rule.at_mm - _INSET_MM
    top = max(0.0, bottom - _LINE_ROOM_MM - 2.0)
    strip = Box(rule.start_mm + _INSET_MM, top, rule.end_mm - _INSET_MM, bottom)
    printed = cv2.bitwise_or(
        np.ascontiguousarray(ruling.lettering[window_of(strip, 0.0)]),
        np.ascontiguousarray(ruling.horizontal[window_of(strip, 0.0)]),
    )
    if not printed.size:
        return 0.0
    if is_ticked:
        ticks = cv2.dilate(
            np.ascontiguousarray(ruling.vertical[window_of(strip, 0.0)]), np.ones((7, 7), np.uint8)
        )
        printed = cv2.subtract(printed, ticks)
    busy = np.flatnonzero(np.count_nonzero(printed, axis=1) > max(2, 0.01 * printed.shape[1]))
    free_px = printed.shape[0] - 1 - busy[-1] if len(busy) else printed.shape[0]
    return float(free_px) / PX_PER_MM + _INSET_MM - 0.3


def _below_each_other(spots: Sequence[Spot]) -> list[Spot]:
    """Places that reach up into another one are cut where that one ends; what is then too low is left out."""
    kept: list[Spot] = []
    for spot in sorted(spots, key=lambda one: one.box.bottom_mm):
        over = [other.box for other in kept if _reaches_into(spot.box, other.box)]
        top = max([spot.box.top_mm, *(box.bottom_mm for box in over if box.bottom_mm < spot.box.bottom_mm)])
        box = replace(spot.box, top_mm=top)
        if box.height_mm >= (MIN_CELL_HEIGHT_MM if over else 0.0):
            kept.append(replace(spot, box=box))
    return kept


def _reaches_into(box: Box, other: Box) -> bool:
    """They share more than the width of a line, both ways."""
    across = min(box.right_mm, other.right_mm) - max(box.left_mm, other.left_mm)
    down = min(box.bottom_mm, other.bottom_mm) - max(box.top_mm, other.top_mm)
    return min(across, down) > _SHARED_LINE_MM


def _in_reading_order(spots: Sequence[Spot]) -> list[Spot]:
    """From top to bottom; those whose middles stand on one line from left to right."""
    ordered: list[Spot] = []
    waiting = sorted(spots, key=lambda spot: spot.box.bottom_mm)
    while waiting:
        first = waiting[0]
        row = [spot for spot in waiting if _is_beside(first.box, spot.box)]
        ordered += sorted(row, key=lambda spot: spot.box.left_mm)
        waiting = [spot for spot in waiting if spot not in row]
    return ordered


def _is_beside(one: Box, other: Box) -> bool:
    middle = (other.top_mm + other.bottom_mm) / 2
    return one.top_mm <= middle <= one.bottom_mm or abs(one.bottom_mm - other.bottom_mm) < _SAME_MM
