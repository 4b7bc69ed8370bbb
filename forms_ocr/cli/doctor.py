"""``forms-ocr doctor``."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from forms_ocr.cli.options import FILE, config_option, templates_option
from forms_ocr.errors import ExitCode, FormsOcrError

_FREE_BYTES = 2 << 30
"""A night of 20,000 pages keeps about this much."""


@click.command(short_help="Look whether this machine has what a run needs.")
@click.option(
    "-w",
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    help="Look at this workspace and its disk too.",
)
@templates_option
@click.option("--registry", type=FILE, help="Read this registry too.")
@config_option
def doctor(
    workspace: Path | None, templates: tuple[Path, ...], registry: Path | None, config: Path | None
) -> ExitCode:
    """Check programs, weights, forms and settings, and where given workspace and registry.

    Exit code 6 if anything is missing.

    \b
    forms-ocr doctor
    forms-ocr doctor -w workspace --registry registry.csv
    """  # noqa: D301  # click keeps the line breaks after it
    is_sound = True
    for name, check in _checks(workspace, templates, registry, config):
        try:
            click.echo(f"ok    {name}: {check()}")
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what the operator wants to know
            is_sound = False
            click.echo(f"WRONG {name}: {error}")
    return ExitCode.DONE if is_sound else ExitCode.CONFIGURATION


def _checks(
    workspace: Path | None, templates: tuple[Path, ...], registry: Path | None, config: Path | None
) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "poppler", lambda: _program("pdftoppm", "-v", "poppler-utils")
    yield "tesseract", lambda: _program("tesseract", "--version", "tesseract-ocr")
    yield "tesseract's Russian", _russian
    yield "weights", _weights
    yield "forms" if len(templates) > 1 else "form", lambda: _forms(templates, config, workspace)
    yield "settings", lambda: _settings(config, workspace)
    if registry is not None:
        path = registry
        yield "registry", lambda: _registry(path, config, workspace)
    if workspace is not None:
        folder = workspace
        yield "workspace's disk", lambda: _disk(folder)
        yield "ledger", lambda: _ledger(folder)


def _said(command: list[str]) -> str:
    """The output of a program, whichever way it writes it."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603  # ours
    return done.stdout + done.stderr


def _program(name: str, flag: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FormsOcrError(f"not installed; apt-get install {package}")
    return _said([found, flag]).splitlines()[0]


def _russian() -> str:
    found = shutil.which("tesseract")
    if found is None or "rus" not in _said([found, "--list-langs"]).split():
        raise FormsOcrError("not installed; apt-get install tesseract-ocr-rus")
    return "installed"


def _weights() -> str:
    from forms_ocr.recognition import NetworkRecognizer  # noqa: PLC0415  # as elsewhere: only when asked for

    card = NetworkRecognizer().card
    return f"{card.sha256[:12]} of {card.date}, as their card says"


def _forms(given: tuple[Path, ...], config: Path | None, workspace: Path | None) -> str:
    """Those that were named, else those of the settings, as a run takes them."""
    from forms_ocr.cli.reading import configuration_of  # noqa: PLC0415
    from forms_ocr.store import Workspace  # noqa: PLC0415
    from forms_ocr.template import load_templates  # noqa: PLC0415

    paths = given or configuration_of(config, Workspace(workspace or Path())).templates
    forms = load_templates(paths)
    return "; ".join(f"{form.title or form.name}, {len(form.fields)} fields" for form in forms)


def _settings(config: Path | None, workspace: Path | None) -> str:
    from forms_ocr.cli.reading import configuration_of  # noqa: PLC0415
    from forms_ocr.store import Workspace  # noqa: PLC0415

    configuration = configuration_of(config, Workspace(workspace or Path()))
    return f"{configuration.timezone}, {configuration.batch.worker_count} worker(s)"


def _registry(path: Path, config: Path | None, workspace: Path | None) -> str:
    from forms_ocr.cli.reading import configuration_of  # noqa: PLC0415
    from forms_ocr.registry import load_registry  # noqa: PLC0415
    from forms_ocr.store import Workspace  # noqa: PLC0415

    rules = configuration_of(config, Workspace(workspace or Path())).rules
    return f"{len(load_registry(path, rules.account_digits))} accounts"


def _disk(folder: Path) -> str:
    from forms_ocr.store import is_on_network_share  # noqa: PLC0415

    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        raise FormsOcrError(f"{place} cannot be written; make it writable for this user")
    if is_on_network_share(place):
        raise FormsOcrError(f"{place} is on a network share; a workspace belongs on a local disk")
    free = shutil.disk_usage(place).free
    if free < _FREE_BYTES:
        raise FormsOcrError(f"{free / 1e9:.1f} GB free, a night needs {_FREE_BYTES / 1e9:.1f}; make room")
    return f"writable, {free / 1e9:.1f} GB free"


def _ledger(folder: Path) -> str:
    from forms_ocr.cli.opened import looking_into  # noqa: PLC0415
    from forms_ocr.store import Workspace  # noqa: PLC0415

    if not Workspace(folder).has_ledger:
        return "none yet; the first run makes it"
    with looking_into(folder) as (workspace, ledger):
        periods = ", ".join(period.period for period in ledger.overview()) or "nothing"
        holder = workspace.holder()
    return f"opens, holds {periods}" + (f"; at work: {holder}" if holder else "")
