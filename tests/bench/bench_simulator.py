"""How fast the simulator is and how much it holds: prints figures, asserts nothing.

python tests/bench/bench_simulator.py [payments] [invoices]
"""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from hostsim.qbo_simulator.base.http import Request, Response, dump
from hostsim.qbo_simulator.companies.start import make
from hostsim.qbo_simulator.server.server import new_quickbooks
from hostsim.qbo_simulator.simulator import QuickBooks

CUSTOMERS = 1000


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print the wall time and the processor time of a block."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    print(f"{what}: {time.perf_counter() - wall:.2f} s ({time.process_time() - processor:.2f} s of processor time)")


def memory() -> float:
    """The most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Caller:
    """Calls to the core, with a token."""

    def __init__(self, core: QuickBooks) -> None:
        self.core = core
        self.realm = core.credentials()["realm"]
        grant = next(iter(core.vault.grants.values()))
        self.headers = {"authorization": f"Bearer {core.vault.access(grant, core.clock.now().timestamp())}"}

    def send(self, method: str, path: str, body: bytes = b"", **parameters: str) -> Response:
        """One call that must succeed."""
        request = Request(method, f"/v3/company/{self.realm}/{path}", tuple(parameters.items()), self.headers, body)
        answer = self.core.handle(request)
        if not isinstance(answer, Response) or answer.status != 200 or b'"Fault"' in answer.body:
            raise SystemExit(f"refused: {answer}")
        return answer


def fill_invoices(core: QuickBooks, count: int) -> list[int]:
    """That many invoices of a thousand customers; their ids."""
    company, now = next(iter(core.realms.values())), core.clock.now()
    for number in range(CUSTOMERS):
        make(company, "Customer", {"DisplayName": f"Customer {number}"}, now)
    detail = {"ItemRef": {"value": "1"}}
    for number in range(count):
        line = {"Amount": 100 + number % 400, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        body = {"CustomerRef": {"value": str(number % CUSTOMERS + 1)}, "TxnDate": "2026-11-01", "Line": [line]}
        make(company, "Invoice", body, now)
    return list(company.tables["Invoice"].rows)


def pay(caller: Caller, prepared: list[bytes]) -> None:
    """Send the batches prepared."""
    for number, body in enumerate(prepared):
        caller.send("POST", "batch", body, requestid=f"bench-{number}")


def batches(count: int, invoices: list[int]) -> list[bytes]:
    """Batches of thirty payments, each applied to an invoice while there are any."""
    items: list[dict[str, Any]] = []
    for number in range(count):
        payment: dict[str, Any] = {"CustomerRef": {"value": str(number % CUSTOMERS + 1)}, "TotalAmt": 50}
        if number < len(invoices):
            payment["Line"] = [{"Amount": 50, "LinkedTxn": [{"TxnId": str(invoices[number]), "TxnType": "Invoice"}]}]
        items.append({"bId": str(number % 30), "operation": "create", "Payment": payment})
    return [dump({"BatchItemRequest": items[position : position + 30]}) for position in range(0, count, 30)]


QUERIES = (
    "select * from Invoice where CustomerRef = '7'",
    "select * from Invoice where CustomerRef IN ('7', '8', '9') and Balance > '0' orderby TxnDate",
    "select * from Invoice where Balance > '0'",
    "select * from Invoice where Balance = '120.00'",
    "select * from Invoice where Balance > '0' startposition 50001",
    "select count(*) from Invoice where Balance > '490'",
)


def main(payments: int, invoices: int) -> None:
    """Payments through batch, then many invoices and queries over them."""
    core = new_quickbooks("empty", today=date(2026, 11, 20))
    caller, ids = Caller(core), fill_invoices(core, payments)
    prepared = batches(payments, ids)
    with measured(f"{payments} payments applied to invoices, in batches of 30"):
        pay(caller, prepared)
    del core, caller, ids, prepared
    core = new_quickbooks("empty", today=date(2026, 11, 20))
    caller = Caller(core)
    with measured(f"{invoices} invoices created"):
        fill_invoices(core, invoices)
    print(f"memory with {invoices} invoices: {memory():.0f} MB at most")
    for text in QUERIES:
        times = []
        for _ in range(5):
            before = time.process_time()
            caller.send("GET", "query", query=text)
            times.append((time.process_time() - before) * 1000)
        print(f"{sorted(times)[2]:6.1f} ms  {text}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
