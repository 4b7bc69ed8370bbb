"""From a form's PDF and its TOML to the template that the stages work with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pikepdf
from pikepdf import Name

from forms_ocr.errors import ConfigurationError, TemplateError
from forms_ocr.model import Field, GreyImage, Marker, Template
from forms_ocr.template.acroform import BAD_STRUCTURE, read_form
from forms_ocr.template.artwork import ARTWORK_DPI, find_markers, render_artwork
from forms_ocr.template.meaning import MAX_TOML_BYTES, Meaning, apply_meaning, parse_meaning
from forms_ocr.template.page_frame import PageFrame
from forms_ocr.template.pdf_file import open_pdf, read_limited, unsound
from forms_ocr.template.places import default_template_path

MAX_OBJECTS = 50_000
MAX_IMAGE_PIXELS = 100_000_000
"""A2 at 400 dpi has 62 million."""

_FINGERPRINT_VERSION = 1


def load_template(pdf: Path) -> Template:
    """Read a form.

    The PDF may come from anybody: its size, its page, its pictures and its number of fields are limited.

    Args:
        pdf: One page with AcroForm fields. What they mean says a file of the same name ending in ``.toml``.

    Returns:
        The template; without TOML a comb is digits, a line is text, and nothing is required.

    Raises:
        TemplateError: With every fault of both files.
    """
    meaning, faults = _read_meaning(pdf.with_suffix(".toml"))
    try:
        with open_pdf(pdf) as document:
            return _load(pdf, document, meaning, faults)
    except TemplateError as error:
        # one fault list: what the TOML alone shows does not wait until the PDF is sound
        faults = [*error.faults, *(fault for fault in faults if fault not in error.faults)]
    except BAD_STRUCTURE as error:
        faults = [unsound(pdf, error), *faults]
    raise TemplateError(str(pdf), faults)


def load_templates(paths: Sequence[Path]) -> tuple[Template, ...]:
    """The forms that were named; the meter slip that comes along if none was.

    Raises:
        TemplateError: One is invalid.
        ConfigurationError: One is named twice: nobody could say which of the two a slip is of.
    """
    every = tuple(load_template(path) for path in paths or (default_template_path(),))
    prints = [one.fingerprint for one in every]
    doubles = sorted({one.name for one in every if prints.count(one.fingerprint) > 1})
    if doubles:
        raise ConfigurationError(
            "templates", [f"{name}: it is named twice; name it once" for name in doubles]
        )
    return every


def _load(path: Path, document: pikepdf.Pdf, meaning: Meaning | None, meaning_faults: list[str]) -> Template:
    form = read_form(document)
    found = [*_document_faults(document), *form.faults]
    artwork: GreyImage | None = None
    if form.frame is not None and not found:
        artwork, fault = render_artwork(document, form.frame)
        found += [fault] if fault else []
    fields, meant = apply_meaning(form.fields, form.named, meaning or Meaning())
    faults = [f"{path.name}: {text}" for text in found] + meaning_faults
    faults += [f"{path.stem}.toml: {text}" for text in meant]
    if faults or form.frame is None or artwork is None:
        raise TemplateError(str(path), faults)
    return _assemble(path, form.frame, fields, artwork, meaning or Meaning())


def _assemble(
    path: Path, frame: PageFrame, fields: Sequence[Field], artwork: GreyImage, meaning: Meaning
) -> Template:
    dictionary, markers = find_markers(artwork)
    roles = meaning.to_roles()
    said = {"title": meaning.title, "roles": asdict(roles)}
    return Template(
        name=path.stem,
        width_mm=frame.width_mm,
        height_mm=frame.height_mm,
        fields=tuple(fields),
        artwork=artwork,
        artwork_dpi=ARTWORK_DPI,
        markers=markers,
        marker_dictionary=dictionary,
        roles=roles,
        title=meaning.title,
        fingerprint=_fingerprint(frame, fields, artwork, dictionary, markers, said),
    )


def _fingerprint(
    frame: PageFrame,
    fields: Sequence[Field],
    artwork: GreyImage,
    dictionary: str,
    markers: Sequence[Marker],
    said: Mapping[str, object],
) -> str:
    """SHA-256 over everything that decides how a slip is read."""
    description = {
        "version": _FINGERPRINT_VERSION,
        "size_mm": (frame.width_mm, frame.height_mm),
        "fields": [asdict(field) for field in fields],
        "markers": [dictionary, *(asdict(marker) for marker in markers)],
        "artwork_shape": artwork.shape,
        **said,
    }
    text = json.dumps(description, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8") + artwork.tobytes()).hexdigest()


def _document_faults(document: pikepdf.Pdf) -> list[str]:
    faults: list[str] = []
    if document.is_encrypted:
        faults.append("it is encrypted; save it without protection")
    if len(document.pages) != 1:
        faults.append(f"it has {len(document.pages)} pages; a form is one page")
    if len(document.objects) > MAX_OBJECTS:
        return [*faults, f"it has {len(document.objects)} objects; at most {MAX_OBJECTS}"]
    for item in document.objects:
        faults += _image_faults(item)
    return faults


def _image_faults(item: pikepdf.Object) -> list[str]:
    """A picture that decoding would blow up memory with."""
    if not isinstance(item, pikepdf.Stream) or item.get("/Subtype") != Name.Image:
        return []
    width, height = int(item.get("/Width", 0)), int(item.get("/Height", 0))
    if width * height <= MAX_IMAGE_PIXELS:
        return []
    return [f"it holds a picture of {width} x {height} pixels; at most {MAX_IMAGE_PIXELS // 10**6} million"]


def _read_meaning(path: Path) -> tuple[Meaning | None, list[str]]:
    """The TOML beside the PDF and its own faults; None if there is none or it cannot be read."""
    if not path.exists():
        return None, []
    data, fault = read_limited(path, MAX_TOML_BYTES)
    if data is None:
        return None, [fault]
    meaning, faults = parse_meaning(data)
    return (None if faults else meaning), [f"{path.name}: {text}" for text in faults]
