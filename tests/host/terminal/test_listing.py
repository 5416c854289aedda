"""`hostsim run` of a form that only lists: its rows as lines or JSON, filtered by its fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.descriptions import Column, FormDescription, FormRequest, Row
from hostsim.addins.host_services import Options
from hostsim.commands.startup import CannotRun
from hostsim.practice.database import open_practice
from hostsim.terminal.listing import table
from hostsim.terminal.run_command import drive
from hostsim.testing import KEY, demo_practice
from hostsim.workspace import Workspace, open_workspace
from tests.support.hosts.fake_addin import ParcelAddIn, SendForm, parcel_source


class ParcelList(SendForm):
    """The parcels, without anything to do."""

    def open(self, request: FormRequest, *, user: ActingUser | None = None) -> FormDescription:
        return {**SendForm.open(self, request), "actions": [], "row_edits": []}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    practice, url = demo_practice(tmp_path, date(2026, 11, 22))
    practice.close()
    source = parcel_source(tmp_path, lambda: ParcelAddIn(ParcelList(size=3)))
    opened = open_workspace(open_practice(url), [source], Options(url), lambda _: KEY)
    yield opened
    opened.close()


def test_the_rows_stand_under_the_heads_of_the_columns(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert drive(workspace, "send", []) == 0
    assert capsys.readouterr().out.splitlines() == [
        "   Name      Amount  Way        Outcome",
        "→  Parcel 0   10.00  Slow boat  ready",
        "→  Parcel 1   10.00  Slow boat  ready",
        "→  Parcel 2   10.00  Slow boat  ready",
        "3 rows · 30.00",
    ]


def test_every_cell_stands_under_its_head_whatever_the_row_lacks() -> None:
    columns: list[Column] = [
        {"key": "what", "label": "What", "type": "text", "width": 90},
        {"key": "here", "label": "Here", "type": "number", "width": 90},
        {"key": "there", "label": "There", "type": "money", "width": 90},
        {"key": "why", "label": "Why", "type": "text", "width": 90},
        {"key": "none", "label": "None", "type": "text", "width": 90},
    ]
    cells = [
        {"what": "Received", "here": "7", "there": "1234.50"},
        {"what": "Applied", "there": "-8.00", "why": "a\nb\x1b[31m"},
        {"what": "W" * 50, "here": "12", "why": "!"},
    ]
    rows: list[Row] = [
        {"id": str(n), "cells": each, "outcome": "ready", "message": "", "title": "", "selectable": True}
        for n, each in enumerate(cells)
    ]
    assert list(table(rows, columns)) == [
        f"   {'What'.ljust(40)}  Here     There  Why",
        f"→  {'Received'.ljust(40)}     7  1,234.50",
        f"→  {'Applied'.ljust(40)}           -8.00  a b␛[31m",
        f"→  {'W' * 50}    12            !",
    ]
    assert list(table([], columns)) == []


def test_json_has_every_cell(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert drive(workspace, "send", ["--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["count"], found["total"]) == (3, "30.00")
    assert found["rows"][0] == {
        "id": "parcel:0",
        "outcome": "ready",
        "message": "",
        "details": "",
        "cells": {"name": "Parcel 0", "amount": "10.00", "way": "Slow boat", "to": ""},
    }


def test_fields_and_search_filter(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert drive(workspace, "send", ["--search", "nothing", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == []
    with pytest.raises(CannotRun, match="From: Enter the first day"):
        drive(workspace, "send", ["--from", "soon"])
