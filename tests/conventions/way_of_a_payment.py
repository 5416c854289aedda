"""One payment exported by the commands alone, with every commit of a database looked at: what called it, and for whom.

Only commands are used, whose names every revision keeps, so that this file measures an earlier revision, too. The command itself
runs under a profiler in a process of its own (this file as a program).
"""

from __future__ import annotations

import json
import os
import runpy
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import CO_GENERATOR
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The way to the journal's last commit, which confirms the payment, and all changes of the file by whose tables they are."""

    frames: int
    generators: int
    addin_commits: int
    host_commits: int


class Commits:
    """A profiler that remembers what was on the stack at each commit of a SQLite database."""

    def __init__(self, root: Path) -> None:
        self._addin, self._host = str(root / "qb_plugin"), str(root / "hostsim")
        self.frames = self.generators = self.addin = self.host = 0
        self._changes: dict[int, int] = {}

    def __call__(self, frame: FrameType, event: str, called: object) -> None:
        """Look at one event of the profiler."""
        if event != "c_call" or getattr(called, "__name__", "") != "commit":
            return
        connection = getattr(called, "__self__", None)
        if isinstance(connection, sqlite3.Connection) and self._has_changed(connection):
            self._count(list(callers(frame)))

    def _has_changed(self, connection: sqlite3.Connection) -> bool:
        """Whether this connection changed rows since its last commit: one that only read leaves the file as it is."""
        changes, self._changes[id(connection)] = self._changes.get(id(connection), 0), connection.total_changes
        return connection.total_changes > changes

    def _count(self, stack: list[FrameType]) -> None:
        ours = [frame for frame in stack if frame.f_code.co_filename.startswith(self._addin)]
        owner = next((f.f_code.co_filename for f in stack if f.f_code.co_filename.startswith((self._addin, self._host))), "")
        self.addin += owner.startswith(self._addin)
        self.host += owner.startswith(self._host)
        if any(Path(frame.f_code.co_filename).name == "journal.py" for frame in ours):
            self.frames, self.generators = len(ours), sum(1 for frame in ours if frame.f_code.co_flags & CO_GENERATOR)


def callers(frame: FrameType | None) -> Iterator[FrameType]:
    """A frame and all that called it, the innermost first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def measure(root: Path) -> Way:
    """Export one payment of the demo firm with the sources below `root`, and count."""
    with TemporaryDirectory() as folder, simulator(root, Path(folder)) as address:
        environment = settings(root, Path(folder)) | {"HOSTSIM_QUICKBOOKS": address}
        for arguments in (["seed"], ["connect"], ["run", "match-clients", "--accept-all"]):
            command = [sys.executable, "-m", "hostsim", *arguments]
            subprocess.run(command, check=False, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        number = first_ready(folder, environment)
        figures = Path(folder) / "figures.json"
        command = [sys.executable, __file__, str(root), str(figures), "run", "export-payments", "--json", "--select", number]
        subprocess.run(command, check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        return Way(**json.loads(figures.read_text(encoding="utf-8")))


def first_ready(folder: str, environment: Mapping[str, str]) -> str:
    """The id of a payment that can be exported as it stands."""
    command = [sys.executable, "-m", "hostsim", "run", "export-payments", "--all", "--dry-run", "--json"]
    found = subprocess.run(command, check=False, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True).stdout
    return str(next(row["id"] for row in json.loads(found)["rows"] if row["outcome"] == "ready"))


def settings(root: Path, folder: Path) -> dict[str, str]:
    """The environment of a command: these sources, and a home of its own, so that nothing of the user's is read or written."""
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    return {**os.environ, **home, "PYTHONPATH": str(root), "HOSTSIM_DATABASE": str(folder / "firm.db")}


@contextmanager
def simulator(root: Path, folder: Path) -> Iterator[str]:
    """A simulator that answers, on a free port; its address stands in its first line."""
    command = [sys.executable, "-u", "-m", "hostsim", "quickbooks", "--port", "0", "--no-limits"]
    with subprocess.Popen(command, cwd=folder, env=settings(root, folder), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = next(line for line in process.stdout if "http://" in line)
            yield "http://" + line.partition("http://")[2].split()[0].rstrip("/.,")
        finally:
            process.terminate()


def run_command(root: Path, figures: Path, arguments: list[str]) -> None:
    """Run a command of the host here, in all its threads under the profiler."""
    commits = Commits(root)
    threading.setprofile(commits)
    sys.setprofile(commits)
    sys.argv = ["hostsim", *arguments]
    try:
        runpy.run_module("hostsim", run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise
    finally:
        sys.setprofile(None)
        found = {"frames": commits.frames, "generators": commits.generators}
        figures.write_text(json.dumps(found | {"addin_commits": commits.addin, "host_commits": commits.host}), encoding="utf-8")


if __name__ == "__main__":
    run_command(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
