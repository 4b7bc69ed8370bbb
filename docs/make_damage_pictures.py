"""Draw the picture of damaged slips with the cells that were found on them.

    .venv/bin/python docs/make_damage_pictures.py OUT.png

Every picture is a page of the distortion bench; green boxes are where the reader looks for characters, orange
ones on slips that it hands to people.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bench.damages import KINDS, Desk
from bench.distortion import write_papers
from bench.pages import draw_accounts
from forms_ocr.model import Page, Registration, Rules, Template
from forms_ocr.registration import register
from forms_ocr.simulation import WrittenSlip
from forms_ocr.template import default_template_path, load_template

FONT = Path(__file__).parents[1] / "templates" / "fonts" / "PTS75F.ttf"
SHOWN = (
    ("skew", 10), ("curl", 3), ("wobble", 1.3), ("torn", 2),
    ("coffee", 2), ("fold", 30), ("back", 15), ("border", 20),
    ("tilt", 40), ("shadow", 0.6), ("two", 2), ("overlap", 40),
)  # fmt: skip
COLUMNS, TILE_PX, CAPTION_PX = 4, (330, 260), 24
READ, TOLD = (16, 124, 65), (200, 90, 0)


def draw(out: Path) -> None:
    """All of ``SHOWN`` on one sheet."""
    template = load_template(default_template_path())
    papers = [paper.slip for paper in write_papers(template, draw_accounts(2000), 3, 1, None)]
    tiles = [_tile(kind, strength, template, papers) for kind, strength in SHOWN]
    rows = [np.hstack(tiles[first : first + COLUMNS]) for first in range(0, len(tiles), COLUMNS)]
    Image.fromarray(np.vstack(rows)).quantize(96).save(out, optimize=True)


def _tile(kind: str, strength: float, template: Template, papers: list[WrittenSlip]) -> NDArray[np.uint8]:
    """One page with its fields, and a caption below."""
    shot = KINDS[kind].make(Desk(template, papers, 0), strength, np.random.default_rng([3, int(strength)]))
    page = np.asarray(cv2.cvtColor(shot.pixels, cv2.COLOR_GRAY2BGR), np.uint8)
    thick = max(2, page.shape[1] // 400)
    for slip in register(Page(1, shot.pixels), template):
        _outline(page, slip, template, thick)
    picture = Image.fromarray(page)
    picture.thumbnail(TILE_PX, Image.Resampling.LANCZOS)
    tile = Image.new("RGB", (TILE_PX[0] + 8, TILE_PX[1] + CAPTION_PX + 8), "white")
    tile.paste(picture, ((tile.width - picture.width) // 2, (TILE_PX[1] - picture.height) // 2 + 4))
    what = KINDS[kind]
    caption = f"{what.title}: {strength:g} {what.unit}".strip()
    font = ImageFont.truetype(str(FONT), 15)
    ImageDraw.Draw(tile).text((tile.width / 2, TILE_PX[1] + 10), caption, "black", font, anchor="mt")
    return np.asarray(tile)


def _outline(page: NDArray[np.uint8], slip: Registration, template: Template, thick: int) -> None:
    colour = READ if slip.residual_mm <= Rules().max_residual_mm else TOLD
    for field in template.fields:
        for box in field.cells or (field.box,):
            corners = np.rint(slip.to_page(box.corners_mm)).astype(np.int32)
            cv2.polylines(page, [corners], True, colour, thick, cv2.LINE_AA)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    draw(Path(sys.argv[1]))
