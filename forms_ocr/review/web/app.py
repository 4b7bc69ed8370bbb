"""All pages and calls, with who may use them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from forms_ocr.review.duties import Duty
from forms_ocr.review.room import ReviewRoom
from forms_ocr.review.sign_on_settings import RETURN_PATH
from forms_ocr.review.web import keying, managing, office, pictures, providing, signing, verifying
from forms_ocr.review.web.guard import HEADERS, Guard
from forms_ocr.review.web.rendering import Renderer, serve_static
from forms_ocr.review.web.visit import Reception
from forms_ocr.review.web.wire import (
    AddressCall,
    BesideCall,
    MarksCall,
    NextCall,
    NothingCall,
    SaveCall,
    SheetCall,
    TicketsCall,
    TypedCall,
)


def make_app(room: ReviewRoom) -> Starlette:
    """The pages of one workspace.

    Args:
        room: Everything behind them; its methods block, so each request has a thread.
    """
    reception = Reception(room, Renderer())
    return Starlette(
        routes=[
            Route("/static/{digest}/{name}", serve_static),
            *_entrance_routes(reception),
            *_desk_routes(reception),
            *_picture_routes(reception),
            *_sheet_routes(reception),
            *_office_routes(reception),
        ],
        middleware=[Middleware(Guard, is_secure=room.is_secure)],
        exception_handlers={HTTPException: reception.missing, Exception: _bug},
    )


def _entrance_routes(reception: Reception) -> list[Route]:
    return [
        Route("/", reception.page(signing.home)),
        Route("/login", reception.open(signing.login_page)),
        Route("/login", reception.open(signing.sign_in), methods=["POST"]),
        Route(providing.BEGIN_PATH, reception.open(providing.set_out)),
        Route(RETURN_PATH, reception.open(providing.come_back)),
        Route("/logout", reception.page(signing.sign_out), methods=["POST"]),
        Route("/password", reception.page(signing.password_page)),
        Route("/password", reception.page(signing.change_password), methods=["POST"]),
        Route("/look", reception.open(signing.choose_look), methods=["POST"]),
    ]


def _desk_routes(reception: Reception) -> list[Route]:
    calls = (
        ("/queue/next", keying.next_slips, NextCall),
        ("/queue/keep", keying.keep, TicketsCall),
        ("/queue/let-go", keying.let_go, TicketsCall),
        ("/queue/judge", keying.judge, TypedCall),
        ("/queue/save", keying.save, SaveCall),
        ("/queue/undo", keying.undo, NothingCall),
        ("/queue/facts", keying.facts, NothingCall),
        ("/registry/beside", keying.beside, BesideCall),
        ("/registry/address", keying.by_address, AddressCall),
    )
    return [
        Route("/queue", reception.page(keying.desk_page, Duty.KEY)),
        *(
            Route(path, reception.call(handler, Duty.KEY, shape), methods=["POST"])
            for path, handler, shape in calls
        ),
    ]


def _picture_routes(reception: Reception) -> list[Route]:
    key = Duty.KEY
    return [
        Route("/pictures/slip/{period}/{slip_id}", reception.page(pictures.slip_picture, key)),
        Route("/pictures/field/{period}/{slip_id}/{crop}", reception.page(pictures.field_picture, key)),
        Route("/pictures/page/{key}", reception.page(pictures.page_picture, Duty.RUN_BATCHES)),
        Route("/pictures/cell/{sheet}/{key}", reception.page(pictures.cell_picture, key)),
        Route("/pictures/cell/{sheet}/{key}/field", reception.page(pictures.cell_field_picture, key)),
    ]


def _sheet_routes(reception: Reception) -> list[Route]:
    key = Duty.KEY
    return [
        Route("/sheets", reception.page(verifying.sheets_page, key)),
        Route("/sheets/next", reception.call(verifying.next_sheet, key, SheetCall), methods=["POST"]),
        Route("/sheets/save", reception.call(verifying.save_sheet, key, MarksCall), methods=["POST"]),
    ]


def _office_routes(reception: Reception) -> list[Route]:
    return [
        Route("/upload", reception.page(office.upload_page, Duty.BRING_SCANS)),
        Route("/upload", reception.page(office.upload, Duty.BRING_SCANS), methods=["POST"]),
        Route("/receipt", reception.page(office.receipt, Duty.BRING_SCANS)),
        Route("/overview", reception.page(office.overview_page, Duty.RUN_BATCHES)),
        Route("/overview", reception.page(office.requeue, Duty.RUN_BATCHES), methods=["POST"]),
        Route("/people", reception.page(managing.people_page, Duty.MANAGE_PEOPLE)),
        Route("/people", reception.page(managing.change_account, Duty.MANAGE_PEOPLE), methods=["POST"]),
        Route("/figures", reception.page(office.figures_page, Duty.SEE_FIGURES)),
    ]


def _bug(_request: Request, _error: Exception) -> Response:
    """Nothing of what went wrong is told; the server's log has it."""
    return PlainTextResponse("500", status_code=500, headers=HEADERS)  # sent past the guard
