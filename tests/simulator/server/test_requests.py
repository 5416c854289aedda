"""Batches, the change feed, request ids, and the shape of every answer."""

import re
from decimal import Decimal
from typing import Any

import pytest

from hostsim.qbo_simulator.base.http import Response, load
from tests.support.simulator.simulator_calls import Books, new_books, payment


@pytest.fixture
def books() -> Books:
    return new_books()


def _batch(books: Books, *items: dict[str, Any], **parameters: str) -> list[dict[str, Any]]:
    status, told = books.call("POST", "batch", {"BatchItemRequest": list(items)}, **parameters)
    assert status == 200, told
    answers: list[dict[str, Any]] = told["BatchItemResponse"]
    return answers


def test_batch_items_have_outcomes_of_their_own(books: Books) -> None:
    ada = books.customer()
    answers = _batch(
        books,
        {"bId": "a", "operation": "create", "Payment": payment(ada, 5)},
        {"bId": "b", "operation": "delete", "Invoice": {"Id": "129", "SyncToken": "0"}},
        {"bId": "c", "Query": "select count(*) from Payment"},
        {"bId": "d", "operation": "create", "Payment": {"TotalAmt": 5}},
        {"bId": "e", "Query": "select & from Payment"},
        {"bId": "f", "CDCQuery": {"Entities": "Payment", "ChangedSince": "2026-01-01"}},
    )
    assert [each["bId"] for each in answers] == ["a", "b", "c", "d", "e", "f"]
    assert [list(each) for each in answers[:2]] == [["Payment", "bId"], ["Fault", "bId"]]
    assert answers[1]["Fault"]["Error"][0]["code"] == "610"
    assert answers[2]["QueryResponse"] == {"totalCount": 1}
    assert answers[3]["Fault"]["Error"][0]["code"] == "2020"
    assert answers[4]["Fault"]["Error"][0]["code"] == "4000"
    assert answers[5]["CDCResponse"][0]["QueryResponse"][0]["maxResults"] == 1


def test_batch_voids_with_options(books: Books) -> None:
    ada = books.customer()
    one, two = books.pay(ada, 5), books.pay(ada, 6)
    answers = _batch(
        books,
        {"bId": "1", "operation": "update", "optionsData": "void", "Payment": {"Id": one["Id"], "SyncToken": "0", "sparse": True}},
        {"bId": "2", "operation": "void", "Payment": {"Id": two["Id"], "SyncToken": "0"}},
    )
    assert [each["Payment"]["TotalAmt"] for each in answers] == [0, 0]


def test_batch_takes_thirty_items(books: Books) -> None:
    items = [{"bId": str(n), "Query": "select count(*) from Term"} for n in range(31)]
    status, told = books.call("POST", "batch", {"BatchItemRequest": items})
    assert (status, told["Fault"]["Error"][0]["code"]) == (400, "1040")
    assert len(_batch(books, *items[:30])) == 30


def test_request_id_answers_the_first_answer_again(books: Books) -> None:
    ada = books.customer()
    first = books.send("POST", "payment", payment(ada, 5), requestid="r1")
    books.core.clock.advance(30)
    second = books.send("POST", "payment", payment(ada, 5), requestid="r1")
    assert isinstance(first, Response)
    assert isinstance(second, Response)
    assert first.body == second.body
    assert books.query("select count(*) from Payment") == {"totalCount": 1}


def test_request_id_answers_even_for_what_was_deleted_since(books: Books) -> None:
    ada = books.customer()
    paid = books.post("Payment", payment(ada, 5), requestid="r1")
    books.post("Payment", {"Id": paid["Id"], "SyncToken": "0"}, operation="delete")
    assert books.post("Payment", payment(ada, 5), requestid="r1") == paid
    assert books.query("select count(*) from Payment") == {"totalCount": 0}


def test_request_id_is_forgotten_after_a_day(books: Books) -> None:
    ada = books.customer()
    books.post("Payment", payment(ada, 5), requestid="r1")
    books.core.clock.advance(86_400)
    books.refresh()
    books.post("Payment", payment(ada, 5), requestid="r1")
    assert books.query("select count(*) from Payment") == {"totalCount": 2}


