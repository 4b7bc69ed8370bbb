"""What the documentation says is what the program does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from docs.make_commands import commands_markdown, with_commands
from forms_ocr.cli import main
from forms_ocr.config import Configuration
from forms_ocr.errors import ExitCode
from forms_ocr.export.reasons_page import reasons_markdown
from forms_ocr.model import Reason

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]

GLOSSARY = (
    "scan page slip template field cell glyph posterior candidate confidence check record disposition reason "
    "registry period workspace quarantine review"
).split()

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _commands(command: click.Command, path: str = "forms-ocr") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            if not child.hidden:
                yield from _commands(child, f"{path} {name}")


def _anchor(heading: str) -> str:
    """The name under which a heading can be linked to."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def test_commands_page_is_what_the_commands_say() -> None:
    page = _text("commands.md")
    assert with_commands(page, commands_markdown(main)) == page, "run docs/make_commands.py"


def test_every_command_and_option_is_documented() -> None:
    page = _text("commands.md")
    missing = [
        f"{path} {option}"
        for path, command in _commands(main)
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for option in parameter.opts
        if option not in page
    ]
    assert missing == []
    assert [path for path, _ in _commands(main) if f"`{path}`" not in page] == []


def test_every_command_says_what_it_does() -> None:
    assert [path for path, command in _commands(main) if not (command.help or "").strip()] == []


def test_every_argument_and_option_says_what_it_does() -> None:
    silent = [
        f"{path} {parameter.opts[0]}"
        for path, command in _commands(main)
        for parameter in command.params
        if not getattr(parameter, "hidden", False) and not getattr(parameter, "help", None)
    ]
    assert silent == []


@pytest.mark.parametrize("code", ExitCode)
def test_exit_code_is_documented(code: ExitCode) -> None:
    assert f"| {code.value} | `{code.name}` |" in _text("commands.md")


def test_reasons_page_is_what_the_report_says() -> None:
    assert _text("reasons.md") == reasons_markdown(), "run python -m forms_ocr.export.reasons_page"


@pytest.mark.parametrize("reason", Reason)
def test_reason_is_documented(reason: Reason) -> None:
    assert f"| `{reason.value}` |" in _text("reasons.md")


@pytest.mark.parametrize("word", GLOSSARY)
def test_word_is_in_the_glossary(word: str) -> None:
    assert f"| **{word}** |" in _text("glossary.md")


def _settings(section: BaseModel) -> Iterator[tuple[str, str, object]]:
    for name, value in section:
        if isinstance(value, BaseModel):
            for key, default in value:
                yield name, key, default
        else:
            yield "", name, value


@pytest.mark.parametrize(("section", "key", "default"), [*_settings(Configuration())])
def test_setting_is_documented_with_its_default(section: str, key: str, default: object) -> None:
    page = _text("configuration.md")
    part = page.partition(f"\n## `[{section}]`\n")[2].partition("\n## ")[0] if section else page
    row = next((line for line in part.splitlines() if line.startswith(f"| `{key}` |")), None)
    assert row is not None, f"[{section}] {key} is missing in docs/configuration.md"
    if isinstance(default, frozenset):
        assert all(f"`{item}`" in part for item in default)
    elif isinstance(default, bool):
        assert f"`{str(default).lower()}`" in row  # as TOML writes it
    elif default == ():
        assert "`[]`" in row  # as TOML writes it
    elif default is not None:
        assert str(default) in row


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name) if name else page
        if not path.exists():
            broken.append(target)
        elif anchor:
            headings = HEADING.findall(path.read_text(encoding="utf-8"))
            if anchor not in map(_anchor, headings):
                broken.append(target)
    assert broken == []
