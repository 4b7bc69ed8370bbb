"""What the ledger writes down about a page: a page reading with its records as JSON.

Workers make entries, so that the supervisor only files them and a reading that does not keep
the model's types is one page's failure instead of the batch's.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from pydantic import TypeAdapter

from forms_ocr.model import (
    Cover,
    Disposition,
    PageDisposition,
    PageReading,
    Reason,
    Record,
    Registration,
    SlipReading,
)

_RECORDS: TypeAdapter[Record] = TypeAdapter(Record)
_COVERS: TypeAdapter[Cover] = TypeAdapter(Cover)


@dataclass(frozen=True, slots=True)
class SlipEntry:
    """One slip: its record and its place on the page as JSON, its picture as a JPEG, its map of ink."""

    number: int
    disposition: Disposition
    record_json: str
    registration_json: str
    picture: bytes = b""
    ink: bytes = b""


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One page as :class:`forms_ocr.model.PageReading` has it, ready to be filed.

    ``number`` 0 stands for a scan that cannot be opened; ``cover_json`` is "" unless it is a cover sheet.
    """

    number: int
    disposition: PageDisposition
    slips: tuple[SlipEntry, ...] = ()
    reason: Reason | None = None
    message: str = ""
    picture: bytes = b""
    cover_json: str = ""


@dataclass(frozen=True, slots=True)
class ScanFindings:
    """What was found out about one scan.

    ``page_count`` is None when the scan's pages were counted before; ``pages`` holds those read now, or
    the one page 0 of a scan that cannot be opened.
    """

    scan_id: int
    page_count: int | None
    pages: tuple[PageEntry, ...]


def page_entry(reading: PageReading) -> PageEntry:
    """Write a page reading down.

    Raises:
        pydantic_core.PydanticSerializationError: A record does not keep the model's types.
    """
    return PageEntry(
        number=reading.number,
        disposition=reading.disposition,
        slips=tuple(_slip_entry(slip) for slip in reading.slips),
        reason=reading.reason,
        message=reading.message,
        picture=reading.picture,
        cover_json=_COVERS.dump_json(reading.cover).decode() if reading.cover is not None else "",
    )


def _slip_entry(slip: SlipReading) -> SlipEntry:
    return SlipEntry(
        number=slip.number,
        disposition=slip.record.disposition,
        record_json=record_to_json(slip.record),
        registration_json=_registration_to_json(slip.registration),
        picture=slip.picture,
        ink=slip.ink,
    )


def record_to_json(record: Record) -> str:
    """A record as JSON; a value of the wrong type is an error, not a warning."""
    return _RECORDS.dump_json(record, warnings="error").decode()


def record_from_json(text: str) -> Record:
    """The record that :func:`record_to_json` wrote, equal in every field."""
    return _RECORDS.validate_json(text)


def cover_from_json(text: str) -> Cover:
    """The cover that was written down with a page."""
    return _COVERS.validate_json(text)


def _registration_to_json(registration: Registration) -> str:
    named = {"template": registration.template} if registration.template else {}
    return json.dumps(
        {
            "homography": [[float(value) for value in row] for row in registration.homography],
            "residual_mm": float(registration.residual_mm),
            "artwork_match": float(registration.artwork_match),
            "turn_deg": int(registration.turn_deg),
            "px_per_mm": float(registration.px_per_mm),
            **named,
        }
    )


def registration_from_json(text: str) -> Registration:
    """The registration that was written down, equal in every number."""
    facts = json.loads(text)
    return Registration(**facts | {"homography": np.array(facts["homography"], np.float64)})


def template_from_json(registration: str) -> str:
    """Fingerprint of the template a slip was laid on, out of its registration; "" where it does not say."""
    return str(json.loads(registration)["template"]) if '"template"' in registration else ""


def slip_id(scan: str, sha256: str, page: int, slip: int) -> str:
    """The same for the same slip of the same scan in every run: a letter and 15 hexadecimal digits.

    The letter keeps spreadsheets from taking it for a number.
    """
    name = f"{scan}\0{sha256}\0{page}\0{slip}".encode("utf-8", "surrogateescape")
    return "s" + hashlib.sha256(name).hexdigest()[:15]
