"""Forms of other offices: are their digits read as well as those of the standard form?

``python -m bench forms --data FOLDER``: a form of 40 combs without markers at 150 dpi in colour, forms in
light drop-out inks, and the standard form, each filled in by drawn hands and by real handwriting.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import click
import cv2
import numpy as np

from forms_ocr.evaluation.trial import DrawHand, Trial, Way, drawn_hand, try_out
from forms_ocr.model import Template
from forms_ocr.recognition import NetworkRecognizer
from forms_ocr.simulation import GlyphSource, Hand, RealHand, Role, load_source
from forms_ocr.simulation.office_forms import FORTY_COMBS, LOOKS, FormLook, draw_office_form
from forms_ocr.template import default_template_path, load_template

SOURCES = ("mnist", "bhmsds", "optdigits", "usps")
"""Real handwriting, of writers the networks were never trained on."""

COLOURS: tuple[Literal["colour", "grey", "one-bit"], ...] = ("colour", "grey", "one-bit")
DROP_OUT_BGR = {
    "red": (60, 60, 255),
    "orange": (40, 140, 255),
    "green": (70, 190, 60),
    "blue": (255, 150, 60),
}
PALER = (0.4, 0.7, 0.85)
"""Shares of an ink's darkness that are missing."""


def measure(data: Path | None, slips: int, seed: int) -> Iterator[str]:
    """The lines of the table."""
    cv2.setNumThreads(1)
    recognizer = NetworkRecognizer()
    hands: dict[str, DrawHand] = {"drawn": drawn_hand}
    if data is not None:
        hands["real"] = partial(
            _real_hand, tuple(load_source(data, name).split(Role.HELD_OUT) for name in SOURCES)
        )
    yield (
        f"{'form':<28}{'scan':<18}{'hands':<7}{'found':>9}{'worst corner mm':>17}"
        f"{'digits':>8}{'wrong':>7}{'per 1000':>10}"
    )
    for name, template, way in _cases():
        for who, draw_hand in hands.items():
            trial = try_out(template, recognizer, slips, seed, draw_hand=draw_hand, way=way)
            yield _row(name, way, who, trial)


def _cases() -> Iterator[tuple[str, Template, Way]]:
    with tempfile.TemporaryDirectory() as folder:
        standard = load_template(default_template_path())
        forty = _drawn(Path(folder), "forty combs", FORTY_COMBS)
        yield "standard", standard, Way(150.0, "colour")
        yield "40 combs, no markers", forty, Way(150.0, "colour")
        yield "40 combs, no markers", forty, Way(300.0, "grey")
        cells = _drawn(Path(folder), "light cells", LOOKS["drop-out"])
        for colour in COLOURS:
            yield "light cells, black text", cells, Way(200.0, colour)
        light = _drawn(Path(folder), "all light", replace(LOOKS["drop-out"], grey=0.45))
        for ink, bgr in DROP_OUT_BGR.items():
            for colour in COLOURS:
                yield f"all in light {ink}", light, Way(200.0, colour, bgr)
            for share in PALER:
                blue, green, red = (round(255 - (255 - tone) * (1 - share)) for tone in bgr)
                name = f"{ink}, paler by {share:.0%}"
                yield name, light, Way(200.0, "colour", (blue, green, red))


def _drawn(folder: Path, name: str, look: FormLook) -> Template:
    path = folder / f"{name.replace(' ', '_')}.pdf"
    draw_office_form(look).save(path)
    return load_template(path)


def _real_hand(sources: tuple[GlyphSource, ...], rng: np.random.Generator) -> Hand:
    return RealHand(sources[int(rng.integers(len(sources)))], None, rng)


def _row(name: str, way: Way, who: str, trial: Trial) -> str:
    scan = f"{way.dpi:.0f} dpi {way.colour}"
    share = 1000 * trial.wrong_digits / trial.digits if trial.digits else float("nan")
    found = f"{trial.found}/{trial.scans}"
    return (
        f"{name:<28}{scan:<18}{who:<7}{found:>9}{trial.error_mm(0.95):>17.2f}"
        f"{trial.digits:>8}{trial.wrong_digits:>7}{share:>10.1f}"
    )


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Handwriting.")
@click.option("--slips", default=16, show_default=True, type=click.IntRange(1), help="Slips a form and scan.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same slips.")
def forms(data: Path | None, slips: int, seed: int) -> None:
    """Digits of other offices' forms beside those of the standard form."""
    for line in measure(data, slips, seed):
        click.echo(line)
