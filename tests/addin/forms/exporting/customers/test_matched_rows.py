"""What a row's button does for its client holds for all rows of the client: none goes on saying what is no longer so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer
from tests.support.ledgers.fake_ledger_values import FakeClient, FakeRecord

NAME = "Jeff's Jalopies"


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    """A matched client, and one whose customer is missing."""
    with both_sides(tmp_path) as made:
        made.client("Ada")
        made.build(customer("Ada", "ada"))
        made.match()
        yield made


def records_of(sides: BothSides, client: FakeClient, *amounts: str) -> list[FakeRecord]:
    return [sides.record(client, amount) for amount in amounts]


def create(sides: BothSides, picked: FakeRecord, name: str = "") -> dict[str, Any]:
    """Press the button that creates the picked row's customer; the summary, and what rows were told."""
    sides.host.rows.clear()
    edits = {picked.ref: {"name": name}} if name else {}
    answer = {**sides.opened("export-payments"), "source": "payments"}
    summary = sides.form("export-payments").run("create_customers", answer, [picked.ref], edits, sides.host)
    return {**summary, "rows": dict(sides.host.rows)}


@pytest.mark.parametrize("name", ["", "Jeff (garage)"])
def test_a_created_customer_makes_every_row_of_its_client_ready(sides: BothSides, name: str) -> None:
    jeff = sides.client(NAME)
    picked, *others = records_of(sides, jeff, "10.00", "20.00", "30.00")
    stranger = sides.record(sides.client("Somebody else"), "40.00")
    sides.export(picked, *others, stranger)
    assert {row["outcome"] for row in sides.host.rows.values()} == {"failed"}
    done = create(sides, picked, name)
    assert {ref: row["outcome"] for ref, row in done["rows"].items()} == dict.fromkeys(
        [picked.ref, *(o.ref for o in others)], "ready"
    )
    assert [row["cells"]["client"] for row in done["rows"].values() if "not matched" in row["cells"]["client"]] == []
    assert "was created in QuickBooks" in done["rows"][picked.ref]["message"]
    assert [done["rows"][other.ref]["message"] for other in others] == ["", ""]
    assert (done["counts"]["done"], done["counts"]["ready"]) == (1, 0)
    assert {row["outcome"] for row in sides.export(picked, *others).values()} == {"synchronized"}
    assert len(sides.query("Payment")) == 3


def test_what_could_not_be_created_says_so_on_the_picked_row_alone(sides: BothSides) -> None:
    sides.build({"create": "Vendor", "as": "v", "body": {"DisplayName": NAME}})
    picked, other = records_of(sides, sides.client(NAME), "10.00", "20.00")
    sides.export(picked, other)
    done = create(sides, picked)
    assert {ref: row["outcome"] for ref, row in done["rows"].items()} == {picked.ref: "needs_decision"}
    assert done["counts"]["done"] == 0


def test_the_history_counts_the_customer_that_was_created(sides: BothSides) -> None:
    picked = sides.record(sides.client(NAME), "10.00")
    create(sides, picked)
    rows = sides.form("history").rows(sides.opened("history"), None)
    [newest] = rows.page(0, 1)
    assert (newest["cells"]["rows"], newest["cells"]["done"]) == ("1", "1")
    assert newest["message"].startswith("Create customers of 1 row by ")
    assert sides.host.marks.marks == {}


def test_a_merged_customers_client_is_matched_for_all_its_rows(sides: BothSides) -> None:
    ids = sides.build(customer(NAME, "j"), customer("Jeff's Garage", "g"))
    jeff = sides.client(NAME)
    sides.match()
    sides.export(sides.record(jeff, "5.00"))
    sides.merge(ids["j"], ids["g"])
    picked, other = records_of(sides, jeff, "10.00", "20.00")
    failed = sides.export(picked, other)
    assert any(fix.get("act") == "relink_client" for fix in failed[picked.ref]["fixes"]), failed
    answer = {**sides.opened("export-payments"), "source": "payments"}
    found = sides.form("export-payments").act("relink_client", answer, [picked.ref], {})["rows"]
    rows = {row["id"]: row for row in found}
    assert {rows[each.ref]["outcome"] for each in (picked, other)} == {"ready"}
    assert {rows[each.ref]["cells"]["client"] for each in (picked, other)} == {f"{NAME} → Jeff's Garage"}
