"""The whole command over text scans, as a program of its own that others may kill.

python text_command.py run INBOX -w WORKSPACE
"""

from __future__ import annotations

from forms_ocr.batch import Equipment
from forms_ocr.cli import main, reading
from tests.integration.batch.batch_doubles import build_line_reader, open_text_scan

if __name__ == "__main__":
    reading.__dict__["pipeline_equipment"] = lambda *_: Equipment(build_line_reader, open_text_scan, 4 << 30)
    main()
