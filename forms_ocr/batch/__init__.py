"""Many scans at once: intake, supervised worker processes, resume, quarantine."""

from forms_ocr.batch.ceiling import Ceiling
from forms_ocr.batch.late_pictures import Studio, draw_slips, with_late_pictures
from forms_ocr.batch.repeats import mark_repeats
from forms_ocr.batch.run import Crew, run_batch
from forms_ocr.batch.settings import Settings
from forms_ocr.batch.standing import Progress, Standing
from forms_ocr.batch.stop import Stop, StoppedAtOnce
from forms_ocr.batch.work import Equipment, OpenScan, PageReader

__all__ = [
    "Ceiling",
    "Crew",
    "Equipment",
    "OpenScan",
    "PageReader",
    "Progress",
    "Settings",
    "Standing",
    "Stop",
    "StoppedAtOnce",
    "Studio",
    "draw_slips",
    "mark_repeats",
    "run_batch",
    "with_late_pictures",
]
