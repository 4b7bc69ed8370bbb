"""The workspace on disk: the ledger, the originals, the pictures. The only place that knows SQL."""

from forms_ocr.store.answer_book import AnswerBook
from forms_ocr.store.archive import Archive
from forms_ocr.store.backup import copy_files
from forms_ocr.store.contradictions import Said
from forms_ocr.store.cut_file import read_cut_file, write_cut_file
from forms_ocr.store.decision_book import DecisionBook
from forms_ocr.store.durable import write_all_whole
from forms_ocr.store.entry import PageEntry, ScanFindings, SlipEntry, page_entry
from forms_ocr.store.faults import storage_faults
from forms_ocr.store.ledger import Ledger, Scan, open_ledger
from forms_ocr.store.location import is_on_network_share
from forms_ocr.store.originals import KeptOriginal, Originals
from forms_ocr.store.overview import PeriodOverview
from forms_ocr.store.people_book import Known, PeopleBook
from forms_ocr.store.queue_entry import (
    FIRST,
    NEVER_AGAIN,
    SECOND,
    SENIOR,
    SETTLED,
    CellEntry,
    Filed,
    Lease,
    Passing,
    QueueEntry,
    Seen,
    Wanted,
)
from forms_ocr.store.receiving import ReceivedScan
from forms_ocr.store.review_books import ReviewBooks, open_review_books
from forms_ocr.store.sheet_book import PlacedCell, PlacedSheet
from forms_ocr.store.slip_source import SlipSource
from forms_ocr.store.states import PageState, ScanState
from forms_ocr.store.workspace import Workspace

__all__ = [
    "FIRST",
    "NEVER_AGAIN",
    "SECOND",
    "SENIOR",
    "SETTLED",
    "AnswerBook",
    "Archive",
    "CellEntry",
    "DecisionBook",
    "Filed",
    "KeptOriginal",
    "Known",
    "Lease",
    "Ledger",
    "Originals",
    "PageEntry",
    "PageState",
    "Passing",
    "PeopleBook",
    "PeriodOverview",
    "PlacedCell",
    "PlacedSheet",
    "QueueEntry",
    "ReceivedScan",
    "ReviewBooks",
    "Said",
    "Scan",
    "ScanFindings",
    "ScanState",
    "Seen",
    "SlipEntry",
    "SlipSource",
    "Wanted",
    "Workspace",
    "copy_files",
    "is_on_network_share",
    "open_ledger",
    "open_review_books",
    "page_entry",
    "read_cut_file",
    "storage_faults",
    "write_all_whole",
    "write_cut_file",
]
