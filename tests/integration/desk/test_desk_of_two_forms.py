"""Slips of two forms before one desk: each is asked about, drawn and judged by its own."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from forms_ocr.cli import main
from forms_ocr.cli.reviewing import Review
from forms_ocr.config import Configuration
from forms_ocr.evaluation.trial import random_entries
from forms_ocr.model import Action, Rules, Template
from forms_ocr.review.asking import machine_value
from forms_ocr.review.checking import Checker
from forms_ocr.review.shown import Filters, Handling, Outcome, SlipView
from forms_ocr.simulation import CLEAN, DrawnHand, Pen, draw_conditions, encode, scan
from forms_ocr.simulation import fill as fill_in
from forms_ocr.simulation.office_forms import LOOKS, draw_office_form
from forms_ocr.store import Workspace
from forms_ocr.template import default_template_path, load_template
from tests.integration.desk.conftest import ANNA, Place, opened


def scan_of(form: Template, seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    slip = fill_in(form, random_entries(form, rng), DrawnHand(seed), Pen(), rng, 200)
    page = scan(slip.paper, draw_conditions(CLEAN, rng, dpi=200), rng, paper_dpi=200)
    return encode([page], "jpeg", 200)


@pytest.fixture
def forms(tmp_path: Path) -> tuple[Path, Path]:
    draw_office_form(LOOKS["framed A5"]).save(tmp_path / "order.pdf")
    return default_template_path(), tmp_path / "order.pdf"


@pytest.fixture
def options(forms: tuple[Path, Path]) -> list[str]:
    return [text for form in forms for text in ("--template", str(form))]


@pytest.fixture
def place(forms: tuple[Path, Path], options: list[str], tmp_path: Path) -> Iterator[Place]:
    """A slip of each form, read in one run; every slip is of the sample."""
    slip, order = map(load_template, forms)
    (tmp_path / "inbox").mkdir()
    for number, form in enumerate((slip, order), 1):
        (tmp_path / "inbox" / f"{number}.jpg").write_bytes(scan_of(form, number))
    asked = ["run", str(tmp_path / "inbox"), "-w", str(tmp_path / "workspace"), "--period", "2026-11"]
    result = CliRunner().invoke(main, [*asked, "--workers", "1", *options])
    assert result.exit_code == 0, result.output
    with opened(Workspace(tmp_path / "workspace"), Checker(slip, Rules(), None, [order]), 1.0) as found:
        yield found


def by_scan(place: Place) -> dict[str, SlipView]:
    return {view.scan: view for view in place.room.desk.next_slips(ANNA, Filters(), 9)}


@pytest.mark.slow
def test_each_slip_is_asked_about_drawn_and_saved_by_its_own_form(
    place: Place, forms: tuple[Path, Path], options: list[str]
) -> None:
    order = load_template(forms[1])
    views = by_scan(place)
    assert {asked.name for asked in views["1.jpg"].asked} <= set(place.checker.subjects)
    view, checker = views["2.jpg"], place.checker.of(order.fingerprint)
    names = [asked.name for asked in view.asked]
    assert set(names) <= {field.name for field in order.fields}
    assert view.aspect == pytest.approx(order.width_mm / order.height_mm)
    for name in names:
        picture = place.room.gallery.field(ANNA, view.ticket.period, view.ticket.slip_id, name)
        pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert pixels is not None
        subject = checker.subjects[name].box
        assert pixels.shape[1] / pixels.shape[0] == pytest.approx(
            (subject.width_mm + 4) / (subject.height_mm + 4), rel=0.15
        )
    seen = place.books.queue.seen(view.ticket.period, view.ticket.slip_id)
    assert seen is not None
    typed = {name: machine_value(checker.subjects[name], seen.slip.record) for name in names}
    handling = Handling(Action.CONFIRM, typed, is_confirmed=True)
    assert place.room.desk.save(ANNA, view.ticket, handling).outcome is Outcome.ACCEPTED
    asked = ["resume", "-w", str(place.workspace.folder), "--period", "2026-11", "--workers", "1"]
    assert CliRunner().invoke(main, [*asked, *options]).exit_code == 0
    with (place.workspace.exports / "records.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["scan"]: row for row in csv.DictReader(file)}
    assert all(rows["2.jpg"][name] == value for name, value in typed.items() if name in rows["2.jpg"])


def test_the_command_takes_several_forms_or_those_of_the_configuration(forms: tuple[Path, Path]) -> None:
    nothing, named = Configuration(), Configuration(templates=forms)
    assert Review(Path(), forms[1:]).forms(named) == forms[1:]
    assert Review(Path()).forms(named) == forms
    assert Review(Path()).forms(nothing) == (default_template_path(),)
    assert Review(Path(), forms).options == ["--template", str(forms[0]), "--template", str(forms[1])]
