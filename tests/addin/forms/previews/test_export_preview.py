"""The preview of an export beside the simulator: what it says, that it writes nothing, and that the run does as it was said."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice
from tests.support.ledgers.fake_ledger_values import FakeRecord

Json = dict[str, Any]


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as found:
        yield found


class Preview:
    """The preview form on some records."""

    def __init__(self, sides: BothSides, *records: FakeRecord, edits: Json | None = None, **answer: Any) -> None:
        self.sides, self.form = sides, sides.form("export-preview")
        source = "credit_memos" if records[0].kind == "credit_memo" else "payments"
        whole = {**sides.opened("export-payments"), "source": source, **answer}
        ids = [record.ref for record in records]
        result = sides.form("export-payments").act("preview", whole, ids, edits or {})
        self.request = result["request"]
        assert result["form"] == "export-preview"
        self.open()

    def open(self) -> None:
        self.description = self.form.open(self.request)
        self.answer = {**self.description["answer"], "token": self.description["token"]}

    @property
    def rows(self) -> dict[str, Json]:
        rows = self.form.rows(self.answer, None)
        return {row["id"]: row for row in rows.page(0, rows.count)}

    def press(self) -> dict[str, Json]:
        """Press *Export these N*; each row as it was told last."""
        self.sides.host.rows.clear()
        self.form.run("export_previewed", self.answer, [], {}, self.sides.host)
        found: Any = self.sides.host.rows
        return dict(found)


def test_a_row_of_a_preview_that_has_ended_no_longer_says_what_it_would_be(sides: BothSides) -> None:
    one, two, twin, lost = build(sides)
    preview = Preview(sides, one, two, twin, lost)
    assert preview.rows[one.ref]["cells"]["will_be"] != ""
    told = preview.press()
    assert {each["cells"]["will_be"] for each in told.values()} == {""}
    assert {one.ref, two.ref} <= told.keys()


def build(sides: BothSides) -> tuple[FakeRecord, FakeRecord, FakeRecord, FakeRecord]:
    """Two that can go, one twin of what is there, one of nobody."""
    ids = sides.build(customer("Ada", "ada"), customer("Bo", "bo"), invoice("ada", "A-1", "70.00"), invoice("ada", "A-2", "50.00"))
    ada, bo, cy = sides.client("Ada"), sides.client("Bo"), sides.client("Cy")
    one, two = sides.record(ada, "100.00", reference="11"), sides.record(ada, "40.00", reference="12")
    twin, lost = sides.record(bo, "30.00", reference="13"), sides.record(cy, "20.00")
    there = {"CustomerRef": {"value": ids["bo"]}, "TotalAmt": "30.00", "TxnDate": "2026-10-31", "PaymentRefNum": "13"}
    sides.build({"create": "Payment", "body": there})
    sides.match()
    return one, two, twin, lost


def test_each_row_says_what_would_become_of_it_and_nothing_is_written(sides: BothSides) -> None:
    one, two, twin, lost = build(sides)
    before = sides.query("Payment")
    preview = Preview(sides, one, two, twin, lost, auto_apply=True)
    rows = preview.rows
    assert {ref: (row["outcome"], row["cells"]["will_be"]) for ref, row in rows.items()} == {
        one.ref: ("ready", "created"),
        two.ref: ("ready", "created"),
        twin.ref: ("needs_decision", "asked about"),
        lost.ref: ("not_ready", "not sent"),
    }
    assert rows[one.ref]["cells"]["applied"] == "1001 70.00, 1002 30.00"
    assert rows[two.ref]["cells"]["applied"] == "1002 20.00 · rest 20.00 unapplied"
    assert rows[one.ref]["cells"]["deposit"] == "Undeposited Funds"
    assert rows[lost.ref]["message"].startswith("Cy is not matched")
    assert preview.description["actions"][0]["label"] == "Export these 2"
    assert preview.description["notice"]["text"].startswith(
        "2 would be created (140.00) · 1 needs your decision · 1 cannot be sent. As of "
    )
    assert sides.query("Payment") == before
    assert sides.host.marks.marked("failed") == []
    history = sides.form("history").rows(sides.opened("history"), None)
    assert history.count == 0


def test_a_preview_leaves_the_addins_own_tables_as_they_were(sides: BothSides) -> None:
    records = build(sides)
    before = dump(sides)
    Preview(sides, *records, auto_apply=True)
    assert dump(sides) == before
    assert sides.export(*records)
    assert dump(sides) != before


def dump(sides: BothSides) -> str:
    """All rows of all tables but the one that counts calls."""
    with closing(sqlite3.connect(sides.host.database_url.removeprefix("sqlite:///"))) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        kept = [name for name in tables if "call" not in name]
        return "\n".join(f"{name}: {connection.execute(f'SELECT * FROM {name}').fetchall()}" for name in kept)


def test_the_run_does_what_the_preview_said(sides: BothSides) -> None:
    records = build(sides)
    preview = Preview(sides, *records, auto_apply=True)
    shown, ended = preview.rows, preview.press()
    assert sorted(ended) == sorted(ref for ref, row in shown.items() if row["outcome"] == "ready")
    for ref, row in ended.items():
        assert row["outcome"] == "synchronized"
        there = sides.read("Payment", row["quickbooks_id"])
        applied = ", ".join(f"{each['invoice']} {each['amount']}" for each in row["applied"])
        rest = f" · rest {there['UnappliedAmt']:.2f} unapplied" if there["UnappliedAmt"] else ""
        assert shown[ref]["cells"]["applied"] == applied + rest
    assert preview.press() == {}


def test_what_has_changed_since_is_said_and_not_done(sides: BothSides) -> None:
    one, two, *_ = build(sides)
    preview = Preview(sides, one, two, auto_apply=True)
    bill = sides.query("Invoice", "DocNumber = '1001'")[0]
    line = {"Amount": "70.00", "LinkedTxn": [{"TxnType": "Invoice", "TxnId": bill["Id"]}]}
    body = {"CustomerRef": bill["CustomerRef"], "TotalAmt": "70.00", "Line": [line]}
    sides.build({"create": "Payment", "body": body})
    ended = preview.press()
    assert ended[one.ref]["outcome"] == "needs_decision"
    assert "invoices: 1001 70.00, 1002 30.00 then, 1002 50.00 now" in ended[one.ref]["message"]
    assert ended[two.ref]["outcome"] == "needs_decision"
    assert len(sides.query("Payment")) == 2


def test_a_record_edited_since_is_not_sent_as_it_is_now(sides: BothSides) -> None:
    one, *_ = build(sides)
    preview = Preview(sides, one)
    sides.ledger.update([{"key": "edit", "ref": one.ref, "version": one.version, "amount": one.amount + 1}])
    ended = preview.press()
    assert "amount: 100.00 then, 101.00 now" in ended[one.ref]["message"]
    assert ended[one.ref]["outcome"] == "needs_decision"
    assert len(sides.query("Payment")) == 1
