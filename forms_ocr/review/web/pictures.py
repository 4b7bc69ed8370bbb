"""Pictures of customers' papers: only to those who may see them, and never kept."""

from __future__ import annotations

from starlette.responses import Response

from forms_ocr.review.web.visit import Visit


def slip_picture(visit: Visit) -> Response:
    """A whole slip."""
    return _jpeg(visit.room.gallery.slip(visit.person, visit.path["period"], visit.path["slip_id"]))


def field_picture(visit: Visit) -> Response:
    """What is asked of a slip, cut out."""
    path = visit.path
    return _jpeg(visit.room.gallery.field(visit.person, path["period"], path["slip_id"], path["crop"]))


def page_picture(visit: Visit) -> Response:
    """A page of the quarantine."""
    return _jpeg(visit.room.gallery.page(visit.person, visit.path["key"]))


def cell_picture(visit: Visit) -> Response:
    """A cell of a sheet."""
    return _jpeg(visit.room.sheets.cell(visit.person, visit.path["sheet"], visit.path["key"]))


def cell_field_picture(visit: Visit) -> Response:
    """The field around a cell of a sheet."""
    return _jpeg(visit.room.sheets.cell_field(visit.person, visit.path["sheet"], visit.path["key"]))


def _jpeg(content: bytes) -> Response:
    return Response(
        content,
        media_type="image/jpeg",
        headers={"content-disposition": "inline", "cache-control": "no-store"},
    )
