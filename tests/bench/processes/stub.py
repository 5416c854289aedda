"""The least that a QuickBooks client can talk to: every call is answered at once, nothing is kept but counts."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.bench.subjects.firm import Shape, client_name, client_of, invoice_cents, invoice_number, payment_amount, payment_day

REALM = "9130347798120306"
QUERY = re.compile(r"SELECT (\*|COUNT\(\*\)) FROM (\w+).*?(?:STARTPOSITION (\d+) MAXRESULTS (\d+))?$", re.DOTALL)
AMONG = re.compile(r"CustomerRef IN \(([^)]*)\)")
NOW = datetime.now(UTC).isoformat(timespec="seconds")
META = {"CreateTime": NOW, "LastUpdatedTime": NOW}
TOKENS = {
    "access_token": "access-token-of-the-stub",
    "refresh_token": "refresh-token-of-the-stub",
    "expires_in": 3600,
    "x_refresh_token_expires_in": 8_000_000,
    "token_type": "bearer",
}
COUNTED = ("calls", "batches", "items", "bytes", "microseconds")  # the last are those that answering took
KEYS = {"client_id": "stub", "client_secret": "stub-secret", "realm": REALM, "refresh_token": TOKENS["refresh_token"]}


@dataclass(slots=True)
class Answers:
    """The lists that queries give, and what was counted."""

    lists: Mapping[str, Sequence[Mapping[str, Any]]]
    address: str = ""
    ids: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))

    def written(self, target: str, body: bytes) -> bytes:
        """The answer to one call as JSON; how long that took is counted."""
        began = time.perf_counter()
        text = json.dumps(self.answer(target, body), separators=(",", ":")).encode()
        self.counts["microseconds"] += int((time.perf_counter() - began) * 1e6)
        return text

    def answer(self, target: str, body: bytes) -> Any:
        """The answer to one call."""
        path = urlsplit(target).path.rstrip("/")
        if path.startswith("/v3/"):
            self.counts["calls"] += 1
        last = path.rsplit("/", 1)[-1]
        return self._company(target, last, body) if "/v3/company/" in path else self._around(path, last, body)

    def _company(self, target: str, last: str, body: bytes) -> Any:
        answers: Mapping[str, Callable[[], Any]] = {
            "batch": lambda: self._batch(body),
            "query": lambda: self._query(body.decode() or parse_qs(urlsplit(target).query)["query"][0]),
            "payment": lambda: self._single(body),
            "preferences": lambda: {"Preferences": {}},
        }
        return {**answers.get(last, lambda: {"CompanyInfo": {"CompanyName": "Stub"}})(), "time": NOW}

    def _single(self, body: bytes) -> Any:
        self.counts["bytes"] += len(body)
        return {"Payment": self._saved(json.loads(body))}

    def _batch(self, body: bytes) -> Any:
        items = json.loads(body)["BatchItemRequest"]
        self.counts["batches"] += 1
        self.counts["items"] += len(items)
        self.counts["bytes"] += len(body)
        return {"BatchItemResponse": [{"bId": item["bId"], "Payment": self._saved(item["Payment"])} for item in items]}

    def _saved(self, payment: dict[str, Any]) -> dict[str, Any]:
        self.ids += 1
        applied = sum(line["Amount"] for line in payment.get("Line", ()))
        left = round(payment["TotalAmt"] - applied, 2)
        return {**payment, "Id": str(self.ids), "SyncToken": "0", "UnappliedAmt": left, "MetaData": META}

    def _query(self, text: str) -> Any:
        what, entity, start, most = QUERY.search(text).groups()  # type: ignore[union-attr]
        rows = asked_for(self.lists.get(entity, ()), AMONG.search(text))
        if what != "*":
            return {"QueryResponse": {"totalCount": len(rows)}}
        first = int(start or 1) - 1
        page = rows[first : first + int(most or 100)]
        return {"QueryResponse": {entity: page, "startPosition": first + 1, "maxResults": len(page)} if page else {}}

    def _around(self, path: str, last: str, body: bytes) -> Any:
        if path.startswith("/_control/"):
            return self._control(last, body)
        return TOKENS if last == "bearer" else self._discovery()

    def _control(self, last: str, body: bytes) -> Any:
        if last == "consent":
            asked = parse_qs(urlsplit(json.loads(body)["url"]).query)
            return {"redirect": f"{asked['redirect_uri'][0]}?code=stub-code&realmId={REALM}&state={asked['state'][0]}"}
        if last == "reset":
            self.counts = dict.fromkeys(self.counts, 0)
        return self.counts if last in {"counts", "reset"} else {**KEYS, "base": self.address}

    def _discovery(self) -> Any:
        paths = {"authorization": "connect/oauth2", "token": "oauth2/v1/tokens/bearer", "userinfo": "v1/user"}
        found = {f"{name}_endpoint": f"{self.address}/{path}" for name, path in {**paths, "revocation": "v2/revoke"}.items()}
        return {"issuer": self.address, "jwks_uri": f"{self.address}/jwks", **found}


def asked_for(rows: Sequence[Mapping[str, Any]], among: re.Match[str] | None) -> Sequence[Mapping[str, Any]]:
    """The rows of the customers that a query names; all of them when it names none."""
    if among is None:
        return rows
    wanted = set(re.findall(r"\d+", among[1]))
    return [row for row in rows if row["CustomerRef"]["value"] in wanted]


class Line(asyncio.Protocol):
    """One connection: requests with a length, answered in order."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that has arrived as a whole."""
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].decode("latin-1")
            length = re.search(r"(?i)\r\ncontent-length: *(\d+)", head)
            stop = end + 4 + (int(length[1]) if length else 0)
            if len(self._held) < stop:
                return
            body, self._held = self._held[end + 4 : stop], self._held[stop:]
            self._reply(head.split(" ", 2)[1], body)

    def _reply(self, target: str, body: bytes) -> None:
        told = self._answers.written(target, body)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(told)}\r\n\r\n"
        self._transport.write(head.encode() + told)


