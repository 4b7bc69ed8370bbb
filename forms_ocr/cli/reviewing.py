"""What ``forms-ocr review`` does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from forms_ocr.cli.log import logging_to
from forms_ocr.cli.reading import configuration_of, say
from forms_ocr.cli.refilling import Refill, Refiller, refill, refill_command
from forms_ocr.config import Configuration
from forms_ocr.errors import ConfigurationError
from forms_ocr.registry import load_registry
from forms_ocr.review.checking import Checker
from forms_ocr.review.desk import DeskSettings
from forms_ocr.review.inspecting import inspect_apart
from forms_ocr.review.room import ReviewRoom, RoomSettings, build_room
from forms_ocr.review.serving import Serving, is_loopback, serve
from forms_ocr.store import ReviewBooks, Workspace, open_review_books
from forms_ocr.template import default_template_path, load_template


@dataclass(frozen=True, slots=True)
class Review:
    """What was asked for; None for what was not said."""

    workspace: Path
    template: Path | None = None
    registry: Path | None = None
    config: Path | None = None
    inbox: Path | None = None

    @property
    def form(self) -> Path:
        """The form's PDF."""
        return self.template or default_template_path()

    @property
    def options(self) -> list[str]:
        """The same on the command line."""
        named = (("--template", self.template), ("--registry", self.registry), ("--config", self.config))
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
        )
        inspector = partial(inspect_apart, template=order.form)
        yield build_room(books, workspace, checker, inspector, settings), books


def desk_settings(configuration: Configuration) -> DeskSettings:
    """How the desk works, out of the configuration."""
    section = configuration.review
    return DeskSettings(section.lease_s, frozenset(section.candidates), configuration.budget.blind_share)


def _checker(order: Review, configuration: Configuration) -> Checker:
    rules = configuration.rules.to_rules()
    registry = None if order.registry is None else load_registry(order.registry, rules.account_digits)
    return Checker(load_template(order.form), rules, registry)


def _opened(order: Review) -> tuple[Workspace, Configuration]:
    workspace = Workspace(order.workspace)
    if not workspace.has_ledger:
        raise ConfigurationError(
            str(order.workspace), ["workspace: it holds no ledger; is it the folder given to run?"]
        )
    return workspace, configuration_of(order.config, workspace)
