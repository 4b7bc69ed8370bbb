"""What is wrong with a file, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nsmallest

MAX_SHOWN = 20
"""Faults shown one by one; a file with more of them has one cause, which the first twenty show."""


@dataclass(slots=True)
class Faults:
    """Faults of a file: the first by line, and how many there are."""

    count: int = 0
    _first: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, fault: str) -> None:
        """Note one fault."""
        self.count += 1
        self._first.append((line, fault))
        if len(self._first) >= 2 * MAX_SHOWN:
            self._first = nsmallest(MAX_SHOWN, self._first)

    def sentences(self) -> list[str]:
        """The first faults in the order of their lines, and the number of the others."""
        shown = [f"line {line}: {fault}" for line, fault in nsmallest(MAX_SHOWN, self._first)]
        rest = self.count - len(shown)
        return [*shown, f"and {rest} more"] if rest else shown
