"""Processes as holders of claims, and the proof that one has ended."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_DEAD_STATES = ("Z", "X")


@dataclass(frozen=True, slots=True)
class Process:
    """A process, distinguished by its start time from a later one with the same number; `started` is "" where it is unknown.

    `machine` is the host's name, its boot and the namespace in which process numbers count.
    """

    machine: str
    pid: int
    started: str


def this_process(proc: Path = PROC) -> Process:
    """The calling process."""
    pid = os.getpid()
    return Process(_machine(proc), pid, started_at(pid, proc) or "")


def has_died(other: Process, here: Process, proc: Path = PROC) -> bool:
    """Whether `other` ran on this machine and has ended. False where that cannot be proven; its claim then expires by time."""
    if not other.started or not here.started or other.machine != here.machine:
        return False
    return started_at(other.pid, proc) != other.started


def started_at(pid: int, proc: Path = PROC) -> str | None:
    """Start time in clock ticks since boot (field 22 of proc(5) stat); None when no such process is alive.

    The second field is the program's name and may hold blanks and brackets, so counting begins after its last bracket.
    """
    fields = _text(proc / str(pid) / "stat").rpartition(")")[2].split()
    if not fields or fields[0] in _DEAD_STATES:
        return None
    return fields[19]


def _machine(proc: Path) -> str:
    boot = _text(proc / "sys" / "kernel" / "random" / "boot_id").strip()
    return " ".join(part for part in (platform.node(), boot, _link(proc / "self" / "ns" / "pid")) if part)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""
