"""CSV of the rows that are shown, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from hostsim.addins.descriptions import Column, Row
from hostsim.addins.form_protocol import Rows

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
PAGE = 500


def safe_cell(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula; plain numbers, negative ones too, stay.

    The rule is OWASP's for CSV injection; leading blanks are looked through, since spreadsheets trim them.
    """
    if NUMBER.fullmatch(text) or not text.lstrip(" ").startswith(DANGEROUS):
        return text
    return f"'{text}"


def cell_text(row: Row, column: Column) -> str:
    """A cell's text, as the grid shows it."""
    value = row.get("cells", {}).get(column["key"])
    return str(value.get("label", "") if isinstance(value, Mapping) else "" if value is None else value)


def outcome_cells(row: Row) -> list[str]:
    """The outcome as a word, to filter by, and beside it the reason, which differs from row to row."""
    return [str(row.get("outcome", "")).replace("_", " "), str(row.get("message", ""))]


def _headings(columns: Sequence[Column]) -> list[str]:
    pairs = [[str(column["label"]), *(["Reason"] if column.get("type") == "outcome" else [])] for column in columns]
    return [heading for pair in pairs for heading in pair]


def _cells(row: Row, columns: Sequence[Column]) -> list[str]:
    groups = [outcome_cells(row) if column.get("type") == "outcome" else [cell_text(row, column)] for column in columns]
    return [cell for group in groups for cell in group]


def csv_lines(rows: Rows, columns: Sequence[Column]) -> Iterator[str]:
    """The lines of the CSV, with a heading; in parts of some hundred rows, so that memory stays flat."""
    yield "\ufeff" + _lines([_headings(columns)])
    for start in range(0, rows.count, PAGE):
        page = rows.page(start, min(start + PAGE, rows.count))
        yield _lines([_cells(row, columns) for row in page])


def _lines(cells: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[safe_cell(cell) for cell in row] for row in cells])
    return text.getvalue()
