"""A firm and its QuickBooks company for one random history: what people do on either side, and both ledgers added up straight."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hostsim.practice.exchange.firm_file import LoadMistake
from hostsim.practice.exchange.loading import load_firm
from hostsim.practice.exchange.parsing import parse_firm_file
from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.books.changes import deposit_payments
from hostsim.qbo_simulator.books.lists.merge import merge_customers
from qb_plugin.forms.exporting.form import ExportPayments
from qb_plugin.forms.undoing.form import UndoForm
from qb_plugin.model import HistoryQuery
from tests.faults.harness.firm_lifecycle import DAY, Firm, Listener
from tests.support.hosts.practice_samples import CLIENTS
from tests.support.simulator.simulator_calls import Books, payment

AMOUNTS = ("80.00", "45.50", "120.00", "33.33", "250.00")
MEASURES = ("received", "applied", "unapplied", "credits")
Json = dict[str, Any]


@dataclass(slots=True)
class TwoBooks:
    """Both sides, and what was done; `numbers` is the last number that was given to something new."""

    firm: Firm
    random: random.Random
    numbers: int = 0
    names: dict[str, str] = field(default_factory=dict)  # what became of customers that were merged
    story: list[str] = field(default_factory=list)

    # --- what stands ---------------------------------------------------------------------------------

    @property
    def books(self) -> Books:
        """QuickBooks' calls."""
        return Books(self.firm.core)

    def here(self, kind: str = "payment") -> list[Any]:
        """The records here of a kind."""
        ledger = self.firm.practice.ledger
        found = ledger.snapshot({"kinds": [kind]})
        return list(ledger.records(found.refs(0, found.count)))

    def there(self, kind: str = "Payment") -> list[Json]:
        """The records there of a kind that stand for money."""
        return [each for each in self.firm.core.company.all(kind) if Decimal(str(each["TotalAmt"]))]

    def customer(self, name: str) -> str:
        """The customer's id, or that of the one it was merged into; made where there is none."""
        wanted = self.names.get(name, name)
        found = [str(each["Id"]) for each in self.firm.core.company.all("Customer") if each["DisplayName"] == wanted]
        return found[0] if found else self.books.customer(wanted)

    def ledger_here(self) -> Mapping[str, Decimal]:
        """The firm's ledger, added up straight."""
        payments, memos = self.here(), self.here("credit_memo")
        applied = sum((part.amount for each in (*payments, *memos) for part in each.applications), Decimal())
        received, credits = (sum((each.amount for each in found), Decimal()) for found in (payments, memos))
        return {"received": received, "credits": credits, "applied": applied, "unapplied": received + credits - applied}

    def ledger_there(self) -> Mapping[str, Decimal]:
        """QuickBooks' ledger, added up straight."""
        payments, memos = self.there(), self.there("CreditMemo")
        received, credits = (sum((Decimal(str(each["TotalAmt"])) for each in found), Decimal()) for found in (payments, memos))
        rest = sum((Decimal(str(each["UnappliedAmt"])) for each in payments), Decimal())
        rest += sum((Decimal(str(each["RemainingCredit"])) for each in memos), Decimal())
        return {"received": received, "credits": credits, "unapplied": rest, "applied": received + credits - rest}

    # --- what people do ------------------------------------------------------------------------------

    def _next(self) -> int:
        self.numbers += 1
        return self.numbers

    def _day(self) -> str:
        return (DAY - timedelta(days=self.random.randrange(20))).isoformat()

    def _name(self) -> str:
        return self.random.choice([*CLIENTS[:2], CLIENTS[0], "Stranger"])

    def _load(self, **lists: Sequence[Json]) -> None:
        """Type something in here."""
        load_firm(self.firm.practice.database, parse_firm_file(json.dumps(lists)))

    def bill_both(self) -> None:
        """An invoice on both sides."""
        number, name, amount = f"B-{self._next()}", self.random.choice(CLIENTS[:2]), self.random.choice(AMOUNTS)
        self._load(invoices=[{"number": number, "client": name, "date": self._day(), "total": amount}])
        self.books.invoice(self.customer(name), amount, DocNumber=number, TxnDate=self._day())

    def bill_there(self) -> None:
        """An invoice that comes here later, if at all."""
        name, amount = self.random.choice(CLIENTS[:2]), self.random.choice(AMOUNTS)
        self.books.invoice(self.customer(name), amount, DocNumber=f"L-{self._next()}", TxnDate=self._day())

    def bill_follows(self) -> None:
        """An invoice of QuickBooks is typed in here at last."""
        late = [each for each in self.firm.core.company.all("Invoice") if str(each.get("DocNumber", "")).startswith("L-")]
        for each in late[:1]:
            name = next((old for old, new in self.names.items() if new == each["CustomerRef"]["name"]), each["CustomerRef"]["name"])
            entry = {"number": each["DocNumber"], "client": name, "date": each["TxnDate"], "total": f"{each['TotalAmt']:.2f}"}
            self._load(invoices=[entry])

    def pay_here(self) -> None:
        """A payment comes in here; of a client that may be new, and unapplied."""
        name, number = self._name(), self._next()
        entry = {
            "client": name,
            "date": self._day(),
            "amount": self.random.choice(AMOUNTS),
            "reference": f"H{number}",
            "method": "Check",
        }
        self._load(clients=[{"name": name}] if name == "Stranger" else [], payments=[entry])

    def pay_bill_here(self) -> None:
        """A payment comes in here for an open invoice of both sides."""
        for each in self._open_there("B-")[:1]:
            name = next((old for old, new in self.names.items() if new == each["CustomerRef"]["name"]), each["CustomerRef"]["name"])
            amount = f"{each['TotalAmt']:.2f}"
            applied = [{"invoice": each["DocNumber"], "amount": amount}]
            entry = {
                "client": name,
                "date": self._day(),
                "amount": amount,
                "reference": f"H{self._next()}",
                "applications": applied,
            }
            try:
                self._load(payments=[entry])
            except LoadMistake:  # it is paid here already
                self.story.append("  paid already")

    def memo_here(self) -> None:
        """A credit memo is written here."""
        entry = {"client": self.random.choice(CLIENTS[:2]), "date": self._day(), "amount": "15.00", "reference": f"C{self._next()}"}
        self._load(credit_memos=[entry])

    def memo_there(self) -> None:
        """A credit memo is written in QuickBooks."""
        self.books.memo(self.customer(self.random.choice(CLIENTS[:2])), 12, TxnDate=self._day())

    def _open_there(self, start: str) -> list[Json]:
        found = [each for each in self.firm.core.company.all("Invoice") if str(each.get("DocNumber", "")).startswith(start)]
        return [each for each in found if each["Balance"] == each["TotalAmt"]]

    def pay_there(self) -> None:
        """A payment comes in there, with its reference, and unapplied."""
        more = {"TxnDate": self._day(), "PaymentRefNum": f"T{self._next()}"}
        self.books.pay(self.customer(self._name()), self.random.choice(AMOUNTS), **more)

    def pay_bill_there(self) -> None:
        """A payment comes in there for an open invoice."""
        found = self._open_there(self.random.choice(["B-", "L-"]))
        for each in found[:1]:
            line = (str(each["Id"]), each["TotalAmt"], "Invoice")
            self.books.pay(
                each["CustomerRef"]["value"], each["TotalAmt"], line, TxnDate=self._day(), PaymentRefNum=f"T{self._next()}"
            )

    def twin(self) -> None:
        """The same payment is typed in on both sides."""
        name, amount, day, reference = self.random.choice(CLIENTS[:2]), self.random.choice(AMOUNTS), self._day(), f"W{self._next()}"
        self._load(payments=[{"client": name, "date": day, "amount": amount, "reference": reference}])
        self.books.pay(self.customer(name), amount, TxnDate=day, PaymentRefNum=reference)

    def refund_there(self) -> None:
        """Money of a payment goes back to the customer."""
        customer = self.customer(self.random.choice(CLIENTS[:2]))
        payee, spent = {"value": customer, "type": "Customer"}, self.firm.core.company.all("Account")
        bank = next(each["Id"] for each in spent if each["AccountType"] == "Bank")
        receivable = next(each["Id"] for each in spent if each["AccountType"] == "Accounts Receivable")
        detail = {"AccountRef": {"value": receivable}, "CustomerRef": {"value": customer}}
        line = {"Amount": 30, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}
        body = {"AccountRef": {"value": bank}, "EntityRef": payee, "PaymentType": "Cash", "Line": [line], "TxnDate": self._day()}
        given = self.books.post("Purchase", body)
        link = [{"TxnId": given["Id"], "TxnType": "Expense", "TxnLineId": given["Line"][0]["Id"]}]
        paid = {**payment(customer, 100), "Line": [{"Amount": 30, "LinkedTxn": link}], "TxnDate": self._day()}
        self.books.post("Payment", {**paid, "PaymentRefNum": f"R{self._next()}"})

    def deposit_there(self) -> None:
        """A payment goes to the bank, which locks it."""
        for each in self.there()[:1]:
            with suppress(RefusedError):  # it is deposited already
                deposit_payments(self.firm.core.company, [int(each["Id"])], self.firm.core.clock.now())

    def _any(self, found: Sequence[Any]) -> Sequence[Any]:
        return [self.random.choice(found)] if found else []

    def edit_here(self) -> None:
        """Somebody corrects a payment here."""
        for record in self._any(self.here()):
            change: Json = {"key": f"edit-{self._next()}", "ref": f"payment:{record.id}", "version": record.version}
            wanted = {"amount": record.amount + 5} if self.random.random() < 0.5 else {"date": record.date - timedelta(days=3)}
            self.firm.practice.ledger.update([{**change, **wanted}])  # type: ignore[typeddict-item]

    def edit_there(self) -> None:
        """Somebody corrects a payment there."""
        for each in self._any(self.there()):
            wanted = {"TotalAmt": each["TotalAmt"] + 7} if self.random.random() < 0.5 else {"TxnDate": self._day()}
            self.books.call("POST", "payment", {**each, **wanted})  # a locked one is refused

    def edit_memo_there(self) -> None:
        """Somebody dates a credit memo anew there."""
        for each in self._any(self.there("CreditMemo")):
            self.books.call("POST", "creditmemo", {**each, "TxnDate": self._day()})

    def end_there(self) -> None:
        """Somebody deletes or voids a payment there."""
        for each in self._any(self.there()):
            more = {"operation": "delete"} if self.random.random() < 0.5 else {"operation": "update", "include": "void"}
            self.books.call("POST", "payment", {"Id": each["Id"], "SyncToken": each["SyncToken"], "sparse": True}, **more)

    def delete_here(self) -> None:
        """Somebody deletes a payment or memo here."""
        kind = self.random.choice(["payment", "payment", "credit_memo"])
        for record in self._any(self.here(kind)):
            change: Json = {"key": f"gone-{self._next()}", "ref": f"{kind}:{record.id}", "version": record.version}
            self.firm.practice.ledger.remove([change])  # type: ignore[list-item]

    def merge_there(self) -> None:
        """Somebody merges a customer into a new one."""
        name = self.random.choice(CLIENTS[:2])
        gone, merged = self.customer(name), f"{name} ({self._next()})"
        merge_customers(self.firm.core.company, int(gone), int(self.books.customer(merged)), self.firm.core.clock.now())
        self.names[name] = merged

    def hide_here(self) -> None:
        """Somebody hides a payment from the export."""
        for record in self._any(self.here()):
            self.firm.hide(f"payment:{record.id}", hidden=True)

    def unlink(self) -> None:
        """Somebody unlinks a payment."""
        for record in self._any(self.here()):
            ExportPayments(self.firm.runtime).act("unlink", {}, [f"payment:{record.id}"], {})

    # --- what the add-in does ------------------------------------------------------------------------

    def export(self) -> None:
        """Some of what is offered is sent."""
        source = self.random.choice(["payments", "payments", "credit_memos"])
        offered = self.firm.left(source)
        if offered:
            self.firm.export(self.random.sample(offered, (len(offered) + 1) // 2), auto_apply=self.random.random() < 0.6)
        self.wait()

    def import_(self) -> None:
        """Every payment that is ready comes in."""
        self.firm.import_all()

    def undo(self) -> None:
        """The last run is undone."""
        for run in self.firm.runtime.history.run_ids(HistoryQuery(realm=self.firm.core.realm))[:1]:
            form, answer = UndoForm(self.firm.runtime), {"run": run, "record": "", "how": self.random.choice(["delete", "void"])}
            rows = form.rows(answer, None)
            assert not isinstance(rows, dict), rows
            ready = [row["id"] for row in rows.page(0, rows.count) if row["outcome"] == "ready"]
            if ready:
                form.run("undo", answer, ready, {}, Listener())

    def wait(self) -> None:
        """Time goes by."""
        self.firm.time.sleep(1000.0)
