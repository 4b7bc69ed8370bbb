"""Which of the files that were found are complete, and which are still on their way.

An office may send a ``manifest.csv`` along with its files: a line ``name,sha256`` for each, the last line
``count`` and how many. Files it names are complete when their content is the one named. Others are complete
when size and time have not changed for a while, and when they have the end that files of their kind have.
"""

from __future__ import annotations

import csv
import hashlib
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from forms_ocr.ingest.discovery import Discovery, IgnoredFile, ScanFile
from forms_ocr.ingest.names import printable

MANIFEST = "manifest.csv"

_TAIL_BYTES = 2048
"""Some programs write a little behind the end of a file."""

_ENDS = ((b"%PDF-", b"%%EOF"), (b"\xff\xd8\xff", b"\xff\xd9"), (b"\x89PNG", b"IEND"))
"""How files of a kind begin and what stands at their end; a TIFF has no end of its own."""

_MAX_MANIFEST_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Marks:
    """What changes when a file is written to."""

    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class _Look:
    """Since when a file has looked as it does."""

    marks: Marks
    since_s: float
    is_first: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an office says it has sent, SHA-256 by path below the manifest; or what is wrong with it."""

    sha256: Mapping[str, str]
    fault: str = ""


class Arrivals:
    """Tells complete files from others; remembers between looks how they looked before.

    Args:
        settle_s: A file is complete when it has not changed for so long.
        patience_s: One without its end when it has not changed for so long: then nothing more will come.
        wall_clock: Seconds since 1970, to compare with the times of files at the first look.
        clock: Seconds that only go forward, for the looks after that.
    """

    def __init__(
        self,
        settle_s: float,
        patience_s: float,
        wall_clock: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settle_s = settle_s
        self._patience_s = patience_s
        self._wall_clock = wall_clock
        self._clock = clock
        self._looks: dict[Path, _Look] = {}
        self._hashed: dict[Path, tuple[Marks, str]] = {}

    def sort(self, found: Discovery) -> Discovery:
        """The complete files as scans; the others join those left aside, with the reason."""
        manifests = {
            scan.path.parent: read_manifest(scan.path) for scan in found.scans if _is_manifest(scan.path)
        }
        scans: list[ScanFile] = []
        aside: list[IgnoredFile] = list(_missing(manifests))
        for scan in found.scans:
            if _is_manifest(scan.path):
                continue
            why = self._why_not_complete(scan.path, manifests)
            if why:
                aside.append(IgnoredFile(scan.path, scan.name, why))
            else:
                scans.append(scan)
        return Discovery(tuple(scans), (*found.ignored, *aside))

    def settle(self, found: Discovery, sleep: Callable[[float], None] = time.sleep) -> Discovery:
        """As :meth:`sort`; looks a second time where a file was written to just before the first look."""
        first = self.sort(found)
        if len(first.scans) == len([scan for scan in found.scans if not _is_manifest(scan.path)]):
            return first
        sleep(self._settle_s)
        return self.sort(found)

    def _why_not_complete(self, path: Path, manifests: Mapping[Path, Manifest]) -> str:
        try:
            stat = path.stat()
        except OSError as error:
            return f"cannot be opened: {error.strerror}"
        marks = Marks(stat.st_size, stat.st_mtime_ns)
        for folder in path.parents:
            manifest = manifests.get(folder)
            if manifest is not None:
                if manifest.fault:
                    return f"waits: {MANIFEST} {manifest.fault}"
                named = manifest.sha256.get(path.relative_to(folder).as_posix())
                if named is not None:
                    is_whole = self._digest(path, marks) == named
                    return "" if is_whole else f"waits: not as in {MANIFEST} yet"
        return self._why_not_settled(path, marks)

    def _why_not_settled(self, path: Path, marks: Marks) -> str:
        quiet_s = self._quiet_s(path, marks)
        if quiet_s < self._settle_s:
            return "waits: still being written"
        if quiet_s < self._patience_s and not has_its_end(path):
            return "waits: its end is missing"
        return ""

    def _quiet_s(self, path: Path, marks: Marks) -> float:
        """For how long a file has not changed; its own time counts until something was seen to change."""
        now_s = self._clock()
        last = self._looks.get(path)
        if last is None or last.marks != marks:
            last = self._looks[path] = _Look(marks, now_s, is_first=last is None)
        seen_s = now_s - last.since_s
        return max(seen_s, self._wall_clock() - marks.modified_ns / 1e9) if last.is_first else seen_s

    def _digest(self, path: Path, marks: Marks) -> str:
        known = self._hashed.get(path)
        if known is None or known[0] != marks:
            known = self._hashed[path] = (marks, _sha256(path))
        return known[1]


def has_its_end(path: Path) -> bool:
    """Whether a file ends as files of its kind do; True for kinds without an end, and for unreadable ones."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            tail = file.read(_TAIL_BYTES)
    except OSError:
        return True
    return all(end in tail for begin, end in _ENDS if head.startswith(begin))


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; one that is not whole has a fault."""
    try:
        if path.stat().st_size > _MAX_MANIFEST_BYTES:
            return Manifest({}, "is too large")
        rows = [row for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines()) if row]
    except (OSError, UnicodeDecodeError, csv.Error):
        return Manifest({}, "cannot be read")
    return _manifest([[cell.strip() for cell in row] for row in rows])


def _manifest(rows: list[list[str]]) -> Manifest:
    if any(len(row) != 2 for row in rows):
        return Manifest({}, "has lines that are not 'name,sha256'")
    if not rows or rows[-1][0] != "count" or not rows[-1][1].isdecimal():
        return Manifest({}, "is not complete: its last line must be 'count' and the number of files")
    named = {name: sha256.lower() for name, sha256 in rows[:-1]}
    if int(rows[-1][1]) != len(named) or len(named) != len(rows) - 1:
        return Manifest({}, f"counts {rows[-1][1]} files but names {len(named)}")
    odd = next((name for name, sha256 in named.items() if _is_odd(name, sha256)), None)
    if odd is not None:
        return Manifest({}, f"has a line that cannot be: {printable(odd)}")
    return Manifest(named)


def _is_odd(name: str, sha256: str) -> bool:
    """Names lead nowhere but below the manifest's folder."""
    path = PurePosixPath(name)
    is_inside = not path.is_absolute() and ".." not in path.parts and path.as_posix() == name
    return not is_inside or re.fullmatch("[0-9a-f]{64}", sha256) is None


def _is_manifest(path: Path) -> bool:
    return path.name.lower() == MANIFEST


def _missing(manifests: Mapping[Path, Manifest]) -> Iterable[IgnoredFile]:
    for folder, manifest in sorted(manifests.items()):
        for name in sorted(manifest.sha256):
            if not (folder / name).exists():
                yield IgnoredFile(folder / name, printable(name), f"named in {MANIFEST} but not there")


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
