"""``forms-ocr explain``."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from forms_ocr.cli.options import PeriodType, config_option, old_workspace_option, templates_option
from forms_ocr.errors import ExitCode
from forms_ocr.model import Period, template_of


@click.command(short_help="Say why a slip was or was not accepted.")
@click.argument("slip_id", help="As in the tables, e.g. s0123456789abcde.")
@old_workspace_option
@click.option("--period", type=PeriodType(), help="Where the same scan was read for several months: which.")
@templates_option
@config_option
@click.option(
    "--lang", default="en", show_default=True, type=click.Choice(["en", "ru"]), help="Language of the answer."
)
def explain(
    slip_id: str,
    workspace: Path,
    period: Period | None,
    templates: tuple[Path, ...],
    config: Path | None,
    lang: str,
) -> ExitCode:
    """Say how SLIP_ID was read, what registry and checks said of it, and why it became what it became.

    Then who decided what about it on the review pages, when, and what it finally became by that. What it
    prints holds personal data: account, address, reading.

    \b
    forms-ocr explain s0123456789abcde -w workspace
    forms-ocr explain s0123456789abcde -w workspace --lang ru
    """  # noqa: D301  # click keeps the line breaks after it
    # workers need none of it
    from forms_ocr.cli.answering import slips_of_periods  # noqa: PLC0415
    from forms_ocr.cli.reading import configuration_of  # noqa: PLC0415
    from forms_ocr.cli.settled import acceptance_of, decided_slip  # noqa: PLC0415
    from forms_ocr.export import as_text, history, history_as_text, outcome_as_text  # noqa: PLC0415
    from forms_ocr.export import explain as explain_record  # noqa: PLC0415
    from forms_ocr.store import Workspace, open_ledger  # noqa: PLC0415
    from forms_ocr.template import default_template_path, load_template  # noqa: PLC0415

    place = Workspace(workspace)
    configuration = configuration_of(config, place)
    acceptance = acceptance_of(place, configuration)
    with open_ledger(place) as ledger:
        periods = ledger.periods() if period is None else (period,)
        settled = slips_of_periods(ledger, periods, acceptance, configuration)
        found = [one for one in settled if one.slip.slip_id == slip_id]
        book = ledger.decision_book()
        told = [book.of_slip(str(one.period), slip_id) for one in found]
        decided = [
            decided_slip(ledger, one.period, slip_id, acceptance, configuration) if decisions else None
            for one, decisions in zip(found, told, strict=True)
        ]
    if not found:
        raise click.BadParameter(
            f"no slip {slip_id} in {workspace}; the tables name them", param_hint="SLIP_ID"
        )
    named = templates or configuration.templates or (default_template_path(),)
    forms = [load_template(path) for path in named]
    zone = ZoneInfo(configuration.timezone)
    for one, decisions, final in zip(found, told, decided, strict=True):
        slip = one.slip
        click.echo(f"{slip.slip_id}, {one.period}: {slip.scan}, page {slip.page}, slip {slip.slip}")
        form, cut = template_of(slip.template, forms), acceptance.cut_for(one.reading)
        click.echo(as_text(explain_record(slip.record, form, cut.confidence), lang))
        if final is not None:
            click.echo()
            click.echo(history_as_text(history(decisions, form, zone), lang))
            click.echo(outcome_as_text(final.record, lang))
    return ExitCode.DONE
