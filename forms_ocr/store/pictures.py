"""Pictures of slips and pages for people, as JPEG files in the workspace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from forms_ocr.store.durable import write_all_whole
from forms_ocr.store.faults import storage_faults


class Pictures:
    """Pictures by their path relative to the workspace.

    Args:
        workspace: The workspace's folder.
    """

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace

    @staticmethod
    def path_of(period: str, sha256: str, picture_id: str) -> str:
        """Where a picture lies: those of one scan together, all scans spread over 256 folders."""
        return str(PurePosixPath("crops", period, sha256[:2] or "00", f"{picture_id}.jpg"))

    def keep(self, pictures: Mapping[str, bytes]) -> None:
        """Write pictures; all of them are on disk when this returns.

        Raises:
            StorageError: The workspace cannot be written.
        """
        with storage_faults("keeping pictures", self._workspace):
            write_all_whole({self._workspace / path: content for path, content in pictures.items()})

    def drop(self, paths: Iterable[str]) -> None:
        """Remove pictures that nothing refers to any more."""
        with storage_faults("removing pictures", self._workspace):
            for path in paths:
                (self._workspace / path).unlink(missing_ok=True)
