"""Where a workspace's ledger is, and that it stays there."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_ocr.errors import ConfigurationError
from forms_ocr.store import Workspace, location, open_ledger
from forms_ocr.store.location import file_system_of, ledger_url

ADDRESS = "postgresql+psycopg://reader:secret@db.local:5433/november"


def test_it_is_a_file_of_the_workspace_unless_told_otherwise(workspace: Workspace) -> None:
    url = ledger_url(workspace, None)
    assert (url.drivername, url.database) == ("sqlite", str(workspace.ledger_path))
    assert not workspace.store_path.exists()


def test_a_database_is_named_once_and_its_password_is_written_nowhere(workspace: Workspace) -> None:
    assert ledger_url(workspace, ADDRESS).password == "secret"  # noqa: S105  # a made-up one
    assert "secret" not in workspace.store_path.read_text(encoding="utf-8")
    again = ledger_url(workspace, None)
    assert (again.host, again.port, again.database, again.password) == ("db.local", 5433, "november", None)
    assert ledger_url(workspace, ADDRESS.replace("secret", "other")).password == "other"  # noqa: S105


def test_a_ledger_never_moves_silently(workspace: Workspace, tmp_path: Path) -> None:
    ledger_url(workspace, ADDRESS)
    with pytest.raises(ConfigurationError, match=r"ledger is .*november, not .*december"):
        ledger_url(workspace, ADDRESS.replace("november", "december"))
    other = Workspace(tmp_path / "other")
    other.folder.mkdir()
    with open_ledger(other):
        pass
    with pytest.raises(ConfigurationError, match=r"ledger is .*ledger\.sqlite3"):
        ledger_url(other, ADDRESS)


@pytest.mark.parametrize(
    "given", ["", "november", "mysql://host/november", "postgresql://host", "sqlite:///x"]
)
def test_what_is_no_address_of_a_postgresql_database_is_refused(workspace: Workspace, given: str) -> None:
    with pytest.raises(ConfigurationError, match=r"write postgresql\+psycopg://"):
        ledger_url(workspace, given)
    assert not workspace.store_path.exists()


MOUNTS = """/dev/sda1 / ext4 rw 0 0
server:/scans /mnt/scans nfs4 rw 0 0
//server/our\\040share /mnt/our\\040share cifs rw 0 0
/dev/sdb1 /mnt/scans/local ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/workspace", "ext4"),
        ("/mnt/scans/workspace", "nfs4"),
        ("/mnt/our share/workspace", "cifs"),
        ("/mnt/scans/local/workspace", "ext4"),
    ],
)
def test_the_nearest_mount_says_which_file_system_it_is(path: str, kind: str) -> None:
    assert file_system_of(Path(path), MOUNTS) == kind


def test_a_workspace_on_a_network_share_is_refused(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("server:/all / nfs rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr(location, "_MOUNTS", mounts)
    with pytest.raises(ConfigurationError, match="network share"), open_ledger(workspace):
        pass
    assert not workspace.ledger_path.exists()
