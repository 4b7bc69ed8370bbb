"""Templates into pages, in the language and look of whoever asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from forms_ocr.export.faults import fault_phrase
from forms_ocr.export.report import visible
from forms_ocr.review.duties import Duty
from forms_ocr.review.entrance import Session
from forms_ocr.review.web.language import LANGUAGES, Language, language
from forms_ocr.review.web.words import script_words

_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Look:
    """How pages are shown to one visitor.

    Attributes:
        theme: "" for that of their system.
        has_passwords: There is a page on which people change theirs.
    """

    language: Language
    theme: str
    session: Session | None
    address: str
    has_passwords: bool = True

    def may(self, duty: str) -> bool:
        """Whether the pages of a duty are open to this visitor."""
        return self.session is not None and self.session.may(Duty(duty))

    @property
    def next_theme(self) -> str:
        """What the button for it turns to: the system's, then dark, then light."""
        return {"": "dark", "dark": "light", "light": ""}[self.theme]


class Renderer:
    """Makes pages. One for all visitors."""

    def page(self, name: str, look: Look, status: int, values: Mapping[str, object]) -> Response:
        """A page of a template; nothing of it is kept by the browser."""
        template = _environment(look.language.code).get_template(name)
        return HTMLResponse(template.render(look=look, **values), status_code=status)


@cache
def _environment(code: str) -> Environment:
    """What pages of one language are made with; templates are compiled once."""
    spoken = language(code)
    environment = Environment(
        loader=PackageLoader("forms_ocr.review.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=visible,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(spoken.words, newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {
        "languages": LANGUAGES,
        "static": static_address,
        "words": _words_attribute(spoken),
    }
    environment.filters |= {
        "number": spoken.number,
        "percent": spoken.percent,
        "day": spoken.day,
        "phrase": spoken.phrase,
        "fault": lambda message: _fault(str(message), spoken),
    }
    return environment


def _fault(message: str, spoken: Language) -> str:
    """What was wrong with a scan, in the visitor's language where its words are known."""
    phrase = fault_phrase(message)
    return message if phrase is None else spoken.phrase(phrase)


def _words_attribute(spoken: Language) -> str:
    """The script's words as JSON, for an attribute: pages carry no script of their own, not even data."""
    return json.dumps(script_words(spoken), ensure_ascii=False)


@cache
def _static() -> Mapping[str, bytes]:
    """Every file of the look by its name."""
    folder = files("forms_ocr.review.web").joinpath("static")
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir(), key=lambda file: file.name)}


@cache
def _static_digest() -> str:
    """One for all files, since the parts of the script name each other without it."""
    digest = hashlib.sha256()
    for name, content in _static().items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


def static_address(name: str) -> str:
    """Where a file is to be had; after any change it is another address, so browsers may keep it for good."""
    return f"/static/{_static_digest()}/{name}"


def serve_static(request: Request) -> Response:
    """Style and script."""
    name = request.path_params["name"]
    content = _static().get(name)
    if content is None or request.path_params["digest"] != _static_digest():
        return Response(status_code=404)
    return Response(
        content,
        media_type=_KINDS["." + name.rpartition(".")[2]],
        headers={"cache-control": "public, max-age=31536000, immutable"},
    )
