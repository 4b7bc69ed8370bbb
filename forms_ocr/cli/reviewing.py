"""What ``forms-ocr review`` does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from forms_ocr.cli.log import logging_to
from forms_ocr.cli.reading import configuration_of, say
from forms_ocr.cli.refilling import Refill, Refiller, refill, refill_command
from forms_ocr.config import Configuration, OidcSection
from forms_ocr.errors import ConfigurationError
from forms_ocr.registry import load_registry
from forms_ocr.review.checking import Checker
from forms_ocr.review.desk import DeskSettings
from forms_ocr.review.inspecting import Inspected, inspect_apart
from forms_ocr.review.room import ReviewRoom, RoomSettings, build_room
from forms_ocr.review.serving import Serving, is_loopback, serve
from forms_ocr.review.sign_on_settings import RETURN_PATH, SignOnSettings
from forms_ocr.store import ReviewBooks, Workspace, open_review_books
from forms_ocr.template import default_template_path, load_template

SECRET_VARIABLE = "FORMS_OCR_OIDC_SECRET"  # noqa: S105  # the name of a variable


@dataclass(frozen=True, slots=True)
class Review:
    """What was asked for; None for what was not said."""

    workspace: Path
    templates: tuple[Path, ...] = ()
    registry: Path | None = None
    config: Path | None = None
    inbox: Path | None = None

    def forms(self, configuration: Configuration) -> tuple[Path, ...]:
        """The forms' PDFs: those named, else those of the configuration, else the meter slip."""
        return self.templates or configuration.templates or (default_template_path(),)

    @property
    def options(self) -> list[str]:
        """The same on the command line."""
        forms = [("--template", path) for path in self.templates]
        named = (*forms, ("--registry", self.registry), ("--config", self.config))
        return [text for option, path in named if path is not None for text in (option, str(path))]


def fill(order: Review) -> int:
    """Bring the queue in step with the ledger; how many slips wait."""
    workspace, configuration = _opened(order)
    with open_review_books(workspace) as books:
        return refill(Refill(workspace, configuration, _checker(order, configuration)), books)


def serve_review(order: Review, serving: Serving) -> None:
    """Serve the pages until somebody asks for the end."""
    from forms_ocr.review.web import make_app  # noqa: PLC0415  # nothing else needs the web framework

    workspace, configuration = _opened(order)
    with logging_to(workspace.log_path), _room(order, workspace, configuration, serving) as (room, books):
        if not books.people.all():
            say("Nobody may come in yet: `forms-ocr user add` lets people in")
        command = refill_command(order.workspace, order.options)
        with Refiller(command, books.filling.last_event):
            click.echo(f"Review: {serving.address}")
            serve(make_app(room), serving)


@contextmanager
def _room(
    order: Review, workspace: Workspace, configuration: Configuration, serving: Serving
) -> Iterator[tuple[ReviewRoom, ReviewBooks]]:
    """Everything behind the pages, the queue filled."""
    checker = _checker(order, configuration)
    with open_review_books(workspace) as books:
        waiting = refill(Refill(workspace, configuration, checker), books)
        say(f"{waiting} slip(s) wait for people")
        settings = RoomSettings(
            inbox=order.inbox or workspace.folder / "inbox",
            desk=desk_settings(configuration),
            max_error=configuration.budget.max_error,
            limits=configuration.ingest.to_limits(),
            max_upload_bytes=min(configuration.review.max_upload_bytes, configuration.ingest.max_file_bytes),
            is_secure=serving.is_secure or not is_loopback(serving.host),
            sign_on=sign_on_settings(configuration.oidc, os.environ.get(SECRET_VARIABLE, "")),
            has_passwords=configuration.oidc.passwords,
        )
        forms = order.forms(configuration)

        def inspector(path: Path) -> Inspected:
            return inspect_apart(path, *forms)

        yield build_room(books, workspace, checker, inspector, settings), books


def desk_settings(configuration: Configuration) -> DeskSettings:
    """How the desk works, out of the configuration."""
    section = configuration.review
    return DeskSettings(section.lease_s, frozenset(section.candidates), configuration.budget.blind_share)


def sign_on_settings(section: OidcSection, in_environment: str) -> SignOnSettings | None:
    """How people sign in at a provider; None where there is none.

    Args:
        in_environment: The client's secret, as the environment has it; "" if it has none.

    Raises:
        ConfigurationError: There is no secret.
    """
    if not section.issuer:
        return None
    return SignOnSettings(
        issuer=section.issuer,
        client_id=section.client_id,
        client_secret=_secret(section.client_secret_file, in_environment),
        redirect_uri=section.address.rstrip("/") + RETURN_PATH,
        claim=section.claim,
        scopes=tuple(section.scopes.split()),
        label=section.name,
    )


def _secret(file: Path | None, in_environment: str) -> str:
    """The file's, which is named on purpose; otherwise the environment's."""
    place = "client_secret_file"
    try:
        secret = in_environment if file is None else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError("[oidc]", [f"{place}: {file} cannot be read ({error})"]) from error
    if not secret.strip():
        missing = f"{SECRET_VARIABLE} is not set" if file is None else f"{file} is empty"
        raise ConfigurationError(
            "[oidc]", [f"{place}: {missing}; without the client's secret nobody can sign in"]
        )
    return secret.strip()


def _checker(order: Review, configuration: Configuration) -> Checker:
    rules = configuration.rules.to_rules()
    registry = None if order.registry is None else load_registry(order.registry, rules.account_digits)
    first, *others = map(load_template, order.forms(configuration))
    return Checker(first, rules, registry, others)


def _opened(order: Review) -> tuple[Workspace, Configuration]:
    workspace = Workspace(order.workspace)
    if not workspace.has_ledger:
        raise ConfigurationError(
            str(order.workspace), ["workspace: it holds no ledger; is it the folder given to run?"]
        )
    return workspace, configuration_of(order.config, workspace)
