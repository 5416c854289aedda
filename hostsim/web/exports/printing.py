"""A page to print: the rows that are shown as a table, with their chart, under the name of the firm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hostsim.addins.descriptions import Answer, Column, Row
from hostsim.grid_snapshots import Snapshot
from hostsim.web.csv_export import cell_text, outcome_cells
from hostsim.web.errors import RequestRefused
from hostsim.web.form_calls import in_thread
from hostsim.workspace import Workspace

MOST = 5000  # rows: a hundred sheets of paper; more are for a file
PAGE = 500

WRITTEN = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?=$| )")


async def show_print_page(request: Request) -> Response:
    """`GET /print/{token}` → the page."""
    workspace: Workspace = request.app.state.workspace
    snapshot = workspace.snapshots.get(request.path_params["token"])
    if snapshot.rows.count > MOST:
        raise RequestRefused(413, f"At most {MOST:,} rows can be printed. Filter the list, or save it as CSV.")
    values = await in_thread(print_values, workspace, snapshot)
    answer: HTMLResponse = request.app.state.templates.TemplateResponse(request, "print.html", values)
    return answer


def print_values(workspace: Workspace, snapshot: Snapshot) -> dict[str, object]:
    """What the page shows."""
    notice = snapshot.rows.notice
    return {
        "firm": workspace.practice.firm.name,
        "title": snapshot.form.rpartition(".")[2].replace("-", " ").capitalize(),
        "period": show_period(snapshot.answer, workspace.practice.firm.dates),
        "when": f"{datetime.now(UTC).astimezone():%Y-%m-%d %H:%M}",
        "notice": notice["text"] if notice else "",
        "chart": notice.get("chart") if notice else None,
        "columns": snapshot.columns,
        "rows": [list(cells_of(row, snapshot.columns, workspace.practice.firm.dates)) for row in printed_rows(snapshot)],
        "total": snapshot.rows.total,
    }


def show_period(answer: Answer, dates: str) -> str:
    """The days that the form was asked for, or nothing: a sheet that is kept says of which month it is."""
    start, end = (show_date(str(answer.get(name) or ""), dates) for name in ("from", "to"))
    if start and end:
        return f"{start} to {end}"
    return f"From {start}" if start else f"Up to {end}" if end else ""


def printed_rows(snapshot: Snapshot) -> Iterator[Row]:
    """The rows, read a page at a time."""
    for start in range(0, snapshot.rows.count, PAGE):
        yield from snapshot.rows.page(start, min(start + PAGE, snapshot.rows.count))


def cells_of(row: Row, columns: Sequence[Column], dates: str = "YYYY-MM-DD") -> Iterator[str]:
    """The texts of a row; money with its thousands apart, dates as the firm writes them."""
    for column in columns:
        kind = column.get("type")
        text = outcome_cells(row)[0] if kind == "outcome" else cell_text(row, column)
        yield show_money(text) if kind == "money" else show_date(text, dates) if kind == "date" else text


def show_date(text: str, pattern: str) -> str:
    """`2026-11-26`, or the date of a moment, by the pattern."""
    found = WRITTEN.match(text)
    if not found:
        return text
    written = pattern.replace("YYYY", found[1]).replace("MM", found[2]).replace("DD", found[3])
    return written + text[found.end() :]


def show_money(text: str) -> str:
    """`1234.50` as `1,234.50`; other text as it is."""
    whole, point, cents = text.partition(".")
    return f"{int(whole):,}{point}{cents}" if whole.lstrip("-").isdigit() and not whole.startswith("-0") else text
