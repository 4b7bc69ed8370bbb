"""``template cover``, ``template personal`` and ``inspect`` as people call them."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from forms_ocr.cli import main
from forms_ocr.cli.inspecting import Request, keep_inspecting
from forms_ocr.errors import ExitCode
from forms_ocr.simulation import encode
from forms_ocr.template.drawing import FormDrawing

REGISTRY = """account,street,house,flat,last_reading,last_date,dials,status
121000000002,Ленина,10,1,00560,2026-10-24,5,direct
121000000001,Ленина,9,2,00560,2026-10-24,5,direct
121000000003,Ленина,9,3,00560,2026-10-24,5,closed
"""


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / "registry.csv"
    path.write_text(REGISTRY, encoding="utf-8")
    return path


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_cover_is_written(tmp_path: Path) -> None:
    out = tmp_path / "cover.pdf"
    result = call("template", "cover", "--office", "12", "--box", "3", "--count", "120", "-o", out)
    assert result.exit_code == ExitCode.DONE
    assert out.read_bytes().startswith(b"%PDF-")


def test_a_cover_that_cannot_be_is_told(tmp_path: Path) -> None:
    out = tmp_path / "cover.pdf"
    result = call("template", "cover", "--office", " ", "--box", "3", "--count", "1", "-o", out)
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "office" in result.stderr
    assert not out.exists()


def test_slips_are_written_for_those_who_report(tmp_path: Path, registry: Path) -> None:
    out = tmp_path / "slips.pdf"
    result = call("template", "personal", "--registry", registry, "-o", out)
    assert result.exit_code == ExitCode.DONE
    assert "2 slip(s) on 1 sheet(s)" in result.stdout
    text = out.read_bytes()
    assert text.count(b"q 0 g") == 2


def test_every_line_of_a_list_that_is_no_account_is_told(tmp_path: Path, registry: Path) -> None:
    accounts = tmp_path / "accounts.txt"
    accounts.write_text("121000000001\n\n121000000009\n121000000003\n", encoding="utf-8")
    out = tmp_path / "slips.pdf"
    result = call("template", "personal", "--registry", registry, "--accounts", accounts, "-o", out)
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "line 3: '121000000009' is not in the registry" in result.stderr
    assert "line 4: '121000000003' is closed" in result.stderr


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A blank page, and a file that is no scan."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    blank = np.full((1200, 1700), 250, np.uint8)
    (folder / "blank.pdf").write_bytes(encode([blank], "pdf-jpeg", 200.0))
    return folder


@pytest.fixture
def at_once(tmp_path: Path) -> Path:
    """Settings under which a file counts as complete as soon as it is there."""
    path = tmp_path / "forms-ocr.toml"
    path.write_text("[intake]\nrescan_s = 0.001\nsettle_s = 0.0\npatience_s = 0.0\n", encoding="utf-8")
    return path


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """A small form, quick to load."""
    drawing = FormDrawing(80, 50, title="small")
    drawing.comb("number", "Number", 5, 20, 6)
    drawing.save(tmp_path / "small.pdf")
    return tmp_path / "small.pdf"


def test_nothing_to_scan_again_is_said(inbox: Path, form: Path, at_once: Path) -> None:
    result = call("inspect", inbox, "--config", at_once, "--template", form)
    assert result.exit_code == ExitCode.DONE
    assert "пустая страница / page 1 a blank page" in result.stdout
    assert "Nothing to scan again" in result.stdout


def test_what_must_be_scanned_again_ends_with_four(inbox: Path, form: Path, at_once: Path) -> None:
    (inbox / "empty.jpg").write_bytes(b"")
    result = call("inspect", inbox, "--config", at_once, "--template", form, "--language", "en")
    assert result.exit_code == ExitCode.QUARANTINED
    assert "! the file is empty" in result.stdout
    assert "To scan again: 1 page" in result.stdout


def test_programs_get_a_line_a_file(inbox: Path, form: Path, at_once: Path) -> None:
    (inbox / "empty.jpg").write_bytes(b"")
    result = call("inspect", inbox, "--config", at_once, "--template", form, "--json")
    documents = {line["scan"]: line for line in map(json.loads, result.stdout.splitlines())}
    assert documents["blank.pdf"]["to_scan_again"] == []
    assert documents["blank.pdf"]["findings"][0]["kind"] == "blank"
    assert documents["empty.jpg"]["to_scan_again"] == [0]


def test_the_settings_name_the_forms(inbox: Path, form: Path, at_once: Path) -> None:
    at_once.write_text(f'templates = ["{form.name}", "{form.name}"]\n', encoding="utf-8")
    result = call("inspect", inbox, "--config", at_once)
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "small: it is named twice" in result.stderr


def test_no_scan_at_all_is_told(tmp_path: Path, form: Path) -> None:
    (tmp_path / "none").mkdir()
    assert call("inspect", tmp_path / "none", "--template", form).exit_code == ExitCode.NOTHING_READ


def steps_then_end(steps: Sequence[Callable[[], object]]) -> Callable[[float], None]:
    """Does a step at each rest; when there are none left, somebody asks for the end."""
    waiting = list(steps)

    def rest(_: float) -> None:
        if waiting:
            waiting.pop(0)()
        else:
            signal.raise_signal(signal.SIGTERM)
        time.sleep(0.002)  # longer than the pause between two looks, so that each is followed by one step

    return rest


def test_watching_tells_of_each_file_once(
    inbox: Path, form: Path, at_once: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = Request((inbox,), (form,), at_once, is_json=True, language=None)
    blank = (inbox / "blank.pdf").read_bytes()
    rest = steps_then_end([lambda: (inbox / "new.pdf").write_bytes(blank), lambda: None, lambda: None])
    assert keep_inspecting(request, rest) == ExitCode.TERMINATED
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["scan"] for line in told] == ["blank.pdf", "new.pdf"]
    assert "duplicate" in {finding["kind"] for finding in told[1]["findings"]}
