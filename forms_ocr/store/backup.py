"""Copying what a workspace holds beside its ledger."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from forms_ocr.store.durable import make_folder, replace_durably
from forms_ocr.store.faults import storage_faults
from forms_ocr.store.workspace import Workspace

_FOLDERS = ("originals", "crops")


def copy_files(workspace: Workspace, target: Path) -> int:
    """Copy originals, pictures and settings; how many were not there yet.

    Each file is whole before it has its name. Originals and pictures are not copied again: the names of
    originals say their content, and a picture that changes gets its new content when its size differs.

    Raises:
        StorageError: The target cannot be written.
    """
    copied = 0
    with storage_faults("backing up", target):
        make_folder(target.absolute())
        for path in _files(workspace):
            copied += _copy(path, target.absolute() / path.relative_to(workspace.folder))
    return copied


def _files(workspace: Workspace) -> Iterator[Path]:
    for name in _FOLDERS:
        folder = workspace.folder / name
        yield from sorted(
            path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")
        )
    for path in (workspace.configuration_path, workspace.cut_path):
        if path.is_file():
            yield path


def _copy(path: Path, place: Path) -> bool:
    is_fixed = place.suffix not in {".toml", ".json"}
    if is_fixed and place.exists() and place.stat().st_size == path.stat().st_size:
        return False
    make_folder(place.parent)
    part = place.with_name(f".{place.name}.part")
    try:
        shutil.copyfile(path, part)
        shutil.copymode(path, part)
        replace_durably(part, place)
    finally:
        part.unlink(missing_ok=True)
    return True
