"""The samples that are checked in: complete, true to their list, and written again byte for byte."""

import csv
import subprocess
import sys
from collections import Counter
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, UnidentifiedImageError

from forms_ocr.model import Disposition, PageDisposition, Reason

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
SLIP_OUTCOMES = {*Disposition, "accepted|review"}


def _rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _pages(path: Path) -> int:
    """How many pages a scan has; 0 where it cannot be opened."""
    data = path.read_bytes()
    try:
        if path.suffix == ".pdf":
            with pikepdf.open(BytesIO(data)) as pdf:
                return len(pdf.pages)
        with Image.open(BytesIO(data)) as picture:
            return int(getattr(picture, "n_frames", 1))
    except (pikepdf.PdfError, pikepdf.PasswordError, UnidentifiedImageError, OSError):
        return 0


def test_the_command_writes_the_same_bytes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "samples.make_samples", str(tmp_path)]
    subprocess.run(command, cwd=SAMPLES.parent, check=True, timeout=120)
    for made in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        kept = SAMPLES / made.relative_to(tmp_path)
        assert kept.read_bytes() == made.read_bytes(), f"{kept} is stale: run python -m samples.make_samples"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_truth_knows_every_scan_and_every_page() -> None:
    rows = _rows("truth.csv")
    scans = {str(p.relative_to(SAMPLES / "scans")) for p in (SAMPLES / "scans").rglob("*") if p.is_file()}
    assert {row["scan"] for row in rows} == scans
    for scan in scans:
        pages = {int(row["page"]) for row in rows if row["scan"] == scan}
        found = _pages(SAMPLES / "scans" / scan)
        assert pages == (set(range(1, found + 1)) or {0}), scan


def test_there_is_enough_of_everything() -> None:
    rows = _rows("truth.csv")
    assert len({(row["scan"], row["page"]) for row in rows if row["page"] != "0"}) >= 34
    assert len({row["scan"].split("/")[0] for row in rows}) == 4
    assert {Path(row["scan"]).suffix for row in rows} == {".pdf", ".tif", ".jpg", ".png"}
    assert sum(path.stat().st_size for path in SAMPLES.rglob("scans/*/*")) < 8_000_000


@pytest.mark.parametrize("row", _rows("truth.csv"), ids=lambda row: "{scan}-{page}-{slip}".format(**row))
def test_a_line_of_the_truth_holds_together(row: dict[str, str]) -> None:
    assert row["disposition"] in (set(PageDisposition) if row["slip"] == "0" else SLIP_OUTCOMES)
    assert {*filter(None, row["reasons"].split(";"))} <= set(Reason)
    assert (row["reasons"] == "") == ("accepted" in row["disposition"])
    if row["disposition"] == "accepted":
        assert all(row[name] for name in ("account", "reading", "date", "address"))
        assert row["signed"] == "true"


def test_accepted_slips_are_in_the_registry_and_keep_its_rules() -> None:
    registry = {line["account"]: line for line in _rows("registry.csv")}
    accepted = [row for row in _rows("truth.csv") if row["disposition"] == "accepted"]
    for row in accepted:
        line = registry[row["account"]]
        assert line["status"] == "direct"
        assert len(row["reading"]) == int(line["dials"])
        assert row["reading"] >= line["last_reading"]
        assert row["address"].startswith(f"{line['street']}, {line['house']}")
        assert row["date"] in {f"2026-11-{day}" for day in range(23, 27)}
    counts = Counter(row["account"] for row in accepted)
    assert max(counts.values()) == 1
