"""Empty databases for the benches: SQLite, and the distribution's own PostgreSQL with pg_trgm, or else the tests' server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

from tests.support.postgres import running_postgres

PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin", "usr/local/opt/postgresql@*/bin")
BUFFERS = "256MB"
SETTINGS = f"-c listen_addresses= -c shared_buffers={BUFFERS}"


@contextmanager
def empty_database(kind: str) -> Iterator[tuple[str, str]]:
    """The address of an empty database of this kind, and words that say what it is."""
    programs = find_programs() if kind == "postgresql" else None
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'firm.db'}", "SQLite"
    elif programs:
        with distributions_server(programs) as url:
            yield url, f"{version(programs)}, shared_buffers {BUFFERS}, all else as it comes"
    else:
        with running_postgres() as server, server.new_database() as url:
            yield url, "PostgreSQL of the tests, without fsync; it has no pg_trgm, so a search reads everything"


def find_programs(root: Path = Path("/")) -> Path | None:
    """The folder of the newest PostgreSQL that the distribution has installed, else of one on the path."""
    fixed = [folder for position in PLACES for folder in root.glob(position)]
    found = shutil.which("initdb")
    folders = [*([Path(found).parent] if found else []), *sorted(fixed, key=lambda folder: _numbers(folder.relative_to(root)))]
    return next((folder for folder in reversed(folders) if (folder / "initdb").is_file()), None)


def version(programs: Path) -> str:
    """As `postgres` states it: `PostgreSQL 15.14`."""
    told = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return told.replace("postgres (PostgreSQL)", "PostgreSQL").split(" (")[0].strip()


@contextmanager
def distributions_server(programs: Path) -> Iterator[str]:
    """A server with a folder and a socket of its own, durable as it comes; the address of its one database."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    owner = _owner()
    if owner:
        shutil.chown(folder, owner)
    try:
        data = folder / "data"
        _call(programs / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8", owner=owner)
        control = (programs / "pg_ctl", "-D", data, "-w")
        _call(*control, "-l", folder / "log", "-o", f"{SETTINGS} -k {folder}", "start", owner=owner)
        try:
            yield _address(folder)
        finally:
            _call(*control, "-m", "fast", "stop", owner=owner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _numbers(folder: Path) -> list[int]:
    return [int(part) for part in "".join(each if each.isdigit() else " " for each in str(folder)).split()]


def _owner() -> str | None:
    """Who runs the server: it refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


def _call(*command: str | Path, owner: str | None) -> None:
    quiet = subprocess.DEVNULL
    subprocess.run(command, user=owner, group=owner, cwd="/", stdin=quiet, stdout=quiet, check=True, timeout=120)


def _address(folder: Path) -> str:
    url = URL.create("postgresql+psycopg", "bench", database="postgres", query={"host": str(folder)})
    return url.render_as_string(hide_password=False)
