"""Calls to a simulator without a network, for tests that look at one answer at a time."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from hostsim.qbo_simulator.base.http import LostAnswer, Request, Response, dump, load
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.server.server import new_quickbooks
from hostsim.qbo_simulator.simulator import QuickBooks

TODAY = date(2026, 11, 20)


@dataclass
class Books:
    """A simulator, its first company, and an access token to it."""

    core: QuickBooks
    token: str = field(init=False)
    realm: str = field(init=False)

    def __post_init__(self) -> None:
        self.realm = next(iter(self.core.realms))
        self.core.credentials()
        self.refresh()

    def refresh(self) -> None:
        grant = next(each for each in self.core.vault.grants.values() if each.realm == self.realm)
        self.token = self.core.vault.access(grant, self.core.clock.now().timestamp())

    @property
    def company(self) -> Company:
        return self.core.realms[self.realm]

    def send(self, method: str, path: str, body: object = None, **parameters: str) -> Response | LostAnswer:
        content = body if isinstance(body, bytes) else dump(body) if body is not None else b""
        headers = {"authorization": f"Bearer {self.token}", "accept": "application/json"}
        query = tuple(parameters.items())
        return self.core.handle(Request(method, f"/v3/company/{self.realm}/{path}", query, headers, content))

    def call(self, method: str, path: str, body: object = None, **parameters: str) -> tuple[int, Any]:
        answer = self.send(method, path, body, **parameters)
        assert isinstance(answer, Response)
        return answer.status, load(answer.body)

    def post(self, kind: str, body: object, **parameters: str) -> Any:
        status, told = self.call("POST", kind.lower(), body, **parameters)
        assert status == 200, told
        return told[kind]

    def refused(self, kind: str, body: object, **parameters: str) -> dict[str, Any]:
        status, told = self.call("POST", kind.lower(), body, **parameters)
        assert status == 400, told
        error: dict[str, Any] = told["Fault"]["Error"][0]
        return error

    def get(self, kind: str, identity: str) -> Any:
        status, told = self.call("GET", f"{kind.lower()}/{identity}")
        assert status == 200, told
        return told[kind]

    def query(self, text: str) -> Any:
        status, told = self.call("GET", "query", query=text)
        assert status == 200, told
        return told["QueryResponse"]

    def query_error(self, text: str) -> dict[str, Any]:
        status, told = self.call("GET", "query", query=text)
        assert status == 400, told
        error: dict[str, Any] = told["Fault"]["Error"][0]
        return error

    def changes(self, since: str, entities: str) -> list[dict[str, Any]]:
        status, told = self.call("GET", "cdc", entities=entities, changedSince=since)
        assert status == 200, told
        blocks: list[dict[str, Any]] = told["CDCResponse"][0]["QueryResponse"]
        return blocks

    def customer(self, name: str = "Ada", **more: object) -> str:
        return str(self.post("Customer", {"DisplayName": name, **more})["Id"])

    def invoice(self, customer: str, amount: object = 100, **more: object) -> Any:
        return self.post("Invoice", {"CustomerRef": {"value": customer}, "Line": [sale(amount)], **more})

    def memo(self, customer: str, amount: object = 100, **more: object) -> Any:
        return self.post("CreditMemo", {"CustomerRef": {"value": customer}, "Line": [sale(amount)], **more})

    def pay(self, customer: str, total: object, *lines: tuple[str, object, str], **more: object) -> Any:
        return self.post("Payment", payment(customer, total, *lines, **more))


def sale(amount: object) -> dict[str, Any]:
    """One line of an invoice or memo."""
    return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}


def payment(customer: str, total: object, *lines: tuple[str, object, str], **more: object) -> dict[str, Any]:
    """A payment; lines are (id, amount, type)."""
    applied = [{"Amount": amount, "LinkedTxn": [{"TxnId": identity, "TxnType": kind}]} for identity, amount, kind in lines]
    return {"CustomerRef": {"value": customer}, "TotalAmt": total, "Line": applied, **more}


def new_books(company: str = "empty", limits: bool = False, **settings: object) -> Books:
    """A fresh simulator with its clock stopped."""
    core = new_quickbooks(company, today=TODAY, limits=limits)
    if settings:
        core.change_settings(**settings)
    return Books(core)


def token_request(form: dict[str, str], **headers: str) -> Request:
    """A call to the token endpoint."""
    return Request("POST", "/oauth2/v1/tokens/bearer", headers=headers, body=urlencode(form).encode())
