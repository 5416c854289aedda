"""`hostsim run` of a form that only lists: its rows as lines or JSON, filtered by its fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.descriptions import FormDescription, FormRequest
from hostsim.addins.host_services import Options
from hostsim.commands.startup import CannotRun
from hostsim.practice.database import open_practice
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


def test_the_rows_are_lines(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert drive(workspace, "send", []) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "→  Parcel 0  10.00  Slow boat"
    assert lines[-1] == "3 rows · 30.00"


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
