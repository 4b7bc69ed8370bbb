"""What a person says a slip says, beside what the machine had said."""

from __future__ import annotations

from dataclasses import dataclass

from forms_ocr.model.record import Disposition

ANSWERED_FIELDS = ("account", "reading", "date")
"""What people key of a slip: all that becomes its record."""


@dataclass(frozen=True, slots=True)
class Values:
    """What somebody read on a slip; "" for what is not there or cannot be read."""

    account: str
    reading: str
    date: str

    def differing(self, other: Values) -> frozenset[str]:
        """The names of the fields in which two readings differ; leading zeros of a meter reading do not."""
        return frozenset(name for name in ANSWERED_FIELDS if self._told(name) != other._told(name))

    def _told(self, name: str) -> str:
        value: str = getattr(self, name)
        return value.lstrip("0") or value[:1] if name == "reading" else value


@dataclass(frozen=True, slots=True)
class MachineReading:
    """What the machine had said when a person answered.

    Attributes:
        disposition: What had become of the slip.
        weights_sha256: Of the network that read it.
    """

    values: Values
    confidence: float
    disposition: Disposition
    weights_sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's reading of one slip. Never changed: a correction is another answer.

    Attributes:
        period: ``YYYY-MM`` under which the slip was filed; with ``slip_id`` it names the slip.
        who: The person, as the list of answers names them.
        at: When it was filed, ISO with its offset.
        is_blind: The slip had been accepted, and the person did not see what the machine had read.
    """

    slip_id: str
    period: str
    office: str
    who: str
    at: str
    values: Values
    is_blind: bool
    machine: MachineReading

    @property
    def wrong_fields(self) -> frozenset[str]:
        """Where the machine had read something else."""
        return self.values.differing(self.machine.values)
