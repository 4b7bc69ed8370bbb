"""What ``forms-ocr run`` does: check everything, read the batch, write the exports, tell the result."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from signal import Signals

import click
from rich.console import Console

from forms_ocr import __version__
from forms_ocr.batch import (
    Ceiling,
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
from forms_ocr.budget import Cut, RegistryKind
from forms_ocr.cli.log import logging_to
from forms_ocr.cli.progress import BarProgress, LineProgress
from forms_ocr.cli.settled import (
    Acceptance,
    acceptance_of,
    decided_slips,
    histories_of,
    reading_of,
    registry_kind,
)
from forms_ocr.cli.summary import (
    describe_ceiling,
    describe_ignored,
    describe_left_over,
    describe_other_months,
    describe_result,
    describe_start,
)
from forms_ocr.config import Configuration, load_configuration
from forms_ocr.decision import Registry
from forms_ocr.errors import ExitCode, NothingReadError
from forms_ocr.export import RunFacts, Summary, write_exports
from forms_ocr.ingest import Arrivals, Discovery, ScanFile, discover
from forms_ocr.model import FiledSlip, PageDisposition, Period, Template
from forms_ocr.pipeline import weights_sha256
from forms_ocr.registry import load_registry
from forms_ocr.store import Archive, Ledger, Workspace, open_ledger
from forms_ocr.template import default_template_path, load_templates


@dataclass(frozen=True, slots=True)
class Order:
    """What the operator asked for.

    Attributes:
        scans: None at all: finish what an earlier run left.
        templates: None at all: those of the configuration, else the meter slip that comes along.
        max_error: Comes before the configuration's.
        store: Address of the ledger's database, if it is not where it was.
        archive: Files that were taken in are moved here.
        is_resumed: Go on although much failed.
    """

    scans: Sequence[Path]
    workspace: Path
    templates: tuple[Path, ...]
    registry: Path | None
    period: Period | None
    workers: int | None
    config: Path | None
    max_error: float | None = None
    store: str | None = None
    archive: Path | None = None
    is_resumed: bool = False


@dataclass(frozen=True, eq=False)
class Plan:
    """An order that was found to make sense.

    Attributes:
        template, others: The forms that slips may be prints of, with where they lie; most runs have one.
    """

    workspace: Workspace
    configuration: Configuration
    template_path: Path
    template: Template
    other_template_paths: tuple[Path, ...]
    others: tuple[Template, ...]
    registry_path: Path | None
    registry: Registry | None
    weights_sha256: str
    period: Period
    is_period_of_clock: bool
    workers: int
    discovery: Discovery
    acceptance: Acceptance
    ceiling: Ceiling | None
    archive: Archive | None

    @property
    def registry_kind(self) -> RegistryKind:
        """How far the registry helps."""
        return registry_kind(self.registry)

    @property
    def cut(self) -> Cut:
        """From which confidence on the slips of this run are accepted."""
        return self.acceptance.cut_for(reading_of(settings_of(self).description))


def carry_out(order: Order) -> ExitCode:
    """Do what was asked for.

    Raises:
        FormsOcrError: With the exit code and the message for the operator.
    """
    workspace = Workspace(order.workspace)
    order = _with_period_left(order, workspace)
    configuration = configuration_of(order.config, workspace)
    order = with_templates(order, configuration)
    settle_s = configuration.intake.settle_s
    discovery = Arrivals(settle_s, settle_s).settle(find(order, workspace))
    _check_found(order, discovery)
    plan = make_plan(order, configuration, discovery)
    say(describe_ignored(plan.discovery.ignored))
    with holding(workspace, order.store) as ledger:
        stop = Stop()
        with stop.listening():
            return work_off(plan, ledger, stop)[0]


def _with_period_left(order: Order, workspace: Workspace) -> Order:
    """To finish what was left, when nobody named a month: the first that has something left."""
    if order.scans or order.period is not None or not workspace.has_ledger:
        return order
    with open_ledger(workspace, store=order.store) as ledger:
        left = ledger.unfinished_periods()
    return replace(order, period=Period.parse(left[0])) if left else order


@contextmanager
def holding(workspace: Workspace, store: str | None) -> Iterator[Ledger]:
    """The workspace with its log and its ledger, for this process alone."""
    with (
        workspace.held(),
        logging_to(workspace.log_path),
        open_ledger(workspace, store=store) as ledger,
    ):
        yield ledger


def work_off(plan: Plan, ledger: Ledger, stop: Stop) -> tuple[ExitCode, Standing]:
    """Read what was found, write the exports, tell the result; how it ended, and what it did."""
    say(describe_start(len(plan.discovery.scans), plan.period, plan.workers))
    standing = _read(plan, ledger, stop)
    stopped_by = stop.signal
    say(describe_left_over(ledger.unfinished_periods(), plan.period))
    summary = _export(plan, ledger, stop)
    if summary is not None:
        click.echo(describe_result(standing, summary, plan.workspace.exports, plan.cut))
    say(describe_other_months(standing, plan.period))
    say(describe_ceiling(standing))
    return _exit_code(stopped_by, summary, standing), standing


def configuration_of(given: Path | None, workspace: Workspace) -> Configuration:
    """The file that was named, the workspace's own, or the defaults."""
    return load_configuration(given or _own_configuration(workspace))


