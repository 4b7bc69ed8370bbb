"""What the ledger holds of one period, as values of the model: pages, slips, where those can be seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select

from forms_ocr.model import FiledPage, FiledSlip, PageDisposition, Reason
from forms_ocr.store import tables
from forms_ocr.store.boxes import Boxes, boxes_of
from forms_ocr.store.entry import record_from_json, registration_from_json, template_from_json
from forms_ocr.store.slip_source import SlipSource
from forms_ocr.store.states import PageState


def filed_pages(connection: Connection, period: str) -> tuple[FiledPage, ...]:
    """Every page of a period that has its disposition, by scan and number."""
    scans, pages = tables.scans.c, tables.pages.c
    query = (
        _select(tables.pages, scans.title, scans.office, _slip_count().label("slip_count"))
        .join(tables.scans, scans.id == pages.scan_id)
        .where(scans.period == period, pages.state == PageState.READ)
    )
    boxes = boxes_of(connection, period)
    found = [_filed_page(row, boxes) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda page: (page.scan, page.page)))


def filed_slips(connection: Connection, period: str) -> tuple[FiledSlip, ...]:
    """Every slip of a period, by scan, page and number."""
    scans = tables.scans.c
    query = (
        _select(tables.slips, scans.title, scans.office, scans.sha256)
        .join(tables.scans, scans.id == tables.slips.c.scan_id)
        .where(scans.period == period)
    )
    boxes = boxes_of(connection, period)
    found = [_filed_slip(row, boxes) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda slip: (slip.scan, slip.page, slip.slip)))


def slip_sources(connection: Connection, period: str, slip_ids: Sequence[str]) -> dict[str, SlipSource]:
    """Where slips of a period can be seen, by slip; of a few hundred at most at once."""
    scans, slips = tables.scans.c, tables.slips.c
    query = (
        _select(slips.slip_id, slips.scan_id, slips.page, slips.registration, scans.sha256)
        .join(tables.scans, scans.id == slips.scan_id)
        .where(scans.period == period, slips.slip_id.in_(slip_ids))
    )
    return {row.slip_id: _slip_source(row) for row in connection.execute(query)}


def settings_of_slips(connection: Connection, period: str) -> dict[str, Mapping[str, Any]]:
    """What each slip of a period was read with, as it was described, by slip.

    Where a run had several templates, ``template`` is the one that the slip was laid on.
    """
    scans, pages, slips, settings = tables.scans.c, tables.pages.c, tables.slips.c, tables.settings.c
    is_page = and_(pages.scan_id == slips.scan_id, pages.number == slips.page)
    query = (
        _select(slips.slip_id, slips.registration, pages.settings)
        .join(tables.pages, is_page)
        .join(tables.scans, scans.id == slips.scan_id)
        .where(scans.period == period)
    )
    described = {
        row.fingerprint: json.loads(row.description)
        for row in connection.execute(_select(settings.fingerprint, settings.description))
    }
    return {
        row.slip_id: _with_template(described.get(row.settings, {}), row.registration)
        for row in connection.execute(query)
    }


def _select(*entities: Any) -> Select[Any]:
    """``select`` of a whole table beside single columns, for which SQLAlchemy has no types."""
    return select(*entities)


def _slip_count() -> ColumnElement[int]:
    slips, pages = tables.slips.c, tables.pages.c
    counted = select(func.count()).where(slips.scan_id == pages.scan_id, slips.page == pages.number)
    return counted.correlate(tables.pages).scalar_subquery()


def _filed_page(row: Row[Any], boxes: Boxes) -> FiledPage:
    cover = boxes.cover_of(row.scan_id, row.number)
    return FiledPage(
        scan=row.title,
        office=row.office if cover is None else cover.office,
        page=row.number,
        disposition=PageDisposition(row.disposition),
        slips=row.slip_count,
        reason=Reason(row.reason) if row.reason is not None else None,
        message=row.message,
        picture_path=row.picture_path,
        cover=cover,
    )


def _filed_slip(row: Row[Any], boxes: Boxes) -> FiledSlip:
    cover = boxes.cover_of(row.scan_id, row.page)
    return FiledSlip(
        slip_id=row.slip_id,
        office=row.office if cover is None else cover.office,
        scan=row.title,
        page=row.page,
        slip=row.number,
        record=record_from_json(row.record),
        picture_path=row.picture_path,
        ink=row.ink or b"",
        sha256=row.sha256,
        template=template_from_json(row.registration),
    )


def _slip_source(row: Row[Any]) -> SlipSource:
    return SlipSource(row.scan_id, row.sha256, row.page, registration_from_json(row.registration))


def _with_template(description: Mapping[str, Any], registration: str) -> Mapping[str, Any]:
    template = template_from_json(registration)
    return {**description, "template": template} if template else description
