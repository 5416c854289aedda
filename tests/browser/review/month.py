"""What people do by hand on either side in the month that a bookkeeper works."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import requests

from hostsim.practice.exchange.loading import load_firm
from hostsim.practice.exchange.parsing import parse_firm_file
from tests.browser.demo import Demo
from tests.support.simulator.simulator_calls import Books, payment

Json = dict[str, Any]


@dataclass(slots=True)
class Month:
    """The firm's month; payments are known by short names of their own, which are their references."""

    demo: Demo
    numbers: dict[str, str] = field(default_factory=dict)  # what people call them here
    refs: dict[str, str] = field(default_factory=dict)  # `payment:17`

    @property
    def books(self) -> Books:
        """QuickBooks' calls."""
        return Books(self.demo.simulator.core)

    def load(self, **lists: list[Json]) -> dict[str, list[str]]:
        """Type something in here, as `hostsim load` does."""
        return dict(load_firm(self.demo.host.workspace.practice.database, parse_firm_file(json.dumps(lists))))

    def receive_here(self, name: str, client: str, amount: str, day: str = "2026-11-12") -> None:
        """A payment comes in here."""
        entry = {"client": client, "date": day, "amount": amount, "method": "Check", "reference": name}
        [self.refs[name]] = self.load(payments=[entry])["payments"]
        self.numbers[name] = self.record(name).number

    def record(self, name: str) -> Any:
        """The record here, as it is now."""
        return self.demo.ledger.records([self.refs[name]])[0]

    def find(self, reference: str) -> Any:
        """The record here that has this reference."""
        found = self.demo.ledger.snapshot({"search": reference})
        return next(each for each in self.demo.ledger.records(found.refs(0, found.count)) if each.reference == reference)

    def edit_here(self, name: str, **values: str) -> None:
        """Somebody corrects it here."""
        self.load(payments=[{"number": self.numbers[name], **values}])

    def delete_here(self, number: str) -> None:
        """Somebody removes a payment here."""
        self.load(payments=[{"number": number, "deleted": True}])

    def bill_what_is_applied(self) -> None:
        """Somebody types in, on the side that lacks it, each invoice that a payment is applied to on one side alone."""
        for row in self.differences("applied_differs"):
            record = self.demo.ledger.records([row["id"]])[0]
            paid = self.books.get("Payment", row["cells"]["id"])
            lines = [self._line_there(paid["CustomerRef"]["value"], part) for part in record.applications]
            if lines:
                self.books.post("Payment", {**paid, "Line": lines})
            for line in paid["Line"] if not record.applications else ():
                bill = self.books.get("Invoice", line["LinkedTxn"][0]["TxnId"])
                entry = {"number": bill["DocNumber"], "client": record.client_name, "date": bill["TxnDate"]}
                self.load(invoices=[{**entry, "total": f"{bill['TotalAmt']:.2f}"}])

    def _line_there(self, customer: str, part: Any) -> Json:
        """The line of a payment there that stands for an application here."""
        link = {"TxnId": self.bill_there(customer, part.invoice_number), "TxnType": "Invoice"}
        return {"Amount": f"{part.amount:.2f}", "LinkedTxn": [link]}

    def bill_there(self, customer: str, number: str) -> str:
        """The invoice there of this number; typed in as it is here where there is none."""
        found = self.demo.query(f"SELECT * FROM Invoice WHERE DocNumber = '{number}'")
        [ours] = self.demo.ledger.invoices_by_number([number])
        more = {"DocNumber": number, "TxnDate": ours.date.isoformat()}
        return str((found[0] if found else self.books.invoice(customer, f"{ours.total:.2f}", **more))["Id"])

    def differences(self, group: str) -> list[Json]:
        """The rows that Reconcile lists in a group."""
        form = self.demo.host.workspace.form("reconcile-items")
        assert form is not None
        rows: Any = form.rows({"from": "2026-11-01", "to": "2026-11-30", "group": group, "currency": ""}, None)
        return list(rows.page(0, rows.count))

    def ledger_here(self, first: str, last: str) -> Json:
        """The firm's ledger of these days, added up straight."""
        found = self.demo.ledger.snapshot({"from": date.fromisoformat(first), "to": date.fromisoformat(last), "show_hidden": True})
        records = self.demo.ledger.records(found.refs(0, found.count))
        currencies = {client.id: client.currency for client in self.demo.ledger.clients()}
        applied = sum((part.amount for each in records for part in each.applications), Decimal())
        received, credits = (sum((r.amount for r in records if r.kind == kind), Decimal()) for kind in ("payment", "credit_memo"))
        used = {currencies[each.client_id] for each in records}
        rest = received + credits - applied
        return {"received": received, "credits": credits, "applied": applied, "unapplied": rest, "currencies": used}

    def ledger_there(self, first: str, last: str) -> Json:
        """QuickBooks' ledger of these days, asked for over HTTP and added up straight."""
        days = f"TxnDate >= '{first}' AND TxnDate <= '{last}' MAXRESULTS 1000"
        payments, memos = (self.demo.query(f"SELECT * FROM {kind} WHERE {days}") for kind in ("Payment", "CreditMemo"))
        received, credits = (sum((Decimal(str(each["TotalAmt"])) for each in found), Decimal()) for found in (payments, memos))
        rest = sum((Decimal(str(each["UnappliedAmt"])) for each in payments if each["TotalAmt"]), Decimal())
        rest += sum((Decimal(str(each["RemainingCredit"])) for each in memos), Decimal())
        used = {each["CurrencyRef"]["value"] for each in (*payments, *memos)}
        applied = received + credits - rest
        return {"received": received, "credits": credits, "applied": applied, "unapplied": rest, "currencies": used}

    def customer(self, name: str) -> Json:
        """A customer, active or not."""
        quoted = name.replace("'", "\\'")
        return self.demo.query(f"SELECT * FROM Customer WHERE DisplayName = '{quoted}' AND Active IN (true, false)")[0]

    def there(self, name: str) -> Json:
        """The payment there, by its reference."""
        return self.demo.quickbooks_payment(name)[0]

    def edit_there(self, name: str, **values: object) -> None:
        """Somebody corrects it there."""
        self.books.post("Payment", {**self.books.get("Payment", self.there(name)["Id"]), **values})

    def end_there(self, name: str, **how: str) -> None:
        """Somebody deletes or voids it there."""
        now = self.there(name)
        self.books.post("Payment", {"Id": now["Id"], "SyncToken": now["SyncToken"], "sparse": True}, **how)

    def receive_there(self, name: str, customer: str, amount: str, day: str = "2026-11-13") -> None:
        """A payment is typed into QuickBooks."""
        self.books.pay(self.customer(customer)["Id"], amount, TxnDate=day, PaymentRefNum=name)

    def reactivate(self, name: str) -> None:
        """Somebody makes a customer active again."""
        found = self.customer(name)
        self.books.post("Customer", {"Id": found["Id"], "SyncToken": found["SyncToken"], "sparse": True, "Active": True})

    def merge(self, name: str, into: str) -> None:
        """Somebody merges a customer into a new one."""
        winner = self.books.customer(into)
        self._control("merge", {"from": self.customer(name)["Id"], "into": winner})

    def deposit(self, name: str) -> None:
        """It goes to the bank, which locks it."""
        self._control("deposit", {"payments": [self.there(name)["Id"]]})

    def _control(self, call: str, body: Json) -> None:
        reply = requests.post(f"{self.demo.simulator.base_url}/_control/{call}", json=body, timeout=10)
        assert reply.status_code == 200, reply.text

    def refund(self, name: str, customer: str, amount: int, back: int) -> None:
        """A payment comes in there, of which some goes back to the customer."""
        identity, accounts = str(self.customer(customer)["Id"]), self.demo.query("SELECT * FROM Account")
        bank = next(each["Id"] for each in accounts if each["AccountType"] == "Bank")
        receivable = next(each["Id"] for each in accounts if each["AccountType"] == "Accounts Receivable")
        detail = {"AccountRef": {"value": receivable}, "CustomerRef": {"value": identity}}
        line = {"Amount": back, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}
        payee = {"value": identity, "type": "Customer"}
        body = {"AccountRef": {"value": bank}, "EntityRef": payee, "PaymentType": "Cash", "TxnDate": "2026-11-19", "Line": [line]}
        given = self.books.post("Purchase", body)
        link = [{"TxnId": given["Id"], "TxnType": "Expense", "TxnLineId": given["Line"][0]["Id"]}]
        paid = {**payment(identity, amount), "TxnDate": "2026-11-18", "PaymentRefNum": name}
        self.books.post("Payment", {**paid, "Line": [{"Amount": back, "LinkedTxn": link}]})
