"""The rules a slip must keep, each one small function, and the table of them all.

A check returns None when its rule holds, and otherwise P(it is really broken). Doubt is no broken rule
that anybody could be sure of: the checks for it return 0. A new check is a function here, a line in
``CHECKS``, its :class:`forms_ocr.model.Reason` and its test.
"""

from __future__ import annotations

from collections.abc import Callable

from forms_ocr.decision.case import Case
from forms_ocr.decision.cells import Cells, all_are_empty
from forms_ocr.decision.ink import Presence
from forms_ocr.decision.meter import is_below_last, is_implausible_jump, is_wrong_length
from forms_ocr.model import EMPTY, Account, AccountStatus, Reason

DOUBT = 0.0
"""Uncertainty itself is never certain, so it never refuses a slip, whatever the configuration says."""

PROBABLE = 0.5
"""A reading below is one of many that are possible; what it would break says nothing about the slip."""

Check = Callable[[Case], float | None]


def _registration_uncertain(case: Case) -> float | None:
    return None if case.is_registered_well else DOUBT


def _account_missing(case: Case) -> float | None:
    cells = case.account_cells
    return all_are_empty(cells) if cells is not None and cells.is_blank else None


def _account_incomplete(case: Case) -> float | None:
    """Some cells of the account are empty, or the comb has too few of them."""
    cells = case.account_cells
    if cells is None or not cells.is_sound or cells.is_blank:
        return None
    written = cells.part(0, case.rules.account_digits)
    if len(written) < case.rules.account_digits:
        return 1.0
    gaps = [row[EMPTY] for row, top in zip(written.rows, written.tops, strict=True) if top == EMPTY]
    return max(gaps, default=None)


def _account_uncertain(case: Case) -> float | None:
    if case.account is None or _code_mismatch(case) is not None:
        return None
    if _account_missing(case) is not None or _account_incomplete(case) is not None:
        return None
    return _doubt_below(case.account.confidence, case)


def _doubt_below(confidence: float, case: Case) -> float | None:
    return None if confidence >= case.rules.min_confidence else DOUBT


def _account_unknown(case: Case) -> float | None:
    if case.account is None or not case.has_registry or case.registered is not None:
        return None
    is_whole = len(case.account.value) == case.rules.account_digits
    return case.account.p_unknown if is_whole else None


def _account_managed(case: Case) -> float | None:
    return _has_status(case, AccountStatus.MANAGED)


def _account_closed(case: Case) -> float | None:
    return _has_status(case, AccountStatus.CLOSED)


def _has_status(case: Case, status: AccountStatus) -> float | None:
    if case.account is None or case.registered is None or case.registered.status is not status:
        return None
    return case.account.confidence


def _code_mismatch(case: Case) -> float | None:
    """The code names another account than the one that stands beside it."""
    if case.coded is None or case.is_personal:
        return None
    return 1.0 - case.coded.p_agrees


def _reading_missing(case: Case) -> float | None:
    cells = case.meter_cells
    return all_are_empty(cells) if cells is not None and cells.is_blank else None


def _reading_uncertain(case: Case) -> float | None:
    if case.meter is None or _reading_missing(case) is not None:
        return None
    return _doubt_below(case.meter.confidence if case.meter.value else 0.0, case)


def _reading_wrong_length(case: Case) -> float | None:
    return _reading_breaks(is_wrong_length, case)


def _reading_below_last(case: Case) -> float | None:
    return _reading_breaks(lambda value, account: is_below_last(value, account, case.months), case)


def _implausible_jump(case: Case) -> float | None:
    most = case.rules.max_monthly_kwh
    return _reading_breaks(
        lambda value, account: is_implausible_jump(value, account, case.months, most), case
    )


def _reading_breaks(is_broken: Callable[[str, Account], bool], case: Case) -> float | None:
    """A rule between reading and account, asked only when the reading is more likely right than wrong."""
    if case.meter is None or case.account is None or case.registered is None:
        return None
    if not case.meter.value or case.meter.confidence < PROBABLE:
        return None
    confidence = case.account.confidence * case.meter.confidence
    return confidence if is_broken(case.meter.value, case.registered) else None


def _date_missing(case: Case) -> float | None:
    """A date without its day, month or year is none."""
    if case.date_cells is None:
        return None
    return max((all_are_empty(part) for part in case.date_cells.parts if part.is_blank), default=None)


