"""Pictures of slips that were accepted each by itself and are now before a person.

An accepted slip keeps no picture: drawing one for each would cost every page some 5 ms. When the slips of one
account contradict each other, the few that are sent to review are drawn from their originals.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from forms_ocr.batch.stop import Stop
from forms_ocr.batch.work import OpenScan
from forms_ocr.model import Disposition, FiledSlip, Page, Period, Registration
from forms_ocr.store import Ledger, Originals, SlipSource

_log = logging.getLogger(__name__)

_SLIPS_A_TRANSACTION = 64


@dataclass(frozen=True, slots=True)
class Studio:
    """What pictures are drawn with.

    Attributes:
        open_scan: Opens an original.
        draw_slip: The slip laid straight, as a JPEG.
    """

    open_scan: Callable[[Path], AbstractContextManager[OpenScan]]
    draw_slip: Callable[[Page, Registration], bytes]


def with_late_pictures(
    slips: Sequence[FiledSlip],
    period: Period,
    ledger: Ledger,
    originals: Originals,
    studio: Studio,
    stop: Stop,
) -> list[FiledSlip]:
    """Draw and keep the pictures that slips under review lack.

    A slip that cannot be drawn, because its original is gone, stays without one; so do those left when
    somebody asks for the end. The next run tries them again, and no other.

    Args:
        slips: All slips of one period with what finally becomes of them.

    Returns:
        The slips in the order given.

    Raises:
        StorageError: The workspace cannot be written.
    """
    lacking = [
        slip.slip_id
        for slip in slips
        if slip.record.disposition is Disposition.REVIEW and not slip.picture_path
    ]
    paths: dict[str, str] = {}
    for first in range(0, len(lacking), _SLIPS_A_TRANSACTION):
        if stop.is_requested:
            break
        sources = ledger.slip_sources(period, lacking[first : first + _SLIPS_A_TRANSACTION])
        paths |= ledger.add_pictures(period, dict(draw_slips(sources, originals, studio)))
    return [replace(slip, picture_path=paths.get(slip.slip_id, slip.picture_path)) for slip in slips]


def draw_slips(
    sources: Mapping[str, SlipSource], originals: Originals, studio: Studio
) -> Iterator[tuple[str, bytes]]:
    """Pictures by slip, without those that cannot be drawn; each original is opened once."""
    ordered = sorted(sources.items(), key=lambda item: (item[1].sha256, item[1].page, item[0]))
    for sha256, group in groupby(ordered, key=lambda item: item[1].sha256):
        try:
            with studio.open_scan(originals.path_of(sha256)) as scan:
                yield from _draw_of_scan(group, scan, studio)
        except Exception as error:  # noqa: BLE001  # a report without a picture is better than no report
            _tell(error)


def _draw_of_scan(
    sources: Iterable[tuple[str, SlipSource]], scan: OpenScan, studio: Studio
) -> Iterator[tuple[str, bytes]]:
    for slip_id, source in sources:
        try:
            picture = studio.draw_slip(scan.read(source.page), source.registration)
        except Exception as error:  # noqa: BLE001  # as above
            _tell(error)
        else:
            yield slip_id, picture


def _tell(error: Exception) -> None:
    _log.warning("picture not drawn", extra={"facts": {"error": type(error).__name__}})
