"""Counted events with the bounds that so many trials allow, and tables of them for people and programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """Events in trials.

    The bounds are exact for independent trials (Clopper and Pearson, "The Use of Confidence or Fiducial
    Limits", 1934) and hold with 95 %, two-sided. Glyphs of one writer are not independent: there is more
    doubt than the bounds say.
    """

    events: int
    trials: int

    @classmethod
    def of(cls, statements: NDArray[np.bool_]) -> Rate:
        """How often a statement is true."""
        return cls(int(statements.sum()), len(statements))

    @property
    def share(self) -> float:
        """Events over trials; NaN without trials."""
        return self.events / self.trials if self.trials else float("nan")

    @property
    def low(self) -> float:
        """The true share is not below this; 0 without trials."""
        if not self.events:
            return 0.0
        return float(betaincinv(self.events, self.trials - self.events + 1, (1 - _LEVEL) / 2))

    @property
    def high(self) -> float:
        """The true share is not above this; 1 without trials."""
        if self.events >= self.trials:
            return 1.0
        return float(betaincinv(self.events + 1, self.trials - self.events, (1 + _LEVEL) / 2))


Cell = str | int | float | Rate
"""What a table holds: words, counts, shares from 0 to 1, rates with bounds."""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures under a title.

    Attributes:
        title: Its heading.
        note: What the columns mean, what was counted, and how.
        head: Names of the columns.
        rows: As many cells a row.
        has_bounds: Rates are shown with their bounds.
    """

    title: str
    note: str
    head: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    has_bounds: bool = True

    def as_markdown(self) -> str:
        """A heading, the note, and a table whose columns are also in line where it is read as text."""
        rows = [self.head, *(tuple(self._shown(cell) for cell in row) for row in self.rows)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.head))]
        head, *lines = (" | ".join(_padded(row, widths)) for row in rows)
        rule = " | ".join(["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
        table = [f"| {line} |" for line in (head, rule, *lines)]
        return "\n".join([f"## {self.title}", "", self.note, "", *table])

    def as_json(self) -> dict[str, Any]:
        """The same for a program."""
        rows = [dict(zip(self.head, map(_plain, row), strict=True)) for row in self.rows]
        return {"title": self.title, "note": self.note, "rows": rows}

    def _shown(self, cell: Cell) -> str:
        match cell:
            case Rate(_, 0):
                return ""
            case Rate() if self.has_bounds:
                return f"{cell.share:.3%} ({100 * cell.low:.3f} to {100 * cell.high:.3f})"
            case Rate():
                return f"{cell.share:.2%}"
            case float():
                return f"{cell:.5f}"
            case int():
                return f"{cell:,}"
        return cell


def _padded(row: tuple[str, ...], widths: Sequence[int]) -> list[str]:
    return [
        row[0].ljust(widths[0]),
        *(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)),
    ]


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Rate):
        return (
            asdict(cell) | {"share": cell.share, "low": cell.low, "high": cell.high} if cell.trials else None
        )
    return cell
