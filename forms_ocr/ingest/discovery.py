"""Files and folders -> the scans to read, and what was left aside and why."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from forms_ocr.ingest.names import printable

_JUNK = ("thumbs.db", "desktop.ini", "~$*", "*.part", "*.partial", "*.tmp", "*.crdownload", ".*")
"""What file managers, office programs and unfinished downloads leave behind; compared in lower case."""

_JUNK_FOLDERS = ("@eadir", "$recycle.bin", "system volume information", "__macosx", ".*")
"""Folders in which storage boxes and file managers keep previews and deleted files."""


@dataclass(frozen=True, slots=True)
class ScanFile:
    """A file to be read.

    Attributes:
        name: Path below the given folder, forward slashes, printable, unique among all that were discovered;
            for a file given directly its file name.
        office: First folder level below the given folder, "" if there is none.
    """

    path: Path
    name: str
    office: str


@dataclass(frozen=True, slots=True)
class IgnoredFile:
    """Something that is not a scan, or not to be followed; ``why`` is for the log and the summary."""

    path: Path
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found, sorted by name. Every regular file that is not junk is a scan, whatever its ending."""

    scans: tuple[ScanFile, ...]
    ignored: tuple[IgnoredFile, ...]


def discover(inputs: Sequence[Path]) -> Discovery:
    """Find the scans in files and folders.

    Symbolic links, devices and the like are not followed; only a folder that is itself given may be a link.
    The same file reached twice is one scan, under its longest name. Different files of one name get a number
    before the ending, in the order of their paths: the order of ``inputs`` makes no difference.

    Args:
        inputs: Files and folders; they may not exist any more.
    """
    scans: list[ScanFile] = []
    ignored: list[IgnoredFile] = []
    for given in inputs:
        for found in _walk(given):
            if isinstance(found, ScanFile):
                scans.append(found)
            else:
                ignored.append(found)
    scans, again = _each_once(scans)
    distinct = sorted(_distinct(scans), key=lambda scan: scan.name)
    left_aside = sorted({*ignored, *again}, key=lambda file: (file.name, str(file.path)))
    return Discovery(tuple(distinct), tuple(left_aside))


def _walk(given: Path) -> Iterator[ScanFile | IgnoredFile]:
    if not given.is_dir():
        yield _judge(given, _name(given.name), "")
        return
    failed: list[OSError] = []
    for folder, subfolders, files in os.walk(given, onerror=failed.append):
        below = Path(folder).relative_to(given).parts
        yield from _take_out_folders(Path(folder), below, subfolders)
        for file in sorted(files):
            yield _judge(Path(folder, file), _name(*below, file), printable(below[0]) if below else "")
    for error in failed:
        path = Path(os.fsdecode(error.filename))
        yield IgnoredFile(path, _name(*path.relative_to(given).parts), f"cannot be opened: {error.strerror}")


def _take_out_folders(folder: Path, below: tuple[str, ...], subfolders: list[str]) -> Iterator[IgnoredFile]:
    """Keep ``os.walk`` out of links and junk; ``subfolders`` is shortened in place, as it asks for."""
    for subfolder in list(subfolders):
        why = _why_no_folder(folder / subfolder)
        if why:
            subfolders.remove(subfolder)
            yield IgnoredFile(folder / subfolder, _name(*below, subfolder), why)
    subfolders.sort()


def _why_no_folder(folder: Path) -> str:
    if folder.is_symlink():
        return "a symbolic link, not followed"
    if any(fnmatchcase(folder.name.lower(), pattern) for pattern in _JUNK_FOLDERS):
        return "a folder of the system, not of scans"
    return ""


def _judge(path: Path, name: str, office: str) -> ScanFile | IgnoredFile:
    why = _why_no_scan(path)
    return IgnoredFile(path, name, why) if why else ScanFile(path, name, office)


def _why_no_scan(path: Path) -> str:
    """Why a file is left aside; "" for a scan."""
    if any(fnmatchcase(path.name.lower(), pattern) for pattern in _JUNK):
        return "left behind by another program, or not complete yet"
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return f"cannot be opened: {error.strerror}"
    if stat.S_ISLNK(mode):
        return "a symbolic link, not followed"
    return "" if stat.S_ISREG(mode) else "a device, pipe or socket, not a file"


def _name(*parts: str) -> str:
    return "/".join(printable(part) for part in parts)


def _each_once(scans: Iterable[ScanFile]) -> tuple[list[ScanFile], list[IgnoredFile]]:
    """A file in a given folder may be given by itself too; its longest name says most of where it is from."""
    by_file: dict[str, list[ScanFile]] = defaultdict(list)
    for scan in scans:
        by_file[os.path.realpath(scan.path)].append(scan)
    kept: list[ScanFile] = []
    again: list[IgnoredFile] = []
    for same in by_file.values():
        first, *others = sorted(same, key=lambda scan: (-scan.name.count("/"), scan.name, str(scan.path)))
        kept.append(first)
        why = f"the same file as {first.name}"
        again.extend(IgnoredFile(other.path, other.name, why) for other in others)
    return kept, again


def _distinct(scans: Iterable[ScanFile]) -> list[ScanFile]:
    by_name: dict[str, list[ScanFile]] = defaultdict(list)
    for scan in scans:
        by_name[scan.name].append(scan)
    taken = set(by_name)
    distinct: list[ScanFile] = []
    for name in sorted(by_name):
        first, *others = sorted(by_name[name], key=lambda scan: os.path.realpath(scan.path))
        distinct.append(first)
        for other in others:
            renamed = _free_name(name, taken)
            taken.add(renamed)
            distinct.append(replace(other, name=renamed))
    return distinct


def _free_name(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or "/" in ending:
        stem, ending = name, ""
    number = 2
    while (free := f"{stem} ({number}){dot if ending else ''}{ending}") in taken:
        number += 1
    return free
