"""Workspaces that are there already, for the commands that look after them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forms_ocr.cli.log import logging_to
from forms_ocr.errors import ConfigurationError
from forms_ocr.store import Ledger, Workspace, open_ledger


@contextmanager
def looking_into(folder: Path) -> Iterator[tuple[Workspace, Ledger]]:
    """A workspace and its ledger to read in, also while a run is at work there.

    Raises:
        ConfigurationError: Nothing was ever read into it.
    """
    workspace = Workspace(folder)
    if not workspace.has_ledger:
        raise ConfigurationError(
            str(folder), ["workspace: it holds no ledger; is it the folder given to run?"]
        )
    with open_ledger(workspace) as ledger:
        yield workspace, ledger


@contextmanager
def holding_old(folder: Path, holder: str) -> Iterator[tuple[Workspace, Ledger]]:
    """The same for this process alone, to change something in.

    Args:
        holder: What holds it, for whoever comes second.

    Raises:
        WorkspaceBusyError: A run is at work there.
    """
    workspace = Workspace(folder)
    if not workspace.has_ledger:
        raise ConfigurationError(
            str(folder), ["workspace: it holds no ledger; is it the folder given to run?"]
        )
    with workspace.held(), logging_to(workspace.log_path), open_ledger(workspace) as ledger:
        ledger.take_lease(holder)
        yield workspace, ledger
