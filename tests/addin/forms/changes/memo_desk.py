"""Linked credit memos of one client, with short ways to edit either side and to press the buttons of Changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice
from tests.support.ledgers.fake_ledger_values import FakeRecord

Json = dict[str, Any]
SALE = "SalesItemLineDetail"


@dataclass(slots=True)
class MemoDesk:
    """The two sides, a credit memo that was sent, and its id there."""

    sides: BothSides
    ref: str = ""
    identity: str = ""

    def send_first(self, amount: str, auto_apply: bool, client: str = "Ada", **more: Any) -> Json:
        """Export a credit memo of the client: its row."""
        people = [each for each in self.sides.ledger.people if each.name == client]
        entry = self.sides.record(people[0], amount, "credit_memo", **more)
        row = self.sides.export(entry, auto_apply=auto_apply)[entry.ref]
        self.ref, self.identity = entry.ref, str(row["quickbooks_id"])
        self.wait(400.0)
        return row

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.sides.addin.runtime().parts.clock.sleep(seconds)

    @property
    def here(self) -> FakeRecord:
        """The credit memo here."""
        found: FakeRecord = next(each for each in self.sides.ledger.entries if each.ref == self.ref)
        return found

    @property
    def there(self) -> Json:
        """The credit memo in QuickBooks, over HTTP."""
        return self.sides.read("CreditMemo", self.identity)

    def edit_here(self, **values: Any) -> None:
        """Somebody changes it here."""
        entries, entry = self.sides.ledger.entries, self.here
        entries[entries.index(entry)] = replace(entry, version=entry.version + 1, **values)

    def edit_there(self, **values: Any) -> None:
        """Somebody changes it in QuickBooks."""
        now = self.there
        self.sides.entries.post(
            "CreditMemo", {"Id": now["Id"], "SyncToken": now["SyncToken"], "sparse": True, "Line": now["Line"], **values}
        )

    def use_there(self, invoice_id: str, amount: str) -> str:
        """Somebody applies the memo to an invoice in QuickBooks: the id of the payment of nothing."""
        owner = self.there["CustomerRef"]["value"]
        lines = ((invoice_id, Decimal(amount), "Invoice"), (self.identity, Decimal(amount), "CreditMemo"))
        return str(self.sides.entries.pay(owner, 0, *lines)["Id"])

    def applications(self) -> list[Json]:
        """QuickBooks' payments of nothing that use this memo."""
        used = [each for each in self.sides.query("Payment") if not each["TotalAmt"]]
        return [each for each in used if any(link["TxnId"] == self.identity for line in each["Line"] for link in line["LinkedTxn"])]

    def remove_there(self, payment: str) -> None:
        """Somebody deletes a payment in QuickBooks."""
        found = self.sides.read("Payment", payment)
        self.sides.entries.post("Payment", {"Id": payment, "SyncToken": found["SyncToken"]}, operation="delete")

    def changes(self) -> dict[str, Json]:
        """The rows of Changes as it opens."""
        rows = self.sides.form("changes").rows(self.sides.opened("changes"), None)
        assert rows.problem is None, rows.problem
        return {row["id"]: row for row in rows.page(0, rows.count)}

    def press(self, way: str) -> Json:
        """Press a button of Changes for the memo: its row."""
        self.sides.host.rows.clear()
        self.sides.form("changes").run(way, self.sides.opened("changes"), [self.ref], {}, self.sides.host)
        return dict(self.sides.host.rows[self.ref])


@contextmanager
def memo_desk(
    folder: Path, *, company: str = "empty", numbered: bool = True, percent: float = 0.0, **settings: str
) -> Iterator[MemoDesk]:
    """A firm with one client and invoice A-1 of 80.00 on both sides; `numbered`: QuickBooks takes numbers of memos."""
    with both_sides(folder, company) as sides:
        preferences: Json = {"SalesFormsPrefs": {"CustomTxnNumbers": numbered}}
        if company == "empty":
            preferences |= {"TaxPrefs": {"UsingSalesTax": True}} if percent else {}
            sides.build(customer("Ada", "ada"), invoice("ada", "A-1", "80.00"), preferences=preferences)
            client = sides.client("Ada")
            sides.invoice(client, "A-1", "80.00")
        else:
            sides.build(preferences=preferences)
            sides.client("Harbour Books", "GBP")
        if percent:
            sides.switch(sales_tax_percent=percent)
        assert sides.choose(credit_memo_item="1", **settings)["level"] == "info"
        sides.match()
        yield MemoDesk(sides)


def labels(row: Json) -> list[str]:
    """The buttons of a row."""
    return [fix["label"] for fix in row["fixes"]]


def sale_of(memo: Json) -> Json:
    """The one sale of a memo."""
    (line,) = (line for line in memo["Line"] if line["DetailType"] == SALE)
    return dict(line)
