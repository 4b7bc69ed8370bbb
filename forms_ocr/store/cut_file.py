"""The file of a learned cut: what was learned, from what, and for which reading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forms_ocr.budget import METHOD, Basis, Cut, Evidence, Learned, Reading, Source, Tally, faults_of
from forms_ocr.store.durable import write_all_whole
from forms_ocr.store.faults import storage_faults

FORMAT = 1

Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, strict=True)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _TallyPart(_Part):
    cut: Share
    accepted: Count
    wrong: Count
    wrong_by_field: dict[str, Count]


class _EvidencePart(_Part):
    slips: Count
    tallies: list[_TallyPart]


class _File(_Part):
    """``evidence`` decides; ``learned`` is what followed from it for one budget, for people."""

    format: Annotated[int, Field(ge=FORMAT, le=FORMAT)]
    method: str
    source: Source
    since: str
    until: str
    reading: Reading
    evidence: _EvidencePart
    learned: dict[str, object]


def read_cut_file(path: Path) -> Learned | Basis:
    """What was learned, or why there is nothing: a missing or untrustworthy file raises nothing."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Basis.NOTHING_LEARNED
    except (OSError, UnicodeDecodeError):
        return Basis.UNREADABLE
    try:
        file = _File.model_validate_json(text)
    except ValidationError:
        return Basis.UNREADABLE
    tallies = tuple(Tally(**part.model_dump()) for part in file.evidence.tallies)
    evidence = Evidence(file.evidence.slips, tallies)
    if faults_of(evidence):
        return Basis.UNREADABLE
    return Learned(evidence, file.reading, file.source, file.since, file.until)


def write_cut_file(path: Path, learned: Learned, cut: Cut) -> None:
    """Write what was learned; the file is whole or not there.

    Args:
        cut: What follows from it for the budget in force.

    Raises:
        StorageError: The file cannot be written.
    """
    tallies = [
        _TallyPart(
            cut=tally.cut,
            accepted=tally.accepted,
            wrong=tally.wrong,
            wrong_by_field=dict(tally.wrong_by_field),
        )
        for tally in learned.evidence.tallies
    ]
    file = _File(
        format=FORMAT,
        method=METHOD,
        source=learned.source,
        since=learned.since,
        until=learned.until,
        reading=learned.reading,
        evidence=_EvidencePart(slips=learned.evidence.slips, tallies=tallies),
        learned={
            "max_error": cut.budget.max_error,
            "max_error_by_field": dict(cut.budget.by_field),
            "cut": cut.confidence,
            "basis": cut.basis.value,
            "bound": cut.bound,
        },
    )
    text = json.dumps(file.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"
    with storage_faults("writing the learned cut", path):
        write_all_whole({path: text.encode("utf-8")})
