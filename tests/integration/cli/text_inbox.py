"""An inbox of text scans, and the commands over it with doubles of ingest and pipeline."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forms_ocr.batch import Equipment
from forms_ocr.cli import main, reading
from tests.integration.batch.batch_doubles import build_line_reader, open_text_scan

EQUIPMENT = Equipment(build_line_reader, open_text_scan, 4 << 30)


@dataclass(frozen=True)
class Desk:
    """What an operator has before them."""

    inbox: Path
    workspace: Path

    def put(self, name: str, *lines: str) -> Path:
        """Lay a scan into the inbox that was written long ago."""
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")
        os.utime(path, (0, 0))
        return path

    def set_up(self, toml: str) -> None:
        self.workspace.mkdir(exist_ok=True)
        (self.workspace / "forms-ocr.toml").write_text(toml, encoding="utf-8")

    def call(self, *arguments: str | Path) -> Result:
        """Any command over the workspace."""
        command = [*arguments, "-w", self.workspace]
        return CliRunner().invoke(main, [str(argument) for argument in command])

    def run(self, *arguments: str | Path) -> Result:
        return self.call("run", self.inbox, "--workers", "1", "--period", "2026-11", *arguments)

    def resume(self, *arguments: str | Path) -> Result:
        return self.call("resume", "--workers", "1", "--period", "2026-11", *arguments)

    def exports(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.workspace / "exports").iterdir()}


def desk_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(reading, "pipeline_equipment", lambda *_: EQUIPMENT)
    return Desk(folder / "inbox", folder / "workspace")
