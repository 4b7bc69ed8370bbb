"""The workspace on disk: the ledger, the originals, the pictures. The only place that knows SQL."""

from forms_ocr.store.entry import PageEntry, ScanFindings, SlipEntry, page_entry
from forms_ocr.store.faults import storage_faults
from forms_ocr.store.ledger import Ledger, Scan, SlipSource, open_ledger
from forms_ocr.store.originals import KeptOriginal, Originals
from forms_ocr.store.receiving import ReceivedScan
from forms_ocr.store.states import PageState, ScanState
from forms_ocr.store.workspace import Workspace

__all__ = [
    "KeptOriginal",
    "Ledger",
    "Originals",
    "PageEntry",
    "PageState",
    "ReceivedScan",
    "Scan",
    "ScanFindings",
    "ScanState",
    "SlipEntry",
    "SlipSource",
    "Workspace",
    "open_ledger",
    "page_entry",
    "storage_faults",
]
