"""A firm of a test's own and its company in QuickBooks, each filled through its own front door, side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from hostsim.practice.database import open_practice
from hostsim.practice.exchange.loading import load_firm
from hostsim.practice.exchange.parsing import parse_firm_file
from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from hostsim.testing import running_host
from tests.browser.demo import TODAY, Demo, addin

Json = dict[str, Any]
DOLLARS = {"value": "USD"}  # named on everything in a company of several currencies


@contextmanager
def running_firm(folder: Path, firm: Json, *, company: str = "empty", keys: bool = True) -> Iterator[Demo]:
    """The firm of this file beside a company, not connected; without `keys` the program brings no keys of an app."""
    url = f"sqlite:///{folder / 'firm.db'}"
    practice = open_practice(url, new_firm="Harbor & Pine, CPAs")
    load_firm(practice.database, parse_firm_file(json.dumps(firm)))
    with running_simulator(company, today=TODAY) as simulator:
        given = simulator.credentials()
        values = {"quickbooks": simulator.base_url}
        if keys:
            values |= {"client_id": given["client_id"], "client_secret": given["client_secret"]}
        with running_host(practice, [addin()], database=url, values=values, today=TODAY) as host:
            yield Demo(host, simulator)


def control(simulator: RunningSimulator, call: str, content: object) -> Json:
    """A control call of the simulator over HTTP."""
    reply = requests.post(f"{simulator.base_url}/_control/{call}", json=content, timeout=30)
    assert reply.status_code == 200, reply.text
    found: Json = reply.json()
    return found


def build_books(simulator: RunningSimulator, steps: Sequence[Json], **more: Mapping[str, Any]) -> dict[str, str]:
    """Build books in the company (docs/simulator.md); the ids by the names that the steps give."""
    ids: dict[str, str] = control(simulator, "books", {"steps": list(steps), **more})["ids"]
    return ids


def customer_step(name: str, **more: object) -> Json:
    """The step that creates a customer, known to later steps as its name in letters alone."""
    return {"create": "Customer", "as": local_name(name), "body": {"DisplayName": name, **more}}


def invoice_step(customer: str, number: str, amount: str, day: str, **more: object) -> Json:
    """The step that creates an invoice of a customer that an earlier step created."""
    line = {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
    body = {"CustomerRef": f"${local_name(customer)}", "DocNumber": number, "TxnDate": day, "Line": [line], **more}
    return {"create": "Invoice", "as": local_name(number), "body": body}


def local_name(name: str) -> str:
    """A name that a step may be called by."""
    return "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in name)
