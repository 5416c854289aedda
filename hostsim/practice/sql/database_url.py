"""Address of the practice's database: the one given, or a file in the user's data folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from hostsim.practice.sql.connection import PracticeUnavailable

DATABASE = "HOSTSIM_DATABASE"
PASSWORD = "HOSTSIM_DATABASE_PASSWORD"
PASSWORD_FILE = "HOSTSIM_DATABASE_PASSWORD_FILE"
PASSWORD_IN_ARGUMENT = (
    "The database address holds a password, which everybody on this machine can read in the list of processes. Nothing was "
    f"opened. Leave it out of the address, and put it in {PASSWORD}, or in a file named by {PASSWORD_FILE}."
)


def database_url(given: str | None, environment: Mapping[str, str]) -> str:
    """The full address: what was given, else HOSTSIM_DATABASE, else `WorkSpace/firm.db` in the user's folder, which is made.

    A plain file name means SQLite. A server's password comes from the environment or a file, since a process list shows
    arguments: an address given as an argument may hold none. PracticeUnavailable, with a sentence, when the address or the
    password file cannot be used.
    """
    text = given or environment.get(DATABASE)
    if not text:
        return _sqlite_url(default_file())
    if "://" not in text:
        return _sqlite_url(Path(text))
    try:
        url = make_url(text)
    except ArgumentError:
        raise PracticeUnavailable("The database address is not one. Write a file name or postgresql://user@host/name.") from None
    if given and url.password is not None:
        raise PracticeUnavailable(PASSWORD_IN_ARGUMENT)
    return _with_password(url, environment).render_as_string(hide_password=False)


def default_file() -> Path:
    """`firm.db` in the folder for this user's program data."""
    folder = Path(click.get_app_dir("WorkSpace"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "firm.db"


def _sqlite_url(file: Path) -> str:
    return URL.create("sqlite", database=str(file)).render_as_string(hide_password=False)


def _with_password(url: URL, environment: Mapping[str, str]) -> URL:
    if url.get_backend_name() == "sqlite":
        return url
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    file = environment.get(PASSWORD_FILE)
    password = environment.get(PASSWORD) or (_read_password(Path(file)) if file else None)
    return url.set(password=password) if password else url


def _read_password(file: Path) -> str:
    try:
        return file.read_text("utf-8").rstrip("\r\n")
    except OSError:
        raise PracticeUnavailable(f"The password file {file.name} cannot be read. Nothing was changed.") from None
