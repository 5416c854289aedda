"""Numbers of every kind wherever a number may stand, through create, update, read, query, void and delete: never a failure."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.http import Response, dump, load
from hostsim.qbo_simulator.base.schema import schema
from tests.simulator.fuzzing.test_fuzz import DOCUMENTED, QUIET
from tests.support.simulator.simulator_calls import Books, new_books, payment, sale

NUMBERS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.integers(-3, 3),
    st.integers(-(10**16), 10**16),
    st.decimals(-1000, 1000, allow_nan=False, places=3).map(str),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.sampled_from(
        [0, 1, 4, 25, 100, 0.1, 1e-9, 1e14, 10**15 - 1, "", "0", "1", "100", "1.005", "1e3", "NaN", "Infinity", "-0", "٣"]
    ),
)
LINE = {"ItemRef": {"value": "1"}, "UnitPrice": 25, "Qty": 4}


def _number_paths(kind: str) -> list[tuple[str, ...]]:
    """The way to every number inside an entity; lists are stepped through."""
    return list(_paths(schema().entities[kind], 3))


def _paths(table: dict[str, str], depth: int) -> Any:
    for name, kind in table.items():
        inner = kind.removesuffix("[]")
        if inner in ("number", "integer"):
            yield (name,)
        elif depth and inner in schema().types:
            yield from ((name, *rest) for rest in _paths(schema().types[inner], depth - 1))


def sensible(kind: str) -> dict[str, Any]:
    """A body that an empty company takes, in whole numbers, with a detail wherever one may be."""
    line = {**sale(100), "SalesItemLineDetail": deepcopy(LINE)}  # a test changes its body in place
    bodies: dict[str, dict[str, Any]] = {
        "Payment": payment("1", 5, ("1", 5, "Invoice")),
        **{name: {"CustomerRef": {"value": "1"}, "Line": [line]} for name in ("Invoice", "CreditMemo", "SalesReceipt")},
        "Customer": {"DisplayName": "X"},
        "Item": {"Name": "X", "IncomeAccountRef": {"value": "1"}, "UnitPrice": 5},
        "Account": {"Name": "X", "AccountType": "Bank"},
        "RefundReceipt": {"CustomerRef": {"value": "1"}, "DepositToAccountRef": {"value": "6"}, "Line": [line]},
        "Deposit": {
            "DepositToAccountRef": {"value": "6"},
            "Line": [
                {
                    "Amount": 20,
                    "DetailType": "DepositLineDetail",
                    "DepositLineDetail": {"AccountRef": {"value": "3"}, "Entity": {"value": "1", "type": "CUSTOMER"}},
                }
            ],
        },
        "JournalEntry": {"Line": [_posting("Debit", "3", "1"), _posting("Credit", "1")]},
        "Purchase": {
            "AccountRef": {"value": "6"},
            "PaymentType": "Check",
            "EntityRef": {"value": "1", "type": "Customer"},
            "Line": [
                {
                    "Amount": 10,
                    "DetailType": "AccountBasedExpenseLineDetail",
                    "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "3"}, "CustomerRef": {"value": "1"}},
                }
            ],
        },
        "Vendor": {"DisplayName": "V"},
        "Employee": {"GivenName": "E", "FamilyName": "F"},
        "TaxAgency": {"DisplayName": "T"},
        "CompanyCurrency": {"Code": "EUR"},
        "ExchangeRate": {"SourceCurrencyCode": "EUR", "Rate": 2, "AsOfDate": "2026-11-01"},
    }
    return bodies.get(kind, {"Name": "X"})


def _posting(side: str, account: str, customer: str | None = None) -> dict[str, Any]:
    """One line of a journal entry over 30."""
    entity = {"Entity": {"Type": "Customer", "EntityRef": {"value": customer}}} if customer else {}
    detail = {"PostingType": side, "AccountRef": {"value": account}, **entity}
    return {"Amount": 30, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


def put(body: dict[str, Any], path: tuple[str, ...], value: object, table: dict[str, str]) -> None:
    """Set the value at a path, making what is missing on the way."""
    name, rest = path[0], path[1:]
    if not rest:
        body[name] = value
        return
    many = table[name].endswith("[]")
    inner = body.setdefault(name, [{}] if many else {})
    put(inner[0] if many else inner, rest, value, schema().types[table[name].removesuffix("[]")])


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, list[tuple[tuple[str, ...], Any]]]:
    kind = draw(st.sampled_from(sorted(KINDS)))
    paths = _number_paths(kind) or [("Id",)]
    return kind, draw(st.lists(st.tuples(st.sampled_from(paths), NUMBERS), min_size=1, max_size=3))


@pytest.fixture(scope="module")
def books() -> Books:
    books = new_books()
    books.invoice(books.customer(), 10**9)
    return books


def _checked(answer: object, found: set[str]) -> dict[str, Any]:
    assert isinstance(answer, Response)
    body: dict[str, Any] = load(answer.body)
    errors = body.get("Fault", {}).get("Error", [])
    found |= {error["code"] for error in errors}
    assert answer.status in (200, 400), body
    assert {error["code"] for error in errors} <= DOCUMENTED - {"10000"}, body
    return body


@QUIET
@given(change=changes())
def test_any_number_anywhere(books: Books, change: tuple[str, list[tuple[tuple[str, ...], Any]]]) -> None:
    kind, values = change
    found: set[str] = set()
    body = sensible(kind)
    for path, value in values:
        put(body, path, value, schema().entities[kind])
    made = _checked(books.send("POST", kind.lower(), dump(body)), found).get(kind)
    if made is None:
        made = _checked(books.send("POST", kind.lower(), dump(sensible(kind) | {"DocNumber": None})), found).get(kind)
    if made is None:
        return
    stored = {name: value for name, value in body.items() if name not in ("Line", "TxnTaxDetail")}  # the rest stays as stored
    for update in ({"sparse": True}, {**stored, "sparse": True}, {**body, "sparse": True}, body, None):
        now = _checked(books.send("GET", f"{kind.lower()}/{made['Id']}"), found).get(kind, made)
        changed = now if update is None else {**update, "Id": now["Id"], "SyncToken": now["SyncToken"]}
        _checked(books.send("POST", kind.lower(), dump(changed)), found)
    _checked(books.send("GET", "query", query=f"select * from {kind} maxresults 3"), found)
    now = _checked(books.send("GET", f"{kind.lower()}/{made['Id']}"), found).get(kind, made)
    for operation in ("void", "delete"):
        _checked(
            books.send("POST", kind.lower(), dump({"Id": now["Id"], "SyncToken": now["SyncToken"]}), operation=operation), found
        )


@pytest.mark.parametrize("several", [False, True])
def test_every_entity_takes_its_sensible_body(several: bool) -> None:
    books = new_books()
    books.invoice(books.customer(), 100)
    if several:
        books.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, "CurrencyPrefs": {"MultiCurrencyEnabled": True}})
    dollars = {"CurrencyRef": {"value": "USD"}} if several else {}
    for name, kind in KINDS.items():
        if "create" in kind.operations and (several or name not in ("CompanyCurrency", "ExchangeRate")):
            made = books.post(name, {**sensible(name), **(dollars if kind.posts else {})})
            assert "Id" in made or name == "ExchangeRate"


@QUIET
@given(values=st.dictionaries(st.sampled_from(["TotalAmt", "UnappliedAmt", "ExchangeRate"]), NUMBERS), part=NUMBERS)
def test_any_number_in_a_batch_of_payments(books: Books, values: dict[str, Any], part: Any) -> None:
    before = books.company.get("Invoice", "1")
    assert before is not None
    items = [
        {"bId": "odd", "operation": "create", "Payment": {**payment("1", 5, ("1", part, "Invoice")), **values}},
        {"bId": "even", "operation": "create", "Payment": payment("1", 1)},
    ]
    answer = books.send("POST", "batch", dump({"BatchItemRequest": items}))
    odd, even = _checked(answer, set())["BatchItemResponse"]
    assert "Payment" in even
    assert "Payment" in odd or odd["Fault"]["Error"][0]["code"] in DOCUMENTED - {"10000"}
    after = books.company.get("Invoice", "1")
    assert after is not None
    applied = sum(line["Amount"] for line in odd.get("Payment", {}).get("Line", []))
    assert before["Balance"] - after["Balance"] == applied


def _ids(books: Books) -> set[tuple[str, str]]:
    return {(name, str(record)) for name, table in books.company.tables.items() for record in table.rows}


@QUIET
@given(drawn=st.lists(changes(), min_size=1, max_size=5), crash=st.none() | st.sampled_from(sorted(KINDS)))
def test_no_batch_is_half_done(books: Books, drawn: list[tuple[str, list[tuple[tuple[str, ...], Any]]]], crash: str | None) -> None:
    items = []
    for number, (kind, values) in enumerate(drawn):
        body = sensible(kind)
        for path, value in values:
            put(body, path, value, schema().entities[kind])
        items.append({"bId": str(number), "operation": "create", kind: body})
    books.core.clear_trouble()
    if crash:
        books.core.add_trouble(kind="item_fault", match={"entity": crash}, times=None)
    before = _ids(books)
    status, told = books.call("POST", "batch", dump({"BatchItemRequest": items}))
    assert status == 200
    replies = told["BatchItemResponse"]
    assert [reply["bId"] for reply in replies] == [item["bId"] for item in items]
    made = set()
    for (kind, _), reply in zip(drawn, replies, strict=True):
        if kind in reply:
            made.add((kind, reply[kind]["Id"]))
        else:
            code = reply["Fault"]["Error"][0]["code"]
            assert code in DOCUMENTED
            assert crash or code != "10000"
    assert _ids(books) - before == made
    assert before <= _ids(books)
