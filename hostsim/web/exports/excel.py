"""A workbook of the rows that are shown: numbers are numbers, dates are dates, and no text is ever taken for a formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hostsim.addins.descriptions import Column, Row
from hostsim.addins.form_protocol import Rows
from hostsim.web.csv_export import cell_text, outcome_cells
from hostsim.web.errors import RequestRefused
from hostsim.web.form_calls import in_thread
from hostsim.workspace import Workspace

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = 500
LONGEST = 32_767  # characters of a cell
NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?")  # beyond fifteen digits a spreadsheet would round
DATE = re.compile(r"\d{4}-\d\d-\d\d")
# Texts stay texts, whatever they look like.
OPTIONS = {"constant_memory": True, "in_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
REASON: Column = {"key": "", "label": "Reason", "type": "text", "width": 400}
FORMATS = {"money": "#,##0.00", "number": "0", "date": "yyyy-mm-dd"}


async def download_excel(request: Request) -> Response:
    """`GET /api/snapshots/{token}/xlsx` → the rows that are shown, as a workbook; 501 without the `excel` extra."""
    workspace: Workspace = request.app.state.workspace
    snapshot = workspace.snapshots.get(request.path_params["token"])
    content = await in_thread(write_workbook, snapshot.rows, snapshot.columns)
    headers = {"content-disposition": f'attachment; filename="{snapshot.form.replace(".", "-")}.xlsx"'}
    return Response(content, media_type=TYPE, headers=headers)


def write_workbook(rows: Rows, columns: Sequence[Column]) -> bytes:
    """The workbook's bytes: one sheet, its first line fixed; rows go to disk a page at a time, so that memory stays flat."""
    if find_spec("xlsxwriter") is None:
        raise RequestRefused(501, "Excel files need the package xlsxwriter (the extra `excel`). CSV works without it.")
    target = BytesIO()
    with import_module("xlsxwriter").Workbook(target, OPTIONS) as book:
        sheet = book.add_worksheet()
        formats = {name: book.add_format({"num_format": text}) for name, text in FORMATS.items()}
        shown = [*columns, *([REASON] if has_outcome(columns) else [])]
        sheet.write_row(0, 0, [column["label"] for column in shown], book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(shown):
            sheet.set_column(number, number, max(10, (column.get("width") or 160) / 8))
        for line, row in enumerate(all_rows(rows), 1):
            for number, (kind, text) in enumerate(cells_of(row, columns)):
                write_cell(sheet, (line, number), kind, text, formats)
    return target.getvalue()


def has_outcome(columns: Sequence[Column]) -> bool:
    """Whether a column holds the outcome, beside which its reason stands in a last one."""
    return any(column.get("type") == "outcome" for column in columns)


def all_rows(rows: Rows) -> Any:
    """The rows, read a page at a time."""
    for start in range(0, rows.count, PAGE):
        yield from rows.page(start, min(start + PAGE, rows.count))


def cells_of(row: Row, columns: Sequence[Column]) -> list[tuple[str, str]]:
    """Type and text of each cell; the reason of the outcome comes last."""
    word, reason = outcome_cells(row)
    typed = [(column["type"], column) for column in columns]
    cells = [(kind, word if kind == "outcome" else cell_text(row, column)) for kind, column in typed]
    return [*cells, *([("text", reason)] if has_outcome(columns) else [])]


def write_cell(sheet: Any, place: tuple[int, int], kind: str, text: str, formats: Mapping[str, object]) -> None:
    """Write one cell: as its type where the text is of it, else as text."""
    if not text:
        return
    reads: Mapping[str, tuple[re.Pattern[str], Callable[[], object]]] = {
        "money": (NUMBER, lambda: sheet.write_number(*place, float(Decimal(text)), formats["money"])),
        "number": (NUMBER, lambda: sheet.write_number(*place, float(Decimal(text)), formats["number"])),
        "date": (DATE, lambda: sheet.write_datetime(*place, datetime.fromisoformat(text), formats["date"])),
    }
    pattern, write = reads.get(kind, (None, None))
    if pattern and write and pattern.fullmatch(text):
        write()
    else:
        sheet.write_string(*place, text[:LONGEST])
