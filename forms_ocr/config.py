"""What an operator can set: a TOML file with defaults for everything, its faults reported together."""

from __future__ import annotations

import os
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
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

from forms_ocr.budget import Budget
from forms_ocr.errors import ConfigurationError
from forms_ocr.ingest import Limits
from forms_ocr.model import Period, Reason, Rules

_RULES = Rules()
_LIMITS = Limits()

_BUDGET = Budget()

MaxError = Annotated[float, Field(ge=1e-6, le=0.5, allow_inf_nan=False)]
"""A share of wrong records. Fewer than one in a million could not be shown in any lifetime."""

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
    trust_scanner_clock: bool = _RULES.trust_scanner_clock
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
        pages_per_task: What a worker is handed at once, and what is filed in one transaction. Sixteen pages
            are about 200 ms of work, against 10 ms to hand them over and to file them; towards the end of a
            batch fewer are handed over.
        page_timeout_s: A task that takes longer is stopped and its pages are tried one by one; then the limit
            holds for each. Above the limit of ``[ingest]``, so that the milder one strikes first.
        page_cpu_s: The same for processor time, which the system itself watches: a busy machine cannot use it
            up, and a decoder that goes round in circles is stopped even when nobody looks.
        worker_memory_mb: Address space of a worker; a page of 100 million pixels and all libraries fit in.
        recycle_after_pages: A worker is replaced after about so many pages, whatever it may have hoarded.
        max_failed_share: With more than this share of foreign and quarantined pages among those that are not
            blank, the batch stops: somebody scanned the wrong papers, or named the wrong form.
        failed_share_after_pages: Not asked before so many such pages; a few letters on top are no wrong box.
    """

    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    pages_per_task: Annotated[int, Field(ge=1, le=1000)] = 16
    page_timeout_s: PositiveFloat = 60.0
    page_cpu_s: PositiveFloat = 45.0
    worker_memory_mb: Annotated[int, Field(ge=512)] = 4096
    recycle_after_pages: PositiveInt = 4000
    max_failed_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.3
    failed_share_after_pages: PositiveInt = 200

    @property
    def worker_count(self) -> int:
        """As set, or one for every core this process may use."""
        return self.workers or len(os.sched_getaffinity(0))


class IntakeSection(_Section):
    """``[intake]``: when a file in the inbox is complete, see :class:`forms_ocr.ingest.Arrivals`.

    Attributes:
        settle_s: Unchanged for so long it is taken.
        patience_s: While watching: a file whose end is missing is taken after so long, nothing more comes.
        rescan_s: While watching: the inbox is looked through so often. Network shares lose events, so looking
            is all there is.
    """

    settle_s: Annotated[float, Field(ge=0.0, le=3600.0)] = 2.0
    patience_s: Annotated[float, Field(ge=0.0, le=86400.0)] = 60.0
    rescan_s: Annotated[float, Field(gt=0.0, le=3600.0)] = 10.0


class BudgetSection(_Section):
    """``[budget]``: how many wrong records are acceptable, see :class:`forms_ocr.budget.Budget`.

    Attributes:
        max_error_by_field: The same for single fields: account, reading, date.
        blind_share: Of all slips; those of them that are accepted are keyed by people as well.
    """

    max_error: MaxError = _BUDGET.max_error
    max_error_by_field: dict[Literal["account", "reading", "date"], MaxError] = {}
    blind_share: Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)] = 0.01

    def to_budget(self) -> Budget:
        """The budget in the model's words."""
        return Budget(self.max_error, {str(name): share for name, share in self.max_error_by_field.items()})


class ReviewSection(_Section):
    """``[review]``: how people decide on slips.

    Attributes:
        lease_s: A slip that nobody works on goes to others after so long.
        candidates: What may be picked out of the machine's candidates instead of keyed. Whoever is shown a
            value accepts wrong ones; nothing is by default.
        max_upload_bytes: A larger file is not taken.
    """

    lease_s: Annotated[float, Field(ge=30.0, le=3600.0)] = 300.0
    candidates: tuple[Literal["account", "reading", "date"], ...] = ()
    max_upload_bytes: PositiveInt = 512 << 20


def is_safe_address(address: str) -> bool:
    """Whether nobody on the way can listen: HTTPS, or a program of this machine."""
    parts = urlsplit(address)
    is_here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    return bool(parts.hostname) and (parts.scheme == "https" or is_here)


def _safe_address(address: str) -> str:
    is_plain = not address or (is_safe_address(address) and not any(mark in address for mark in "?#@ "))
    if not is_plain:
        raise ValueError("write an address with https://, and nothing of ? # @ in it")
    return address


SafeAddress = Annotated[str, AfterValidator(_safe_address)]
"""Of a server that is reached by HTTPS, or of a program of this machine; "" for none."""


class OidcSection(_Section):
    """``[oidc]``: signing in to review at a provider, by OpenID Connect.

    Attributes:
        issuer: The provider's address, exactly as it calls itself; "" for no provider.
        client_secret_file: Beside the configuration where it is not absolute. None: the secret stands in the
            environment, never on a command line.
        address: Of the review pages, as people type it.
        claim: What of an identity is the login of an account that is there already.
        scopes: Separated by blanks, as the protocol has them.
        label: What people call the provider; its host if "".
        passwords: Passwords of our own let people in, too.
    """

    issuer: SafeAddress = ""
    client_id: str = ""
    client_secret_file: Path | None = None
    address: SafeAddress = ""
    claim: Annotated[str, Field(min_length=1)] = "preferred_username"
    scopes: str = "openid profile"
    label: str = ""
    passwords: bool = True

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        missing = [name for name in ("client_id", "address") if not getattr(self, name)]
        if self.issuer and missing:
            raise ValueError(f"with an issuer, {' and '.join(missing)} must be set, too")
        if self.issuer and "openid" not in self.scopes.split():
            raise ValueError("scopes: 'openid' must be one of them")
        if not self.issuer and self != OidcSection.model_construct():
            raise ValueError("issuer: nothing of this holds without one")
        return self

    @property
    def name(self) -> str:
        """What people call the provider."""
        return self.label or urlsplit(self.issuer).netloc


_ZONE_ADVICE = "write e.g. Europe/Moscow; is the system package tzdata installed?"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(f"{name!r} is no time zone this machine knows; {_ZONE_ADVICE}") from None
    return name


class Configuration(_Section):
    """The whole file.

    Attributes:
        timezone: The district's: it says which month is the current one.
        templates: Forms that slips may be prints of, for runs that name none; beside the file where a path
            is not absolute.
    """

    # The default is checked too: a slim machine may know no zones at all.
    timezone: Annotated[str, AfterValidator(_known_zone), Field(validate_default=True)] = "Europe/Moscow"
    templates: tuple[Path, ...] = ()
    rules: RulesSection = RulesSection()
    budget: BudgetSection = BudgetSection()
    ingest: IngestSection = IngestSection()
    batch: BatchSection = BatchSection()
    intake: IntakeSection = IntakeSection()
    review: ReviewSection = ReviewSection()
    oidc: OidcSection = OidcSection()

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
        found = Configuration.model_validate({} if path is None else _read(path))
    except ValidationError as error:
        raise ConfigurationError(subject, [_fault(detail) for detail in error.errors()]) from error
    beside = Path() if path is None else path.parent
    secret = found.oidc.client_secret_file
    oidc = found.oidc.model_copy(update={"client_secret_file": None if secret is None else beside / secret})
    templates = tuple(beside / one for one in found.templates)
    return found.model_copy(update={"templates": templates, "oidc": oidc})


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
