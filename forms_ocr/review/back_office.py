"""Batches, quarantine and uploads: what happens around reviewing."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from forms_ocr.errors import WorkspaceBusyError
from forms_ocr.export import render_receipt
from forms_ocr.model import FiledPage, Period, Person, Role
from forms_ocr.review.desk import reason_shown
from forms_ocr.review.duties import Duty, check_duty
from forms_ocr.review.faults import BusyError, InvalidInputError, NotFoundError
from forms_ocr.review.inspecting import Inspector
from forms_ocr.review.quarantined import failed_pages, page_key
from forms_ocr.review.shown import PeriodView, QuarantinedPage, Upload
from forms_ocr.store import SENIOR, ReviewBooks, Workspace, open_ledger, storage_faults

MAX_UPLOAD_BYTES = 512 << 20
"""A box of 500 slips, 300 dpi in grey, is some 250 MB."""

_ENDINGS = frozenset({".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png"})
_CHUNK_BYTES = 1 << 20
_MOST_NAME = 120
_MOST_COPIES = 1000


class BackOffice:
    """For operators and scanning staff.

    Args:
        inbox: Uploaded files go below it, in a folder for each office; the next run is given it.
        inspector: Has a look at an uploaded file.
    """

    def __init__(
        self,
        books: ReviewBooks,
        workspace: Workspace,
        inbox: Path,
        inspector: Inspector,
        max_upload_bytes: int = MAX_UPLOAD_BYTES,
    ) -> None:
        self._books = books
        self._workspace = workspace
        self._inbox = inbox
        self._inspector = inspector
        self._max_upload_bytes = max_upload_bytes

    # -- batches -------------------------------------------------------------------------------

    def overview(self, person: Person) -> tuple[PeriodView, ...]:
        """Every billing month, the last first."""
        check_duty(person, Duty.RUN_BATCHES)
        progress = self._books.queue.progress()
        with open_ledger(self._workspace) as ledger:
            found = ledger.overview()
        return tuple(
            PeriodView(
                period=one.period,
                scans=one.scans,
                waiting_pages=one.waiting,
                pages=one.pages,
                slips=one.slips,
                in_review=progress.get(one.period, (0, 0))[0],
                settled=progress.get(one.period, (0, 0))[1],
            )
            for one in reversed(found)
        )

    def quarantine(self, person: Person, period: str) -> tuple[QuarantinedPage, ...]:
        """What could not be read in a month."""
        check_duty(person, Duty.RUN_BATCHES)
        month = _month(period)
        with open_ledger(self._workspace) as ledger:
            return tuple(_quarantined(page, month) for page in failed_pages(ledger, month, person))

    def requeue(self, person: Person, period: str, scans: Sequence[str]) -> int:
        """Put quarantined scans and pages back; how many pages. The next run reads them.

        Raises:
            BusyError: A run is at work.
            NotFoundError: No such scan for this person.
        """
        check_duty(person, Duty.RUN_BATCHES)
        month = _month(period)
        try:
            with self._workspace.held(), open_ledger(self._workspace) as ledger:
                ledger.take_lease(f"review, for {person.login}")
                known = {scan.title: scan for scan in ledger.scans(month)}
                ids = [known[name].id for name in scans if name in known and person.sees(known[name].office)]
                if len(ids) != len(scans):
                    raise NotFoundError("there is no such scan")
                return ledger.try_again(month, ids) if ids else 0
        except WorkspaceBusyError as error:
            raise BusyError(str(error)) from error

    # -- scans ---------------------------------------------------------------------------------

    def offices(self, person: Person) -> tuple[str, ...]:
        """Offices the person may bring scans for.

        Returns:
            Their own; of those who see all, offices that have a folder in the inbox or slips before people.
        """
        check_duty(person, Duty.BRING_SCANS)
        if person.offices is not None:
            return tuple(sorted(person.offices - {""}))
        everybody = Person("", "", Role.ADMIN)
        waiting: Mapping[str, int] = self._books.queue.counts(everybody, SENIOR).get("", {})
        folders = (
            {path.name for path in self._inbox.iterdir() if path.is_dir()} if self._inbox.is_dir() else set()
        )
        return tuple(sorted((folders | set(waiting)) - {""}))

    def upload(self, person: Person, office: str, file_name: str, content: BinaryIO) -> Upload:
        """Take a file into the inbox, and have a look at it.

        Raises:
            NotFoundError: Not this person's office.
            InvalidInputError: No name for a file, or too large.
        """
        check_duty(person, Duty.BRING_SCANS)
        folder = self._folder_of(person, office)
        name = _safe_name(file_name)
        with storage_faults("taking an upload", folder):
            folder.mkdir(parents=True, exist_ok=True)
            # a dot before the name: nothing that looks for scans takes it before it is whole
            part = folder / f".{secrets.token_hex(8)}.part"
            try:
                digest, size_bytes = self._copy(content, part)
                is_known = self._workspace.originals.path_of(digest).exists()
                place = _named(part, folder, name, digest)
            finally:
                part.unlink(missing_ok=True)
        seen = self._inspector(place)
        return Upload(place.name, size_bytes, is_known, seen.pages, seen.reason, seen.page_count)

    def receipt(self, person: Person, office: str, period: str) -> str:
        """The office's receipt as HTML, a page of its own with its pictures inside.

        Raises:
            NotFoundError: Nothing of this office was read, or it is not this person's.
        """
        check_duty(person, Duty.BRING_SCANS)
        if not person.sees(office):
            raise NotFoundError(f"office {office} is none of {person.login}")
        month = _month(period)
        with open_ledger(self._workspace) as ledger:
            pages = [page for page in ledger.pages(month) if page.office == office]
            waiting = sum(one.waiting for one in ledger.overview() if one.period == period)
            decided = ledger.decision_book().standing(period)
            slips = [
                slip for slip in ledger.slips(month) if slip.office == office and slip.slip_id not in decided
            ]
        if not pages:
            raise NotFoundError(f"nothing of office {office} was read in {period}")
        return render_receipt(office, month, pages, self._workspace.folder, waiting, slips).html

    def _folder_of(self, person: Person, office: str) -> Path:
        is_name = bool(office) and office == Path(office).name and office not in {".", ".."}
        if not is_name or office.startswith(".") or not office.isprintable() or not person.sees(office):
            raise NotFoundError(f"office {office!r} is none of {person.login}")
        return self._inbox / office

    def _copy(self, content: BinaryIO, part: Path) -> tuple[str, int]:
        """Copy to disk, with the SHA-256 and the size."""
        digest, size_bytes = hashlib.sha256(), 0
        with part.open("xb") as file:
            while chunk := content.read(_CHUNK_BYTES):
                size_bytes += len(chunk)
                if size_bytes > self._max_upload_bytes:
                    raise InvalidInputError(
                        f"a file of more than {self._max_upload_bytes >> 20} MiB; split it"
                    )
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return digest.hexdigest(), size_bytes


def _quarantined(page: FiledPage, period: Period) -> QuarantinedPage:
    if page.reason is None:
        raise ValueError(f"page {page.page} of {page.scan} failed for no reason; see `forms-ocr verify`")
    return QuarantinedPage(
        scan=page.scan,
        office=page.office,
        page=page.page,
        reason=reason_shown(page.reason),
        message=page.message,
        key=page_key(page, period),
        has_picture=bool(page.picture_path),
    )


def _month(period: str) -> Period:
    try:
        return Period.parse(period)
    except ValueError as error:
        raise NotFoundError(str(error)) from error


def _safe_name(given: str) -> str:
    """The last part of a name, fit for every file system.

    Raises:
        InvalidInputError: It is none, or not that of a scan.
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    name = "".join(
        letter if letter.isprintable() and letter not in ':*?"<>|' else "_" for letter in last
    ).strip(" .")
    stem, ending = os.path.splitext(name)  # noqa: PTH122  # a text, not a path
    if not stem or ending.lower() not in _ENDINGS:
        raise InvalidInputError("scans are files that end in .pdf, .tif, .jpg or .png")
    return f"{stem[:_MOST_NAME]}{ending}"


def _named(part: Path, folder: Path, name: str, digest: str) -> Path:
    """Give a whole file its name; the next free one where another file has it. The same file stays once."""
    stem, ending = os.path.splitext(name)  # noqa: PTH122  # a text, not a path
    names: list[str] = [name, *(f"{stem} ({number}){ending}" for number in range(2, _MOST_COPIES))]
    for place in (folder / one for one in names):
        try:
            os.link(part, place)  # unlike a rename never over another file
        except FileExistsError:
            if _sha256(place) == digest:
                return place
        else:
            return place
    raise InvalidInputError(f"there are {_MOST_COPIES} files of this name; give it another")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
