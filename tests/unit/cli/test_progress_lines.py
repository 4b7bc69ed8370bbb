from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import click
import pytest
from rich.console import Console

from forms_ocr.batch import Standing
from forms_ocr.cli import main
from forms_ocr.cli.progress import (
    STOPPING,
    BarProgress,
    LineProgress,
    describe_counts,
    describe_duration,
    describe_line,
)
from forms_ocr.cli.summary import describe_ignored, describe_left_over
from forms_ocr.ingest import IgnoredFile
from forms_ocr.model import Disposition, PageDisposition, Period

STANDING = Standing(
    expected_pages=90,
    elapsed_s=2.0,
    pages=Counter({PageDisposition.SLIPS: 25, PageDisposition.BLANK: 5}),
    slips=Counter({Disposition.ACCEPTED: 20, Disposition.REVIEW: 6}),
)


def test_counts_leave_out_what_is_not_there() -> None:
    assert describe_counts(STANDING) == "20 accepted, 6 review; 5 blank"
    assert describe_counts(Standing()) == ""


@pytest.mark.parametrize(
    ("seconds", "said"), [(7, "0:07"), (59.6, "1:00"), (750, "12:30"), (11100, "3:05:00")]
)
def test_durations(seconds: float, said: str) -> None:
    assert describe_duration(seconds) == said


def test_a_line_says_everything() -> None:
    said = "30 of 120 pages; 15.0 pages/s, 0:06 left; 20 accepted, 6 review; 5 blank"
    assert describe_line(STANDING) == said
    assert describe_line(Standing(expected_pages=4)) == "0 of 4 pages"


def test_a_line_every_half_minute() -> None:
    times = iter([0.0, 10.0, 29.9, 30.0, 30.0, 59.0, 61.0, 61.0])
    lines: list[str] = []
    with LineProgress(lines.append, lambda: next(times)) as progress:
        for _ in range(5):
            progress.show(STANDING)
    assert lines == [describe_line(STANDING)] * 2


def test_stopping_is_said_once() -> None:
    lines: list[str] = []
    with LineProgress(lines.append, lambda: 0.0) as progress:
        for _ in range(3):
            progress.show(Standing(is_stopping=True))
    assert lines == [STOPPING]


def test_the_bar_shows_rate_time_left_and_counts() -> None:
    terminal = io.StringIO()
    with BarProgress(Console(file=terminal, force_terminal=True, width=140)) as progress:
        progress.show(STANDING)
    for part in ("30/120", "15.0 pages/s", "0:06 left", "20 accepted, 6 review; 5 blank"):
        assert part in terminal.getvalue()


def test_files_left_aside_are_told_the_first_by_name() -> None:
    files = [IgnoredFile(Path(str(n)), f"{n}.part", "not complete yet") for n in range(7)]
    said = describe_ignored(files)
    assert said.splitlines()[0] == "Left aside: 7 file(s)"
    assert "0.part: not complete yet" in said
    assert said.splitlines()[-1] == "  and 2 more"
    assert describe_ignored([]) == ""


def test_other_months_with_unread_pages_are_told() -> None:
    assert describe_left_over(["2026-11"], Period(2026, 11)) == ""
    assert "--period 2026-10" in describe_left_over(["2026-10", "2026-11"], Period(2026, 11))


def commands(command: click.Command) -> list[click.Command]:
    if isinstance(command, click.Group):
        return [command] + [found for child in command.commands.values() for found in commands(child)]
    return [command]


@pytest.mark.parametrize("command", commands(main), ids=lambda command: command.name)
def test_every_command_has_a_worked_example(command: click.Command) -> None:
    assert command.help is not None
    assert "\b" in command.help
    assert "forms-ocr " in command.help
