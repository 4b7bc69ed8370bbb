"""Pictures that travel inside the report."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image

# 1,000 px over the 210 mm of an A5 slip are 4.8 px/mm, enough to read a pen; about 50 kB a slip.
SLIP_WIDTH_PX = 1000
PAGE_WIDTH_PX = 420
_JPEG_QUALITY = 58


def data_uri(workspace: Path, relative: str, width_px: int) -> str:
    """A picture of the workspace, made small, as a ``data:`` URI.

    Args:
        workspace: The folder ``relative`` is relative to; nothing outside it is read.
        relative: "" for no picture.
        width_px: The longer side is brought down to this; smaller pictures keep their size.

    Returns:
        "" if there is no picture, or it was purged, or is none that can be read.
    """
    path = (workspace / relative).resolve()
    if not relative or not path.is_relative_to(workspace.resolve()):
        return ""
    try:
        content = _shrunk(path, width_px)
    except (OSError, ValueError, Image.DecompressionBombError):
        return ""
    return "data:image/jpeg;base64," + base64.b64encode(content).decode("ascii")


def _shrunk(path: Path, side_px: int) -> bytes:
    with Image.open(path, formats=("JPEG", "PNG")) as picture:
        picture.draft("L", (side_px, side_px))
        grey = picture.convert("L")
    grey.thumbnail((side_px, side_px), Image.Resampling.HAMMING)
    out = io.BytesIO()
    grey.save(out, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return out.getvalue()
