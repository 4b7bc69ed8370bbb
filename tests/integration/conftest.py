"""What all rooms share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from forms_ocr.model import Template
from forms_ocr.template import default_template_path, loading


@pytest.fixture(scope="session", autouse=True)
def _our_form_is_rendered_once() -> Iterator[None]:
    """Nearly every command loads our form, and nobody changes its file; any other is loaded each time."""
    load, known = loading._load, dict[Any, Template]()

    def load_once(path: Any, *rest: Any) -> Template:
        if path != default_template_path():
            return load(path, *rest)
        if path not in known:
            known[path] = load(path, *rest)
        return known[path]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "_load", load_once)
        yield
