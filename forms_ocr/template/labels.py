"""Names for the places of a form, from the words that are printed beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Box, GreyImage, Shape
from forms_ocr.recognition import LineReader
from forms_ocr.template.detection import Spot
from forms_ocr.template.ruling import PX_PER_MM, Mask, Ruling, window_of

# How far away a label may stand.
_LEFT_MM, _ABOVE_MM, _BELOW_MM, _BESIDE_MARK_MM = 75.0, 8.0, 4.6, 60.0
# A label beside a place, nearer than this, comes before one above it.
_NEAR_MM = 35.0
# Words of one label stand closer together, rows of text further apart.
_WORD_GAP_MM, _ROW_GAP_MM = 6.0, 0.6
_APART_MM = 0.8
# A label above or below begins with its place, or stands over its middle; it may be longer.
_EARLY_MM, _OFF_MIDDLE_MM, _OVERHANG_MM = 3.0, 4.0, 60.0
# The field of a line to write on reaches so far below the line.
_BELOW_LINE_MM = 1.1
_LEAST_TEXT_MM = 1.2
_BORDER_MM = 1.0
_MIN_CONFIDENCE = 0.45
_MIN_LETTERS = 2
_MAX_NAME = 28
_SIGNED = re.compile(r"подпис|signature|sign\b|unterschrift", re.IGNORECASE)

Direction = Literal["left", "right", "above", "below"]


@dataclass(frozen=True, slots=True)
class NamedSpot:
    """A place to write on, with the name of its field and what people call it ("" where nothing was read)."""

    name: str
    label: str
    spot: Spot


def name_spots(spots: Sequence[Spot], ruling: Ruling, reader: LineReader) -> tuple[NamedSpot, ...]:
    """Give every place a name of its own: its label's words, or ``field_1`` and so on where there are none.

    A line or box whose label asks for a signature becomes a place for one.
    """
    named: list[NamedSpot] = []
    taken: set[str] = set()
    for number, spot in enumerate(spots, start=1):
        label = _label_of(spot, spots, ruling, reader)
        name = _unused(_as_name(label) or f"field_{number}", taken)
        taken.add(name)
        is_signature = spot.shape is Shape.LINE and _SIGNED.search(label) is not None
        shown = replace(spot, shape=Shape.SIGNATURE) if is_signature else spot
        named.append(NamedSpot(name, label, shown))
    return tuple(named)


def _label_of(spot: Spot, spots: Sequence[Spot], ruling: Ruling, reader: LineReader) -> str:
    """The words nearest to a place, "" where none can be read."""
    for words in _strips_by_distance(spot, spots, ruling):
        text = reader.read_line(words, PX_PER_MM)
        label = " ".join(text.text.split()).strip(" .,:;*_-–—|")
        letters = sum(character.isalpha() for character in label)
        if letters >= _MIN_LETTERS and text.confidence >= _MIN_CONFIDENCE:
            return label
    return ""


def _strips_by_distance(spot: Spot, spots: Sequence[Spot], ruling: Ruling) -> Iterator[GreyImage]:
    """Pictures of the lines of print around a place, the likeliest label first."""
    others = [other.box for other in spots if other is not spot]
    found: list[tuple[float, int, GreyImage]] = []
    for order, direction in enumerate(_directions(spot)):
        area = _area(spot.box, direction, others, ruling)
        span = ((spot.box.left_mm - area.left_mm) * PX_PER_MM, (spot.box.right_mm - area.left_mm) * PX_PER_MM)
        nearest = _nearest_words(ruling.lettering[window_of(area, 0.0)], direction, span)
        if nearest is not None:
            distance_mm, window = nearest
            rows, columns = window_of(area, 0.0)
            place = (
                slice(rows.start + window[0].start, rows.start + window[0].stop),
                slice(columns.start + window[1].start, columns.start + window[1].stop),
            )
            rank = order if order or distance_mm <= _NEAR_MM else 1.5
            found.append((rank, order, _words(ruling, place)))
    for _, _, strip in sorted(found, key=lambda item: item[:2]):
        yield strip


def _directions(spot: Spot) -> tuple[Direction, ...]:
    """Where its label is looked for; what stands below a line in small print is its label too."""
    if spot.shape is Shape.MARK:
        return ("right", "left", "above")
    if spot.shape is Shape.LINE:
        return ("left", "below", "above")
    return ("left", "above", "below")


def _area(box: Box, direction: Direction, others: Sequence[Box], ruling: Ruling) -> Box:
    """Where to look, as far as the next place to write on."""
    if direction in ("left", "right"):
        beside = [
            other for other in others if min(other.bottom_mm, box.bottom_mm) > max(other.top_mm, box.top_mm)
        ]
        if direction == "left":
            ends = [other.right_mm for other in beside if other.right_mm <= box.left_mm + _APART_MM]
            left = max([0.0, box.left_mm - _LEFT_MM, *ends])
            return Box(left, box.top_mm, max(left, box.left_mm - _APART_MM), box.bottom_mm)
        starts = [other.left_mm for other in beside if other.left_mm >= box.right_mm - _APART_MM]
        right = min([ruling.width_mm, box.right_mm + _BESIDE_MARK_MM, *starts])
        return Box(box.right_mm + _APART_MM, box.top_mm, max(box.right_mm + _APART_MM, right), box.bottom_mm)
    left, right = max(0.0, box.left_mm - _OVERHANG_MM), min(ruling.width_mm, box.right_mm + _OVERHANG_MM)
    if direction == "above":
        over = [
            other.bottom_mm
            for other in others
            if other.bottom_mm <= box.top_mm + _APART_MM
            and min(other.right_mm, box.right_mm) > max(other.left_mm, box.left_mm)
        ]
        top = max([0.0, box.top_mm - _ABOVE_MM, *over])
        return Box(left, top, right, max(top, box.top_mm - 0.3))
    return Box(left, box.bottom_mm - _BELOW_LINE_MM, right, min(ruling.height_mm, box.bottom_mm + _BELOW_MM))


def _nearest_words(
    printed: Mask, direction: Direction, span: tuple[float, float]
) -> tuple[float, tuple[slice, slice]] | None:
    """Distance and place of the words in ``printed`` that are nearest to the place a label is looked for.

    Args:
        span: Where that place begins and ends, in columns of ``printed``.
    """
    if not printed.size or not printed.any():
        return None
    rows = _runs(np.asarray(printed.any(axis=1)), _ROW_GAP_MM)
    rows = [run for run in rows if (run.stop - run.start) / PX_PER_MM >= _LEAST_TEXT_MM]
    if not rows:
        return None
    row = _chosen_row(rows, printed, direction)
    columns = _runs(np.asarray(printed[row].any(axis=0)), _WORD_GAP_MM)
    if direction in ("above", "below"):
        columns = [run for run in columns if _belongs(run, span)]
        if not columns:
            return None
    side = columns[-1] if direction == "left" else columns[0]
    gaps = {
        "left": printed.shape[1] - side.stop,
        "right": side.start,
        "above": printed.shape[0] - row.stop,
        "below": row.start,
    }
    return gaps[direction] / PX_PER_MM, (row, side)


def _belongs(words: slice, span: tuple[float, float]) -> bool:
    """Words above or below a place are its label if they begin over it or have their middle over its own."""
    begins = span[0] - _EARLY_MM * PX_PER_MM <= words.start <= span[1]
    off = abs((words.start + words.stop) / 2 - (span[0] + span[1]) / 2)
    return bool(begins or off <= _OFF_MIDDLE_MM * PX_PER_MM)


def _chosen_row(rows: Sequence[slice], printed: Mask, direction: Direction) -> slice:
    """The nearest row above or below; beside a place the one that stands next to its middle."""
    if direction == "above":
        return rows[-1]
    if direction == "below":
        return rows[0]
    middle = printed.shape[0] / 2
    return min(rows, key=lambda row: abs((row.start + row.stop) / 2 - middle))


def _runs(marks: NDArray[np.bool_], gap_mm: float) -> list[slice]:
    """Runs of True, joined over gaps up to ``gap_mm``."""
    found: list[slice] = []
    for index in np.flatnonzero(marks).tolist():
        if found and index - found[-1].stop <= gap_mm * PX_PER_MM:
            found[-1] = slice(found[-1].start, index + 1)
        else:
            found.append(slice(index, index + 1))
    return found


def _words(ruling: Ruling, place: tuple[slice, slice]) -> GreyImage:
    """The words as black on white with a border of paper, the lines of the form taken out."""
    words = cv2.bitwise_and(
        np.ascontiguousarray(ruling.darkness[place]),
        cv2.dilate(np.ascontiguousarray(ruling.lettering[place]), np.ones((3, 3), np.uint8)),
    )
    full = max(1, int(np.quantile(words[words > 0], 0.95))) if words.any() else 1
    stretched = np.clip(words.astype(np.float32) * (255.0 / full), 0, 255).astype(np.uint8)
    border = round(_BORDER_MM * PX_PER_MM)
    return np.asarray(np.pad(255 - stretched, border, constant_values=255), np.uint8)


def _as_name(label: str) -> str:
    """A label as the name of a field: small letters, digits and underscores; "" if nothing is left."""
    words = re.findall(r"[^\W_]+", label.lower())
    name = ""
    for word in words:
        longer = f"{name}_{word}" if name else word[:_MAX_NAME]
        if len(longer) > _MAX_NAME:
            break
        name = longer
    return name


def _unused(name: str, taken: set[str]) -> str:
    number, unused = 1, name
    while unused in taken:
        number += 1
        unused = f"{name}_{number}"
    return unused
