"""Pictures of slips, fields and cells for those who may see them. All are JPEG; all are ``no-store``."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from forms_ocr.errors import FormsOcrError
from forms_ocr.extraction import slip_picture
from forms_ocr.ingest import Limits, open_scan
from forms_ocr.model import Box, GreyImage, Person
from forms_ocr.review.asking import crop_box
from forms_ocr.review.checking import Checker
from forms_ocr.review.duties import Duty, check_duty
from forms_ocr.review.faults import NotFoundError
from forms_ocr.review.quarantined import failed_pages, page_key, period_of_key
from forms_ocr.store import ReviewBooks, Seen, Workspace, open_ledger

DRAWN_DPI = 200.0
"""At which a slip is drawn: 8 px a millimetre, a cell of 5 mm is 40 px; strokes are as clear as on 300."""

SLIP_DPI = 130.0
"""Of the whole slip beside the crops: an A5 slip is 1,075 px wide."""

MIN_CROP_HEIGHT_PX = 160
"""Crops are shown large; smaller ones are enlarged smoothly here rather than roughly by the browser."""

MAX_GAIN = 3.0
"""Of contrast: faint pencil, some 60 levels darker than paper, becomes as dark as a ballpen."""

_KEPT_SLIPS = 48
"""Drawn slips that are kept, 2 MB each: those that a dozen people hold and are about to get."""

_JPEG_QUALITY = 80


@dataclass(frozen=True, eq=False, slots=True)
class _Drawn:
    """A slip as it was drawn: grey, with its resolution and the fingerprint of its form."""

    pixels: GreyImage
    px_per_mm: float
    template: str


class Gallery:
    """Draws pictures out of the originals; from the picture that was kept where the original is gone.

    Args:
        checker: Knows the forms; slips of another one are cut at the places of the first all the same.
        limits: Of files, as they were when the scan was read.
    """

    def __init__(
        self, books: ReviewBooks, workspace: Workspace, checker: Checker, limits: Limits | None = None
    ) -> None:
        self._books = books
        self._workspace = workspace
        self._checker = checker
        self._limits = limits or Limits()
        self._drawn = _Kept(_KEPT_SLIPS)

    def slip(self, person: Person, period: str, slip_id: str) -> bytes:
        """A whole slip, laid straight. That it was looked at is logged.

        Raises:
            NotFoundError: There is no such slip or picture for this person.
        """
        drawn = self._drawn_for(person, period, slip_id)
        self._books.queue.note_access(person.login, period, slip_id)
        return _jpeg(_scaled(drawn.pixels, min(1.0, SLIP_DPI / 25.4 / drawn.px_per_mm)))

    def field(self, person: Person, period: str, slip_id: str, crop: str) -> bytes:
        """What is asked, cut out with a margin.

        Args:
            crop: ``Asked.crop``.

        Raises:
            NotFoundError: There is no such slip, field or picture for this person.
        """
        drawn = self._drawn_for(person, period, slip_id)
        checker = self._checker.of(drawn.template)
        subject = checker.subjects.get(crop)
        if subject is None:
            raise NotFoundError(f"the form has no {crop}")
        return self._cut(drawn, crop_box(subject, checker.template))

    def place(self, person: Person, period: str, slip_id: str, box: Box) -> bytes:
        """Any part of a slip.

        Raises:
            NotFoundError: There is no such slip or picture for this person.
        """
        return self._cut(self._drawn_for(person, period, slip_id), box)

    def page(self, person: Person, key: str) -> bytes:
        """A quarantined page, small.

        Args:
            key: ``QuarantinedPage.key``.

        Raises:
            NotFoundError: There is none for this person.
        """
        check_duty(person, Duty.RUN_BATCHES)
        try:
            period = period_of_key(key)
            with open_ledger(self._workspace) as ledger:
                pages = failed_pages(ledger, period, person)
            path = next(page.picture_path for page in pages if page_key(page, period) == key)
            return (self._workspace.folder / path).read_bytes()
        except (ValueError, StopIteration, OSError):
            raise NotFoundError("there is no such page, or its picture is gone") from None

    def _drawn_for(self, person: Person, period: str, slip_id: str) -> _Drawn:
        """A slip that is or was in the queue, drawn for somebody who keys slips of its office."""
        check_duty(person, Duty.KEY)
        queued = self._books.queue.find(period, slip_id)
        if queued is None or not person.sees(queued.office):
            raise NotFoundError(f"slip {slip_id} is none that {person.login} may see")
        return self._drawn.get((period, slip_id), lambda: self._draw(period, slip_id))

    def _draw(self, period: str, slip_id: str) -> _Drawn:
        seen = self._books.queue.seen(period, slip_id)
        if seen is None:
            raise NotFoundError(f"slip {slip_id} is no longer kept")
        return self._from_original(seen) or self._from_picture(seen)

    def _from_original(self, seen: Seen) -> _Drawn | None:
        """Out of the original; None where it is gone or cannot be opened any more."""
        source = seen.source
        try:
            with open_scan(self._workspace.originals.path_of(source.sha256), self._limits) as scan:
                page = scan.read(source.page)
        except (FormsOcrError, OSError):
            return None
        dpi = min(DRAWN_DPI, max(100.0, source.registration.px_per_mm * 25.4))
        form = seen.slip.template
        pixels = slip_picture(page, source.registration, self._checker.of(form).template, dpi)
        return _Drawn(pixels, dpi / 25.4, form)

    def _from_picture(self, seen: Seen) -> _Drawn:
        path = (self._workspace.folder / seen.slip.picture_path).resolve()
        is_ours = seen.slip.picture_path and path.is_relative_to(self._workspace.folder.resolve())
        pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if is_ours and path.is_file() else None
        if pixels is None:
            raise NotFoundError(f"of slip {seen.slip.slip_id} neither original nor picture is left")
        form = seen.slip.template
        width_mm = self._checker.of(form).template.width_mm
        return _Drawn(np.asarray(pixels, np.uint8), pixels.shape[1] / width_mm, form)

    def _cut(self, drawn: _Drawn, box: Box) -> bytes:
        scale = drawn.px_per_mm
        top, bottom = round(box.top_mm * scale), round(box.bottom_mm * scale)
        left, right = round(box.left_mm * scale), round(box.right_mm * scale)
        part = drawn.pixels[max(0, top) : max(bottom, top + 1), max(0, left) : max(right, left + 1)]
        if not part.size:
            raise NotFoundError("the picture ends before that place")
        return _jpeg(_scaled(_stretched(part), max(1.0, MIN_CROP_HEIGHT_PX / part.shape[0])))


class _Kept:
    """The last slips that were drawn. Two threads that want the same one draw it once."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._slips: OrderedDict[tuple[str, str], _Drawn] = OrderedDict()
        self._lock = threading.Lock()
        self._drawing: dict[tuple[str, str], threading.Lock] = {}

    def get(self, key: tuple[str, str], draw: Callable[[], _Drawn]) -> _Drawn:
        with self._lock:
            turn = self._drawing.setdefault(key, threading.Lock())
        try:
            with turn:
                return self._known(key) or self._add(key, draw())
        finally:
            with self._lock:
                self._drawing.pop(key, None)

    def _known(self, key: tuple[str, str]) -> _Drawn | None:
        with self._lock:
            drawn = self._slips.get(key)
            if drawn is not None:
                self._slips.move_to_end(key)
            return drawn

    def _add(self, key: tuple[str, str], drawn: _Drawn) -> _Drawn:
        with self._lock:
            self._slips[key] = drawn
            while len(self._slips) > self._count:
                self._slips.popitem(last=False)
        return drawn


def _stretched(pixels: GreyImage) -> GreyImage:
    """Pencil and pale ink made darker, paper whiter; nothing is added that was not there."""
    ink, paper = (float(level) for level in np.percentile(pixels, (0.5, 60.0)))
    gain = min(MAX_GAIN, 235.0 / max(paper - ink, 1.0))
    stretched = 245.0 + (pixels.astype(np.float32) - paper) * max(gain, 1.0)
    return np.asarray(np.clip(stretched, 0, 255), np.uint8)


def _scaled(pixels: GreyImage, scale: float) -> GreyImage:
    if scale == 1.0:
        return pixels
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def _jpeg(pixels: GreyImage) -> bytes:
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return encoded.tobytes()
