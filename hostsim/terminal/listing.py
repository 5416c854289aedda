"""Rows of a form that only lists, such as a history: as lines, or as JSON with every cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import click

from hostsim.addins.descriptions import Column, FormDescription, Row
from hostsim.addins.form_protocol import Rows
from hostsim.commands.plain_text import escaped_json, plain
from hostsim.terminal.output import GOOD, ICONS
from hostsim.terminal.selection import show_money

PAGE = 500
FINE = (*GOOD, "synchronized", "ready", "running", "waiting", "hidden", "")


def print_list(rows: Rows, description: FormDescription, as_json: bool) -> int:
    """Print the rows; the exit status: 0 when nothing in them needs a person, 1 otherwise."""
    columns = description.get("columns") or ()
    found = list(pages(rows))
    if as_json:
        click.echo(list_to_json(rows, found, columns))
    else:
        _print_lines(rows, found, columns)
    return 0 if all(row.get("outcome") in FINE for row in found) else 1


def pages(rows: Rows) -> Iterator[Row]:
    """The rows, read a page at a time."""
    for start in range(0, rows.count, PAGE):
        yield from rows.page(start, min(start + PAGE, rows.count))


def cell_text(row: Row, column: Column) -> str:
    """A cell's text."""
    value = row.get("cells", {}).get(column["key"], "")
    return value["label"] if isinstance(value, Mapping) else value


def list_to_json(rows: Rows, found: Sequence[Row], columns: Sequence[Column]) -> str:
    """The one shape of a list: the count, the total, and each row's outcome, reason, details and cells."""
    listed = [
        {
            "id": row["id"],
            "outcome": row["outcome"],
            "message": row["message"],
            "details": row.get("details", ""),
            "cells": {column["key"]: cell_text(row, column) for column in columns if column["type"] != "outcome"},
        }
        for row in found
    ]
    whole = {"count": rows.count, "total": rows.total, "rows": listed}
    return escaped_json(json.dumps(whole, ensure_ascii=False))


def _print_lines(rows: Rows, found: Sequence[Row], columns: Sequence[Column]) -> None:
    shown = [column for column in columns if column["type"] != "outcome"]
    for row in found:
        cells = [show_money(text) if column["type"] == "money" else text for column in shown if (text := cell_text(row, column))]
        click.echo(plain("  ".join((ICONS.get(row["outcome"], "·"), *cells))))
    if not found and rows.empty:
        click.echo(plain(rows.empty["text"]))
    if rows.total:
        click.echo(f"{rows.count:,} rows · {show_money(rows.total)}")
