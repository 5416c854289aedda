"""Fills the simulator's company over HTTP as any client would: customers, invoices, and payments to import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import requests

from tests.bench.processes.servers import PATIENCE, Server
from tests.bench.subjects.comparators import Target
from tests.bench.subjects.firm import Shape, client_name, client_of, invoice_cents, invoice_number

ITEMS = 30


class Desk:
    """Somebody who enters things in QuickBooks, thirty at a time."""

    def __init__(self, server: Server) -> None:
        self._company, token, _ = server.access()
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})

    def number_by_hand(self) -> None:
        """Let QuickBooks keep the numbers that invoices are entered with; else it gives out its own, and none is found here."""
        chosen = {"Id": "1", "SyncToken": "0", "sparse": True, "SalesFormsPrefs": {"CustomTxnNumbers": True}}
        self._http.post(f"{self._company}/preferences", json=chosen, timeout=PATIENCE).raise_for_status()

    def enter(self, entity: str, bodies: Sequence[Mapping[str, Any]]) -> list[str]:
        """Create them; their ids, in order."""
        ids: list[str] = []
        for start in range(0, len(bodies), ITEMS):
            items = [
                {"bId": str(position), "operation": "create", entity: body}
                for position, body in enumerate(bodies[start : start + ITEMS])
            ]
            reply = self._http.post(f"{self._company}/batch", json={"BatchItemRequest": items}, timeout=PATIENCE).json()
            ids += [item[entity]["Id"] for item in reply["BatchItemResponse"]]
        return ids


def fill_books(server: Server, shape: Shape, today: date) -> Target:
    """Enter the shape's customers and invoices."""
    desk = Desk(server)
    desk.number_by_hand()
    customers = desk.enter("Customer", [{"DisplayName": client_name(n)} for n in range(1, shape.clients + 1)])
    invoices = desk.enter("Invoice", [invoice_body(position, shape, customers, today) for position in range(shape.invoices)])
    return Target(server.address, customers, invoices)


def fill_payments(server: Server, target: Target, shape: Shape, today: date) -> None:
    """Enter as many payments, each applied to the invoice of its number."""
    Desk(server).enter("Payment", [payment_body(position, shape, target, today) for position in range(shape.invoices)])


def invoice_body(position: int, shape: Shape, customers: Sequence[str], today: date) -> Mapping[str, Any]:
    """Invoice number `place` as QuickBooks takes it."""
    line = {
        "Amount": invoice_cents(position, shape) / 100,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
    }
    return {
        "CustomerRef": {"value": customers[client_of(position, shape) - 1]},
        "DocNumber": invoice_number(position),
        "TxnDate": (today - timedelta(days=40)).isoformat(),
        "Line": [line],
    }


def payment_body(position: int, shape: Shape, target: Target, today: date) -> Mapping[str, Any]:
    """A payment of a part of invoice number `place`."""
    amount = invoice_cents(position, shape) // 2 / 100
    linked = {"TxnId": target.invoices[position], "TxnType": "Invoice"}
    return {
        "CustomerRef": {"value": target.customers[client_of(position, shape) - 1]},
        "TotalAmt": amount,
        "TxnDate": (today - timedelta(days=position % 20)).isoformat(),
        "PaymentRefNum": f"Q{position}",
        "Line": [{"Amount": amount, "LinkedTxn": [linked]}],
    }
