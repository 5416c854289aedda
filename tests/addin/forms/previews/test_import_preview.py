"""The preview of an import beside the simulator: what it says, that it records nothing, and that the run does as it was said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qb_plugin.ledger_changes import UpdateChange
from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice

Json = dict[str, Any]


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    with both_sides(tmp_path) as found:
        yield found


def payment(ids: Json, owner: str, amount: str, number: str, bill: str = "") -> Json:
    """The step that records a payment in QuickBooks, for all of an invoice where one is named."""
    line = [{"Amount": amount, "LinkedTxn": [{"TxnType": "Invoice", "TxnId": ids[bill]}]}] if bill else []
    body = {
        "CustomerRef": {"value": ids[owner]},
        "TotalAmt": amount,
        "TxnDate": "2026-10-31",
        "PaymentRefNum": number,
        "Line": line,
    }
    return {"create": "Payment", "body": body}


@pytest.fixture
def shown(sides: BothSides) -> Json:
    """One payment for an invoice that is here, one unapplied, one like a payment here, one of nobody; their ids by reference."""
    ada = sides.client("Ada")
    ids = sides.build(customer("Ada", "ada"), customer("Zed", "zed"), invoice("ada", "x", "70.00", "bill"))
    number = sides.query("Invoice")[0]["DocNumber"]
    sides.invoice(ada, number, "70.00")
    sides.record(ada, "30.00", reference="103")
    steps = payment(ids, "ada", "70.00", "1", "bill"), payment(ids, "ada", "50.00", "2"), payment(ids, "ada", "30.00", "103")
    sides.build(*steps, payment(ids, "zed", "20.00", "4"))
    sides.match()
    return {each["PaymentRefNum"]: f"quickbooks_payment:{each['Id']}" for each in sides.query("Payment")}


class Preview:
    """The preview form on all rows of the import form."""

    def __init__(self, sides: BothSides) -> None:
        self.sides, self.form = sides, sides.form("import-preview")
        whole = {**sides.opened("import-payments"), "hide_synchronized": False}
        rows = sides.form("import-payments").rows(whole, None)
        result = sides.form("import-payments").act("preview", whole, rows.ids(0, rows.count), {})
        assert result["form"] == "import-preview"
        self.description = self.form.open(result["request"])
        self.answer = {**self.description["answer"], "token": self.description["token"]}

    @property
    def rows(self) -> dict[str, Json]:
        rows = self.form.rows(self.answer, None)
        return {row["id"]: row for row in rows.page(0, rows.count)}

    def press(self) -> dict[str, Json]:
        """Press *Import these N*; each row as it was told last."""
        self.sides.host.rows.clear()
        self.form.run("import_previewed", self.answer, [], {}, self.sides.host)
        found: Any = self.sides.host.rows
        return dict(found)


def test_each_row_says_what_would_become_of_it_and_nothing_is_recorded(sides: BothSides, shown: Json) -> None:
    before = [entry.ref for entry in sides.ledger.entries]
    preview = Preview(sides)
    assert {ref: preview.rows[row]["cells"]["will_be"] for ref, row in shown.items()} == {
        "1": "recorded",
        "2": "recorded",
        "103": "asked about",
        "4": "not recorded",
    }
    assert preview.rows[shown["1"]]["cells"]["applied_here"].endswith(" 70.00")
    assert preview.description["notice"]["text"].startswith(
        "2 would be recorded (120.00) · 1 needs your decision · 1 cannot be imported. As of "
    )
    assert preview.description["actions"][0]["label"] == "Import these 2"
    assert [entry.ref for entry in sides.ledger.entries] == before
    assert sides.form("history").rows(sides.opened("history"), None).count == 0


def test_the_run_does_what_the_preview_said(sides: BothSides, shown: Json) -> None:
    preview = Preview(sides)
    ended = preview.press()
    assert {row: found["outcome"] for row, found in ended.items()} == {shown["1"]: "synchronized", shown["2"]: "synchronized"}
    made = {entry.reference: entry for entry in sides.ledger.entries if entry.external_key}
    assert [(part.invoice_number, str(part.amount)) for part in made["1"].applications] == [
        tuple(preview.rows[shown["1"]]["cells"]["applied_here"].split())
    ]
    assert preview.press() == {}


def test_an_invoice_that_is_paid_here_meanwhile_holds_its_row(sides: BothSides, shown: Json) -> None:
    preview = Preview(sides)
    bill, other = sides.ledger.bills[0], sides.ledger.entries[0]
    parts = [{"invoice_id": bill.id, "amount": other.amount}]
    change: UpdateChange = {"key": "use", "ref": other.ref, "version": other.version, "applications": parts}  # type: ignore[typeddict-item]
    assert sides.ledger.update([change])[0].status == "recorded"
    ended = preview.press()
    assert ended[shown["1"]]["outcome"] == "needs_decision"
    assert f"applied here: {bill.number} 70.00 then, {bill.number} 40.00 now" in ended[shown["1"]]["message"]
    assert ended[shown["2"]]["outcome"] == "synchronized"
    assert [entry.reference for entry in sides.ledger.entries if entry.external_key] == ["2"]
