"""Whatever is sent, the answer is one that QuickBooks could give: never a failure of the simulator's own making."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.http import Request, Response, load
from hostsim.qbo_simulator.base.schema import schema
from hostsim.qbo_simulator.query.parser import KEYWORDS
from tests.support.simulator.open_items import deposit_lines, entry_lines, expense
from tests.support.simulator.simulator_calls import Books, new_books, payment, sale

DOCUMENTED = {
    *("500", "600", "610", "620", "1040", "2010", "2020", "2030", "2040", "2050", "2060", "2090", "2100", "2130"),
    *("2170", "2220", "2290", "2500", "3100", "3200", "4000", "4001", "5010", "6000", "6070", "6140", "6190", "6200"),
    *("6210", "6240", "6270", "6430", "6540", "10000"),
}
QUIET = settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(max_size=12)
ODD = st.sampled_from(["", "0", "1", "4", "-1", "1.5", "99999999999999999999", "2026-02-30", "1e400", "٣", "true", "INV-1", "²"])
VALUES = st.recursive(
    SCALARS | ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)


@pytest.fixture(scope="module")
def books() -> Books:
    books = new_books()
    ada = books.customer()
    bill, memo = books.invoice(ada, 100), books.memo(ada, 40)
    books.pay(ada, 50, (bill["Id"], 50, "Invoice"))
    books.pay(ada, 0, (bill["Id"], 10, "Invoice"), (memo["Id"], 10, "CreditMemo"))
    return books


def _properties(kind: str) -> st.SearchStrategy[str]:
    return st.sampled_from(list(schema().entities[kind]))


@st.composite
def _bodies(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A sensible body with some properties made odd."""
    kind = draw(st.sampled_from(list(KINDS)))
    sensible: dict[str, Any] = {
        "Payment": payment("1", 5, ("1", 5, "Invoice")),
        "Invoice": {"CustomerRef": {"value": "1"}, "Line": [sale(5)]},
        "CreditMemo": {"CustomerRef": {"value": "1"}, "Line": [sale(5)]},
        "Customer": {"DisplayName": "X"},
        "Vendor": {"DisplayName": "V"},
        "Employee": {"DisplayName": "E"},
        "SalesReceipt": {"Line": [sale(5)]},
        "RefundReceipt": {"DepositToAccountRef": {"value": "6"}, "Line": [sale(5)]},
        "Deposit": {"DepositToAccountRef": {"value": "6"}, "Line": deposit_lines(["3"], "1", Decimal(5))},
        "JournalEntry": {"Line": entry_lines("1", "1", Decimal(5), "Debit")},
        "Purchase": {"PaymentType": "Cash", "AccountRef": {"value": "6"}, "EntityRef": {"value": "1"}, "Line": [expense(5)]},
        "ExchangeRate": {"SourceCurrencyCode": "USD", "Rate": 1},
        "CompanyCurrency": {"Code": "EUR"},
    }.get(kind, {"Name": "X", "IncomeAccountRef": {"value": "1"}, "AccountType": "Bank"})
    body = {name: value for name, value in sensible.items() if draw(st.integers(0, 4))}
    if draw(st.booleans()):
        body = _odd_inside(draw, body) if body else body
    body |= draw(st.dictionaries(_properties(kind), VALUES, max_size=3))
    if draw(st.booleans()):
        body |= {
            "Id": draw(st.sampled_from(["1", "2", "3", "4", "77"]) | ODD),
            "SyncToken": draw(st.sampled_from(["0", "1", "2", "3"])),
        }
    return kind, body


def _odd_inside(draw: st.DrawFn, value: Any) -> Any:
    """`value` with one thing somewhere inside made odd."""
    if isinstance(value, dict) and value:
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: _odd_inside(draw, value[key])}
    if isinstance(value, list) and value:
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], _odd_inside(draw, value[place]), *value[place + 1 :]]
    return draw(VALUES)


def _check(answer: object) -> None:
    assert isinstance(answer, Response)
    assert answer.status in (200, 400, 401, 403, 404)
    typed = dict(answer.headers)["Content-Type"]
    if not answer.body or not typed.startswith("application/json"):
        assert typed.startswith(("application/json", "application/pdf"))
        return
    for fault in _faults(load(answer.body)):
        assert fault["code"] in DOCUMENTED, fault
        assert fault.get("Message") or fault.get("message")


def _faults(body: Any) -> list[dict[str, Any]]:
    found = list(body.get("Fault", {}).get("Error", [])) + list((body.get("fault") or {}).get("error", []))
    for item in body.get("BatchItemResponse", []):
        found += item.get("Fault", {}).get("Error", [])
    return found


