"""What a page may be told instead of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms_ocr.errors import FormsOcrError

if TYPE_CHECKING:
    from forms_ocr.review.shown import Verdict


class ReviewError(FormsOcrError):
    """Base of what the desk refuses. The message is for the log; pages have words of their own."""


class NotFoundError(ReviewError):
    """There is no such thing, or it is none of this person's business: nobody learns which. HTTP 404."""


class ForbiddenError(ReviewError):
    """The person's role does not go with what was asked. HTTP 403."""


class NotSignedInError(ReviewError):
    """There is no such session, or no longer. HTTP 401, to the login page."""


class SignInError(ReviewError):
    """Login and password do not go together; which of them is wrong is not told. HTTP 401."""


class SignOnError(ReviewError):
    """The provider did not vouch for somebody, or they did not set out from here. HTTP 401.

    Attributes:
        is_stale: They did not set out from here, took too long, or came back twice.
    """

    def __init__(self, what: str, *, is_stale: bool = False) -> None:
        self.is_stale = is_stale
        super().__init__(what)


class ProviderError(ReviewError):
    """The provider at which people sign in does not answer, or not as one does. HTTP 502."""


class TooManyAttemptsError(ReviewError):
    """Too many failed logins. HTTP 429 with ``Retry-After``.

    Attributes:
        retry_after_s: Whole seconds until the next attempt is looked at.
    """

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"too many failed logins; the next one is looked at in {retry_after_s} s")


class ConflictError(ReviewError):
    """The slip was no longer this person's when they saved. HTTP 409.

    What was typed is filed as a second opinion; the page keeps showing it.

    Attributes:
        is_settled: Somebody else has decided; otherwise somebody else has it before them, or nobody.
        opinion: Number of the decision that keeps what was typed.
    """

    def __init__(self, *, is_settled: bool, opinion: int) -> None:
        self.is_settled = is_settled
        self.opinion = opinion
        super().__init__(f"the slip is no longer this person's; what was typed is kept as decision {opinion}")


class UnconfirmedError(ReviewError):
    """What was typed may not be saved like this. HTTP 422 with the verdict.

    Attributes:
        verdict: Says whether it may be confirmed, and otherwise what is wrong.
    """

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(f"what was typed {verdict.kind}; it has to be confirmed, refused or passed on")


class InvalidInputError(ReviewError):
    """A request that no page of ours makes, or a file that is none. HTTP 400."""


class BusyError(ReviewError):
    """A run is at work in the workspace; try again when it is done. HTTP 409."""
