"""A text host and a simulator side by side: books are built in both, forms are driven, and both are read, QuickBooks over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from hostsim.qbo_simulator.base.http import load
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from qb_plugin.plugin import QuickBooksAddIn
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.services.parts import Parts
from tests.support.hosts.text_host import TextHost
from tests.support.hurried_clock import HurriedClock
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_ledger_values import FakeApplication, FakeClient, FakeInvoice, FakeRecord
from tests.support.simulator.simulator_calls import Books as Entries

TODAY = date(2026, 11, 20)
SWIFT = Limits(per_second=10_000, per_minute=10_000, read_waits=(), send_waits=())  # this simulator counts no calls
Json = dict[str, Any]


@dataclass(slots=True)
class BothSides:
    """The firm's ledger, the add-in in a text host, and the company in QuickBooks."""

    host: TextHost
    addin: QuickBooksAddIn
    simulator: RunningSimulator
    entries: Entries
    numbers: int = field(default=0)

    @property
    def ledger(self) -> FakeLedger:
        """The firm's ledger."""
        return self.host.ledger

    def switch(self, **settings: object) -> None:
        """Set switches of the simulator over HTTP."""
        reply = requests.post(f"{self.simulator.base_url}/_control/settings", json=settings, timeout=10)
        assert reply.status_code == 200, reply.text

    def build(self, *steps: Json, preferences: Json | None = None) -> dict[str, str]:
        """Build books in QuickBooks over HTTP, as docs/simulator.md describes; the ids by the names that the steps give."""
        case = {"steps": list(steps), "preferences": preferences or {}}
        reply = requests.post(f"{self.simulator.base_url}/_control/books", json=case, timeout=10)
        assert reply.status_code == 200, reply.text
        ids: dict[str, str] = reply.json()["ids"]
        return ids

    def merge(self, gone: str, into: str) -> None:
        """Merge two customers in QuickBooks."""
        reply = requests.post(f"{self.simulator.base_url}/_control/merge", json={"from": gone, "into": into}, timeout=10)
        assert reply.status_code == 200, reply.text

    def read(self, kind: str, identity: str) -> Json:
        """A record of QuickBooks over HTTP; its numbers are exact."""
        found: Json = self._get(f"{kind.lower()}/{identity}")[kind]
        return found

    def query(self, kind: str, where: str = "") -> list[Json]:
        """Records of QuickBooks over HTTP."""
        text = f"SELECT * FROM {kind} {f'WHERE {where} ' if where else ''}MAXRESULTS 1000"
        found: list[Json] = self._get("query", query=text)["QueryResponse"].get(kind, [])
        return found

    def _get(self, path: str, **parameters: str) -> Json:
        address = f"{self.simulator.base_url}/v3/company/{self.entries.realm}/{path}"
        headers = {"Authorization": f"Bearer {self.entries.token}", "Accept": "application/json"}
        reply = requests.get(address, params=parameters, headers=headers, timeout=10)
        assert reply.status_code == 200, reply.text
        found: Json = load(reply.content)
        return found

    def client(self, name: str, currency: str = "USD") -> FakeClient:
        """A client of the firm, not matched yet."""
        client = FakeClient(str(len(self.ledger.people) + 1), name, True, currency)
        self.ledger.people.append(client)
        return client

    def invoice(self, client: FakeClient, number: str, total: str) -> FakeInvoice:
        """An open invoice of the firm's."""
        bill = FakeInvoice(f"9{len(self.ledger.bills)}", number, client.id, TODAY, Decimal(total), Decimal(total))
        self.ledger.bills.append(bill)
        return bill

    def record(self, client: FakeClient, amount: str, kind: str = "payment", **more: Any) -> FakeRecord:
        """A payment or credit memo of this month in the ledger; later ones are dated later."""
        self.numbers += 1
        number = self.numbers
        parts = tuple(FakeApplication(bill.id, bill.number, Decimal(part)) for bill, part in more.pop("parts", ()))
        day = more.pop("day", TODAY - timedelta(days=20))
        name = f"{'P' if kind == 'payment' else 'CM'}-{1000 + number}"
        entry = FakeRecord(
            kind, str(number), name, client.id, client.name, day, Decimal(amount), applications=parts, birth=f"b{number}", **more
        )
        self.ledger.entries.append(entry)
        return entry

    def form(self, name: str) -> Any:
        """A form, by id."""
        return self.host.forms[name]

    def opened(self, name: str, **request: Any) -> Json:
        """A form's answer as it opens, with its token."""
        found = self.form(name).open(request)
        return {**found["answer"], "token": found["token"]}

    def match(self) -> None:
        """Match clients with the customers of their names."""
        self.form("match-clients").open({})
        self.form("match-clients").act("accept_all", {}, [], {})

    def choose(self, **settings: str) -> Json:
        """Save settings in the Settings form."""
        found: Json = self.form("settings").act("save", {**self.opened("settings"), **settings}, [], {})
        return found

    def export(self, *records: FakeRecord, auto_apply: bool = False, dry_run: bool = False) -> dict[str, Json]:
        """Press Export Selected; each row as it was told last, by its id."""
        rows: dict[str, Json] = self.run(records, {"auto_apply": auto_apply, "dry_run": dry_run})["rows"]
        return rows

    def run(self, records: Sequence[FakeRecord], answer: Json, edits: Mapping[str, Json] | None = None) -> Json:
        """Press Export Selected: the summary, and under `rows` each row as it was told last."""
        self.host.rows.clear()
        source = {"source": "credit_memos" if records[0].kind == "credit_memo" else "payments"}
        whole = {**self.opened("export-payments"), **source, **answer}
        summary: Json = self.form("export-payments").run("export", whole, [r.ref for r in records], edits or {}, self.host)
        return {**summary, "rows": dict(self.host.rows)}

    def grid(self, *records: FakeRecord) -> dict[str, Json]:
        """The rows of these records as the form shows them, by id."""
        answer = self.opened("export-payments", selection=[record.ref for record in records])
        rows = self.form("export-payments").rows(answer, None)
        return {row["id"]: row for row in rows.page(0, rows.count)}


