"""``forms-ocr recalibrate``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from forms_ocr.budget import (
    Cut,
    LabelledSlip,
    Learned,
    Reading,
    Source,
    choose_cut,
    gather,
    hangs_on_confidence,
    is_sampled,
    last_answers,
    tally_at,
    upper_bound,
)
from forms_ocr.cli.options import config_option, old_workspace_option
from forms_ocr.errors import ExitCode
from forms_ocr.model import Answer

if TYPE_CHECKING:
    from forms_ocr.store import Ledger


@dataclass(frozen=True, slots=True)
class Labels:
    """The keyed slips of the sample that were read in one way.

    Attributes:
        reading: The way most of them were read; None if nothing was keyed.
        slips: Those that only confidence can keep from being accepted.
        since, until: When the first and last of them were keyed, "" without any.
        others: Keyed slips of the sample that were read in other ways, and are left out.
    """

    reading: Reading | None
    slips: tuple[LabelledSlip, ...]
    since: str
    until: str
    others: int


@click.command(short_help="Learn the cut again from what people keyed.")
@old_workspace_option
@config_option
@click.option(
    "--max-error",
    type=click.FloatRange(1e-6, 0.5),
    help="Acceptable share of wrong records among the accepted; without it the settings'.",
)
@click.option("--write", is_flag=True, help="Use the new cut from the next run on.")
def recalibrate(workspace: Path, config: Path | None, max_error: float | None, write: bool) -> ExitCode:
    """Learn the cut on confidence again from the keyed sample, and show it beside the one in force.

    Nothing is changed without --write. Records that were read with other weights, another form or another
    kind of registry than most are left out.

    \b
    forms-ocr recalibrate -w workspace
    forms-ocr recalibrate -w workspace --write
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.reading import configuration_of  # noqa: PLC0415  # workers need none of it
    from forms_ocr.cli.settled import acceptance_of  # noqa: PLC0415
    from forms_ocr.store import Workspace, open_ledger, write_cut_file  # noqa: PLC0415

    place = Workspace(workspace)
    configuration = configuration_of(config, place)
    acceptance = acceptance_of(place, configuration, max_error)
    with open_ledger(place) as ledger:
        labels = gather_labels(ledger, configuration.budget.blind_share)
        if labels.reading is None:
            click.echo("No slip of the sample has been keyed yet: `forms-ocr answers sample` lists them")
            return ExitCode.DONE
        learned = Learned(gather(labels.slips), labels.reading, Source.ANSWERS, labels.since, labels.until)
        new = choose_cut(learned, labels.reading, acceptance.budget, acceptance.cautious)
        _print(labels, acceptance.cut_for(labels.reading), new)
        if write:
            write_cut_file(place.cut_path, learned, new)
            ledger.note("cut_learned", {"slips": new.slips, "cut": new.confidence, "basis": new.basis.value})
    click.echo(f"Written: {place.cut_path}" if write else "Nothing is changed; --write puts it in force")
    return ExitCode.DONE


def gather_labels(ledger: Ledger, blind_share: float) -> Labels:
    """Hold what people keyed against what the ledger's records say now.

    Only slips of the sample count, accepted or not: of others people see just those that were doubtful, and
    a cut learned from such would be learned from the wrong mixture.
    """
    from forms_ocr.cli.answering import values_of  # noqa: PLC0415  # workers need none of it
    from forms_ocr.cli.settled import readings_of_slips  # noqa: PLC0415

    answers = {
        (answer.period, answer.slip_id): answer
        for answer in last_answers(ledger.answer_book().all())
        if is_sampled(answer.slip_id, blind_share)
    }
    by_reading: dict[Reading, list[tuple[Answer, LabelledSlip | None]]] = {}
    for period in ledger.periods():
        readings = readings_of_slips(ledger, period)
        for slip in ledger.slips(period):
            answer, reading = answers.get((str(period), slip.slip_id)), readings[slip.slip_id]
            if answer is None or reading is None:
                continue
            wrong = answer.values.differing(values_of(slip.record))
            label = LabelledSlip(slip.record.confidence, wrong)
            counted = label if hangs_on_confidence(slip.record) else None
            by_reading.setdefault(reading, []).append((answer, counted))
    return _most(by_reading)


def _most(by_reading: dict[Reading, list[tuple[Answer, LabelledSlip | None]]]) -> Labels:
    counts = Counter({reading: len(found) for reading, found in by_reading.items()})
    if not counts:
        return Labels(None, (), "", "", 0)
    reading = max(counts, key=lambda one: (counts[one], one.program, one.weights_sha256))
    found = by_reading[reading]
    times = sorted(answer.at for answer, _ in found)
    slips = tuple(label for _, label in found if label is not None)
    return Labels(reading, slips, times[0], times[-1], counts.total() - counts[reading])


def _print(labels: Labels, old: Cut, new: Cut) -> None:
    from forms_ocr.export import describe_cut  # noqa: PLC0415  # workers need none of it

    table = Table(title=f"On the same {len(labels.slips)} keyed slips", title_justify="left")
    table.add_column("")
    for name in ("cut", "accepted", "wrong", "wrong per 1,000 at most (95 %)"):
        table.add_column(name, justify="right")
    table.add_row("in force", *_row(old.confidence, labels.slips))
    table.add_row("new", *_row(new.confidence, labels.slips))
    Console().print(table)
    if labels.others:
        click.echo(f"{labels.others} more keyed slip(s) were read in another way and are left out")
    click.echo(f"New: {describe_cut(new).en}")


def _row(cut: float, slips: Iterable[LabelledSlip]) -> tuple[str, str, str, str]:
    tally = tally_at(cut, slips)
    bound = upper_bound(tally.wrong, tally.accepted)
    return f"{cut:.6g}", str(tally.accepted), str(tally.wrong), f"{bound * 1000:.2f}"
