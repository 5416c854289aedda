"""A workbook of what is shown: numbers and dates are what they are, and nothing becomes a formula or a link."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hostsim.addins.descriptions import Column, Row
from hostsim.builtin.grid_description import column
from hostsim.testing import demo_practice, running_host
from hostsim.web.exports.excel import write_workbook
from hostsim.web.exports.printing import show_period
from tests.support.hosts.fake_addin import Parcels
from tests.support.hosts.fixed_rows import FixedRows

COLUMNS: list[Column] = [
    column("name", "Name", "text", 100),
    column("amount", "Amount", "money", 100),
    column("day", "Day", "date", 100),
    column("outcome", "Outcome", "outcome", 100),
]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet_of(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml"))


def cells(content: bytes) -> list[list[tuple[str, str]]]:
    """Type and text of every cell, row by row: `n` is a number, `inlineStr` a text."""
    lines = sheet_of(content).iter(f"{MAIN}row")
    return [[(cell.get("t", "n"), "".join(cell.itertext())) for cell in line.iter(f"{MAIN}c")] for line in lines]


def row(name: str, amount: str = "", day: str = "", message: str = "") -> Row:
    return {
        "id": "payment:1",
        "cells": {"name": name, "amount": amount, "day": day},
        "outcome": "not_confirmed",
        "message": message,
        "title": "",
        "selectable": True,
    }


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        '=HYPERLINK("http://evil.example")',
        "{=1+1}",
        "http://evil.example",
        "internal:Sheet2!A1",
        "mailto:a@b.example",
        "-cmd|' /C calc'!A0",
        "＝1+1",
        "\t=1",
        "Müller & <b>Söhne</b>",
    ],
)
def test_every_text_stays_a_text(text: str) -> None:
    content = write_workbook(FixedRows([row(text, message=text)]), COLUMNS)
    sheet = sheet_of(content)
    assert list(sheet.iter(f"{MAIN}f")) == []
    assert list(sheet.iter(f"{MAIN}hyperlink")) == []
    assert cells(content)[1] == [("inlineStr", text), ("inlineStr", "not confirmed"), ("inlineStr", text)]


def test_money_and_dates_are_numbers() -> None:
    found = cells(write_workbook(FixedRows([row("P-1", "-1234.50", "2026-11-18"), row("P-2", "n/a", "soon")]), COLUMNS))
    assert [text for _, text in found[0]] == ["Name", "Amount", "Day", "Outcome", "Reason"]
    assert found[1][1:3] == [("n", "-1234.5"), ("n", "46344")]
    assert found[2][1:3] == [("inlineStr", "n/a"), ("inlineStr", "soon")]


def test_a_number_too_long_for_a_spreadsheet_stays_as_it_is() -> None:
    long = "12345678901234567.89"
    assert cells(write_workbook(FixedRows([row("P-1", long)]), COLUMNS))[1][1] == ("inlineStr", long)


def test_every_row_of_the_snapshot_is_there() -> None:
    shown = [column("name", "Name", "text", 100), column("amount", "Amount", "money", 100)]
    assert len(cells(write_workbook(Parcels(None, 1203), shown))) == 1204


def test_a_list_is_saved_and_printed_from_the_browser(tmp_path: Path) -> None:
    practice, database = demo_practice(tmp_path, date(2026, 11, 20))
    with running_host(practice, database=database) as host:
        session = host.session()
        described = session.get("/api/pages/billing.payments").json()
        token = described["state"]["token"]
        saved = session.get(f"/api/snapshots/{token}/xlsx")
        assert saved.headers["content-disposition"] == 'attachment; filename="billing-payments.xlsx"'
        assert len(cells(saved.content)) == described["state"]["count"] + 1
        printed = session.get(f"/print/{token}")
        assert printed.status_code == 200
        assert printed.text.count("<tr>") == described["state"]["count"] + 1


@pytest.mark.parametrize(
    ("start", "end", "dates", "shown"),
    [
        ("2026-11-01", "2026-11-30", "YYYY-MM-DD", "2026-11-01 to 2026-11-30"),
        ("2026-11-01", "2026-11-30", "MM/DD/YYYY", "11/01/2026 to 11/30/2026"),
        ("2026-11-01", "", "DD.MM.YYYY", "From 01.11.2026"),
        ("", "2026-11-30", "YYYY-MM-DD", "Up to 2026-11-30"),
        ("", "", "YYYY-MM-DD", ""),
        (None, None, "YYYY-MM-DD", ""),
    ],
)
def test_a_printed_page_says_of_which_days_it_is(start: str | None, end: str | None, dates: str, shown: str) -> None:
    assert show_period({"from": start, "to": end}, dates) == shown
