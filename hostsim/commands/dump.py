"""`hostsim dump`: the practice as a firm's file."""

from __future__ import annotations

import json
import os
from datetime import date

import click

from hostsim.commands.startup import CannotRun, read_day
from hostsim.practice.database import open_practice
from hostsim.practice.exchange.dumping import DumpFilter, NoSuchRecord, dump_firm
from hostsim.practice.sql.connection import PracticeUnavailable
from hostsim.practice.sql.database_url import database_url


@click.command("dump")
@click.option("--database", metavar="URL", help="Where the practice is kept: a file or a database address [HOSTSIM_DATABASE].")
@click.option("--from", "start", metavar="DATE", type=read_day, help="Only what is dated on or after this day.")
@click.option("--to", "end", metavar="DATE", type=read_day, help="Only what is dated on or before this day.")
@click.option("--select", metavar="REF", multiple=True, help="Only this record: P-1017, 17 or payment:17. May be repeated.")
def command(database: str | None, start: date | None, end: date | None, select: tuple[str, ...]) -> None:
    """Print clients, invoices, payments and credit memos as JSON that `hostsim load` takes.

    Exit status 2, with the reason, when the database cannot be used or a selected record is not there.
    """
    try:
        practice = open_practice(database_url(database, os.environ))
        try:
            dumped = dump_firm(practice, DumpFilter(start, end, select))
        finally:
            practice.close()
    except (PracticeUnavailable, NoSuchRecord) as problem:
        raise CannotRun(str(problem)) from problem
    click.echo(json.dumps(dumped, indent=1, ensure_ascii=False))
