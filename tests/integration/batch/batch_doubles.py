"""Scans that are text files, a line a page, and a reader that does what the line says.

Worker processes import this module by its name.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from forms_ocr.errors import ConfigurationError, PageError, ScanError
from forms_ocr.model import (
    Candidate,
    Disposition,
    FieldReading,
    Page,
    PageDisposition,
    PageReading,
    Reason,
    Record,
    Registration,
    SlipReading,
)

PICTURE = b"\xff\xd8 a picture \xff\xd9"


class TextScan:
    """``broken`` as the first line cannot be opened, ``kills`` kills whoever opens it.

    ``opensonce MARKER`` opens until the file MARKER is there, which the first opening leaves behind;
    ``crashesonce MARKER`` likewise, but what is raised then is a bug.
    """

    def __init__(self, path: Path) -> None:
        self._lines = path.read_text(encoding="utf-8").splitlines()
        if self._lines[:1] == ["broken"]:
            raise ScanError(Reason.SCAN_BROKEN, f"{path.name}: damaged")
        if self._lines[:1] == ["kills"]:
            os.kill(os.getpid(), signal.SIGKILL)
        word, _, marker = self._lines[0].partition(" ") if self._lines else ("", "", "")
        if word in {"opensonce", "crashesonce"}:
            _open_once(word, Path(marker))

    @property
    def page_count(self) -> int:
        return len(self._lines)

    def read(self, number: int) -> Page:
        line = self._lines[number - 1]
        if line == "torn":
            raise PageError(Reason.PAGE_BROKEN, f"page {number}: torn")
        return Page(number, np.zeros((1, 1), np.uint8), values={"line": line})


def _open_once(word: str, marker: Path) -> None:
    if not marker.exists():
        marker.touch()
    elif word == "opensonce":
        raise ScanError(Reason.SCAN_BROKEN, "gone bad")
    else:
        raise KeyError("gone bad")


@contextmanager
def open_text_scan(path: Path) -> Iterator[TextScan]:
    yield TextScan(path)


class LineReader:
    """Acts on the first word of a page's line; any other line is the account of an accepted slip."""

    def __call__(self, page: Page) -> PageReading:
        word, _, rest = page.values["line"].partition(" ")
        act = getattr(self, f"_{word}", None)
        return act(page, rest) if act else _slips(page, word)

    def _poison(self, page: Page, _rest: str) -> PageReading:
        os.kill(os.getpid(), signal.SIGKILL)
        return _slips(page, "never")

    def _poisononce(self, page: Page, rest: str) -> PageReading:
        marker, account = rest.split(" ")
        if not Path(marker).exists():
            Path(marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return _slips(page, account)

    def _hangs(self, page: Page, _rest: str) -> PageReading:
        time.sleep(60)
        return _slips(page, "never")

    def _grips(self, page: Page, _rest: str) -> PageReading:
        """Goes round in circles inside a library, and no other thread of the process gets a word in."""
        re.match(r"(a+)+$", "a" * 64 + "b")
        return _slips(page, "never")

    def _toils(self, page: Page, rest: str) -> PageReading:
        seconds, account = rest.split(" ")
        done_s = time.process_time() + float(seconds)
        while time.process_time() < done_s:
            pass
        return _slips(page, account)

    def _slow(self, page: Page, rest: str) -> PageReading:
        seconds, line = rest.split(" ", 1)
        time.sleep(float(seconds))
        return self(replace(page, values={"line": line}))

    def _bug(self, page: Page, rest: str) -> PageReading:
        raise KeyError(f"{page.number} {rest}")

    def _greedy(self, page: Page, _rest: str) -> PageReading:
        return _slips(page, str(len(bytearray(1 << 34))))

    def _blank(self, page: Page, _rest: str) -> PageReading:
        return PageReading(page.number, PageDisposition.BLANK, reason=Reason.PAGE_BLANK)

    def _opensonce(self, page: Page, _rest: str) -> PageReading:
        return _slips(page, "101")

    def _crashesonce(self, page: Page, _rest: str) -> PageReading:
        return _slips(page, "101")

    def _says(self, page: Page, rest: str) -> PageReading:
        account, reading = rest.split(" ")
        return _slips(page, account, reading=reading)

    def _doubtful(self, page: Page, account: str) -> PageReading:
        return _slips(page, account, Disposition.REVIEW, PICTURE)


def build_line_reader() -> LineReader:
    return LineReader()


def build_no_reader() -> LineReader:
    raise ConfigurationError("template.pdf", ["fields: none"])


def _slips(
    page: Page,
    account: str,
    disposition: Disposition = Disposition.ACCEPTED,
    picture: bytes = b"",
    reading: str = "0042",
) -> PageReading:
    field = FieldReading("account", account, 0.998, (Candidate(account, 0.998),))
    reasons = () if disposition is Disposition.ACCEPTED else (Reason.ACCOUNT_UNCERTAIN,)
    record = Record(account, reading, "2026-11-24", "", True, (field,), 0.998, disposition, reasons)
    registration = Registration(np.eye(3), 0.1, 0.99, 0, 11.8)
    return PageReading(page.number, PageDisposition.SLIPS, (SlipReading(1, registration, record, picture),))