def make_plan(order: Order, configuration: Configuration, discovery: Discovery) -> Plan:
    """Load and check everything before anything is begun."""
    workspace = Workspace(order.workspace)
    batch = configuration.batch
    template_path, *other_paths = order.templates or (default_template_path(),)
    template, *others = load_templates((template_path, *other_paths))
    registry = (
        None if order.registry is None else load_registry(order.registry, configuration.rules.account_digits)
    )
    return Plan(
        workspace=workspace,
        configuration=configuration,
        template_path=template_path,
        template=template,
        other_template_paths=tuple(other_paths),
        others=tuple(others),
        registry_path=order.registry,
        registry=registry,
        weights_sha256=weights_sha256((template, *others)),
        period=order.period or configuration.current_period(datetime.now(UTC)),
        is_period_of_clock=order.period is None,
        workers=order.workers or batch.worker_count,
        discovery=discovery,
        acceptance=acceptance_of(workspace, configuration, order.max_error),
        ceiling=None if order.is_resumed else Ceiling(batch.max_failed_share, batch.failed_share_after_pages),
        archive=None if order.archive is None else Archive(order.archive),
    )


def with_templates(order: Order, configuration: Configuration) -> Order:
    """The order with the configuration's forms where it names none itself."""
    return replace(order, templates=order.templates or configuration.templates)


def _own_configuration(workspace: Workspace) -> Path | None:
    return workspace.configuration_path if workspace.configuration_path.is_file() else None


def find(order: Order, workspace: Workspace) -> Discovery:
    """The scans that were given; never workspace or archive, nor the files named beside them."""
    found = discover(order.scans)
    named = (order.registry, order.config, *(order.templates or (default_template_path(),)))
    aside = {path.resolve() for path in named if path is not None}
    folders = [path.resolve() for path in (workspace.folder, order.archive) if path is not None]
    scans = tuple(scan for scan in found.scans if _is_scan(scan, folders, aside))
    return Discovery(scans, found.ignored)


def _check_found(order: Order, found: Discovery) -> None:
    if order.scans and not found.scans:
        places = ", ".join(map(str, order.scans))
        raise NothingReadError(
            f"{places}: no scans found, {len(found.ignored)} file(s) left aside{_reasons(found)}; "
            "is this the right folder? Scans are PDF, TIFF, JPEG or PNG files, in it or in folders below it"
        )


def _reasons(found: Discovery) -> str:
    """Why files were left aside, each reason once."""
    reasons = sorted({file.why for file in found.ignored})
    return f" ({'; '.join(reasons)})" if reasons else ""


def _is_scan(scan: ScanFile, folders: Sequence[Path], aside: set[Path]) -> bool:
    path = scan.path.resolve()
    return path not in aside and not any(path.is_relative_to(folder) for folder in folders)


