"""``forms-ocr user``: who may come in to review."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms_ocr.cli.options import old_workspace_option
from forms_ocr.errors import ConfigurationError, ExitCode
from forms_ocr.model import Person, Role

if TYPE_CHECKING:
    from forms_ocr.review.entrance import Staff

_ROLE = click.Choice([role.value for role in Role])
_role_option = click.option("--role", required=True, type=_ROLE, help="What they are let in for.")
_office_option = click.option(
    "--office",
    "offices",
    multiple=True,
    help="Only slips of this office; give it once for each. Those of every office if not given.",
)
_stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Take the password from the first line of the standard input."
)


@click.group(short_help="Say who may come in to review.")
def user() -> None:
    """Say who may come in to review, and for what.

    Roles: scanning brings scans, operator looks after batches, reviewer keys slips, senior also decides where
    two readers differ and sees how good the work is, admin may do all of it.

    \b
    forms-ocr user add anna -w workspace --role reviewer --office office-12
    forms-ocr user list -w workspace
    """  # noqa: D301  # click keeps the line breaks after it


@user.command(short_help="Let somebody in.")
@click.argument("login", help="What they sign in with; decisions name them by it for ever.")
@old_workspace_option
@_role_option
@click.option("--name", default="", help="What others see; the login if not given.")
@_office_option
@_stdin_option
@click.option("--no-password", is_flag=True, help="They sign in at the provider of the configuration only.")
def add(
    login: str,
    workspace: Path,
    role: str,
    name: str,
    offices: tuple[str, ...],
    *,
    password_stdin: bool,
    no_password: bool,
) -> ExitCode:
    """Let LOGIN in. The password is asked for, twice; it has at least twelve characters.

    \b
    forms-ocr user add anna -w workspace --role reviewer --name "Анна Петрова" --office office-12
    forms-ocr user add boris -w workspace --role reviewer --no-password
    """  # noqa: D301  # click keeps the line breaks after it
    with _staff(workspace) as staff:
        seen = frozenset(offices) or None
        given = None if no_password else _password(is_piped=password_stdin)
        person = staff.add(login, name, Role(role), seen, given)
    click.echo(_line(person))
    return ExitCode.DONE


@user.command("list", short_help="List who may come in.")
@old_workspace_option
def list_people(workspace: Path) -> ExitCode:
    """List logins with their roles and offices.

    \b
    forms-ocr user list -w workspace
    """  # noqa: D301  # click keeps the line breaks after it
    with _staff(workspace) as staff:
        for person in staff.all():
            click.echo(_line(person))
    return ExitCode.DONE


@user.command(short_help="Change what somebody may do.")
@click.argument("login", help="Who.")
@old_workspace_option
@_role_option
@_office_option
def change(login: str, workspace: Path, role: str, offices: tuple[str, ...]) -> ExitCode:
    """Give LOGIN another role and other offices; whoever was shut out is let in again. Their sessions end.

    \b
    forms-ocr user change anna -w workspace --role senior
    """  # noqa: D301  # click keeps the line breaks after it
    with _staff(workspace) as staff:
        seen = frozenset(offices) or None
        person = replace(staff.find(login), role=Role(role), offices=seen, is_disabled=False)
        staff.change(person)
    click.echo(_line(person))
    return ExitCode.DONE


@user.command(short_help="Shut somebody out.")
@click.argument("login", help="Who.")
@old_workspace_option
def disable(login: str, workspace: Path) -> ExitCode:
    """Shut LOGIN out at once. The login is kept, since decisions name people by it.

    `forms-ocr user change` lets them in again.

    \b
    forms-ocr user disable anna -w workspace
    """  # noqa: D301  # click keeps the line breaks after it
    with _staff(workspace) as staff:
        person = replace(staff.find(login), is_disabled=True)
        staff.change(person)
    click.echo(_line(person))
    return ExitCode.DONE


@user.command(short_help="Give somebody another password.")
@click.argument("login", help="Who.")
@old_workspace_option
@_stdin_option
def password(login: str, workspace: Path, password_stdin: bool) -> ExitCode:
    """Give LOGIN another password; their sessions end.

    \b
    forms-ocr user password anna -w workspace
    """  # noqa: D301  # click keeps the line breaks after it
    with _staff(workspace) as staff:
        staff.find(login)
        staff.set_password(login, _password(is_piped=password_stdin))
    click.echo(f"{login}: the password is changed")
    return ExitCode.DONE


@contextmanager
def _staff(folder: Path) -> Iterator[Staff]:
    """The people of a workspace; what cannot be is a fault of the command's settings."""
    # workers need none of it
    from forms_ocr.review.entrance import Staff  # noqa: PLC0415
    from forms_ocr.review.faults import InvalidInputError, NotFoundError  # noqa: PLC0415
    from forms_ocr.store import Workspace, open_review_books  # noqa: PLC0415

    workspace = Workspace(folder)
    if not workspace.has_ledger:
        raise ConfigurationError(
            str(folder), ["workspace: it holds no ledger; is it the folder given to run?"]
        )
    try:
        with open_review_books(workspace) as books:
            yield Staff(books.people)
    except (InvalidInputError, NotFoundError) as error:
        raise ConfigurationError("forms-ocr user", [str(error)]) from error


def _password(*, is_piped: bool) -> str:
    if is_piped:
        return sys.stdin.readline().rstrip("\r\n")
    given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return given


def _line(person: Person) -> str:
    offices = "every office" if person.offices is None else ", ".join(sorted(person.offices))
    shut = "; shut out" if person.is_disabled else ""
    return f"{person.login} ({person.name}): {person.role}, {offices}{shut}"
