"""Both sides of a firm in the text host: ways to enter money on either, to press the buttons, and to read what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import requests

from tests.addin.forms.test_text_host import DIEGO, TODAY, Scene, payment
from tests.support.ledgers.fake_ledger_values import FakeApplication, FakeInvoice, FakeRecord
from tests.support.simulator.simulator_calls import Books

Rows = dict[str, dict[str, Any]]
Edits = Mapping[str, Mapping[str, object]] | None
DAY = TODAY - timedelta(days=9)


def row_there(identity: str) -> str:
    """The row of a QuickBooks payment."""
    return f"quickbooks_payment:{identity}"


@dataclass(slots=True)
class BothSides:
    """The scene, with short ways to enter money on either side and to read what stands there."""

    scene: Scene
    numbers: int = 100

    @property
    def books(self) -> Books:
        """QuickBooks itself."""
        return Books(self.scene.simulator.core)

    @property
    def customer(self) -> str:
        """Diego's id in QuickBooks."""
        return str(self.books.query(f"select * from Customer where DisplayName = '{DIEGO}'")["Customer"][0]["Id"])

    def here(self, amount: str, **more: Any) -> str:
        """A payment typed in here."""
        self.numbers += 1
        entry: FakeRecord = payment(self.numbers, ("2", DIEGO), amount, **{"day": DAY, "birth": f"b{self.numbers}", **more})
        self.scene.host.ledger.entries.append(entry)
        return entry.ref

    def bill(self, number: str, amount: str) -> tuple[FakeApplication, str]:
        """An invoice on both sides, paid here; its application here and its id there."""
        money = Decimal(amount)
        self.scene.host.ledger.bills.append(FakeInvoice(number, number, "2", DAY, money, Decimal(0)))
        there = self.books.invoice(self.customer, amount, DocNumber=number, TxnDate=DAY.isoformat())
        return FakeApplication(number, number, money), str(there["Id"])

    def there(self, amount: str, *lines: tuple[str, object, str], later: int = 0, reference: str | None = None) -> str:
        """A payment typed into QuickBooks, so many days after DAY."""
        more = {"PaymentRefNum": reference} if reference else {}
        day = DAY + timedelta(days=later)
        return str(self.books.pay(self.customer, amount, *lines, TxnDate=day.isoformat(), **more)["Id"])

    def read_there(self, amount: str) -> list[Mapping[str, Any]]:
        """QuickBooks' payments of Diego of this amount, over HTTP."""
        company = f"{self.scene.simulator.base_url}/v3/company/{self.books.realm}"
        headers = {"Authorization": f"Bearer {self.books.token}", "Accept": "application/json"}
        statement = {"query": f"select * from Payment where CustomerRef = '{self.customer}' maxresults 1000"}
        reply = requests.get(f"{company}/query", params=statement, headers=headers, timeout=10).json()["QueryResponse"]
        return [each for each in reply.get("Payment", ()) if Decimal(str(each["TotalAmt"])) == Decimal(amount)]

    def copy_there(self, identity: str, **changed: object) -> str:
        """Copy a payment in QuickBooks, as its menu does: the memo comes along."""
        kept = ("CustomerRef", "TotalAmt", "TxnDate", "PaymentRefNum", "PrivateNote")
        found = self.books.get("Payment", identity)
        return str(self.books.post("Payment", {**{name: found[name] for name in kept if name in found}, **changed})["Id"])

    def delete_here(self, ref: str) -> None:
        """Delete a payment here."""
        entries = self.scene.host.ledger.entries
        entries.remove(next(entry for entry in entries if entry.ref == ref))

    def wait(self, seconds: float = 1000.0) -> None:
        """Let time pass."""
        self.scene.addin.runtime().parts.clock.sleep(seconds)

    def choose_item(self) -> None:
        """Choose the item of credit memos in the settings."""
        form = self.scene.form("settings")
        found = form.open({})
        field = next(each for each in found["fields"] if each["name"] == "credit_memo_item")
        form.act("save", {**found["answer"], "credit_memo_item": field["choices"][1]["value"]}, [], {})

    def exported(self, ref: str) -> dict[str, Any]:
        """The row of a record as Export Payments lists it."""
        found = self.scene.form("export-payments").open({"selection": [ref]})
        rows = self.scene.form("export-payments").rows({**found["answer"], "token": found["token"]}, None)
        return dict(rows.page(0, 1)[0])

    def export(self, *refs: str, edits: Edits = None, **answer: object) -> Rows:
        """Press Export Selected; the rows by id."""
        return self._run("export-payments", "export", {**self.scene.opened("export-payments"), **answer}, refs, edits)

    def import_(self, *ids: str, edits: Edits = None) -> Rows:
        """Press Import Selected; the rows by id."""
        return self._run("import-payments", "import", self.scene.opened("import-payments"), ids, edits)

    def _run(self, form: str, action: str, answer: dict[str, Any], ids: Any, edits: Mapping[str, Any] | None) -> Rows:
        self.scene.host.rows.clear()
        self.scene.form(form).run(action, answer, list(ids), dict(edits or {}), self.scene.host)
        return {identity: dict(self.scene.host.rows[identity]) for identity in ids}

    def listed(self, **answer: object) -> Rows:
        """The rows that Import Payments lists, by id."""
        rows = self.scene.form("import-payments").rows({**self.scene.opened("import-payments"), **answer}, None)
        return {row["id"]: row for row in rows.page(0, rows.count)}

    def received_here(self, amount: str) -> int:
        """How many payments of Diego of this amount stand here."""
        entries = self.scene.host.ledger.entries
        return len([e for e in entries if (e.kind, e.client_id, e.amount) == ("payment", "2", Decimal(amount))])
