"""Where a workspace's ledger lies: a SQLite file inside it, or a PostgreSQL database named once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from forms_ocr.errors import ConfigurationError
from forms_ocr.store.durable import write_all_whole
from forms_ocr.store.workspace import Workspace

_NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afs",
    "ceph",
    "glusterfs",
    "fuse.sshfs",
    "9p",
}
_MOUNTS = Path("/proc/self/mounts")


def ledger_url(workspace: Workspace, given: str | None) -> URL:
    """The ledger's address. One that is given is written down in the workspace, without its password.

    Raises:
        ConfigurationError: It is none, not the one the workspace was begun with, or on a network share.
        OSError: It cannot be written down.
    """
    recorded = _recorded(workspace)
    if given is None:
        return recorded or _own_file(workspace)
    url = _parsed(given)
    if recorded is None and workspace.ledger_path.exists():
        raise _moved(given, str(workspace.ledger_path))
    if recorded is not None and _named(recorded) != _named(url):
        raise _moved(given, _named(recorded))
    if recorded is None:
        write_all_whole({workspace.store_path: f"{_named(url)}\n".encode()})
    return url


def file_system_of(path: Path, mounts: str) -> str:
    """The kind of file system a path lies on, "" if nothing says.

    Args:
        mounts: As in ``/proc/self/mounts``.
    """
    best, kind = -1, ""
    resolved = path.resolve()
    for line in mounts.splitlines():
        _, point, system, *_ = line.split(" ")
        place = Path(point.replace("\\040", " "))
        if resolved.is_relative_to(place) and len(place.parts) > best:
            best, kind = len(place.parts), system
    return kind


def is_on_network_share(path: Path) -> bool:
    """Whether SQLite's write-ahead log would lie where its locks do not hold."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return file_system_of(path, mounts) in _NETWORK_FILE_SYSTEMS


def _own_file(workspace: Workspace) -> URL:
    if is_on_network_share(workspace.folder):
        raise ConfigurationError(
            str(workspace.folder),
            ["workspace: it lies on a network share, where SQLite loses data; name a local folder with -w"],
        )
    return URL.create("sqlite", database=str(workspace.ledger_path))


def _recorded(workspace: Workspace) -> URL | None:
    try:
        return make_url(workspace.store_path.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None


def _parsed(given: str) -> URL:
    try:
        url = make_url(given)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() != "postgresql" or not url.database:
        raise ConfigurationError(
            "--store", ["not the address of a database; write postgresql+psycopg://user@host/database"]
        )
    return url.set(drivername="postgresql+psycopg")


def _named(url: URL) -> str:
    # url.set() takes None for "as it was"
    bare = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string()


def _moved(given: str, recorded: str) -> ConfigurationError:
    return ConfigurationError(
        "--store",
        [f"this workspace's ledger is {recorded}, not {_named(_parsed(given))}; name another with -w"],
    )
