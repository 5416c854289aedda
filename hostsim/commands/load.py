"""`hostsim load`: a firm's file into the practice."""

from __future__ import annotations

import json
import os
import sys
from typing import IO, Any

import click

from hostsim.commands.startup import CannotRun
from hostsim.practice.database import open_practice
from hostsim.practice.exchange.firm_file import LoadMistake
from hostsim.practice.exchange.loading import load_firm
from hostsim.practice.exchange.parsing import parse_firm_file
from hostsim.practice.sql.connection import PracticeUnavailable
from hostsim.practice.sql.database_url import database_url


class InputFile(click.File):
    """A file, or standard input for `-`; a usage error where there is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The open file."""
        if value == "-" and sys.stdin is None:
            self.fail("There is no standard input. Name a file.", param, ctx)
        return super().convert(value, param, ctx)


@click.command("load")
@click.argument("file", type=InputFile("rb"))
@click.option("--database", metavar="URL", help="Where the practice is kept: a file or a database address [HOSTSIM_DATABASE].")
@click.option("--empty", is_flag=True, help="Begin with an empty firm: remove all clients, invoices, payments and credit memos.")
def command(file: IO[bytes], database: str | None, empty: bool) -> None:
    """Load clients, invoices, payments and credit memos from FILE, or from standard input when it is -.

    What has a number that is there already is updated. One mistake refuses the whole file. Prints the ids in the order of the
    file, as JSON. Exit status 2, with the place and the reason, when it cannot be loaded.
    """
    try:
        entries = parse_firm_file(file.read().decode("utf-8-sig"))
        practice = open_practice(database_url(database, os.environ))
        try:
            ids = load_firm(practice.database, entries, empty=empty)
        finally:
            practice.close()
    except UnicodeDecodeError:
        raise CannotRun("The file is not text in UTF-8. Nothing was loaded.") from None
    except (LoadMistake, PracticeUnavailable) as problem:
        raise CannotRun(str(problem)) from problem
    click.echo(json.dumps(ids))
