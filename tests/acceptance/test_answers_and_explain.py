"""The installed commands about people's answers, on the samples."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import pytest

from tests.acceptance.sample_run import SAMPLES, SampleRun, forms_ocr, read_table

pytestmark = pytest.mark.acceptance


def test_pictures_of_the_blind_sample_show_slips_and_answers_measure_quality(
    sample_run: SampleRun, tmp_path: Path
) -> None:
    everything = tmp_path / "all.toml"
    everything.write_text("[budget]\nblind_share = 1.0\n")
    options = ("-w", sample_run.workspace, "--config", everything)
    assert forms_ocr("answers", "sample", *options, "--out", tmp_path / "s.csv", cwd=tmp_path).returncode == 0
    rows = read_table(tmp_path / "s.csv")
    accepted = [row for row in sample_run.slips.values() if row["disposition"] == "accepted"]
    assert {row["slip_id"] for row in rows} == {row["slip_id"] for row in accepted}
    for row in rows:
        picture = cv2.imread(row["picture"], cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        assert picture.shape[1] > picture.shape[0] > 400

    truth = {(row["scan"], row["page"], row["slip"]): row for row in read_table(SAMPLES / "truth.csv")}
    with (tmp_path / "keyed.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("slip_id", "account", "reading", "date", "who"))
        for row in rows:
            true = truth[row["scan"], row["page"], row["slip"]]
            writer.writerow((row["slip_id"], true["account"], true["reading"], true["date"], "anna"))
    filed = forms_ocr("answers", "import", tmp_path / "keyed.csv", *options, cwd=tmp_path)
    assert filed.returncode == 0, filed.stderr
    said = forms_ocr("quality", *options, cwd=tmp_path).stdout
    assert f"{len(rows)} │     0" in said
    assert "is not confirmed yet" in said


def test_a_slip_is_explained_to_a_clerk(sample_run: SampleRun, tmp_path: Path) -> None:
    below = next(row for row in sample_run.slips.values() if row["reasons"] == "reading_below_last")
    said = forms_ocr("explain", below["slip_id"], "-w", sample_run.workspace, "--lang", "ru", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert "На проверку человеком: показание меньше предыдущего" in said.stdout
    assert "прошлое показание" in said.stdout
    assert "- Показание подходит к счётчику и к прошлому показанию" in said.stdout
    assert "+ Бланк подписан" in said.stdout
