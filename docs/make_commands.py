"""Write the part of commands.md that says what every command takes.

    .venv/bin/python docs/make_commands.py

It is made from the commands themselves, and a test compares the two.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from forms_ocr.cli import main

PAGE = Path(__file__).with_name("commands.md")
BEGIN = "<!-- made by docs/make_commands.py: begin -->\n"
KEEP_LINES = "\b\n"
END = "<!-- made by docs/make_commands.py: end -->\n"


def commands_markdown(command: click.Command, name: str = "forms-ocr") -> str:
    """Everything ``--help`` says about a command and all below it, as Markdown."""
    return "\n".join(_sections(command, _context(command, name)))


def with_commands(page: str, made: str) -> str:
    """The page with the made part replaced."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{PAGE.name}: the two marks between which the made part stands are missing")
    return f"{before}{BEGIN}{made}{END}{after}"


def _context(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    return click.Context(command, info_name=name, parent=parent, **command.context_settings)


def _sections(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"### `{context.command_path}`\n"
    yield f"```\n{command.get_usage(context).removeprefix('Usage: ')}\n```\n"
    yield from map(_paragraph, inspect.cleandoc(command.help or "").split("\n\n"))
    rows = list(_rows(command, context))
    if rows:
        yield "\n".join(["| argument or option | meaning |", "|---|---|", *rows, ""])
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from _sections(child, _context(child, name, context))


def _paragraph(text: str) -> str:
    """Click leaves the lines of a paragraph alone when it begins with a backspace: it is set as code."""
    return f"```\n{text.removeprefix(KEEP_LINES)}\n```\n" if text.startswith(KEEP_LINES) else f"{text}\n"


def _rows(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            names, meaning = (" ".join(part.split()).replace("|", "\\|") for part in record)
            yield f"| `{names}` | {meaning} |"


if __name__ == "__main__":
    PAGE.write_text(
        with_commands(PAGE.read_text(encoding="utf-8"), commands_markdown(main)), encoding="utf-8"
    )
