"""Both sides read: what the ledger says of its records, and what QuickBooks holds of them, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import requests

from hostsim.qbo_simulator.base.http import load
from tests.browser.demo import Demo

Json = dict[str, Any]
#: By kind of record: QuickBooks' name of it, and of its number.
KINDS = {"payment": ("Payment", "PaymentRefNum"), "credit_memo": ("CreditMemo", "DocNumber")}


class QuickBooksSide:
    """QuickBooks as any program reads it: with a sign-in of its own, amounts exact."""

    def __init__(self, demo: Demo) -> None:
        keys = demo.simulator.credentials()
        self._company = f"{keys['base']}/v3/company/{keys['realm']}"
        granted = requests.post(
            f"{keys['base']}/oauth2/v1/tokens/bearer",
            data={"grant_type": "refresh_token", "refresh_token": keys["refresh_token"]},
            auth=(keys["client_id"], keys["client_secret"]),
            timeout=10,
        )
        self._headers = {"Authorization": f"Bearer {granted.json()['access_token']}", "Accept": "application/json"}

    def all(self, entity: str) -> list[Json]:
        """Every record of a kind."""
        query = {"query": f"SELECT * FROM {entity} MAXRESULTS 1000"}
        reply = requests.get(f"{self._company}/query", params=query, headers=self._headers, timeout=10)
        assert reply.status_code == 200, reply.text
        found: list[Json] = load(reply.content)["QueryResponse"].get(entity, [])
        return found


def ledger_records(demo: Demo, kind: str = "payment") -> list[Any]:
    """The ledger's records of a kind, by number."""
    found = demo.ledger.snapshot({"kinds": [kind], "sort": "number"})
    return list(demo.ledger.records(found.refs(0, found.count)))


def numbers_of_invoices(side: QuickBooksSide) -> dict[str, str]:
    """QuickBooks' invoices: their numbers by id."""
    return {each["Id"]: each["DocNumber"] for each in side.all("Invoice")}


def made_of(record: Any, there: Sequence[Json]) -> list[Json]:
    """What QuickBooks holds of the record, by the mark in its memo."""
    mark = f"-{record.kind}-{record.id}~"
    return [each for each in there if mark in each.get("PrivateNote", "")]


def facts_here(record: Any, customers: Mapping[str, str]) -> Json:
    """The record in the ledger: what, when, whose, and what it is applied to; `customers` by client, where called otherwise."""
    return {
        "amount": record.amount,
        "customer": customers.get(record.client_name, record.client_name),
        "date": record.date.isoformat(),
        "reference": record.reference,
        "applied": {part.invoice_number: part.amount for part in record.applications},
    }


def facts_there(made: Json, kind: str, invoices: Mapping[str, str]) -> Json:
    """The same of a transaction in QuickBooks; `invoices` are the numbers by id."""
    links = [(line, link) for line in made.get("Line", ()) for link in line.get("LinkedTxn", ())]
    return {
        "amount": Decimal(made["TotalAmt"]),
        "customer": made["CustomerRef"]["name"],
        "date": made["TxnDate"],
        "reference": made.get(KINDS[kind][1], ""),
        "applied": {invoices[link["TxnId"]]: Decimal(line["Amount"]) for line, link in links if link["TxnType"] == "Invoice"},
    }


def read_differences(demo: Demo, kind: str = "payment", customers: Mapping[str, str] | None = None) -> list[object]:
    """What of the ledger is not in QuickBooks exactly once, as the ledger has it: nothing, when both sides agree."""
    side = QuickBooksSide(demo)
    there, invoices = side.all(KINDS[kind][0]), numbers_of_invoices(side)
    pairs = [
        (facts_here(each, customers or {}), [facts_there(made, kind, invoices) for made in made_of(each, there)])
        for each in ledger_records(demo, kind)
    ]
    return [(here, made) for here, made in pairs if made != [here]]


def count_there(demo: Demo, kind: str = "payment") -> int:
    """How many transactions of the kind QuickBooks holds, whoever made them."""
    return len(QuickBooksSide(demo).all(KINDS[kind][0]))
