"""What an operator can set: a TOML file with defaults for everything, its faults reported together."""

from __future__ import annotations

import os
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    field_serializer,
    model_validator,
)

from forms_ocr.errors import ConfigurationError
from forms_ocr.ingest import Limits
from forms_ocr.model import Period, Reason, Rules

_RULES = Rules()
_LIMITS = Limits()

DayOfMonth = Annotated[int, Field(ge=1, le=31)]


class _Section(BaseModel):
    """A table of the file; a key that it does not know is a fault, so that a misspelt one is not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RulesSection(_Section):
    """``[rules]``: the rules of the business, see :class:`forms_ocr.model.Rules`."""

    first_day: DayOfMonth = _RULES.first_day
    last_day: DayOfMonth = _RULES.last_day
    account_digits: Annotated[int, Field(ge=1, le=40)] = _RULES.account_digits
    min_confidence: Annotated[float, Field(ge=0.5, le=1.0)] = _RULES.min_confidence
    max_residual_mm: PositiveFloat = _RULES.max_residual_mm
    max_monthly_kwh: PositiveFloat = _RULES.max_monthly_kwh
    refuse_when_certain: frozenset[Reason] = _RULES.refuse_when_certain

    @model_validator(mode="after")
    def _window_has_days(self) -> Self:
        if self.first_day > self.last_day:
            raise ValueError(
                f"first_day {self.first_day} is after last_day {self.last_day}; the window lies in one month"
            )
        return self

    @field_serializer("refuse_when_certain")
    def _in_order(self, reasons: frozenset[Reason]) -> list[str]:
        """A set has no order; the fingerprint of the settings needs one."""
        return sorted(reasons)

    def to_rules(self) -> Rules:
        """The rules in the model's words."""
        return Rules(**dict(self))


class IngestSection(_Section):
    """``[ingest]``: bounds on files nobody knows, see :class:`forms_ocr.ingest.Limits`."""

    max_file_bytes: PositiveInt = _LIMITS.max_file_bytes
    max_image_bytes: PositiveInt = _LIMITS.max_image_bytes
    max_pixels: PositiveInt = _LIMITS.max_pixels
    max_side_px: PositiveInt = _LIMITS.max_side_px
    min_side_px: PositiveInt = _LIMITS.min_side_px
    max_pages: PositiveInt = _LIMITS.max_pages
    page_timeout_s: PositiveFloat = _LIMITS.page_timeout_s

    def to_limits(self) -> Limits:
        """The bounds in the words of ingest."""
        return Limits(**self.model_dump())


class BatchSection(_Section):
    """``[batch]``: how the work is spread and what one worker process may use.

    Attributes:
        workers: None for one a core.
        pages_per_task: What a worker is handed at once. Eight pages are about 80 ms of work, against 1 ms
            to hand them over; more would only make the end of a batch uneven.
        page_timeout_s: A task that takes longer is stopped and its pages are tried one by one; then the limit
            holds for each. Above the limit of ``[ingest]``, so that the milder one strikes first.
        worker_memory_mb: Address space of a worker; a page of 100 million pixels and all libraries fit in.
        recycle_after_pages: A worker is replaced after about so many pages, whatever it may have hoarded.
    """

    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    pages_per_task: Annotated[int, Field(ge=1, le=1000)] = 8
    page_timeout_s: PositiveFloat = 60.0
    worker_memory_mb: Annotated[int, Field(ge=512)] = 4096
    recycle_after_pages: PositiveInt = 4000

    @property
    def worker_count(self) -> int:
        """As set, or one for every core this process may use."""
        return self.workers or len(os.sched_getaffinity(0))


_ZONE_ADVICE = "write e.g. Europe/Moscow; is the system package tzdata installed?"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(f"{name!r} is no time zone this machine knows; {_ZONE_ADVICE}") from None
    return name


class Configuration(_Section):
    """The whole file. ``timezone`` is the district's: it says which month is the current one."""

    # The default is checked too: a slim machine may know no zones at all.
    timezone: Annotated[str, AfterValidator(_known_zone), Field(validate_default=True)] = "Europe/Moscow"
    rules: RulesSection = RulesSection()
    ingest: IngestSection = IngestSection()
    batch: BatchSection = BatchSection()

    def current_period(self, now: datetime) -> Period:
        """The billing month of a moment in the district's local time. ``now`` carries its zone."""
        local = now.astimezone(ZoneInfo(self.timezone))
        return Period(local.year, local.month)


def load_configuration(path: Path | None) -> Configuration:
    """Read a configuration file; the defaults without one.

    Raises:
        ConfigurationError: Names every fault with its place in the file.
    """
    subject = "the defaults" if path is None else str(path)
    try:
        return Configuration.model_validate({} if path is None else _read(path))
    except ValidationError as error:
        raise ConfigurationError(subject, [_fault(detail) for detail in error.errors()]) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(str(path), [f"file: cannot be read ({error.strerror})"]) from error
    except ValueError as error:  # also what is not UTF-8
        raise ConfigurationError(str(path), [f"file: not TOML: {error}"]) from error


def _fault(detail: Any) -> str:
    """One fault as ``rules.first_day: what is wrong (got 40)``."""
    place = ".".join(str(part) for part in detail["loc"]) or "file"
    if detail["type"] == "extra_forbidden":
        return f"{place}: there is no such setting"
    said = detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    return f"{place}: {said}" + (f" (got {given!r})" if isinstance(given, str | int | float | list) else "")