def test_refusals_are_not_remembered_unless_the_switch_says_so(books: Books) -> None:
    ada = books.customer()
    assert books.refused("Payment", payment(ada, -5), requestid="r1")["code"] == "6000"
    books.post("Payment", payment(ada, 5), requestid="r1")
    books.core.change_settings(remember_faults=True)
    books.refused("Payment", payment(ada, -5), requestid="r2")
    assert books.refused("Payment", payment(ada, 5), requestid="r2")["code"] == "6000"


def test_another_body_under_a_known_id_is_answered_or_refused(books: Books) -> None:
    ada = books.customer()
    first = books.post("Payment", payment(ada, 5), requestid="r1")
    assert books.post("Payment", payment(ada, 6), requestid="r1") == first
    books.core.change_settings(replay_other_body="600")
    assert books.refused("Payment", payment(ada, 6), requestid="r1")["code"] == "600"


def test_batch_item_is_a_replay_only_with_both_ids(books: Books) -> None:
    ada = books.customer()
    items = [{"bId": str(n), "operation": "create", "Payment": payment(ada, n + 1)} for n in range(3)]
    first = _batch(books, *items, requestid="q" * 32)
    assert _batch(books, *items, requestid="q" * 32) == first
    assert _batch(books, items[2], requestid="q" * 32) == first[2:]
    assert books.query("select count(*) from Payment") == {"totalCount": 3}
    _batch(books, {**items[0], "bId": "9"}, requestid="q" * 32)
    _batch(books, items[0], requestid="w" * 32)
    assert books.query("select count(*) from Payment") == {"totalCount": 5}


def test_long_request_ids_are_refused(books: Books) -> None:
    ada = books.customer()
    books.post("Payment", payment(ada, 5), requestid="x" * 50)
    assert books.refused("Payment", payment(ada, 5), requestid="x" * 51)["code"] == "2130"
    item = {"bId": "b" * 15, "operation": "create", "Payment": payment(ada, 5)}
    status, told = books.call("POST", "batch", {"BatchItemRequest": [item]}, requestid="x" * 36)
    assert (status, told["Fault"]["Error"][0]["code"]) == (400, "2130")


def test_change_feed_tells_what_changed_and_what_is_gone(books: Books) -> None:
    ada = books.customer()
    kept, gone = books.pay(ada, 5), books.pay(ada, 6)
    books.core.clock.advance(100)
    since = books.core.clock.now().isoformat()
    bill = books.invoice(ada, 10)
    books.post("Payment", {"Id": gone["Id"], "SyncToken": "0"}, operation="delete")
    payments, invoices, terms = books.changes(since, "Payment,Invoice,Term")
    assert list(payments) == ["Payment", "maxResults", "totalCount"]
    assert payments["Payment"][0]["status"] == "Deleted"
    assert list(payments["Payment"][0]) == ["domain", "status", "Id", "MetaData"]
    assert [each["Id"] for each in invoices["Invoice"]] == [bill["Id"]]
    assert (invoices["startPosition"], invoices["maxResults"]) == (1, 1)
    assert terms == {}
    assert kept["Id"] not in {each["Id"] for each in payments["Payment"]}


@pytest.mark.parametrize(
    ("parameters", "detail"),
    [
        ({}, "entities is required"),
        ({"entities": "estimates"}, "Invalid entity supplied : entity=estimates"),
    ],
)
def test_change_feed_without_entities_is_the_recorded_failure(books: Books, parameters: dict[str, str], detail: str) -> None:
    status, told = books.call("GET", "cdc", changedSince="2026-01-01", **parameters)
    fault = told["Fault"]
    assert (status, fault["type"], fault["Error"][0]["code"]) == (200, "SystemFault", "10000")
    assert fault["Error"][0]["Detail"] == f"System Failure Error: java.lang.IllegalArgumentException: {detail}"


def test_envelope_time_has_milliseconds_and_entity_times_do_not(books: Books) -> None:
    ada = books.customer()
    _, told = books.call("GET", f"customer/{ada}")
    assert list(told) == ["Customer", "time"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-0[78]:00", told["time"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[78]:00", told["Customer"]["MetaData"]["CreateTime"])


