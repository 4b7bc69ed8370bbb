from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_ocr.cli import main
from forms_ocr.errors import ExitCode
from forms_ocr.template import default_template_path


def test_check_lists_the_fields_with_their_roles() -> None:
    result = CliRunner().invoke(main, ["template", "check", str(default_template_path())])
    assert result.exit_code == ExitCode.DONE
    rows = {line.split()[0]: line.split() for line in result.stdout.splitlines()}
    assert rows["account"][1:6] == ["comb", "12", "digits", "yes", "account"]
    assert rows["signature"][1:4] == ["signature", "yes", "signature"]
    assert "4 markers" in result.stdout


def test_check_tells_the_faults_of_what_is_no_form(tmp_path: Path) -> None:
    (tmp_path / "form.pdf").write_bytes(b"no PDF")
    result = CliRunner().invoke(main, ["template", "check", str(tmp_path / "form.pdf")])
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "form.pdf" in result.stderr


def test_sheet_writes_a_pdf_and_says_how_to_print_it(tmp_path: Path) -> None:
    out = tmp_path / "slips.pdf"
    result = CliRunner().invoke(main, ["template", "sheet", str(out)])
    assert result.exit_code == ExitCode.DONE
    assert out.read_bytes().startswith(b"%PDF-")
    assert "100 %" in result.stdout


@pytest.mark.parametrize("out", ["nowhere/slips.pdf"])
def test_sheet_into_a_folder_that_is_not_there_is_storage(tmp_path: Path, out: str) -> None:
    result = CliRunner().invoke(main, ["template", "sheet", str(tmp_path / out)])
    assert result.exit_code == ExitCode.STORAGE
    assert "nowhere" in result.stderr
