"""The typeface of our forms, and how it goes into a PDF so that Russian can be typed into a field."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase.ttfonts import TTFontFile

from forms_ocr.template.places import template_folder

REGULAR = "PTS55F.ttf"
BOLD = "PTS75F.ttf"

_CYRILLIC = "".join(chr(code) for code in range(0x410, 0x450)) + "Ёё"
TYPEABLE = string.digits + string.ascii_letters + string.punctuation + " " + _CYRILLIC + "«»—–№"
"""What a person types into a form."""

_SYMBOLIC = 4  # PDF 32000-1, table 123: the glyphs are addressed by number, not through a standard encoding


def font_path(name: str) -> Path:
    """Where one of our font files lies.

    Args:
        name: ``REGULAR`` or ``BOLD``.
    """
    return template_folder() / "fonts" / name


@dataclass(frozen=True)
class FormFont:
    """A subset of a font, ready to be put into PDFs.

    Attributes:
        glyphs: Character to glyph number in ``program``.
        widths: Advance of each glyph, in thousandths of the size, in the order of the glyph numbers.
        program: The TrueType file with these glyphs only.
    """

    name: str
    glyphs: Mapping[str, int]
    widths: tuple[float, ...]
    program: bytes
    ascent: float
    descent: float
    cap_height: float
    bbox: tuple[float, ...]

    def encode(self, text: str) -> bytes:
        """The two-byte codes that show ``text``; a character the font lacks shows as an empty box."""
        return b"".join(self.glyphs.get(character, 0).to_bytes(2, "big") for character in text)

    def width_pt(self, text: str, size_pt: float) -> float:
        """How far ``text`` runs."""
        return sum(self.widths[self.glyphs.get(c, 0)] for c in text) * size_pt / 1000

    def embed(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """Put the font into a PDF.

        Returns:
            The font dictionary (composite, Identity-H, with a ToUnicode map), an indirect object.
        """
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name(f"/{self.name}"),
            Flags=_SYMBOLIC,
            FontBBox=Array([round(value) for value in self.bbox]),
            ItalicAngle=0,
            Ascent=round(self.ascent),
            Descent=round(self.descent),
            CapHeight=round(self.cap_height),
            StemV=80,
            FontFile2=pdf.make_stream(self.program, Length1=len(self.program)),
        )
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name(f"/{self.name}"),
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            CIDToGIDMap=Name.Identity,
            DW=round(self.widths[0]),
            W=Array([0, Array([round(width) for width in self.widths])]),
        )
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type0,
                BaseFont=Name(f"/{self.name}"),
                Encoding=Name("/Identity-H"),
                DescendantFonts=Array([pdf.make_indirect(descendant)]),
                ToUnicode=pdf.make_stream(_to_unicode(self.glyphs)),
            )
        )


@cache
def form_font(file_name: str = REGULAR, characters: str = TYPEABLE) -> FormFont:
    """Cut a font down to the characters a form needs.

    Args:
        file_name: ``REGULAR`` or ``BOLD``.
        characters: Each is kept once; those that the font lacks are left out.
    """
    font = TTFontFile(BytesIO(font_path(file_name).read_bytes()))
    codes = [ord(c) for c in dict.fromkeys(characters) if ord(c) in font.charToGlyph]
    glyphs, old_numbers = _number_glyphs(codes, font.charToGlyph)
    scale = 1000 / font.unitsPerEm
    return FormFont(
        name="FORMSA+" + font.name.decode("ascii"),
        glyphs=glyphs,
        widths=tuple(font.hmetrics[number][0] * scale for number in old_numbers),
        program=font.makeSubset(codes),
        ascent=font.ascent,
        descent=font.descent,
        cap_height=font.capHeight,
        bbox=tuple(font.bbox),
    )


def _number_glyphs(codes: list[int], old_number: Mapping[int, int]) -> tuple[dict[str, int], list[int]]:
    """Number glyphs the way ``TTFontFile.makeSubset`` does: in order, glyph 0 first, shared ones once."""
    glyphs: dict[str, int] = {}
    kept = [0]
    for code in codes:
        old = old_number[code]
        if old not in kept:
            kept.append(old)
        glyphs[chr(code)] = kept.index(old)
    return glyphs, kept


def _to_unicode(glyphs: Mapping[str, int]) -> bytes:
    """The CMap that turns glyph numbers back into text (PDF 32000-1, 9.10.3), in blocks of at most 100."""
    pairs = [f"<{glyph:04X}> <{ord(character):04X}>" for character, glyph in glyphs.items()]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
