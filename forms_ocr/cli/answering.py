"""What people say that slips say: into the ledger, and the list of what they are to key."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms_ocr.batch import Studio, draw_slips
from forms_ocr.budget import Reading, is_sampled
from forms_ocr.cli.keyed import COLUMNS, KeyedAnswer
from forms_ocr.cli.settled import Acceptance, readings_of_slips, settled_slips
from forms_ocr.config import Configuration
from forms_ocr.errors import ConfigurationError
from forms_ocr.export import neutralised
from forms_ocr.model import (
    Answer,
    Disposition,
    FiledSlip,
    MachineReading,
    Period,
    Record,
    Values,
)
from forms_ocr.store import Ledger, Workspace, storage_faults, write_all_whole

_PLACE_COLUMNS = ("period", "office", "scan", "page", "slip", "picture")
_SLIPS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class SettledSlip:
    """A slip as it stands now: what became of it, and what it was read with."""

    period: Period
    slip: FiledSlip
    reading: Reading | None

    @property
    def is_accepted(self) -> bool:
        """It went through without a person."""
        return self.slip.record.disposition is Disposition.ACCEPTED

    @property
    def is_under_review(self) -> bool:
        """A person is to decide on it."""
        return self.slip.record.disposition is Disposition.REVIEW


def slips_of_periods(
    ledger: Ledger, periods: Iterable[Period], acceptance: Acceptance, configuration: Configuration
) -> list[SettledSlip]:
    """Every slip of some periods with what finally became of it."""
    settled = []
    for period in periods:
        readings = readings_of_slips(ledger, period)
        slips = settled_slips(ledger, period, acceptance, configuration)
        settled += [SettledSlip(period, slip, readings[slip.slip_id]) for slip in slips]
    return settled


def values_of(record: Record) -> Values:
    """What the machine read, as people answer it."""
    return Values(record.account, record.reading, record.date)


def as_answers(
    keyed: Sequence[KeyedAnswer], settled: Sequence[SettledSlip], blind_share: float, source: str
) -> list[Answer]:
    """Answers with what the machine had read beside them.

    Raises:
        ConfigurationError: A row names a slip that the workspace does not have, or has in two periods.
    """
    by_id: dict[str, list[SettledSlip]] = {}
    for one in settled:
        by_id.setdefault(one.slip.slip_id, []).append(one)
    faults: list[str] = []
    answers = []
    for row in keyed:
        found = [one for one in by_id.get(row.slip_id, []) if row.period in {"", str(one.period)}]
        if len(found) == 1:
            answers.append(_answer(row, found[0], blind_share))
        else:
            faults.append(f"line {row.line}: {_not_one(row, found)}")
    if faults:
        raise ConfigurationError(source, faults)
    return answers


def _not_one(row: KeyedAnswer, found: Sequence[SettledSlip]) -> str:
    if found:
        months = ", ".join(str(one.period) for one in found)
        return f"slip {row.slip_id} stands in {months}; say which in a column 'period'"
    where = f" in {row.period}" if row.period else ""
    return f"slip {row.slip_id} is not in this workspace{where}"


def _answer(row: KeyedAnswer, settled: SettledSlip, blind_share: float) -> Answer:
    slip, reading = settled.slip, settled.reading
    return Answer(
        slip_id=slip.slip_id,
        period=str(settled.period),
        office=slip.office,
        who=row.who,
        at="",
        values=row.values,
        is_blind=settled.is_accepted and is_sampled(slip.slip_id, blind_share),
        machine=MachineReading(
            values_of(slip.record),
            slip.record.confidence,
            slip.record.disposition,
            reading.weights_sha256 if reading is not None else "",
        ),
    )


def waiting_samples(
    settled: Iterable[SettledSlip],
    answers: Iterable[Answer],
    blind_share: float,
    *,
    has_review: bool = False,
) -> list[SettledSlip]:
    """Slips of the sample that nobody has keyed, in an order that tells nothing about them.

    Args:
        has_review: Those under review too, and not only accepted ones.
    """
    answered = {(answer.period, answer.slip_id) for answer in answers}
    waiting = [
        one
        for one in settled
        if (one.is_accepted or (has_review and one.is_under_review))
        and is_sampled(one.slip.slip_id, blind_share)
        and (str(one.period), one.slip.slip_id) not in answered
    ]
    return sorted(waiting, key=lambda one: (one.period, one.slip.slip_id))


def draw_samples(
    waiting: Sequence[SettledSlip], ledger: Ledger, workspace: Workspace, studio: Studio
) -> dict[SettledSlip, Path]:
    """Draw slips out of their originals; where each picture lies. Those drawn before stay.

    A slip that cannot be drawn, because its original is gone, has none.
    """
    places = {one: workspace.sample_pictures(one.period) / f"{one.slip.slip_id}.jpg" for one in waiting}
    for period in sorted({one.period for one in waiting}):
        lacking = [one for one in waiting if one.period == period and not places[one].exists()]
        for first in range(0, len(lacking), _SLIPS_AT_ONCE):
            wanted = {one.slip.slip_id: places[one] for one in lacking[first : first + _SLIPS_AT_ONCE]}
            sources = ledger.slip_sources(period, list(wanted))
            drawn = dict(draw_slips(sources, workspace.originals, studio))
            with storage_faults("keeping pictures", workspace.folder):
                write_all_whole({wanted[slip_id]: picture for slip_id, picture in drawn.items()})
    return {one: place for one, place in places.items() if place.exists()}


def write_samples(out: Path, waiting: Sequence[SettledSlip], pictures: Mapping[SettledSlip, Path]) -> None:
    """Write the list that people fill in. It says nothing of what the machine read."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *_PLACE_COLUMNS))
    for one in waiting:
        slip = one.slip
        place = (str(one.period), neutralised(slip.office), neutralised(slip.scan), slip.page, slip.slip)
        picture = pictures.get(one)
        writer.writerow((slip.slip_id, "", "", "", "", *place, picture.resolve() if picture else ""))
    with storage_faults("writing the list of samples", out):
        write_all_whole({out: text.getvalue().encode("utf-8", "backslashreplace")})
