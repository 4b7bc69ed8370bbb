"""The order in which people count their files."""

from __future__ import annotations

import re


def natural_key(text: str) -> tuple[tuple[tuple[bool, int, str], ...], str]:
    """Sorts ``scan 2`` before ``scan 10``; total, so that equal keys mean equal texts."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return tuple((p[0] > "9", int(p) if p[0] in "0123456789" else 0, p) for p in parts), text
