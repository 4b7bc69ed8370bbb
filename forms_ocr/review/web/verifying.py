"""Group verification: all cells that were read as one digit, on one sheet."""

from __future__ import annotations

from typing import cast
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from forms_ocr.review.shown import Sheet
from forms_ocr.review.web.visit import Visit
from forms_ocr.review.web.wire import Json, MarksCall, SheetCall


def sheets_page(visit: Visit) -> Response:
    """The page itself; the script asks for its sheets."""
    digit = visit.asked("digit")
    return visit.page("sheets.html", digit=digit if digit in tuple("0123456789") else "")


def next_sheet(visit: Visit) -> Response:
    """The next sheet, leased to this person."""
    sheet = visit.room.sheets.next_sheet(visit.person, cast(SheetCall, visit.call).digit)
    return JSONResponse({"sheet": None if sheet is None else _sheet_json(sheet)})


def save_sheet(visit: Visit) -> Response:
    """File what was marked."""
    call = cast(MarksCall, visit.call)
    result = visit.room.sheets.save(visit.person, call.sheet, call.marked)
    return JSONResponse(
        {
            "is_taken": result.is_taken,
            "missed": list(result.missed),
            "wrongly_marked": list(result.wrongly_marked),
        }
    )


def _sheet_json(sheet: Sheet) -> Json:
    base = f"/pictures/cell/{quote(sheet.sheet_id, safe='')}"
    return {
        "sheet": sheet.sheet_id,
        "digit": sheet.digit,
        "cells": [
            {
                "key": cell.key,
                "picture": f"{base}/{quote(cell.key, safe='')}",
                "field": f"{base}/{quote(cell.key, safe='')}/field",
            }
            for cell in sheet.cells
        ],
    }
