"""Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from forms_ocr.errors import ExitCode

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StoppedAtOnce(KeyboardInterrupt):
    """Somebody asked a second time. ``exit_code`` is that of the signal."""

    def __init__(self, number: signal.Signals) -> None:
        self.exit_code = ExitCode(128 + number)
        super().__init__(number.name)


class Stop:
    """Whether somebody asked for the end.

    Attributes:
        signal: What asked first, None while nothing has.
    """

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None

    @property
    def is_requested(self) -> bool:
        """Hand out nothing more."""
        return self.signal is not None

    @property
    def name(self) -> str | None:
        """Of the signal, for the log."""
        return self.signal.name if self.signal is not None else None

    def request(self, number: int, _frame: FrameType | None = None) -> None:
        """Ask for the end; asked again, raise :class:`StoppedAtOnce`."""
        if self.signal is not None:
            raise StoppedAtOnce(signal.Signals(number))
        self.signal = signal.Signals(number)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Let signals ask. Only in the main thread."""
        before = {number: signal.signal(number, self.request) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