class Payments(Sequence[Mapping[str, Any]]):
    """The firm's payments as QuickBooks has them; each is made when it is asked for, as all at once would take much memory."""

    def __init__(self, shape: Shape, today: date) -> None:
        self._shape, self._today = shape, today

    def __len__(self) -> int:
        return self._shape.payments

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        amount, client = float(payment_amount(place, self._shape)), client_of(place, self._shape)
        return {
            "Id": str(place + 1),
            "SyncToken": "0",
            "CustomerRef": {"value": str(client), "name": client_name(client)},
            "TxnDate": payment_day(place, self._shape, self._today).isoformat(),
            "TotalAmt": amount,
            "UnappliedAmt": amount,
            "PaymentRefNum": f"{10_000 + place}",
            "PaymentMethodRef": {"value": "2"},
            "DepositToAccountRef": {"value": "35"},
            "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
            "Line": [],
            "MetaData": META,
        }


def make_lists(customers: int, invoices: int, payments: int = 0) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Customers, open invoices and payments as the firm has them."""
    today = date.today()  # noqa: DTZ011 - the day on this machine
    shape, day = Shape(customers, payments, invoices), today.isoformat()
    return {
        "Payment": Payments(shape, today),
        "Customer": [{"Id": str(n), "DisplayName": client_name(n), "Active": True} for n in range(1, customers + 1)],
        "Invoice": [
            {
                "Id": str(position + 1),
                "DocNumber": invoice_number(position),
                "CustomerRef": {"value": str(client_of(position, shape))},
                "TxnDate": day,
                "TotalAmt": invoice_cents(position, shape) / 100,
                "Balance": invoice_cents(position, shape) / 100,
            }
            for position in range(invoices)
        ],
        "PaymentMethod": [{"Id": "2", "Name": "Check", "Active": True}],
        "Account": [{"Id": "35", "Name": "Checking", "AccountType": "Bank", "Active": True}],
        "Item": [{"Id": "1", "Name": "Services", "Type": "Service", "Active": True}],
    }


async def serve(answers: Answers) -> None:
    """Answer until the process is ended."""
    server = await asyncio.get_running_loop().create_server(lambda: Line(answers), "127.0.0.1", 0)
    answers.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(answers.address, flush=True)
    await server.serve_forever()


def main(argv: Sequence[str] | None = None) -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=600)
    parser.add_argument("--invoices", type=int, default=3000)
    parser.add_argument("--payments", type=int, default=0)
    options = parser.parse_args(argv)
    asyncio.run(serve(Answers(make_lists(options.customers, options.invoices, options.payments))))


if __name__ == "__main__":
    main()