def _equipment(plan: Plan) -> Equipment:
    configuration = plan.configuration
    return pipeline_equipment(
        plan.template_path,
        plan.registry_path,
        configuration.rules.to_rules(),
        plan.period,
        configuration.ingest.to_limits(),
        configuration.batch.worker_memory_mb << 20,
        plan.other_template_paths,
        configuration.batch.page_cpu_s,
    )


def _read(plan: Plan, ledger: Ledger, stop: Stop) -> Standing:
    batch = plan.configuration.batch
    crew = Crew(
        _equipment(plan), plan.workers, batch.pages_per_task, batch.page_timeout_s, batch.recycle_after_pages
    )
    originals = plan.workspace.originals
    return run_batch(
        plan.discovery.scans,
        settings_of(plan),
        ledger,
        originals,
        crew,
        _progress(),
        stop,
        ceiling=plan.ceiling,
        archive=plan.archive,
    )


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
            **_named_templates(plan),
            "registry": hashlib.sha256(registry.read_bytes()).hexdigest() if registry else "",
            "registry_kind": plan.registry_kind.value,
            "rules": configuration.rules.model_dump(mode="json"),
            "ingest": configuration.ingest.model_dump(mode="json"),
            "page_timeout_s": configuration.batch.page_timeout_s,
            "page_cpu_s": configuration.batch.page_cpu_s,
            "worker_memory_mb": configuration.batch.worker_memory_mb,
        },
        plan.is_period_of_clock,
    )


def _named_templates(plan: Plan) -> dict[str, list[str]]:
    """All templates of a run that has several; a run with one is described as ever."""
    every = [plan.template, *plan.others]
    return {"templates": [one.fingerprint for one in every]} if plan.others else {}


def _progress() -> Progress:
    console = Console(stderr=True)
    return BarProgress(console) if console.is_terminal else LineProgress(partial(click.echo, err=True))


def say(text: str) -> None:
    """Tell the operator, beside the results."""
    if text:
        click.echo(text, err=True)
        sys.stderr.flush()


def _export(plan: Plan, ledger: Ledger, stop: Stop) -> Summary | None:
    """Write the exports of the period; None if the ledger holds nothing of it."""
    pages = ledger.pages(plan.period)
    if not pages:
        return None
    cut = plan.cut
    facts = RunFacts(
        workspace=plan.workspace.folder,
        template=", ".join(one.name for one in (plan.template, *plan.others)),
        version=__version__,
        min_confidence=cut.confidence,
        cut=cut,
        period=plan.period,
        registry=plan.registry_path.name if plan.registry_path else "",
        registry_accounts=len(plan.registry) if plan.registry is not None else 0,
    )
    slips = _settled_slips(plan, ledger, stop)
    told = histories_of(ledger, plan.period, slips, (plan.template, *plan.others), plan.configuration)
    facts = replace(facts, histories=tuple(told))
    return write_exports(plan.workspace.exports, pages, slips, plan.template, facts, others=plan.others)


def _settled_slips(plan: Plan, ledger: Ledger, stop: Stop) -> Sequence[FiledSlip]:
    """The slips of the period, one record an account, with a picture of each that a person decides."""
    slips = decided_slips(ledger, plan.period, plan.acceptance, plan.configuration)
    studio = pipeline_studio(_equipment(plan), plan.template, plan.others)
    return with_late_pictures(slips, plan.period, ledger, plan.workspace.originals, studio, stop)


def _exit_code(stopped_by: Signals | None, summary: Summary | None, standing: Standing) -> ExitCode:
    if stopped_by is not None:
        return ExitCode(128 + stopped_by)
    if standing.is_over_ceiling:
        return ExitCode.QUARANTINED
    if summary is None:
        return ExitCode.DONE if standing.other_scans else ExitCode.NOTHING_READ
    quarantined = summary.counts.pages[PageDisposition.QUARANTINED]
    if quarantined == summary.counts.page_total:
        return ExitCode.NOTHING_READ
    return ExitCode.QUARANTINED if quarantined else ExitCode.DONE