def _date_uncertain(case: Case) -> float | None:
    if case.date is None or _date_missing(case) is not None or _date_impossible(case) is not None:
        return None
    return _doubt_below(case.date.confidence, case)


def _date_impossible(case: Case) -> float | None:
    if case.date is None or case.date.value or _date_missing(case) is not None:
        return None
    return case.date.p_impossible or None


def _date_outside_window(case: Case) -> float | None:
    if case.date is None or not case.date.value or _date_missing(case) is not None or case.date.is_inside:
        return None
    return case.date.p_outside


def _date_after_scan(case: Case) -> float | None:
    """Nobody writes a slip after it was scanned; ISO dates sort as days do."""
    if not case.rules.trust_scanner_clock or case.scanned_on is None or case.date is None:
        return None
    return case.date.confidence if case.date.value > case.scanned_on.isoformat() else None


def _address_missing(case: Case) -> float | None:
    """No street, or no house where the form requires one; what cannot be told from dirt is for a person.

    Of a customer for whom the slip was printed nobody needs to ask.
    """
    if case.address is None or case.is_personal:
        return None
    if case.address.street_presence is Presence.NO:
        return 1.0
    if case.address.street_presence is Presence.DOUBTFUL:
        return DOUBT
    return case.address.p_incomplete or None


def _address_mismatch(case: Case) -> float | None:
    if case.account is None or case.address is None or not case.address.is_contradicted:
        return None
    return case.account.confidence * case.address.p_contradiction


def _signature_missing(case: Case) -> float | None:
    return 1.0 if case.signature is Presence.NO else None


def _signature_uncertain(case: Case) -> float | None:
    return DOUBT if case.signature is Presence.DOUBTFUL else None


def _not_a_digit(case: Case) -> float | None:
    """Something else than one digit stands in a cell of what becomes the record."""
    dates = case.date_cells.parts if case.date_cells is not None else ()
    own = (own_field.cells for own_field in case.own_fields)
    combs: tuple[Cells | None, ...] = (case.account_cells, case.meter_cells, *dates, *own)
    return DOUBT if any(cells is not None and cells.holds_other for cells in combs) else None


def _field_missing(case: Case) -> float | None:
    missing = [
        own.reading.confidence
        for own in case.own_fields
        if own.is_missing and own.reading.name in case.required
    ]
    return max(missing, default=None)


def _field_uncertain(case: Case) -> float | None:
    return DOUBT if any(own.reading.is_doubtful for own in case.own_fields) else None


CHECKS: tuple[tuple[Reason, Check], ...] = (
    (Reason.REGISTRATION_UNCERTAIN, _registration_uncertain),
    (Reason.ACCOUNT_MISSING, _account_missing),
    (Reason.ACCOUNT_INCOMPLETE, _account_incomplete),
    (Reason.ACCOUNT_UNCERTAIN, _account_uncertain),
    (Reason.ACCOUNT_UNKNOWN, _account_unknown),
    (Reason.ACCOUNT_MANAGED, _account_managed),
    (Reason.ACCOUNT_CLOSED, _account_closed),
    (Reason.CODE_MISMATCH, _code_mismatch),
    (Reason.READING_MISSING, _reading_missing),
    (Reason.READING_UNCERTAIN, _reading_uncertain),
    (Reason.READING_WRONG_LENGTH, _reading_wrong_length),
    (Reason.READING_BELOW_LAST, _reading_below_last),
    (Reason.IMPLAUSIBLE_JUMP, _implausible_jump),
    (Reason.DATE_MISSING, _date_missing),
    (Reason.DATE_UNCERTAIN, _date_uncertain),
    (Reason.DATE_IMPOSSIBLE, _date_impossible),
    (Reason.DATE_OUTSIDE_WINDOW, _date_outside_window),
    (Reason.DATE_AFTER_SCAN, _date_after_scan),
    (Reason.ADDRESS_MISSING, _address_missing),
    (Reason.ADDRESS_MISMATCH, _address_mismatch),
    (Reason.SIGNATURE_MISSING, _signature_missing),
    (Reason.SIGNATURE_UNCERTAIN, _signature_uncertain),
    (Reason.NOT_A_DIGIT, _not_a_digit),
    (Reason.FIELD_MISSING, _field_missing),
    (Reason.FIELD_UNCERTAIN, _field_uncertain),
)
"""All checks in the order of their reasons."""
