"""A kill at any moment changes nothing in the end: exports, archive, pictures and ledger are the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.integration.cli import crash_driver

STRIDE = int(os.environ.get("FORMS_OCR_CRASH_STRIDE", "9"))
"""1 kills before every durable act, about a minute; more leaves some out."""

NEVER_MISSED = {
    "commit",
    "fsync originals",
    "replace originals",
    "fsync crops",
    "replace crops",
    "rename inbox",
    "fsync exports",
    "replace exports",
}
"""Acts of intake, ledger, pictures, archive and export: one never killed and this test has lost its sense."""


def test_killed_before_any_durable_act_and_run_again_the_end_is_the_same(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, crash_driver.__file__, tmp_path, str(STRIDE)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["different"] == []
    assert found["verify"][0] == 0
    assert len(found["archived"]) == len(crash_driver.SCANS)
    kinds = set(found["acts"])
    assert len(kinds) >= 3
    assert STRIDE > 1 or kinds >= NEVER_MISSED, f"never killed: {sorted(NEVER_MISSED - kinds)}"
