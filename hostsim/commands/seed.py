"""`hostsim seed`: fills a practice with the demo firm, and with as many payments more as asked."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, date, datetime

import click

from hostsim.commands.startup import read_day
from hostsim.practice.database import Practice, open_practice
from hostsim.practice.demo.bulk_seed import seed_payments
from hostsim.practice.demo.firm import NotEmpty, fill_demo_firm
from hostsim.practice.reset import reset_practice
from hostsim.practice.sql.connection import PracticeUnavailable
from hostsim.practice.sql.database_url import database_url


@click.command("seed")
@click.option("--database", metavar="URL", help="Where the practice is kept: a file or a database address [HOSTSIM_DATABASE].")
@click.option("--payments", metavar="N", type=click.IntRange(min=0), default=0, help="Add this many payments more.")
@click.option("--today", metavar="DATE", type=read_day, help="The day the records lead up to [today].")
@click.option("--reset", is_flag=True, help="Remove the practice's records first.")
@click.pass_context
def command(context: click.Context, database: str | None, payments: int, today: date | None, reset: bool) -> None:
    """Fill a practice with the demo firm: sixty clients and a year of bills and payments.

    A practice that holds records already keeps them; --payments adds to them. Exit status 2 when the database cannot be used.
    """
    day = today or datetime.now(UTC).astimezone().date()
    try:
        with closing(open_practice(database_url(database, os.environ))) as practice:
            _seed(practice, payments, day, reset)
    except PracticeUnavailable as problem:
        click.echo(str(problem), err=True)
        context.exit(2)


def _seed(practice: Practice, payments: int, today: date, reset: bool) -> None:
    if reset:
        reset_practice(practice.database)
    try:
        fill_demo_firm(practice.database, today)
    except NotEmpty:
        click.echo("This practice holds records already; they stay.")
    if payments:
        seed_payments(practice.database, payments, today)
    firm, snapshot = practice.firm, practice.ledger.snapshot({})
    click.echo(f"{firm.name}: {snapshot.count:,} payments and credit memos")