@contextmanager
def both_sides(folder: Path, company: str = "empty") -> Iterator[BothSides]:
    """An empty firm beside a company of the simulator, connected."""
    with running_simulator(company, today=TODAY) as simulator:
        keys = simulator.credentials()
        options = {"quickbooks": simulator.base_url, "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
        host = TextHost(FakeLedger([], [], []), f"sqlite:///{folder / 'firm.db'}", options, TODAY)
        addin = QuickBooksAddIn(Parts(clock=HurriedClock(), limits=SWIFT))
        manager = host.load(addin)
        sides = BothSides(host, addin, simulator, Entries(simulator.core))
        connect(sides)
        yield sides
        manager.hook.workspace_stop()


def connect(sides: BothSides) -> None:
    """Give consent as a browser would."""
    url = sides.form("connection").act("connect", {}, [], {})["open_url"]
    reply = requests.post(f"{sides.simulator.base_url}/_control/consent", json={"url": url, "realm": ""}, timeout=10)
    assert sides.host.callbacks[0](dict(parse_qsl(urlsplit(reply.json()["redirect"]).query)))["ok"]


def customer(name: str, key: str, **more: Any) -> Json:
    """The step that creates a customer."""
    return {"create": "Customer", "as": key, "body": {"DisplayName": name, **more}}


def invoice(owner: str, number: str, amount: str, key: str = "", day: str = "2026-10-01", **more: Any) -> Json:
    """The step that creates an invoice of the customer `owner`, a local name."""
    line = {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
    body = {"CustomerRef": f"${owner}", "DocNumber": number, "TxnDate": day, "Line": [line], **more}
    return {"create": "Invoice", "as": key or number, "body": body}


def lines_of(payment: Json) -> dict[str, Decimal]:
    """What a payment of QuickBooks puts on invoices, by the invoice's id."""
    return {
        link["TxnId"]: Decimal(line["Amount"])
        for line in payment["Line"]
        for link in line["LinkedTxn"]
        if link["TxnType"] == "Invoice"
    }
