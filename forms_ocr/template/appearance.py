"""What viewers draw for a field: small pictures (form XObjects) that hang on its widget."""

from __future__ import annotations

from collections.abc import Mapping

import pikepdf
from pikepdf import Array, Dictionary, Name

FONT = "FormText"
"""The name of our font inside a form's resources."""

ON = "On"
"""The state of a ticked check box that we drew."""


def picture(
    pdf: pikepdf.Pdf,
    width_pt: float,
    height_pt: float,
    content: bytes,
    *,
    fonts: Mapping[str, pikepdf.Object] | None = None,
) -> pikepdf.Stream:
    """Wrap drawing operators into a picture of the given size, origin at the bottom left."""
    resources = Dictionary(Font=Dictionary({f"/{name}": font for name, font in (fonts or {}).items()}))
    return pdf.make_stream(
        content,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, round(width_pt, 3), round(height_pt, 3)]),
        Resources=resources if fonts else Dictionary(),
    )


def check_box_pictures(pdf: pikepdf.Pdf, width_pt: float, height_pt: float) -> Dictionary:
    """The two faces of a check box: a cross when ``ON``, nothing when off."""
    x, y = width_pt * 0.2, height_pt * 0.2
    right, top = width_pt - x, height_pt - y
    cross = f"1.5 w {x:.3f} {y:.3f} m {right:.3f} {top:.3f} l {x:.3f} {top:.3f} m {right:.3f} {y:.3f} l S"
    return Dictionary(
        {
            f"/{ON}": picture(pdf, width_pt, height_pt, cross.encode("ascii")),
            "/Off": picture(pdf, width_pt, height_pt, b""),
        }
    )
