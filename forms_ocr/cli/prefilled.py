"""``forms-ocr template cover`` and ``forms-ocr template personal``: paper that says whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from forms_ocr.cli.options import FILE
from forms_ocr.config import load_configuration
from forms_ocr.decision import Registry
from forms_ocr.errors import ConfigurationError, ExitCode
from forms_ocr.model import Account, AccountStatus, Cover, natural_key
from forms_ocr.registry import load_registry
from forms_ocr.template import default_template_path, write_cover, write_personal_slips

_OUT = click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF to write; replaced if it is there.",
)


@click.command(short_help="Write the cover sheet of a box.")
@click.option("--office", required=True, help="As its folder is named, so that the tables name it alike.")
@click.option("--box", required=True, help="A number or a name; each box of an office has its own.")
@click.option("--count", required=True, type=click.IntRange(min=1), help="How many slips are in the box.")
@_OUT
def cover(office: str, box: str, count: int, out: Path) -> ExitCode:
    """Write a cover sheet with office, box and number of slips, as a code and in words.

    It goes into the scanner on top of the box. The pages after it in the same file are that box; a cover that
    is a file of its own stands for the files after it in its folder. The receipt compares the number.

    \b
    forms-ocr template cover --office 12 --box 3 --count 120 -o cover.pdf
    """  # noqa: D301  # click keeps the line breaks after it
    try:
        write_cover(Cover(office, box, count), out)
    except ValueError as error:
        raise ConfigurationError("cover", [str(error)]) from error
    click.echo(f"{out}: lay it on top of box {box}, first into the scanner")
    return ExitCode.DONE


@click.command(short_help="Write slips with account and address on them.")
@click.option("--registry", required=True, type=FILE, help="The retailer's accounts.")
@click.option(
    "--accounts",
    type=FILE,
    help="A list of accounts, one a line; all that report for themselves if not given.",
)
@click.option("--template", "form", type=FILE, help="The form, if it is not the meter slip that comes along.")
@click.option("--config", type=FILE, help="Settings, for the number of digits of an account.")
@_OUT
def personal(
    registry: Path, accounts: Path | None, form: Path | None, config: Path | None, out: Path
) -> ExitCode:
    """Write slips that need only reading, date and signature: account, address and a code stand on them.

    They are sorted by address, as many on an A4 sheet as fit. The code is read and compared with the account
    beside it; a slip on which somebody wrote another account goes to review.

    \b
    forms-ocr template personal --registry registry.csv -o slips.pdf
    forms-ocr template personal --registry registry.csv --accounts street.txt -o slips.pdf
    """  # noqa: D301  # click keeps the line breaks after it
    known = load_registry(registry, load_configuration(config).rules.account_digits)
    chosen = _own(known) if accounts is None else _listed(accounts, known)
    if not chosen:
        raise ConfigurationError(str(registry), ["status: no account is 'direct', so nobody may report"])
    ordered = sorted(chosen, key=lambda one: [natural_key(t) for t in (one.street, one.house, one.flat)])
    sheets = write_personal_slips(form or default_template_path(), ordered, out)
    click.echo(f"{out}: {len(ordered)} slip(s) on {sheets} sheet(s); print them at 100 %")
    return ExitCode.DONE


def _own(registry: Registry) -> list[Account]:
    """The accounts that may report."""
    accounts = (registry.account(row) for row in range(len(registry)))
    return [account for account in accounts if account.status is AccountStatus.DIRECT]


def _listed(path: Path, registry: Registry) -> list[Account]:
    """The accounts of a list, each once.

    Raises:
        ConfigurationError: With every line that is no account that may report.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            str(path), [f"byte {error.start} is not UTF-8; save the list as UTF-8"]
        ) from error
    named = [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]
    faults = list(_line_faults(named, registry))
    if faults or not named:
        raise ConfigurationError(str(path), faults or ["it names no account"])
    found = (registry.find(account) for account in dict.fromkeys(account for _, account in named))
    return [account for account in found if account is not None]


def _line_faults(named: Sequence[tuple[int, str]], registry: Registry) -> Iterator[str]:
    for number, text in named:
        account = registry.find(text)
        if account is None:
            yield f"line {number}: {text!r} is not in the registry"
        elif account.status is not AccountStatus.DIRECT:
            yield f"line {number}: {text!r} is {account.status}, so it may not report"
