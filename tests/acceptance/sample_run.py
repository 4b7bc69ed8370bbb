"""The installed command and what it leaves behind."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from click.testing import CliRunner, Result

from forms_ocr.cli import main

SAMPLES = Path(__file__).parents[2] / "samples"
COMMAND = Path(sys.executable).with_name("forms-ocr")

SLIP_TABLES = {"accepted": "records.csv", "review": "review.csv", "refused": "refused.csv"}

Row = Mapping[str, str]


def forms_ocr(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a user would, outside the checkout."""
    assert COMMAND.exists(), "forms-ocr is not installed in this environment; ./install.sh dev does it"
    return subprocess.run(
        [COMMAND, *arguments], cwd=cwd, capture_output=True, text=True, timeout=170, check=False
    )


def in_process(*arguments: str | Path) -> Result:
    """The same command without a process of its own, where only what it says and its exit code count."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@dataclass(frozen=True)
class SampleRun:
    """One run over the samples and what it left."""

    workspace: Path
    finished: subprocess.CompletedProcess[str]

    @property
    def exports(self) -> Path:
        """The folder of the tables and the report."""
        return self.workspace / "exports"

    def files(self) -> dict[str, bytes]:
        """Every exported file with its bytes."""
        return {
            str(path.relative_to(self.exports)): path.read_bytes()
            for path in sorted(self.exports.rglob("*"))
            if path.is_file()
        }

    @cached_property
    def slips(self) -> dict[tuple[str, int, int], Row]:
        """Every slip of the three tables by scan, page and number."""
        return {
            (row["scan"], int(row["page"]), int(row["slip"])): row
            for name in SLIP_TABLES.values()
            for row in read_table(self.exports / name)
        }

    @cached_property
    def pages(self) -> dict[tuple[str, int], Row]:
        """Every page by scan and number."""
        return {(row["scan"], int(row["page"])): row for row in read_table(self.exports / "pages.csv")}


def read_table(path: Path) -> list[Row]:
    """A CSV file's rows by their header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run_samples(workspace: Path, *options: str) -> SampleRun:
    """The main job on the samples."""
    finished = forms_ocr(
        *("run", SAMPLES / "scans", "-w", workspace, "--registry", SAMPLES / "registry.csv"),
        *("--period", "2026-11", *options),
        cwd=workspace.parent,
    )
    return SampleRun(workspace, finished)
