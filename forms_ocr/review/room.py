"""Everything the pages stand on, put together once by the command."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from forms_ocr.errors import ConfigurationError
from forms_ocr.ingest import Limits
from forms_ocr.review.back_office import MAX_UPLOAD_BYTES, BackOffice
from forms_ocr.review.checking import Checker
from forms_ocr.review.desk import Desk, DeskSettings
from forms_ocr.review.entrance import Entrance, Passwords, Staff
from forms_ocr.review.figures import Figures
from forms_ocr.review.gallery import Gallery
from forms_ocr.review.inspecting import Inspector
from forms_ocr.review.lookup import Lookup
from forms_ocr.review.managing import Managing
from forms_ocr.review.sheets import Sheets
from forms_ocr.review.sign_on_settings import SignOnSettings
from forms_ocr.store import ReviewBooks, Workspace

if TYPE_CHECKING:
    from forms_ocr.review.sign_on import SignOn


@dataclass(frozen=True, slots=True)
class ReviewRoom:
    """What a web application is made from. Everything in it may be called from several threads at once.

    Attributes:
        is_secure: People reach it by HTTPS only, so cookies are marked ``Secure``.
        sign_on: The way in by a provider; None if there is none.
        has_passwords: People may sign in with a password of ours.
    """

    entrance: Entrance
    desk: Desk
    gallery: Gallery
    lookup: Lookup
    sheets: Sheets
    back_office: BackOffice
    figures: Figures
    managing: Managing
    is_secure: bool = True
    sign_on: SignOn | None = None
    has_passwords: bool = True


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """How the room works.

    Attributes:
        inbox: Where uploads go.
        max_error: Share of wrong records among the accepted that is acceptable.
        limits: Of files.
        is_secure: As in :class:`ReviewRoom`.
        passwords: Cheaper hashes in tests.
        sign_on, has_passwords: As in :class:`ReviewRoom`; one of them lets people in.
    """

    inbox: Path
    desk: DeskSettings = field(default_factory=DeskSettings)
    max_error: float = 0.001
    limits: Limits = field(default_factory=Limits)
    max_upload_bytes: int = MAX_UPLOAD_BYTES
    is_secure: bool = True
    passwords: Passwords | None = None
    sign_on: SignOnSettings | None = None
    has_passwords: bool = True


def build_room(
    books: ReviewBooks, workspace: Workspace, checker: Checker, inspector: Inspector, settings: RoomSettings
) -> ReviewRoom:
    """Put everything together."""
    gallery = Gallery(books, workspace, checker, settings.limits)
    desk = Desk(books, checker, settings.desk)
    return ReviewRoom(
        entrance=Entrance(books, settings.passwords),
        desk=desk,
        gallery=gallery,
        lookup=Lookup(checker),
        sheets=Sheets(books, checker, gallery, desk),
        back_office=BackOffice(books, workspace, settings.inbox, inspector, settings.max_upload_bytes),
        figures=Figures(books, books.answers.all, settings.max_error),
        managing=Managing(Staff(books.people)),
        is_secure=settings.is_secure,
        sign_on=None if settings.sign_on is None else _sign_on(settings.sign_on, books),
        has_passwords=settings.has_passwords,
    )


def _sign_on(settings: SignOnSettings, books: ReviewBooks) -> SignOn:
    """What it stands on is an optional package: without it nobody is let in, rather than by another way."""
    try:
        from forms_ocr.review.sign_on import SignOn  # noqa: PLC0415
    except ImportError as error:
        advice = "`pip install -c constraints.txt -e .[oidc]` installs what it takes"
        raise ConfigurationError("[oidc]", [f"package {error.name} is missing; {advice}"]) from error
    return SignOn(settings, books.now)
