"""What a firm would use else: python-quickbooks' `save()` in a loop, its `batch_create`, and a plain pooled `requests` loop."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import requests
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.batch import batch_create
from quickbooks.objects import Payment, PaymentLine, Ref
from quickbooks.objects.base import LinkedTxn

from hostsim.secrets.simulator_credentials import ask
from tests.bench.subjects.firm import Shape, payment_amount

PATIENCE = 180


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send, and to whom: customers' and invoices' ids in QuickBooks, in turn."""

    address: str
    customers: Sequence[str]
    invoices: Sequence[str]


def sign_in(target: Target) -> Any:
    """python-quickbooks' client, as its documentation sets it up."""
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # oauthlib's own switch for plain HTTP
    QuickBooks.api_url_v3 = f"{target.address}/v3"
    keys = ask(target.address, "credentials")
    discovery = f"{target.address}/.well-known/openid_sandbox_configuration/"
    auth = AuthClient(keys["client_id"], keys["client_secret"], "http://localhost/back", discovery)
    return QuickBooks(auth_client=auth, refresh_token=keys["refresh_token"], company_id=keys["realm"], minorversion=75)


def as_object(target: Target, position: int, shape: Shape) -> Any:
    """Payment number `place`, applied to one invoice, as python-quickbooks takes it."""
    made = Payment()
    made.CustomerRef = Ref()
    made.CustomerRef.value = target.customers[position % len(target.customers)]
    made.TotalAmt = float(payment_amount(position, shape))
    made.TxnDate = date.today().isoformat()  # noqa: DTZ011 - the day on this machine
    made.PaymentRefNum = f"{10_000 + position}"
    linked = LinkedTxn()
    linked.TxnId, linked.TxnType = target.invoices[position % len(target.invoices)], "Invoice"
    row = PaymentLine()
    row.Amount, row.LinkedTxn = made.TotalAmt, [linked]
    made.Line = [row]
    return made


def save_loop(target: Target, rows: int, shape: Shape) -> None:
    """`payment.save()` for each."""
    client = sign_in(target)
    for position in range(rows):
        as_object(target, position, shape).save(qb=client)


def batches(target: Target, rows: int, shape: Shape) -> None:
    """`batch_create` of them all."""
    told = batch_create([as_object(target, position, shape) for position in range(rows)], qb=sign_in(target))
    if told.faults:
        raise SystemExit(f"batch_create: {len(told.faults)} of {rows} refused: {told.faults[0].Error[0].Message}")


def plain_loop(target: Target, rows: int, shape: Shape) -> None:
    """One POST each over one pooled session, nothing else."""
    keys = ask(target.address, "credentials")
    session = requests.Session()
    session.trust_env = False
    reply = session.post(
        f"{target.address}/oauth2/v1/tokens/bearer",
        data={"grant_type": "refresh_token", "refresh_token": keys["refresh_token"]},
        auth=(str(keys["client_id"]), str(keys["client_secret"])),
        timeout=PATIENCE,
    )
    session.headers.update({"Authorization": f"Bearer {reply.json()['access_token']}", "Accept": "application/json"})
    for position in range(rows):
        body = as_body(target, position, payment_amount(position, shape))
        answer = session.post(f"{target.address}/v3/company/{keys['realm']}/payment", json=body, timeout=PATIENCE)
        answer.raise_for_status()


def as_body(target: Target, position: int, amount: Decimal) -> Mapping[str, Any]:
    """Payment number `place` as QuickBooks takes it."""
    invoice = {"TxnId": target.invoices[position % len(target.invoices)], "TxnType": "Invoice"}
    return {
        "CustomerRef": {"value": target.customers[position % len(target.customers)]},
        "TotalAmt": float(amount),
        "TxnDate": date.today().isoformat(),  # noqa: DTZ011 - the day on this machine
        "PaymentRefNum": f"{10_000 + position}",
        "Line": [{"Amount": float(amount), "LinkedTxn": [invoice]}],
    }


WAYS: Mapping[str, Callable[[Target, int, Shape], None]] = {"save": save_loop, "batch": batches, "plain": plain_loop}
NAMES = {
    "save": "python-quickbooks, save() in a loop",
    "batch": "python-quickbooks, batch_create",
    "plain": "requests in a loop, pooled",
}


def main(argv: Sequence[str] | None = None) -> None:
    """Send so many payments in one of the ways, and print the seconds as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--target", required=True, help="JSON: address, customers, invoices")
    parser.add_argument("--rows", type=int, default=200)
    options = parser.parse_args(argv)
    target = Target(**json.loads(options.target))
    began, worked = time.perf_counter(), time.process_time()
    WAYS[options.way](target, options.rows, Shape(len(target.customers), options.rows, len(target.invoices)))
    print(json.dumps({"rows": options.rows, "seconds": time.perf_counter() - began, "cpu": time.process_time() - worked}))


if __name__ == "__main__":
    main()
