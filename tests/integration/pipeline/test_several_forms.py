"""Two forms in one run: files in, tables out, and each slip knows by which form it was read."""

import csv
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from forms_ocr.cli import main
from forms_ocr.cli.settled import readings_of_slips
from forms_ocr.errors import ExitCode
from forms_ocr.evaluation.trial import random_entries
from forms_ocr.model import Period, Template
from forms_ocr.simulation import CLEAN, DrawnHand, Pen, draw_conditions, encode, fill, scan
from forms_ocr.simulation.office_forms import LOOKS, draw_office_form
from forms_ocr.store import Workspace, open_ledger
from forms_ocr.template import default_template_path, load_template


def scan_of(form: Template, seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    slip = fill(form, random_entries(form, rng), DrawnHand(seed), Pen(), rng, 200)
    page = scan(slip.paper, draw_conditions(CLEAN, rng, dpi=200), rng, paper_dpi=200)
    return encode([page], "jpeg", 200)


@pytest.fixture
def order(tmp_path: Path) -> Path:
    draw_office_form(LOOKS["framed A5"]).save(tmp_path / "order.pdf")
    return tmp_path / "order.pdf"


@pytest.fixture
def inbox(tmp_path: Path, order: Path) -> Path:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.jpg").write_bytes(scan_of(load_template(default_template_path()), 1))
    (inbox / "b.jpg").write_bytes(scan_of(load_template(order), 2))
    return inbox


def test_each_slip_is_read_by_its_own_form(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "forms.toml").write_text(
        f'templates = ["{default_template_path()}", "order.pdf"]\n'
        "[batch]\nworkers = 1\npage_timeout_s = 600\n"
    )
    asked = ["-w", str(tmp_path / "ws"), "--period", "2026-11", "--config", str(tmp_path / "forms.toml")]
    result = CliRunner().invoke(main, ["run", str(inbox), *asked])
    assert result.exit_code == ExitCode.DONE, result.output
    rows: dict[str, dict[str, str]] = {}
    for name in ("records", "review", "refused"):
        with (tmp_path / "ws" / "exports" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows |= {row["scan"]: row for row in csv.DictReader(file)}
    assert len(rows["a.jpg"]["account"]) == 12
    assert rows["a.jpg"]["comb_1"] == ""
    assert rows["b.jpg"]["account"] == ""
    assert len(rows["b.jpg"]["comb_1"]) == 6
    assert_told_apart(tmp_path)


def assert_told_apart(folder: Path) -> None:
    """The ledger says by which form each slip was read, and so does what a learned cut is held against."""
    prints = {load_template(path).fingerprint for path in (default_template_path(), folder / "order.pdf")}
    period = Period(2026, 11)
    with open_ledger(Workspace(folder / "ws")) as ledger:
        assert {slip.template for slip in ledger.slips(period)} == prints
        readings = readings_of_slips(ledger, period).values()
        assert {reading.template for reading in readings if reading is not None} == prints


def test_a_form_named_twice_is_a_fault_of_the_order(order: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.jpg").write_bytes(b"never opened")
    asked = ["--template", str(order), "--template", str(order), "-w", str(tmp_path / "ws")]
    result = CliRunner().invoke(main, ["run", str(inbox), *asked])
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "named twice" in result.stderr
