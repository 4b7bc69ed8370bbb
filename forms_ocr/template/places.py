"""Where the forms that come with the program lie."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def template_folder() -> Path:
    """The folder of our forms and fonts: inside the installed package, or ``templates/`` of a checkout."""
    packaged = _PACKAGE / "_templates"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "templates"


def default_template_path() -> Path:
    """The meter-reading slip that is used when no other template is named."""
    return template_folder() / "blank_form.pdf"
