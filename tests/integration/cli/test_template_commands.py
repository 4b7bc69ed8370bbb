from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_ocr.cli import main
from forms_ocr.errors import ExitCode
from forms_ocr.simulation.office_forms import LOOKS, draw_office_form
from forms_ocr.template import default_template_path
from forms_ocr.template.drawing import FormDrawing


def test_check_lists_the_fields_with_their_roles() -> None:
    result = CliRunner().invoke(main, ["template", "check", str(default_template_path()), "--trials", "2"])
    assert result.exit_code == ExitCode.DONE
    rows = {line.split()[0]: line.split() for line in result.stdout.splitlines()}
    assert rows["account"][1:6] == ["comb", "12", "digits", "yes", "account"]
    assert rows["signature"][1:4] == ["signature", "yes", "signature"]
    assert "4 markers" in result.stdout
    assert "found in 2 of 2 scans" in result.stdout


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


def test_detect_writes_a_template_that_check_accepts(tmp_path: Path) -> None:
    draw_office_form(LOOKS["framed A5"]).save(tmp_path / "order.pdf")
    out = tmp_path / "out"
    result = CliRunner().invoke(main, ["template", "detect", str(tmp_path / "order.pdf"), "-o", str(out)])
    assert result.exit_code == ExitCode.DONE
    assert "9 fields" in result.stdout
    assert "подпись_заявителя" in result.stdout
    assert sorted(path.name for path in out.iterdir()) == ["order.pdf", "order.png", "order.toml"]
    checked = CliRunner().invoke(main, ["template", "check", str(out / "order.pdf"), "--trials", "0"])
    assert checked.exit_code == ExitCode.DONE


def test_detect_does_not_write_over_the_form_itself(tmp_path: Path) -> None:
    path = tmp_path / "order.pdf"
    path.write_bytes(b"%PDF-1.7")
    result = CliRunner().invoke(main, ["template", "detect", str(path), "-o", str(tmp_path)])
    assert result.exit_code == ExitCode.USAGE
    assert path.read_bytes() == b"%PDF-1.7"


def test_a_form_that_cannot_be_found_again_is_no_form(tmp_path: Path) -> None:
    form = FormDrawing(210.0, 148.0, title="empty")
    form.comb("number", "Number", 40.0, 60.0, 6)
    form.save(tmp_path / "form.pdf")
    result = CliRunner().invoke(main, ["template", "check", str(tmp_path / "form.pdf"), "--trials", "2"])
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "places to lay the form by" in result.stderr
    assert "found in 0 of 2 scans only" in result.stderr
