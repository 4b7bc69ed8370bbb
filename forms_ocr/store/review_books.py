"""All that reviewing keeps in a ledger, for a server with several threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from forms_ocr.store.answer_book import AnswerBook
from forms_ocr.store.database import open_database
from forms_ocr.store.decision_book import DecisionBook
from forms_ocr.store.faults import storage_faults
from forms_ocr.store.location import ledger_url
from forms_ocr.store.people_book import PeopleBook
from forms_ocr.store.queue_filling import QueueFilling
from forms_ocr.store.review_queue import ReviewQueue
from forms_ocr.store.sheet_book import SheetBook
from forms_ocr.store.transactions import Transactions
from forms_ocr.store.workspace import Workspace


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ReviewBooks:
    """What reviewing keeps. All of it may be used from several threads at once."""

    queue: ReviewQueue
    filling: QueueFilling
    decisions: DecisionBook
    sheets: SheetBook
    people: PeopleBook
    answers: AnswerBook
    transactions: Transactions

    def now(self) -> datetime:
        """The time, in UTC."""
        return self.transactions.now()


@contextmanager
def open_review_books(
    workspace: Workspace, clock: Callable[[], datetime] = _now, store: str | None = None
) -> Iterator[ReviewBooks]:
    """Open what reviewing keeps in the workspace's ledger, also while a run is at work there.

    Args:
        clock: Says the time in UTC.
        store: As for :func:`forms_ocr.store.open_ledger`.

    Raises:
        StorageError: It cannot be opened.
        ConfigurationError: A newer version of the program made it, or it is kept elsewhere.
    """
    with storage_faults("opening the ledger", workspace.folder):
        engine = open_database(ledger_url(workspace, store), for_threads=True)
    try:
        transactions = Transactions(engine, clock)
        yield ReviewBooks(
            ReviewQueue(transactions),
            QueueFilling(transactions),
            DecisionBook(transactions),
            SheetBook(transactions),
            PeopleBook(transactions),
            AnswerBook(engine, engine.url.render_as_string(hide_password=True), transactions.timestamp),
            transactions,
        )
    finally:
        engine.dispose()
