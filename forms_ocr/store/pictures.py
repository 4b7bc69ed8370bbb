"""Pictures of slips and pages for people, as JPEG files in the workspace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from forms_ocr.store.durable import make_folder, sync_folder, write_whole
from forms_ocr.store.faults import storage_faults


class Pictures:
    """Pictures by their path relative to the workspace.

    Args:
        workspace: The workspace's folder.
    """

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace

    @staticmethod
    def path_of(period: str, picture_id: str) -> str:
        """Where the picture of a slip or page lies; the digits after the letter spread them over folders."""
        return str(PurePosixPath("crops", period, picture_id[1:3], f"{picture_id}.jpg"))

    def keep(self, pictures: Mapping[str, bytes]) -> None:
        """Write pictures; all of them are on disk when this returns.

        Raises:
            StorageError: The workspace cannot be written.
        """
        with storage_faults("keeping pictures", self._workspace):
            places = {self._workspace / path: content for path, content in pictures.items()}
            for folder in sorted({place.parent for place in places}):
                make_folder(folder)
            for place, content in places.items():
                write_whole(place, content, is_named_durably=False)
            for folder in sorted({place.parent for place in places}):
                sync_folder(folder)

    def drop(self, paths: Iterable[str]) -> None:
        """Remove pictures that nothing refers to any more."""
        with storage_faults("removing pictures", self._workspace):
            for path in paths:
                (self._workspace / path).unlink(missing_ok=True)