def _sound(books: Books) -> None:
    for each in books.company.all("Customer"):
        assert isinstance(each["DisplayName"], str)
    for each in books.company.all("Payment"):
        assert each["UnappliedAmt"] >= 0


@QUIET
@given(
    body=_bodies(),
    operation=st.sampled_from(["", "update", "delete", "void", "create", "paint"]),
    include=st.sampled_from(["", "void", "allowduplicatedocnum", "x"]),
)
def test_any_write(books: Books, body: tuple[str, dict[str, Any]], operation: str, include: str) -> None:
    kind, sent = body
    text = json.dumps(sent, default=float).encode()
    _check(books.send("POST", kind.lower(), text, operation=operation, include=include))
    _sound(books)


@QUIET
@given(content=st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()), kind=st.sampled_from(list(KINDS)))
def test_any_bytes_as_a_body(books: Books, content: bytes, kind: str) -> None:
    _check(books.send("POST", kind.lower(), content))
    _check(books.send("POST", "batch", content))


@QUIET
@given(
    items=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "bId": VALUES,
                "operation": st.sampled_from(["create", "update", "delete", "void", "x"]) | VALUES,
                "Payment": VALUES,
                "Invoice": st.just({"Id": "1", "SyncToken": "0"}),
                "Query": st.text(max_size=20) | VALUES,
                "CDCQuery": st.fixed_dictionaries({}, optional={"Entities": VALUES, "ChangedSince": VALUES}) | VALUES,
                "optionsData": VALUES,
            },
        ),
        max_size=4,
    ),
    request_id=st.text(max_size=60),
)
def test_any_batch(books: Books, items: list[Any], request_id: str) -> None:
    text = json.dumps({"BatchItemRequest": items}).encode()
    _check(books.send("POST", "batch", text, requestid=request_id))


WORDS = st.sampled_from(
    [
        *sorted(KEYWORDS),
        *("*", "(", ")", ",", "=", "<", ">=", "!=", "'1'", "'a\\'b'", "'", "\\", "&", '"', "1", "-2.5", "0", "99999999999"),
        *("Invoice", "Payment", "Customer", "Vendor", "Id", "Balance", "TxnDate", "DocNumber", "MetaData.LastUpdatedTime"),
        *("Active", "CURRENT_DATE", "'2026-11-01'", "'9999-99-99'", "'%'", ";", "\n", "é", "CustomerRef", "TotalAmt"),
    ]
)


@QUIET
@given(text=st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=40))
def test_any_statement(books: Books, text: str) -> None:
    _check(books.send("GET", "query", query=text))
    _check(books.send("GET", "query", query=f"select * from Invoice where {text}"))
    _check(books.send("POST", "query", text.encode("utf-8", "surrogatepass")))


@QUIET
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]),
    parts=st.lists(
        st.sampled_from([kind.lower() for kind in KINDS] + ["query", "cdc", "batch", "pdf", "send", "1", "0", "²"])
        | st.text(max_size=8)
    ),
    parameters=st.dictionaries(
        st.sampled_from(["entities", "changedSince", "requestid", "operation", "sendTo", "query"]), st.text(max_size=30)
    ),
)
def test_any_address(books: Books, method: str, parts: list[str], parameters: dict[str, str]) -> None:
    _check(books.send(method, "/".join(parts), b"{}", **parameters))


@QUIET
@given(
    entities=st.text(max_size=20) | st.sampled_from(["Payment", "payment,INVOICE", ",", "Vendor"]), since=st.text(max_size=30) | ODD
)
def test_any_change_feed(books: Books, entities: str, since: str) -> None:
    _check(books.send("GET", "cdc", entities=entities, changedSince=since))


@QUIET
@given(header=st.text(max_size=40) | st.text(max_size=30).map(lambda text: f"Bearer {text}"), realm=st.text(max_size=20))
def test_any_token(books: Books, header: str, realm: str) -> None:
    for path in (f"/v3/company/{realm}/preferences", f"/v3/company/{books.realm}/preferences", "/v1/openid_connect/userinfo"):
        answer = books.core.handle(Request("GET", path, (), {"authorization": header}))
        _check(answer)
        assert isinstance(answer, Response)
        assert answer.status in (401, 404)


@QUIET
@given(
    body=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: f"grant_type=refresh_token&{text}".encode()),
    header=st.text(max_size=30),
)
def test_any_token_request(books: Books, body: bytes, header: str) -> None:
    for path in ("/oauth2/v1/tokens/bearer", "/v2/oauth2/tokens/revoke"):
        for given_header in (header, f"Basic {header}"):
            answer = books.core.handle(Request("POST", path, (), {"authorization": given_header}, body))
            assert isinstance(answer, Response)
            assert answer.status in (400, 401)
            assert "error" in load(answer.body)
