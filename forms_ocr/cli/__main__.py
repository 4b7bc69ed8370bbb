"""``python -m forms_ocr.cli`` is ``forms-ocr``."""

from forms_ocr.cli import main

if __name__ == "__main__":
    main(prog_name="forms-ocr")
