"""The workspace on disk: the ledger, the originals, the pictures. The only place that knows SQL."""

from forms_ocr.store.answer_book import AnswerBook
from forms_ocr.store.archive import Archive
from forms_ocr.store.backup import copy_files
from forms_ocr.store.cut_file import read_cut_file, write_cut_file
from forms_ocr.store.durable import write_all_whole
from forms_ocr.store.entry import PageEntry, ScanFindings, SlipEntry, page_entry
from forms_ocr.store.faults import storage_faults
from forms_ocr.store.ledger import Ledger, Scan, SlipSource, open_ledger
from forms_ocr.store.location import is_on_network_share
from forms_ocr.store.originals import KeptOriginal, Originals
from forms_ocr.store.overview import PeriodOverview
from forms_ocr.store.receiving import ReceivedScan
from forms_ocr.store.states import PageState, ScanState
from forms_ocr.store.workspace import Workspace

__all__ = [
    "AnswerBook",
    "Archive",
    "KeptOriginal",
    "Ledger",
    "Originals",
    "PageEntry",
    "PageState",
    "PeriodOverview",
    "ReceivedScan",
    "Scan",
    "ScanFindings",
    "ScanState",
    "SlipEntry",
    "SlipSource",
    "Workspace",
    "copy_files",
    "is_on_network_share",
    "open_ledger",
    "page_entry",
    "read_cut_file",
    "storage_faults",
    "write_all_whole",
    "write_cut_file",
]
