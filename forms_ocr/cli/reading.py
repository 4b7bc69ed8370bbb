"""What ``forms-ocr run`` does: check everything, read the batch, write the exports, tell the result."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from signal import Signals

import click
from rich.console import Console

from forms_ocr import __version__
from forms_ocr.batch import (
    Crew,
    Equipment,
    Progress,
    Settings,
    Standing,
    Stop,
    run_batch,
    with_late_pictures,
)
from forms_ocr.batch.equipment import pipeline_equipment, pipeline_studio
from forms_ocr.cli.log import logging_to
from forms_ocr.cli.progress import BarProgress, LineProgress
from forms_ocr.cli.summary import describe_ignored, describe_left_over, describe_result, describe_start
from forms_ocr.config import Configuration, load_configuration
from forms_ocr.decision import Registry, resolve_conflicts
from forms_ocr.errors import ExitCode, NothingReadError
from forms_ocr.export import RunFacts, Summary, write_exports
from forms_ocr.ingest import Discovery, ScanFile, discover
from forms_ocr.model import FiledSlip, PageDisposition, Period, Template
from forms_ocr.recognition import NetworkRecognizer
from forms_ocr.registry import load_registry
from forms_ocr.store import Ledger, Workspace, open_ledger
from forms_ocr.template import default_template_path, load_template


@dataclass(frozen=True, slots=True)
class Order:
    """What the operator asked for."""

    scans: Sequence[Path]
    workspace: Path
    template: Path | None
    registry: Path | None
    period: Period | None
    workers: int | None
    config: Path | None


@dataclass(frozen=True, eq=False)
class Plan:
    """An order that was found to make sense."""

    workspace: Workspace
    configuration: Configuration
    template_path: Path
    template: Template
    registry_path: Path | None
    registry: Registry | None
    weights_sha256: str
    period: Period
    workers: int
    discovery: Discovery


def carry_out(order: Order) -> ExitCode:
    """Do what was asked for.

    Raises:
        FormsOcrError: With the exit code and the message for the operator.
    """
    plan = make_plan(order)
    _say(describe_ignored(plan.discovery.ignored))
    with plan.workspace.held(), logging_to(plan.workspace.log_path), open_ledger(plan.workspace) as ledger:
        stop = Stop()
        with stop.listening():
            _say(describe_start(len(plan.discovery.scans), plan.period, plan.workers))
            standing = _read(plan, ledger, stop)
            stopped_by = stop.signal
            _say(describe_left_over(ledger.unfinished_periods(), plan.period))
            summary = _export(plan, ledger, stop)
    if summary is not None:
        click.echo(describe_result(standing, summary, plan.workspace.exports))
    return _exit_code(stopped_by, summary)


def make_plan(order: Order) -> Plan:
    """Load and check everything before anything is begun."""
    workspace = Workspace(order.workspace)
    configuration = load_configuration(order.config or _own_configuration(workspace))
    template_path = order.template or default_template_path()
    template = load_template(template_path)
    registry = (
        None if order.registry is None else load_registry(order.registry, configuration.rules.account_digits)
    )
    discovery = _discover(order, workspace, template_path)
    return Plan(
        workspace=workspace,
        configuration=configuration,
        template_path=template_path,
        template=template,
        registry_path=order.registry,
        registry=registry,
        weights_sha256=NetworkRecognizer().card.sha256,
        period=order.period or configuration.current_period(datetime.now(UTC)),
        workers=order.workers or configuration.batch.worker_count,
        discovery=discovery,
    )


def _own_configuration(workspace: Workspace) -> Path | None:
    return workspace.configuration_path if workspace.configuration_path.is_file() else None


def _discover(order: Order, workspace: Workspace, template_path: Path) -> Discovery:
    """The scans that were given; never the workspace itself or the files named beside them."""
    found = discover(order.scans)
    aside = {path.resolve() for path in (order.registry, order.config, template_path) if path is not None}
    scans = tuple(scan for scan in found.scans if _is_scan(scan, workspace.folder.resolve(), aside))
    if not scans:
        places = ", ".join(map(str, order.scans))
        raise NothingReadError(
            f"{places}: no scans found, {len(found.ignored)} file(s) left aside; is this the right folder? "
            "Scans are PDF, TIFF, JPEG or PNG files, in it or in folders below it"
        )
    return Discovery(scans, found.ignored)


def _is_scan(scan: ScanFile, workspace: Path, aside: set[Path]) -> bool:
    path = scan.path.resolve()
    return path not in aside and not path.is_relative_to(workspace)


def _equipment(plan: Plan) -> Equipment:
    configuration = plan.configuration
    return pipeline_equipment(
        plan.template_path,
        plan.registry_path,
        configuration.rules.to_rules(),
        plan.period,
        configuration.ingest.to_limits(),
        configuration.batch.worker_memory_mb << 20,
    )


def _read(plan: Plan, ledger: Ledger, stop: Stop) -> Standing:
    batch = plan.configuration.batch
    crew = Crew(
        _equipment(plan), plan.workers, batch.pages_per_task, batch.page_timeout_s, batch.recycle_after_pages
    )
    originals = plan.workspace.originals
    return run_batch(plan.discovery.scans, settings_of(plan), ledger, originals, crew, _progress(), stop)


def settings_of(plan: Plan) -> Settings:
    """Everything that can change what is read. How many workers read it cannot."""
    configuration = plan.configuration
    registry = plan.registry_path
    return Settings(
        plan.period,
        {
            "program": __version__,
            "weights": plan.weights_sha256,
            "template": plan.template.fingerprint,
            "registry": hashlib.sha256(registry.read_bytes()).hexdigest() if registry else "",
            "rules": configuration.rules.model_dump(mode="json"),
            "ingest": configuration.ingest.model_dump(mode="json"),
            "page_timeout_s": configuration.batch.page_timeout_s,
            "worker_memory_mb": configuration.batch.worker_memory_mb,
        },
    )


def _progress() -> Progress:
    console = Console(stderr=True)
    return BarProgress(console) if console.is_terminal else LineProgress(partial(click.echo, err=True))


def _say(text: str) -> None:
    if text:
        click.echo(text, err=True)
        sys.stderr.flush()


def _export(plan: Plan, ledger: Ledger, stop: Stop) -> Summary | None:
    """Write the exports of the period; None if the ledger holds nothing of it."""
    pages = ledger.pages(plan.period)
    if not pages:
        return None
    rules = plan.configuration.rules
    facts = RunFacts(
        workspace=plan.workspace.folder,
        template=plan.template.name,
        version=__version__,
        min_confidence=rules.min_confidence,
        period=plan.period,
        registry=plan.registry_path.name if plan.registry_path else "",
        registry_accounts=len(plan.registry) if plan.registry is not None else 0,
    )
    slips = _settled_slips(plan, ledger, stop)
    return write_exports(plan.workspace.exports, pages, slips, plan.template, facts)


def _settled_slips(plan: Plan, ledger: Ledger, stop: Stop) -> Sequence[FiledSlip]:
    """The slips of the period, one record an account, with a picture of each that a person decides."""
    slips = resolve_conflicts(ledger.slips(plan.period), plan.configuration.rules.to_rules())
    studio = pipeline_studio(_equipment(plan), plan.template)
    return with_late_pictures(slips, plan.period, ledger, plan.workspace.originals, studio, stop)


def _exit_code(stopped_by: Signals | None, summary: Summary | None) -> ExitCode:
    if stopped_by is not None:
        return ExitCode(128 + stopped_by)
    if summary is None:
        return ExitCode.NOTHING_READ
    quarantined = summary.counts.pages[PageDisposition.QUARANTINED]
    if quarantined == summary.counts.page_total:
        return ExitCode.NOTHING_READ
    return ExitCode.QUARANTINED if quarantined else ExitCode.DONE
