"""Nothing is served to a network in the clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_ocr.errors import ConfigurationError
from forms_ocr.model import Person, Role
from forms_ocr.review.duties import Duty, check_duty, has_duty
from forms_ocr.review.entrance import check_password
from forms_ocr.review.faults import ForbiddenError, InvalidInputError
from forms_ocr.review.serving import Serving

PEM = Path("review.pem")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_may_speak_in_the_clear(host: str) -> None:
    Serving(host).check()
    assert not Serving(host).is_secure


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "reviews.example", ""])  # noqa: S104
def test_others_only_by_tls(host: str) -> None:
    with pytest.raises(ConfigurationError, match="in the clear"):
        Serving(host).check()
    Serving(host, certificate=PEM, key=PEM).check()
    Serving(host, proxy="10.0.0.2").check()


def test_a_proxy_is_named_by_its_address() -> None:
    for proxy in ("*", "proxy.example", "10.0.0.0/8"):
        with pytest.raises(ConfigurationError, match="no IP address"):
            Serving(proxy=proxy).check()


def test_a_certificate_needs_its_key() -> None:
    with pytest.raises(ConfigurationError, match="give both"):
        Serving(certificate=PEM).check()


@pytest.mark.parametrize(
    ("role", "duties"),
    [
        (Role.SCANNING, {Duty.BRING_SCANS}),
        (Role.OPERATOR, {Duty.BRING_SCANS, Duty.RUN_BATCHES}),
        (Role.REVIEWER, {Duty.KEY}),
        (Role.SENIOR, {Duty.KEY, Duty.DECIDE_LAST, Duty.SEE_FIGURES}),
        (Role.ADMIN, set(Duty)),
    ],
)
def test_duties_of_roles(role: Role, duties: set[Duty]) -> None:
    person = Person("anna", "Анна", role)
    assert {duty for duty in Duty if has_duty(person, duty)} == duties
    shut_out = Person("anna", "Анна", role, is_disabled=True)
    for duty in Duty:
        with pytest.raises(ForbiddenError):
            check_duty(shut_out, duty)


@pytest.mark.parametrize("password", ["short", "a" * 16, "anna-anna-anna", "1234567890123", "x" * 201])
def test_passwords_that_are_guessed_first(password: str) -> None:
    with pytest.raises(InvalidInputError):
        check_password(password, "anna")
    check_password("кот лодка сыр", "anna")
