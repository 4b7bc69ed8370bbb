"""What Linux says of processes: who belongs to whom, how much memory they hold."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_KIB = 4


def processes_of_session(session: int) -> list[int]:
    """Processes of a session that live, without its leader; workers keep the session they came from."""
    pids = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return sorted(pid for pid in pids if pid != session and _session_of(pid) == session)


def children_of(pid: int) -> list[int]:
    """The processes that a process started, and those they started."""
    children: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += map(int, path.read_text().split())
        except OSError:
            continue
    return children + [below for child in children for below in children_of(child)]


def resident_mib(pid: int) -> float:
    """Memory that a process holds now, shared pages too; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_KIB / 1024
    except OSError:
        return 0.0


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used, in hundredths; 0 when it is gone."""
    try:
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return 0.0
    return sum(map(int, times)) / _TICKS_A_SECOND


def _session_of(pid: int) -> int | None:
    try:
        state, _, _, session = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:4]
    except OSError:
        return None
    return None if state == "Z" else int(session)
