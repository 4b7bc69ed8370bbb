"""``forms-ocr answers``: what people key, in and out."""

from __future__ import annotations

from pathlib import Path

import click

from forms_ocr.cli.options import (
    FILE,
    PeriodType,
    config_option,
    old_workspace_option,
    templates_option,
)
from forms_ocr.errors import ExitCode
from forms_ocr.model import Period


@click.group(short_help="Let people key slips, and file what they keyed.")
def answers() -> None:
    """Let people key a sample of accepted slips without seeing what was read, and file what they keyed.

    \b
    forms-ocr answers sample -w workspace
    forms-ocr answers import keyed.csv -w workspace
    """  # noqa: D301  # click keeps the line breaks after it


@answers.command("import", short_help="File a list of answers.")
@click.argument("csv_file", metavar="CSV", type=FILE, help="Columns slip_id, account, reading, date, who.")
@old_workspace_option
@config_option
def import_answers(csv_file: Path, workspace: Path, config: Path | None) -> ExitCode:
    """File the answers in CSV: all of them, or with any fault in it none (exit code 6).

    Columns are slip_id, account, reading, date, who; an empty value means that it is not on the slip or
    cannot be read. Answers are never changed: who keys a slip again corrects what was keyed before, and
    the last answer counts. Importing a list twice changes nothing.

    \b
    forms-ocr answers import keyed.csv -w workspace
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.answering import as_answers, slips_of_periods  # noqa: PLC0415  # workers need none of it
    from forms_ocr.cli.keyed import read_keyed  # noqa: PLC0415
    from forms_ocr.cli.reading import configuration_of  # noqa: PLC0415
    from forms_ocr.cli.settled import acceptance_of  # noqa: PLC0415
    from forms_ocr.store import Workspace, open_ledger  # noqa: PLC0415

    place = Workspace(workspace)
    configuration = configuration_of(config, place)
    keyed = read_keyed(csv_file, configuration.rules.account_digits)
    with open_ledger(place) as ledger:
        acceptance = acceptance_of(place, configuration)
        settled = slips_of_periods(ledger, ledger.periods(), acceptance, configuration)
        given = as_answers(keyed, settled, configuration.budget.blind_share, str(csv_file))
        new = ledger.answer_book().append(given)
        ledger.note("answers_imported", {"answers": len(given), "new": new})
    blind = sum(answer.is_blind for answer in given)
    click.echo(f"{len(given)} answer(s), {new} of them new; {blind} about the blind sample")
    return ExitCode.DONE


@answers.command(short_help="List the accepted slips that are to be keyed.")
@old_workspace_option
@click.option("--period", type=PeriodType(), help="Only this billing month; all if not given.")
@templates_option
@config_option
@click.option(
    "--with-review", is_flag=True, help="List those of the sample that are under review too, unmarked."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The list to write; WORKSPACE/samples.csv if not given.",
)
def sample(
    workspace: Path,
    period: Period | None,
    templates: tuple[Path, ...],
    config: Path | None,
    with_review: bool,
    out: Path | None,
) -> ExitCode:
    """Write the list of accepted slips that wait for blind keying, and draw their pictures.

    A fixed share of slips belongs to the sample, the same ones on every run. The list says nothing of what
    was read. Have it filled in, and file it with `forms-ocr answers import`. With --with-review there is what
    `forms-ocr recalibrate` needs to learn a looser cut.

    \b
    forms-ocr answers sample -w workspace
    """  # noqa: D301  # click keeps the line breaks after it
    # workers need none of it
    from forms_ocr.batch.equipment import pipeline_equipment, pipeline_studio  # noqa: PLC0415
    from forms_ocr.cli import answering  # noqa: PLC0415
    from forms_ocr.cli.reading import configuration_of  # noqa: PLC0415
    from forms_ocr.cli.settled import acceptance_of  # noqa: PLC0415
    from forms_ocr.store import Workspace, open_ledger  # noqa: PLC0415
    from forms_ocr.template import default_template_path, load_template  # noqa: PLC0415

    place = Workspace(workspace)
    configuration = configuration_of(config, place)
    form, *others = templates or configuration.templates or (default_template_path(),)
    rules, limits = configuration.rules.to_rules(), configuration.ingest.to_limits()
    with open_ledger(place) as ledger:
        periods = ledger.periods() if period is None else (period,)
        settled = answering.slips_of_periods(
            ledger, periods, acceptance_of(place, configuration), configuration
        )
        waiting = answering.waiting_samples(
            settled, ledger.answer_book().all(), configuration.budget.blind_share, has_review=with_review
        )
        equipment = pipeline_equipment(form, None, rules, Period(2000, 1), limits, 0)
        studio = pipeline_studio(equipment, load_template(form), [load_template(path) for path in others])
        pictures = answering.draw_samples(waiting, ledger, place, studio)
    target = out or place.sample_list_path
    answering.write_samples(target, waiting, pictures)
    click.echo(f"{len(waiting)} slip(s) wait for keying: {target}")
    return ExitCode.DONE
