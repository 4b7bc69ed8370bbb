"""What the installed command tells the shell when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_ocr.errors import ExitCode
from tests.acceptance.sample_run import SAMPLES, forms_ocr, in_process

pytestmark = pytest.mark.acceptance


def test_version(tmp_path: Path) -> None:
    finished = forms_ocr("--version", cwd=tmp_path)
    assert finished.returncode == ExitCode.DONE
    assert "0.1.0" in finished.stdout


def test_no_scans_is_usage(tmp_path: Path) -> None:
    assert in_process("run", "-w", tmp_path / "workspace").exit_code == ExitCode.USAGE


def test_only_broken_scans_is_nothing_read(tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.7\nnot much of one")
    finished = in_process("run", tmp_path / "scan.pdf", "-w", tmp_path / "workspace")
    assert finished.exit_code == ExitCode.NOTHING_READ
    pages = (tmp_path / "workspace" / "exports" / "pages.csv").read_text(encoding="utf-8")
    assert "scan_broken" in pages


def test_faults_of_the_registry_are_named_together(tmp_path: Path) -> None:
    (tmp_path / "registry.csv").write_text("account,street\n12,Main\n", encoding="utf-8")
    scan = SAMPLES / "scans" / "office-12" / "good.pdf"
    finished = in_process("run", scan, "-w", tmp_path / "workspace", "--registry", tmp_path / "registry.csv")
    assert finished.exit_code == ExitCode.CONFIGURATION
    assert "registry.csv" in finished.stderr
    assert "house" in finished.stderr
    assert "dials" in finished.stderr


def test_template_that_is_no_form_is_configuration(tmp_path: Path) -> None:
    (tmp_path / "form.pdf").write_bytes(b"no PDF")
    scan = SAMPLES / "scans" / "office-12" / "good.pdf"
    finished = in_process("run", scan, "-w", tmp_path / "workspace", "--template", tmp_path / "form.pdf")
    assert finished.exit_code == ExitCode.CONFIGURATION
    assert "form.pdf" in finished.stderr


def test_workspace_that_cannot_be_made_is_storage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    scan = SAMPLES / "scans" / "office-12" / "good.pdf"
    finished = in_process("run", scan, "-w", tmp_path / "file" / "workspace")
    assert finished.exit_code == ExitCode.STORAGE
