"""A firm with the add-in between a ledger in memory and QuickBooks over HTTP: imports that read both sides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from hostsim.qbo_simulator.base.http import dump, load
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from qb_plugin.model import Entity, Kind, Link, LinkOrigin, Ref
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.services.parts import Parts
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_ledger_values import FakeClient, FakeInvoice, FakeRecord
from tests.support.simulator.simulator_calls import Books

TODAY = date(2026, 11, 20)
SWIFT = Limits(per_second=100_000, per_minute=100_000, batches_per_minute=100_000, read_waits=(), send_waits=())
DAY = TODAY - timedelta(days=3)
TRANSACTIONS = {"Invoice", "CreditMemo", "Payment", "JournalEntry", "Purchase", "Deposit", "SalesReceipt", "RefundReceipt"}


class HttpBooks(Books):
    """QuickBooks' side, every call over HTTP."""

    address: str = ""
    session: requests.Session

    def call(self, method: str, path: str, body: object = None, **parameters: str) -> tuple[int, Any]:
        """One call: the status and the JSON that came back."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "Content-Type": "application/json"}
        content = dump(body) if body is not None else None
        url = f"{self.address}/v3/company/{self.realm}/{path}"
        reply = self.session.request(method, url, params=parameters, data=content, headers=headers, timeout=30)
        return reply.status_code, load(reply.content)

    def post(self, kind: str, body: Any, **parameters: str) -> Any:
        """Create or change one record; a transaction without a currency is in dollars."""
        dollars = {"CurrencyRef": {"value": "USD"}} if kind in TRANSACTIONS and "Id" not in body else {}
        return super().post(kind, {**dollars, **body}, **parameters)


@dataclass(slots=True)
class ImportScene:
    """Both sides, and the add-in's forms between them. Numbers of clients and invoices grow, so that nothing is used twice."""

    host: TextHost
    addin: QuickBooksAddIn
    simulator: RunningSimulator
    quickbooks: HttpBooks
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    made: int = 0

    @property
    def ledger(self) -> FakeLedger:
        return self.host.ledger

    def number(self) -> int:
        """One that was not given before."""
        self.made += 1
        return self.made

    # --- what stands on each side -------------------------------------------------------------------

    def client(self, name: str, currency: str = "USD", customer: str | None = None, matched: bool = True, **more: object) -> str:
        """A client here and a customer there, matched: the customer's id. `customer` is one that is there already."""
        identity = str(self.number())
        self.ledger.people.append(FakeClient(identity, name, currency=currency))
        if currency != "USD":
            more["CurrencyRef"] = {"value": currency}
        there = customer or self.quickbooks.customer(name, **more)
        if matched:
            self.match(name, there)
        return there

    def match(self, name: str, customer: str) -> None:
        """Link the client to the customer."""
        source = Ref(Kind.CLIENT, self.client_id(name))
        self.links(Entity.CUSTOMER, source, customer)

    def links(self, entity: Entity, source: Ref, there: str) -> None:
        """A link that a person made."""
        realm = self.quickbooks.realm
        link = Link(realm=realm, source=source, entity=entity, quickbooks_id=there, origin=LinkOrigin.MATCHED)
        assert self.addin.runtime().links.add([link])

    def client_id(self, name: str) -> str:
        return next(person.id for person in self.ledger.people if person.name == name)

    def bill(self, name: str, number: str, total: str, balance: str | None = None) -> FakeInvoice:
        """An invoice here."""
        identity = str(self.number())
        made = FakeInvoice(identity, number, self.client_id(name), DAY, Decimal(total), Decimal(balance or total))
        self.ledger.bills.append(made)
        return made

    def memo(self, name: str, amount: str, there: str | None = None) -> FakeRecord:
        """A credit memo here, linked to one there if that is named."""
        identity = str(self.number())
        made = FakeRecord("credit_memo", identity, f"CM-{identity}", self.client_id(name), name, DAY, Decimal(amount))
        self.ledger.entries.append(made)
        if there:
            self.links(Entity.CREDIT_MEMO, Ref(Kind.CREDIT_MEMO, identity), there)
        return made

    # --- what a person does -------------------------------------------------------------------------

    def open(self, **filters: object) -> dict[str, Any]:
        """The import form's answer as it opens, all dates, nothing hidden."""
        opened = self.host.forms["import-payments"].open({})
        dates = {"from": "2026-01-01", "to": TODAY.isoformat(), "hide_synchronized": False}
        return {**opened["answer"], **dates, "token": opened["token"], **filters}

    def look(self, **filters: object) -> dict[str, dict[str, Any]]:
        """The rows that the form shows, by QuickBooks' id of the payment."""
        rows = self.host.forms["import-payments"].rows(self.open(**filters), None)
        return {row["id"].partition(":")[2]: row for row in rows.page(0, rows.count)}

    def take(self, *payments: Any, day: date | None = None, **edits: Any) -> dict[str, dict[str, Any]]:
        """Select these payments and press Import Selected: the rows as the run told them last. `edits` go to every row, `day`
        is the only one listed."""
        answer = self.open(**({"from": day.isoformat(), "to": day.isoformat()} if day else {}))
        form = self.host.forms["import-payments"]
        form.rows(answer, None)
        ids = [f"quickbooks_payment:{each['Id']}" for each in payments]
        self.host.rows.clear()
        self.summary = form.run("import", answer, ids, dict.fromkeys(ids, edits) if edits else {}, self.host)
        return {identity.partition(":")[2]: dict(self.host.rows[identity]) for identity in ids}

    def take_one(self, payment: Any, **edits: Any) -> dict[str, Any]:
        """Import one payment: its row."""
        return self.take(payment, **edits)[payment["Id"]]

    def press(self, row: dict[str, Any], label: str) -> dict[str, Any]:
        """Press a button of a row: what came of the row."""
        fix = next(fix for fix in row["fixes"] if fix["label"] == label)
        form, answer = self.host.forms["import-payments"], self.open()
        form.rows(answer, None)
        if "act" in fix:
            done = form.act(fix["act"], answer, [row["id"]], {row["id"]: fix["edit"]} if "edit" in fix else {})
            return dict(done["rows"][0]) if done.get("rows") else dict(done)
        self.host.rows.clear()
        self.summary = form.run(fix["run"], answer, [row["id"]], {row["id"]: fix["edit"]}, self.host)
        return dict(self.host.rows[row["id"]])

    def here(self, payment: Any) -> FakeRecord | None:
        """What the payment became here."""
        key = f"quickbooks:{self.quickbooks.realm}:Payment:{payment['Id']}"
        return next((entry for entry in self.ledger.entries if entry.external_key == key), None)

    def open_here(self, number: str) -> Decimal:
        """What is open here on the one invoice of this number."""
        (found,) = (bill for bill in self.ledger.bills if bill.number == number)
        return found.balance

    def applied(self, payment: Any) -> dict[str, Decimal]:
        """What the payment pays here, by the invoices' numbers."""
        found = self.here(payment)
        return {each.invoice_number: each.amount for each in found.applications} if found else {}


