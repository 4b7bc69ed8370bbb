"""Which slips people key without seeing what the machine read."""

from __future__ import annotations

import hashlib


def is_sampled(slip_id: str, share: float) -> bool:
    """Whether a slip belongs to a stable share of all slips.

    The same slip always gets the same answer, in any order, run or place; a larger share holds every smaller
    one. Whether the slip was accepted plays no part, so the sample stays the same sample when the cut moves.

    Args:
        share: 0 to 1; nothing is sampled for what is no number.
    """
    digest = hashlib.sha256(b"blind sample\0" + slip_id.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") < share * 2.0**64
