"""One slip's record beside the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod

from forms_ocr.budget import hangs_on_confidence
from forms_ocr.model import CLASSES, Disposition, FieldReading, PageReading, Record

_DIGITS = frozenset(CLASSES[:10])
_ADDRESS = "address."


@dataclass(frozen=True, slots=True)
class SlipTruth:
    """What was really written.

    Attributes:
        cells: By comb field, the true class of each cell.
        values: By field, what a careful person reads.
        account, reading, date: As a right record would say; "" where nobody could.
        trouble: Why this slip must not be accepted; "" for a slip without trouble.
    """

    cells: Mapping[str, tuple[str, ...]]
    values: Mapping[str, str]
    account: str
    reading: str
    date: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class SlipOutcome:
    """How reading one slip went.

    Attributes:
        group: What the slip is counted under (source of the handwriting, kind of file).
        is_found: The slip was found on its page; everything below is empty if not.
        digits, wrong_digits: Cells that hold a digit, and those of them whose top class is another.
        confusions: (true class, class read) of every cell that was read as another class, with its posterior.
        fields: By field, is its value right?
        is_right: Account, reading and date are all right.
        is_accepted: Into records without a person.
        is_wrong_accepted: Accepted though wrong, or though it must not be.
        is_hanging: Nothing but its confidence can keep it from being accepted.
        cells_confidence, are_cells_right: Of a reader that takes the likeliest class of every cell and knows
            nothing else: the product of their posteriors, and whether all are right. The address is left out.
        least_confidence: Of the fields that make account, reading and date, the least sure one.
    """

    group: tuple[str, ...]
    is_found: bool
    trouble: str = ""
    digits: int = 0
    wrong_digits: int = 0
    confusions: tuple[tuple[str, str, float], ...] = ()
    fields: Mapping[str, bool] = field(default_factory=dict)
    is_right: bool = False
    is_accepted: bool = False
    is_wrong_accepted: bool = False
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    residual_mm: float = float("nan")
    is_hanging: bool = False
    cells_confidence: float = 0.0
    are_cells_right: bool = False
    least_confidence: float = 0.0


def compare(page: PageReading, truth: SlipTruth, group: tuple[str, ...]) -> SlipOutcome:
    """Hold a page with one slip against the truth."""
    if len(page.slips) != 1:
        return SlipOutcome(group, is_found=False, trouble=truth.trouble)
    slip = page.slips[0]
    record = slip.record
    cells = [pair for reading in record.fields for pair in _cell_pairs(reading, truth)]
    digits = [(true, read) for true, read, _ in cells if true in _DIGITS]
    is_right = (record.account, record.reading, record.date) == (truth.account, truth.reading, truth.date)
    deciding = [
        reading
        for reading in record.fields
        if reading.name in truth.cells and not reading.name.startswith(_ADDRESS)
    ]
    is_accepted = record.disposition is Disposition.ACCEPTED
    return SlipOutcome(
        group,
        is_found=True,
        trouble=truth.trouble,
        digits=len(digits),
        wrong_digits=sum(true != read for true, read in digits),
        confusions=tuple(pair for pair in cells if pair[0] != pair[1]),
        fields=_right_fields(record, truth),
        is_right=is_right,
        is_accepted=is_accepted,
        is_wrong_accepted=is_accepted and (not is_right or bool(truth.trouble)),
        confidence=record.confidence,
        reasons=tuple(record.reasons),
        residual_mm=slip.registration.residual_mm,
        is_hanging=hangs_on_confidence(record),
        cells_confidence=prod(cell.posterior for reading in deciding for cell in reading.cells),
        are_cells_right=all(_cells_are_right(reading, truth) for reading in deciding),
        least_confidence=min((reading.confidence for reading in deciding), default=0.0),
    )


def _cells_are_right(reading: FieldReading, truth: SlipTruth) -> bool:
    return tuple(cell.value for cell in reading.cells) == tuple(truth.cells[reading.name])


def _cell_pairs(reading: FieldReading, truth: SlipTruth) -> list[tuple[str, str, float]]:
    true = truth.cells.get(reading.name, ())
    return [
        (true_class, cell.value, cell.posterior)
        for true_class, cell in zip(true, reading.cells, strict=False)
    ]


def _right_fields(record: Record, truth: SlipTruth) -> dict[str, bool]:
    right = {
        reading.name: reading.value == truth.values[reading.name]
        for reading in record.fields
        if reading.name in truth.cells
    }
    right["account"] = record.account == truth.account
    right["reading"] = record.reading == truth.reading
    right["date"] = record.date == truth.date
    return right
