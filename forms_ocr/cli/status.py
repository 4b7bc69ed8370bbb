"""``forms-ocr status``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from shutil import disk_usage
from typing import Any

import click

from forms_ocr.cli.options import old_workspace_option
from forms_ocr.errors import ExitCode


@click.command(short_help="Say what a workspace holds and what is left to do.")
@old_workspace_option
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, for monitoring.")
def status(workspace: Path, as_json: bool) -> ExitCode:
    """Say how many scans, pages and slips a workspace holds, what is left to read, and who is at work there.

    \b
    forms-ocr status -w workspace
    forms-ocr status -w workspace --json
    """  # noqa: D301  # click keeps the line breaks after it
    facts = gather(workspace)
    lines = [json.dumps(facts, ensure_ascii=False, indent=2)] if as_json else describe(facts)
    for line in lines:
        click.echo(line)
    return ExitCode.DONE


def gather(folder: Path) -> dict[str, Any]:
    """What is known, as JSON values."""
    from forms_ocr.cli.opened import looking_into  # noqa: PLC0415  # workers need none of it

    with looking_into(folder) as (workspace, ledger):
        ended = ledger.last_event("run_ended")
        began = ledger.last_event("run_began")
        periods = [{**asdict(period), "is_finished": period.is_finished} for period in ledger.overview()]
        return {
            "workspace": str(folder),
            "at_work": workspace.holder(),
            "last_run_began": began[0] if began else None,
            "last_run_ended": ended[0] if ended else None,
            "last_run": json.loads(ended[1]) if ended else None,
            "free_bytes": disk_usage(folder).free,
            "periods": periods,
        }


def describe(facts: Mapping[str, Any]) -> Iterator[str]:
    """The same in lines for people."""
    yield f"Workspace: {facts['workspace']}, {facts['free_bytes'] / 1e9:.1f} GB free on its disk"
    yield f"At work: {facts['at_work'] or 'nobody'}"
    yield _last_run(facts)
    for period in facts["periods"]:
        yield f"{period['period']}: " + ("everything is read" if period["is_finished"] else _left(period))
        for noun in ("scans", "pages", "slips"):
            yield f"  {noun}: {_parts(period[noun])}"


def _last_run(facts: Mapping[str, Any]) -> str:
    began, ended = facts["last_run_began"], facts["last_run_ended"]
    if began is None:
        return "Last run: none"
    if ended is None or ended < began:
        return f"Last run: began {began} and has not ended" + ("" if facts["at_work"] else "; it was killed")
    stopped = facts["last_run"].get("stopped_by")
    ceiling = (
        "; it stopped by itself because too much failed" if facts["last_run"].get("is_over_ceiling") else ""
    )
    return f"Last run: ended {ended}" + (f", stopped by {stopped}" if stopped else "") + ceiling


def _left(period: Mapping[str, Any]) -> str:
    unopened = period["scans"].get("received", 0)
    return (
        f"{period['waiting']} page(s) and {unopened} scan(s) nobody has opened are left; "
        f"`forms-ocr resume --period {period['period']}` reads them"
    )


def _parts(counts: Mapping[str, int]) -> str:
    parts = " + ".join(f"{count} {kind}" for kind, count in sorted(counts.items()) if count)
    return f"{sum(counts.values())} = {parts}" if parts else "0"
