"""Rows of a form that only lists, such as a history: as lines, or as JSON with every cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import click

from hostsim.addins.descriptions import Column, FormDescription, Row
from hostsim.addins.form_protocol import Rows
from hostsim.commands.plain_text import escaped_json, plain
from hostsim.terminal.output import GOOD, ICONS
from hostsim.terminal.selection import PAGE, show_money, text_of

WIDEST = 40
NUMBERS = ("money", "number")
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
    return text_of(row.get("cells", {}).get(column["key"], ""))


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
    for line in table(found, columns):
        click.echo(line)
    if not found and rows.empty:
        click.echo(plain(rows.empty["text"]))
    if rows.total:
        click.echo(f"{rows.count:,} row{'' if rows.count == 1 else 's'} · {show_money(rows.total)}")


def table(found: Sequence[Row], columns: Sequence[Column]) -> Iterator[str]:
    """The rows under the heads of those columns in which any of them has something; numbers at the right, a long text as it is."""
    shown = [each for each in columns if any(shown_text(row, each) for row in found)]
    lines = [[shown_text(row, column) for column in shown] for row in found]
    heads = [plain(column["label"]) for column in shown]
    widths = [min(WIDEST, max(map(len, texts))) for texts in zip(heads, *lines, strict=True)]
    right = [column["type"] in NUMBERS for column in shown]
    for icon, texts in [(" ", heads), *((ICONS.get(row["outcome"], "·"), line) for row, line in zip(found, lines, strict=True))]:
        if found:
            cells = [text.rjust(w) if number else text.ljust(w) for text, w, number in zip(texts, widths, right, strict=True)]
            yield "  ".join((icon, *cells)).rstrip()


def shown_text(row: Row, column: Column) -> str:
    """A cell as a person reads it, in one line; of the outcome its word."""
    if column["type"] == "outcome":
        return row["outcome"].replace("_", " ")
    text = plain(cell_text(row, column))
    return show_money(text) if column["type"] == "money" else text