def test_money_is_written_with_two_decimals_and_nothing_as_zero(books: Books) -> None:
    ada = books.customer()
    answer = books.send("POST", "payment", payment(ada, Decimal("100.0")))
    assert isinstance(answer, Response)
    assert b'"TotalAmt":100.00,"UnappliedAmt":100.00' in answer.body
    assert b'"Balance":0,"BalanceWithJobs":0' in books.company.render("Customer", int(books.customer("Bob")))


def test_answers_carry_the_headers_of_the_real_ones(books: Books) -> None:
    answer = books.send("GET", "preferences")
    assert isinstance(answer, Response)
    headers = dict(answer.headers)
    assert re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", headers["intuit_tid"])
    assert headers["x-request-id"] == headers["intuit_tid"]
    assert headers["Content-Type"] == "application/json;charset=utf-8"
    assert headers["Service-Time"].startswith("total=")
    refused = books.send("GET", "customer/1.5")
    assert isinstance(refused, Response)
    assert dict(refused.headers)["Content-Type"] == "application/json"
    assert "QBO-Version" not in dict(refused.headers)


@pytest.mark.parametrize(
    ("path", "code"),
    [("customer/1/5", "500"), ("SalesReceipt/47", "500"), ("customer/1.5", "2030"), ("customer/99", "610"), ("nothing", "500")],
)
def test_wrong_addresses_have_their_fault(books: Books, path: str, code: str) -> None:
    status, told = books.call("GET", path)
    assert (status, told["Fault"]["Error"][0]["code"]) == (400, code)
    assert ("time" in told) is (code != "2030")


def test_token_is_asked_for_and_repeated_in_the_refusal(books: Books) -> None:
    books.token = "x" * 60
    answer = books.send("GET", "preferences")
    assert isinstance(answer, Response)
    told = load(answer.body)
    assert answer.status == 401
    assert told["fault"]["error"][0]["detail"] == f"Token expired: {'x' * 60}"
    assert list(told) == [
        "warnings",
        "intuitObject",
        "fault",
        "report",
        "queryResponse",
        "batchItemResponse",
        "attachableResponse",
        "syncErrorResponse",
        "requestId",
        "time",
        "status",
        "cdcresponse",
    ]
    assert dict(answer.headers)["WWW-Authenticate"] == 'Bearer realm="Intuit", error="invalid_token"'


def test_another_company_is_forbidden(books: Books) -> None:
    books.realm = "123"
    status, told = books.call("GET", "preferences")
    assert (status, told["fault"]["error"][0]["code"]) == (403, "3100")


def test_invoice_can_be_sent_and_printed(books: Books) -> None:
    ada = books.customer()
    bill = books.invoice(ada, 10)
    sent = books.call("POST", f"invoice/{bill['Id']}/send", b"", sendTo="a@example.com")[1]["Invoice"]
    assert (sent["EmailStatus"], sent["BillEmail"]) == ("EmailSent", {"Address": "a@example.com"})
    printed = books.send("GET", f"invoice/{bill['Id']}/pdf")
    assert isinstance(printed, Response)
    assert printed.body.startswith(b"%PDF-1.4")


def test_an_invoice_that_can_be_paid_online_has_a_link_when_it_is_asked_for(books: Books) -> None:
    ada = books.customer()
    online = {"AllowOnlineACHPayment": True, "BillEmail": {"Address": "ada@example.com"}}
    with_link, without = books.invoice(ada, 5, **online), books.invoice(ada, 5, AllowOnlineACHPayment=True)
    assert "InvoiceLink" not in with_link
    read = books.call("GET", f"invoice/{with_link['Id']}", include="invoiceLink")[1]["Invoice"]
    assert read["InvoiceLink"].startswith("https://")
    assert {name: value for name, value in read.items() if name != "InvoiceLink"} == with_link
    assert "InvoiceLink" not in books.call("GET", f"invoice/{without['Id']}", include="invoiceLink")[1]["Invoice"]
    assert "InvoiceLink" not in books.get("Invoice", with_link["Id"])
