"""At which measure of a scan reading begins to fail: where ``forms-ocr inspect`` has its bounds from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from bench.pages import PERIOD, draw_accounts
from forms_ocr.decision import Registry
from forms_ocr.inspection import Inspector
from forms_ocr.inspection.measures import SlipMeasures, measure_slip
from forms_ocr.model import Account, AccountStatus, Disposition, Page, Rules
from forms_ocr.pipeline import Reader, build_reader, read_page
from forms_ocr.registration import register
from forms_ocr.simulation import (
    DrawnHand,
    ScanConditions,
    SlipValues,
    draw_pen,
    draw_slip_values,
    fill,
    scan,
    slip_entries,
)
from forms_ocr.template import default_template_path

_GOOD = ScanConditions(skew_deg=0.5, blur_sigma_px=0.6, noise=4.0)
"""A good scan; each damage changes one thing about it."""


def _at_dpi(dpi: float) -> ScanConditions:
    return replace(_GOOD, dpi=dpi, blur_sigma_px=_GOOD.blur_sigma_px * dpi / _GOOD.dpi)


DAMAGES: Mapping[str, tuple[Callable[[float], ScanConditions], tuple[float, ...]]] = {
    "resolution, dots an inch": (_at_dpi, (300, 150, 100, 80, 65, 50, 40)),
    "blur, sigma in pixels at 300 dpi": (
        lambda sigma: replace(_GOOD, blur_sigma_px=sigma),
        (0.6, 2.5, 3.5, 4.0, 4.5, 5.0, 6.0),
    ),
    "dark, grey of the paper": (
        lambda grey: replace(_GOOD, white=int(grey), black=10),
        (255, 150, 120, 105, 90, 70, 50),
    ),
    "faint toner and ink, grey of black": (
        lambda grey: replace(_GOOD, black=int(grey)),
        (0, 120, 140, 160, 175, 190, 210),
    ),
    "washed out, gamma": (lambda gamma: replace(_GOOD, gamma=gamma), (1.0, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)),
    "one bit, threshold too low": (
        lambda shift: replace(_GOOD, one_bit="global", threshold_shift=int(shift)),
        (0, -30, -60, -90, -110),
    ),
    "one bit, threshold too high": (
        lambda shift: replace(_GOOD, one_bit="global", threshold_shift=int(shift), noise=8.0),
        (0, 50, 65, 75, 80, 85),
    ),
}
"""What is done to a scan, and how strongly; the first strength of each harms nothing."""


@dataclass(frozen=True, slots=True)
class Level:
    """All slips at one strength of one damage.

    Attributes:
        found: Share of slips that are found on their page.
        digits: Share of digits of account and reading that are read right, of all slips.
        accepted: Share of slips that a batch would accept.
        told: Share of slips of which the inspection says that they are to be scanned again.
    """

    damage: str
    strength: float
    found: float
    digits: float
    accepted: float
    told: float
    measures: tuple[SlipMeasures, ...]
    right: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class _Paper:
    values: SlipValues
    pixels: NDArray[np.uint8]


def measure_inspection(reader: Reader, accounts: Sequence[Account], count: int) -> Iterator[Level]:
    """Damage ``count`` slips in every way; one level after the other, the same slips each time."""
    reader = replace(reader, registry=Registry.of(accounts), period=PERIOD)
    rng = np.random.default_rng(20)
    papers = [_draw(reader, account, rng) for account in _direct(accounts)[:count]]
    for damage, (conditions, strengths) in DAMAGES.items():
        for strength in strengths:
            yield _level(damage, strength, conditions(strength), papers, reader)


def _direct(accounts: Sequence[Account]) -> list[Account]:
    return [account for account in accounts if account.status is AccountStatus.DIRECT]


def _draw(reader: Reader, account: Account, rng: np.random.Generator) -> _Paper:
    values = draw_slip_values(rng, account, PERIOD)
    hand = DrawnHand(int(rng.integers(1 << 31)))
    entries = slip_entries(reader.template, values, is_typed=True)
    return _Paper(values, fill(reader.template, entries, hand, draw_pen(rng), rng).paper)


def _level(
    damage: str, strength: float, conditions: ScanConditions, papers: Sequence[_Paper], reader: Reader
) -> Level:
    rng = np.random.default_rng(7)
    pages = [Page(1, np.asarray(scan(paper.pixels, conditions, rng), np.uint8)) for paper in papers]
    looked = [_look(page, paper, reader) for page, paper in zip(pages, papers, strict=True)]
    return Level(
        damage,
        strength,
        found=float(np.mean([one.measures is not None for one in looked])),
        digits=float(np.mean([one.right for one in looked])),
        accepted=float(np.mean([one.is_accepted for one in looked])),
        told=float(np.mean([one.is_told for one in looked])),
        measures=tuple(one.measures for one in looked if one.measures is not None),
        right=tuple(one.right for one in looked if one.measures is not None),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    measures: SlipMeasures | None
    right: float
    is_accepted: bool
    is_told: bool


def _look(page: Page, paper: _Paper, reader: Reader) -> _Look:
    inspector = Inspector((reader.template,), reader.rules)
    is_told = inspector.inspect_page(page).is_to_scan_again
    registrations = register(page, reader.template)
    if not registrations:
        return _Look(None, 0.0, is_accepted=False, is_told=is_told)
    record = read_page(page, reader).slips[0].record
    fields = {field.name: field for field in record.fields}
    wanted = {reader.template.roles.account: paper.values.account}
    wanted[reader.template.roles.reading] = paper.values.reading
    right = [
        cell.value == digit
        for name, digits in wanted.items()
        for cell, digit in zip(fields[name].cells, digits, strict=False)
    ]
    measures = measure_slip(page, registrations[0], reader.template)
    is_accepted = record.disposition is Disposition.ACCEPTED
    return _Look(measures, float(np.mean(right)) if right else 0.0, is_accepted, is_told)


def describe_level(level: Level) -> str:
    """One line of the table."""

    def median(name: str) -> float:
        seen = [getattr(one, name) for one in level.measures if getattr(one, name) is not None]
        return float(np.median(seen)) if seen else float("nan")

    return (
        f"  {level.strength:>6g}: found {level.found:.0%}, digits {level.digits:.1%}, accepted "
        f"{level.accepted:.0%}, to scan again {level.told:.0%}; {median('dpi'):.0f} dpi, edges "
        f"{median('edge_mm'):.3f} mm, print contrast {median('print_contrast'):.0f}, pen contrast "
        f"{median('pen_contrast'):.0f}, pieces {median('pieces'):.1f}, filled {median('filled'):.0%}, "
        f"specks {median('specks'):.2%}"
    )


@click.command()
@click.option("--slips", default=20, show_default=True, help="Different slips; each is damaged in every way.")
def inspection(slips: int) -> None:
    """Damage slips ever more and show what the inspection measures and when reading fails."""
    cv2.setNumThreads(1)
    reader = build_reader(default_template_path(), None, Rules(), PERIOD)
    damage = ""
    for level in measure_inspection(reader, draw_accounts(3_000), slips):
        if level.damage != damage:
            click.echo(damage := level.damage)
        click.echo(describe_level(level))
