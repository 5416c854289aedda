"""From a command's options to an open workspace: the database, the options for add-ins, the data key."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from hostsim.addins.host_services import Options
from hostsim.addins.loader import installed
from hostsim.addins.user_at_work import NoSuchUser, choose_user
from hostsim.commands.plain_text import plain
from hostsim.practice.database import Practice, open_practice
from hostsim.practice.sql.connection import PracticeUnavailable
from hostsim.practice.sql.database_url import database_url
from hostsim.secrets.data_key import KeyFileError, data_key
from hostsim.secrets.simulator_credentials import SimulatorKeys
from hostsim.workspace import Workspace, open_workspace

LAST_PORT = 65535
WRITTEN_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_port(value: str | int) -> int:
    """The port; 0 stands for a free one. A usage error, with a sentence, when it is none."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and int(text) <= LAST_PORT):
        raise click.BadParameter(f"{text} is no port. Give a number from 0 to {LAST_PORT}.")
    return int(text)


def read_day(value: str | date) -> date:
    """The day; a usage error, with a sentence, when there is none."""
    try:
        return date.fromisoformat(str(value) if WRITTEN_DAY.fullmatch(str(value)) else "")
    except ValueError:
        raise click.BadParameter(f"{value} is no date. Write a day that there is as YYYY-MM-DD.") from None


Command = TypeVar("Command", bound=Callable[..., Any])
CANNOT_RUN = 2
PREFIX = "HOSTSIM_"
HOST_OPTIONS = ("database", "key_", "token", "user")  # for the host alone: no add-in receives them


class CannotRun(click.ClickException):
    """A plain sentence on standard error, and exit status 2."""

    exit_code = CANNOT_RUN

    def show(self, file: Any = None) -> None:
        """The sentence alone."""
        click.echo(plain(self.format_message()), file=file, err=True)


def shared_options(command: Command) -> Command:
    """--database and --quickbooks, as every command takes them."""
    quickbooks = click.option(
        "--quickbooks", metavar="ADDRESS", help="A simulator's address, or: sandbox, production [HOSTSIM_QUICKBOOKS]."
    )
    database = click.option(
        "--database", metavar="URL", help="Where the practice is kept: a file or a database address [HOSTSIM_DATABASE]."
    )
    return database(quickbooks(command))


def user_option(command: Command) -> Command:
    """--user, to try what somebody may do."""
    help = "Who is at work, by name, to try their rights [HOSTSIM_USER]; a firm's own host signs people in."
    return click.option("--user", metavar="NAME", envvar="HOSTSIM_USER", help=help)(command)


def today_option(command: Command) -> Command:
    """--today, for a fixed day."""
    return click.option("--today", metavar="DATE", type=read_day, help="The day to work on [today].")(command)


def open_from(
    database: str | None,
    quickbooks: str | None,
    *,
    port: int = 8400,
    today: date | None = None,
    given: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Workspace:
    """Open the workspace; CannotRun, with a sentence, when database, key or user cannot be used."""
    values = {**option_values(os.environ), **({"quickbooks": quickbooks} if quickbooks else {}), **(given or {})}
    check_quickbooks(values.get("quickbooks", ""))
    try:
        url = database_url(database, os.environ)
        practice = open_practice(url)
        options = Options(url, port, values, today, SimulatorKeys(values.get("quickbooks", "")).get)
        with closing_on_failure(practice):
            person = choose_user(practice.people, user)
            workspace = open_workspace(
                practice, installed(), options, lambda firm: data_key(firm, os.environ, say, practice), user=person
            )
        tune_garbage_collector()
        return workspace
    except (PracticeUnavailable, KeyFileError, NoSuchUser) as problem:
        raise CannotRun(str(problem)) from problem


@contextmanager
def closing_on_failure(practice: Practice) -> Iterator[None]:
    """Let go of the practice when what comes next fails."""
    try:
        yield
    except BaseException:
        practice.close()
        raise


def check_quickbooks(address: str) -> None:
    """CannotRun when this is neither sandbox nor production nor an http address with a port that can be."""
    try:
        parts = urlsplit(address)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, or above 65535
        fits = False
    if address and address not in ("sandbox", "production") and not fits:
        raise CannotRun(f"{address} is no address of QuickBooks. Use sandbox, production, or http://127.0.0.1:8401 (a simulator).")


def tune_garbage_collector() -> None:
    """Freeze what is loaded, and collect cycles among newer objects less often than by default.

    What is loaded by now stays, and the rows of grids and runs hold no cycles: a look at all of it each time was a tenth of a
    long run's processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def option_values(environment: Mapping[str, str]) -> dict[str, str]:
    """`HOSTSIM_CLIENT_ID` is the option `client_id`, and so on."""
    found = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX) and value}
    return {name: value for name, value in found.items() if not name.startswith(HOST_OPTIONS)}


def say(text: str) -> None:
    """Something for the person at the terminal, beside what a program may read."""
    click.echo(text, err=True)
