"""A scan that lies open, whatever kind of file it is."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from forms_ocr.errors import ConfigurationError, PageError, ScanError
from forms_ocr.ingest.limits import Limits
from forms_ocr.ingest.names import printable
from forms_ocr.model import Page, Reason


class Scan(ABC):
    """One input file whose pages can be read in any order. Close it, or use it as a context manager.

    Subclasses say how many pages there are and how to read one; what goes wrong inside the decoding
    libraries, which raise whatever they like on damaged input, becomes a :class:`PageError` here.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.limits = limits

    @property
    @abstractmethod
    def page_count(self) -> int:
        """At least 1."""

    @abstractmethod
    def _read(self, number: int) -> Page:
        """Read a page that exists. May raise anything."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the file. Nothing can be read afterwards."""

    def read(self, number: int) -> Page:
        """Read one page.

        Args:
            number: Counts from 1.

        Raises:
            PageError: The page is broken, too large, too small, or took too long; others may be fine.
            ConfigurationError: A program that is needed is not installed.
            ValueError: The scan has no such page.
        """
        if not 1 <= number <= self.page_count:
            raise ValueError(f"page {number} of {self._title}: there are pages 1 to {self.page_count}")
        try:
            with warnings.catch_warnings(action="ignore"):  # odd metadata; damage raises
                page = self._read(number)
            self.limits.check_legible(page.pixels.shape[1], page.pixels.shape[0])
            return replace(page, pixels=np.ascontiguousarray(page.pixels))
        except ConfigurationError:
            raise
        except ScanError as error:
            raise PageError(error.reason, self._where(number, error.message)) from error
        except MemoryError as error:
            message = "reading it needs more memory than this process may use; scan it at 300 dpi"
            raise PageError(Reason.PAGE_TOO_LARGE, self._where(number, message)) from error
        except Exception as error:
            message = f"damaged, cannot be decoded ({told(error)}); scan it again"
            raise PageError(Reason.PAGE_BROKEN, self._where(number, message)) from error

    @property
    def _title(self) -> str:
        return printable(self.path.name)

    def _where(self, number: int, message: str) -> str:
        return f"page {number} of {self._title}: {message}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def told(error: Exception) -> str:
    """The first line of what a library said, printable and short enough for a table."""
    said = printable(str(error).strip().split("\n")[0])
    return (said or type(error).__name__)[:160]
