"""Draw the picture of the README: a sample slip with every field that was found and what was read in it.

    .venv/bin/python docs/make_pictures.py SCAN OUT.png

It shows the first slip on the first page of the scan.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from forms_ocr.extraction import slip_picture
from forms_ocr.ingest import Limits, open_scan
from forms_ocr.model import Box, Period, Record, Rules, Shape, Template
from forms_ocr.pipeline import build_reader, read_page
from forms_ocr.template import default_template_path

SAMPLES = Path(__file__).parents[1] / "samples"
FONT = Path(__file__).parents[1] / "templates" / "fonts" / "PTS75F.ttf"
DPI = 140.0
PX_PER_MM = DPI / 25.4
CERTAIN, DOUBTFUL = (16, 124, 65), (200, 90, 0)


def draw_slip(scan: Path, out: Path) -> None:
    """Read the scan's first slip and draw its fields onto it."""
    template_path = default_template_path()
    reader = build_reader(template_path, SAMPLES / "registry.csv", Rules(), Period(2026, 11))
    with open_scan(scan, Limits()) as opened:
        page = opened.read(1)
    slip = read_page(page, reader).slips[0]
    picture = Image.fromarray(slip_picture(page, slip.registration, reader.template, DPI)).convert("RGB")
    _draw_fields(ImageDraw.Draw(picture), reader.template, slip.record)
    picture.quantize(64).save(out, optimize=True)


def _draw_fields(draw: ImageDraw.ImageDraw, template: Template, record: Record) -> None:
    font = ImageFont.truetype(str(FONT), round(4.0 * PX_PER_MM))
    for reading in record.fields:
        field = template.field(reading.name)
        colour = DOUBTFUL if reading.is_doubtful else CERTAIN
        for box in field.cells or (field.box,):
            draw.rectangle(_pixels(box), outline=colour, width=3)
        said = (
            ("signed" if record.is_signed else "unsigned")
            if field.shape is Shape.SIGNATURE
            else reading.value
        )
        if said:
            _draw_tag(draw, field.box, said, colour, font)


def _draw_tag(
    draw: ImageDraw.ImageDraw,
    box: Box,
    said: str,
    colour: tuple[int, int, int],
    font: ImageFont.FreeTypeFont,
) -> None:
    """What was read, right below the field's right end, where the form has no print."""
    _, _, right, bottom = _pixels(box)
    place = (right - 4, bottom + 5)
    draw.rectangle(_grown(draw.textbbox(place, said, font=font, anchor="rt")), fill=colour)
    draw.text(place, said, font=font, fill="white", anchor="rt")


def _grown(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return box[0] - 5, box[1] - 4, box[2] + 5, box[3] + 4


def _pixels(box: Box) -> tuple[float, float, float, float]:
    return (
        box.left_mm * PX_PER_MM,
        box.top_mm * PX_PER_MM,
        box.right_mm * PX_PER_MM,
        box.bottom_mm * PX_PER_MM,
    )


if __name__ == "__main__":
    draw_slip(Path(sys.argv[1]), Path(sys.argv[2]))
