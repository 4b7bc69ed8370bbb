"""What a slip says about its writer apart from the account: reading, house and flat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forms_ocr.decision.address import NumberInk
from forms_ocr.decision.meter import ReadingInk
from forms_ocr.decision.meter_prior import reading_support
from forms_ocr.decision.registry import Registry
from forms_ocr.model import Period


class Witness:
    """Speaks for or against customers of the registry.

    Args:
        reading: None if the form does not ask for one.
        house, flat: The same.
    """

    def __init__(
        self,
        registry: Registry,
        period: Period | None,
        reading: ReadingInk | None,
        house: NumberInk | None = None,
        flat: NumberInk | None = None,
    ) -> None:
        self._registry = registry
        self._period = period
        self._reading = reading
        self._house = house
        self._flat = flat
        self._expected: dict[int, NDArray[np.float64]] = {}
        self._months: dict[int, float] = {}

    def support(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """How much better the slip fits these customers than somebody who is not in the registry.

        Args:
            rows: (K,) in the registry.

        Returns:
            (K,) ratios of likelihoods, above 0.
        """
        support = self._of_readings(rows)
        houses, flats = self._registry.houses_and_flats(rows)
        for ink, registered in ((self._house, houses), (self._flat, flats)):
            if ink is not None:
                support = support * _of_numbers(ink, registered)
        return support

    def _of_readings(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        meters = self._registry.meters(rows, self._period)
        self._months |= zip(rows.tolist(), meters.months.tolist(), strict=True)
        if self._reading is None:
            return np.ones(len(rows))
        expected = reading_support(self._reading.values, self._reading.lengths, meters)
        self._expected |= zip(rows.tolist(), expected, strict=True)
        return self._reading.likelihoods(expected)

    def ask(self, row: int) -> None:
        """Make sure that a customer was asked about, whoever named the account."""
        if row not in self._months:
            self.support(np.array([row], np.intp))

    def expected(self, row: int, reading: ReadingInk) -> NDArray[np.float64] | None:
        """(S,) how far a customer's meter speaks for each string of a reading; None if never asked of one.

        Args:
            reading: The one this witness was made with, or the same cells looked at again.
        """
        if reading is self._reading or row not in self._expected:
            return self._expected.get(row)
        meters = self._registry.meters(np.array([row]), self._period)
        support = reading_support(reading.values, reading.lengths, meters)
        return np.asarray(support[0], np.float64)

    def months(self, row: int) -> float:
        """Months since a customer's last reading, 1 if it was never asked."""
        return self._months.get(row, 1.0)


def _of_numbers(ink: NumberInk, registered: Sequence[str]) -> NDArray[np.float64]:
    return np.array([ink.support_of(number) for number in registered])
