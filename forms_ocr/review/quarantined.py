"""Pages from which nothing could be read, and the names they go by in addresses."""

from __future__ import annotations

import hashlib

from forms_ocr.model import FiledPage, PageDisposition, Period, Person
from forms_ocr.store import Ledger


def failed_pages(ledger: Ledger, period: Period, person: Person) -> list[FiledPage]:
    """Quarantined pages of a month, of offices that the person sees."""
    return [
        page
        for page in ledger.pages(period)
        if page.disposition is PageDisposition.QUARANTINED and person.sees(page.office)
    ]


def page_key(page: FiledPage, period: Period) -> str:
    """Names a page without telling where anything lies."""
    digest = hashlib.sha256(f"{page.scan}\0{page.page}".encode("utf-8", "surrogateescape")).hexdigest()
    return f"{period}.{digest[:24]}"


def period_of_key(key: str) -> Period:
    """The month that a key belongs to; ``ValueError`` for what is no key."""
    return Period.parse(key.partition(".")[0])
