"""A CSV of what is shown holds no formula, and numbers stay numbers."""

from __future__ import annotations

import csv
import io

import pytest

from hostsim.builtin.grid_description import column, plain_row
from hostsim.web.csv_export import csv_lines, outcome_cells, safe_cell
from tests.support.hosts.fake_addin import Parcels

COLUMNS = [
    column("name", "Name", "text", 100),
    column("amount", "Amount", "money", 100),
    column("way", "Way", "choice", 100),
    column("outcome", "Outcome", "outcome", 100),
]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tx", "\rx", "\n=1", " =1+1", "-cmd|' /C calc'!A0", "＝1+1", "-", "+1", "--1"],
)
def test_what_a_spreadsheet_takes_for_a_formula_is_made_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-10.00", "10", "-3", "0.05", "P-1017", "a=b", "x@y.example", "", "Müller"])
def test_plain_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_a_sheet_holds_every_row_of_the_snapshot() -> None:
    text = "".join(csv_lines(Parcels(None, 1203), COLUMNS))
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0] == ["Name", "Amount", "Way", "Outcome", "Reason"]
    assert len(rows) == 1204
    assert rows[4] == ["Parcel 3", "-10.00", "Slow boat", "ready", ""]
    assert rows[5][0].startswith("'=HYPERLINK(1) <b>bold</b>")
    assert rows[100][3:] == ["synchronized", ""]


def test_an_outcome_and_its_reason_stand_in_columns_of_their_own() -> None:
    row = plain_row("payment:1", {}, "", "not_confirmed", "=We are checking.")
    assert outcome_cells(row) == ["not confirmed", "=We are checking."]
