"""Pages around reviewing: bringing scans, batches, the quarantine, figures."""

from __future__ import annotations

import re

from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from forms_ocr.model import Period
from forms_ocr.review.faults import BusyError, InvalidInputError, NotFoundError
from forms_ocr.review.shown import Upload
from forms_ocr.review.web.visit import Visit

# A page of ours that is a file of its own, with its style and pictures inside: it gets nothing else.
_RECEIPT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'; sandbox"
)


def upload_page(visit: Visit) -> Response:
    """The form for bringing scans."""
    return _upload_page(visit, ())


def upload(visit: Visit) -> Response:
    """Take files in and say at once what is on them."""
    files = [file for file in visit.files("scans") if file.filename]
    if not files:
        return _upload_page(visit, (), 400, problem="no_files")
    taken = tuple(_taken(visit, visit.text("office"), file) for file in files)
    return _upload_page(visit, taken)


def _taken(visit: Visit, office: str, file: UploadFile) -> tuple[str, Upload | None]:
    """A file's name, and what became of it; None where it is no file that could be taken."""
    name = file.filename or ""
    try:
        return name, visit.room.back_office.upload(visit.person, office, name, file.file)
    except InvalidInputError:
        return name, None


def _upload_page(
    visit: Visit, taken: tuple[tuple[str, Upload | None], ...], status: int = 200, problem: str = ""
) -> Response:
    return visit.page(
        "upload.html",
        status,
        offices=visit.room.back_office.offices(visit.person),
        office=visit.text("office") or visit.asked("office"),
        taken=taken,
        problem=problem,
        receipt_problem=visit.asked("receipt") == "none",
    )


def receipt(visit: Visit) -> Response:
    """What became of all that an office brought in a month, as a page to print."""
    try:
        period = str(Period.parse(visit.asked("period")))
        page = visit.room.back_office.receipt(visit.person, visit.asked("office"), period)
    except (ValueError, NotFoundError):
        return RedirectResponse("/upload?receipt=none", status_code=303)
    return HTMLResponse(page, headers={"content-security-policy": _RECEIPT_POLICY})


def overview_page(visit: Visit) -> Response:
    """Every billing month, and what could not be read in one of them."""
    return _overview_page(visit, visit.asked("period"))


def requeue(visit: Visit) -> Response:
    """Put scans back that could not be read; the next run reads them."""
    period = visit.text("period")
    scans = visit.texts("scan")
    if not scans:
        return _overview_page(visit, period, 400, problem="nothing_chosen")
    try:
        pages = visit.room.back_office.requeue(visit.person, period, scans)
    except BusyError:
        return _overview_page(visit, period, 409, problem="busy")
    return _overview_page(visit, period, requeued=pages)


def _overview_page(
    visit: Visit, period: str, status: int = 200, *, problem: str = "", requeued: int | None = None
) -> Response:
    months = visit.room.back_office.overview(visit.person)
    shown = next((month for month in months if month.period == period), months[0] if months else None)
    pages = visit.room.back_office.quarantine(visit.person, shown.period) if shown else ()
    return visit.page(
        "overview.html",
        status,
        months=months,
        shown=shown,
        quarantine=pages,
        problem=problem,
        requeued=requeued,
    )


def figures_page(visit: Visit) -> Response:
    """How good and how fast the work is."""
    period = visit.asked("period")
    period = period if re.fullmatch(r"\d{4}-\d{2}", period) else ""
    return visit.page(
        "figures.html",
        period=period,
        reviewers=visit.room.figures.reviewers(visit.person, period),
        quality=visit.room.figures.quality(visit.person),
    )