def labels(row: dict[str, Any]) -> list[str]:
    """The buttons under a row."""
    return [fix["label"] for fix in row["fixes"]]


@contextmanager
def import_scene(folder: Path) -> Iterator[ImportScene]:
    """An empty company of several currencies, and a firm without clients that is connected to it."""
    with running_simulator("empty", today=TODAY) as simulator:
        keys = simulator.credentials()
        options = {"quickbooks": simulator.base_url, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
        host = TextHost(FakeLedger([], [], []), f"sqlite:///{folder / 'firm.db'}", options, TODAY)
        addin = QuickBooksAddIn(Parts(limits=SWIFT))
        manager = host.load(addin)
        connect(host, simulator)
        quickbooks = HttpBooks(simulator.core)
        quickbooks.address, quickbooks.session = simulator.base_url, requests.Session()
        use_currencies(quickbooks, "EUR", "JPY", "KWD", "GBP")
        yield ImportScene(host, addin, simulator, quickbooks)
        quickbooks.session.close()
        manager.hook.workspace_stop()


def connect(host: TextHost, simulator: RunningSimulator) -> None:
    """Give consent as a browser would."""
    url = host.forms["connection"].act("connect", {}, [], {})["open_url"]
    reply = requests.post(f"{simulator.base_url}/_control/consent", json={"url": url, "realm": ""}, timeout=10)
    assert host.callbacks[0](dict(parse_qsl(urlsplit(reply.json()["redirect"]).query)))["ok"]


def use_currencies(quickbooks: Books, *codes: str) -> None:
    """Several currencies, and invoices numbered by hand."""
    several = {"CurrencyPrefs": {"MultiCurrencyEnabled": True}, "SalesFormsPrefs": {"CustomTxnNumbers": True}}
    quickbooks.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, **several})
    for code in codes:
        quickbooks.post("CompanyCurrency", {"Code": code})
