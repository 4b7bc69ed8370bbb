"""The errors of the program, told apart by what the caller does about them.

* settings are wrong (:class:`ConfigurationError`, :class:`TemplateError`): fix them and run again;
* one scan or one page is at fault (:class:`ScanError`, :class:`PageError`): quarantine it and go on;
* the machine is at fault (:class:`StorageError`, :class:`WorkspaceBusyError`): stop the batch.

Every class that can end a command carries its exit code. What is hard to read is no error: it becomes a
record under review.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """What a command tells the shell."""

    DONE = 0
    BUG = 1
    USAGE = 2
    NOTHING_READ = 3
    QUARANTINED = 4
    WORKSPACE_BUSY = 5
    CONFIGURATION = 6
    STORAGE = 7
    INTERRUPTED = 130
    TERMINATED = 143


class FormsOcrError(Exception):
    """Base of all errors the program raises on purpose. The message says what, where and what to do."""

    exit_code: ExitCode = ExitCode.BUG


class FaultListError(FormsOcrError):
    """Several faults of one input, reported together.

    Args:
        subject: What was being read, e.g. the file's name.
        faults: One sentence a fault, each beginning with its path inside the input. At least one.
    """

    exit_code = ExitCode.CONFIGURATION

    def __init__(self, subject: str, faults: Sequence[str]) -> None:
        self.subject = subject
        self.faults = tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in self.faults)
        super().__init__(f"{subject}: {len(self.faults)} fault(s)\n{lines}")

    def __reduce__(self) -> tuple[type[FaultListError], tuple[str, tuple[str, ...]]]:
        """Errors cross process borders; the default would hand the whole message to ``__init__``."""
        return type(self), (self.subject, self.faults)


class ConfigurationError(FaultListError):
    """The configuration or the registry does not say what it must."""


class TemplateError(FaultListError):
    """A template PDF or its TOML does not keep the contract."""


class StorageError(FormsOcrError):
    """The workspace cannot be written or read: disk full, no permission, gone."""

    exit_code = ExitCode.STORAGE


class WorkspaceBusyError(FormsOcrError):
    """Another run holds the workspace."""

    exit_code = ExitCode.WORKSPACE_BUSY


class NothingReadError(FormsOcrError):
    """Not one page could be read."""

    exit_code = ExitCode.NOTHING_READ


class ScanError(FormsOcrError):
    """A scan cannot be opened at all.

    Args:
        reason: The stable reason code (a value of :class:`forms_ocr.model.Reason`).
        message: What is wrong, with the numbers, for a person.
    """

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        self.message = message
        super().__init__(message)

    def __reduce__(self) -> tuple[type[ScanError], tuple[str, str]]:
        return type(self), (self.reason, self.message)


class PageError(ScanError):
    """One page of a scan cannot be read; its neighbours may be fine."""
