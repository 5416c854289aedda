"""Faults that last for one record or one text, and the key of idempotency: what nobody could find out, as switches."""

import json
from typing import Any

import pytest

from hostsim.qbo_simulator.base.http import Response
from hostsim.qbo_simulator.fault_injection.trouble import read_trouble
from tests.support.simulator.simulator_calls import Books, new_books, payment

POISON = "Café ☕"


@pytest.fixture
def books() -> Books:
    books = new_books()
    for name in ("Ada", "Bob"):
        books.invoice(books.customer(name), 100)
    return books


def _batch(books: Books, *items: dict[str, Any], **parameters: str) -> tuple[int, list[str]]:
    """The HTTP status of a batch of payments, and the fault code of each item."""
    named = [{"bId": str(number), "operation": "create", "Payment": item} for number, item in enumerate(items)]
    body = json.dumps({"BatchItemRequest": named}).encode()  # with escapes, as many clients write
    status, told = books.call("POST", "batch", body, **parameters)
    replies = told.get("BatchItemResponse", [])
    return status, [reply["Fault"]["Error"][0]["code"] if "Fault" in reply else "" for reply in replies]


def _count(books: Books) -> int:
    return int(books.query("select count(*) from Payment")["totalCount"])


HOLDING: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "a text": ({"text": POISON}, payment("1", 5, PrivateNote=f"for the {POISON}")),
    "a customer": ({"record": "Customer:1"}, payment("1", 5)),
    "a linked invoice": ({"record": "Invoice:1"}, payment("1", 5, ("1", 5, "Invoice"))),
    "both": ({"record": "Customer:1", "text": POISON}, payment("1", 5, PrivateNote=POISON)),
}
FREE = payment("2", 7)


@pytest.mark.parametrize("case", list(HOLDING))
def test_any_batch_that_holds_it_is_a_500_as_long_as_the_rule_stands(books: Books, case: str) -> None:
    match, body = HOLDING[case]
    books.core.add_trouble(kind="system_fault", match=match, times=None)
    for _ in range(3):
        assert _batch(books, FREE, body) == (500, [])
        status, told = books.call("POST", "payment", body)
        assert (status, told["Fault"]["type"], told["Fault"]["Error"][0]["code"]) == (500, "SystemFault", "10000")
    assert _count(books) == 0
    assert _batch(books, FREE, FREE) == (200, ["", ""])
    books.core.clear_trouble()
    assert _batch(books, FREE, body) == (200, ["", ""])


@pytest.mark.parametrize("case", list(HOLDING))
def test_only_the_item_that_holds_it_meets_a_system_fault(books: Books, case: str) -> None:
    match, body = HOLDING[case]
    books.core.add_trouble(kind="item_fault", match=match, times=None)
    for done in (2, 4):
        assert _batch(books, FREE, body, FREE) == (200, ["", "10000", ""])
        assert books.call("POST", "payment", body)[0] == 500
        assert _count(books) == done


def test_several_items_may_be_concerned_each_by_a_rule_of_its_own(books: Books) -> None:
    for text in ("one", "two"):
        books.core.add_trouble(kind="item_fault", match={"text": text}, times=None)
    notes = ("one", "two", "three")
    assert _batch(books, *(payment("1", 5, PrivateNote=note) for note in notes)) == (200, ["10000", "10000", ""])


def test_a_record_is_concerned_when_read_or_changed(books: Books) -> None:
    books.core.add_trouble(kind="item_fault", match={"record": "Invoice:1"}, times=None)
    change = {"Id": "1", "SyncToken": "0", "sparse": True, "PrivateNote": "Note"}
    assert books.call("GET", "invoice/1")[0] == 500
    assert books.call("POST", "invoice", change)[0] == 500
    assert books.call("GET", "invoice/2")[0] == 200
    assert books.call("GET", "payment/1")[0] == 400


def test_other_kinds_of_trouble_may_concern_one_text_too(books: Books) -> None:
    books.core.add_trouble(kind="status_503_before", match={"text": "Ada"}, times=None)
    answers = [books.send("GET", "query", query=f"select * from Customer where DisplayName = '{name}'") for name in ("Ada", "Bob")]
    assert [answer.status for answer in answers if isinstance(answer, Response)] == [503, 200]


REFUSED = {"code": "6430", "message": "Invalid account type", "detail": "Invalid account type : Select a bank account"}


def test_an_item_is_refused_with_the_error_that_a_rule_gives(books: Books) -> None:
    books.core.add_trouble(kind="refused", match={"text": "one"}, times=None, fault=REFUSED)
    other = {"code": "6000", "message": "m", "detail": "d", "element": "Payment"}
    books.core.add_trouble(kind="refused", match={"text": "two"}, times=None, fault=other)
    bodies = [payment("1", 5, PrivateNote=note) for note in ("one", "two", "three")]
    assert _batch(books, *bodies) == (200, ["6430", "6000", ""])
    status, told = books.call("POST", "payment", bodies[0])
    assert (status, told["Fault"]["type"]) == (400, "ValidationFault")
    assert told["Fault"]["Error"] == [{"Message": REFUSED["message"], "Detail": REFUSED["detail"], "code": "6430"}]
    assert books.call("POST", "payment", bodies[1])[1]["Fault"]["Error"][0]["element"] == "Payment"
    assert _count(books) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "refused"},
        {"kind": "refused", "fault": {"code": "1"}},
        {"kind": "refused", "fault": {**REFUSED, "more": "1"}},
        {"kind": "refused", "fault": "6430"},
        {"kind": "item_fault", "fault": REFUSED},
    ],
)
def test_a_refusal_has_a_whole_error_and_nothing_else_has_one(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="fault has code, message and detail"):
        read_trouble(given)


def test_rules_of_one_kind_are_read_with_what_they_concern() -> None:
    rule = read_trouble({"kind": "item_fault", "match": {"record": "Payment:5", "text": "x"}, "times": None})
    assert rule.match == {"record": "Payment:5", "text": "x"}
    assert rule.times is None


def test_items_are_replayed_one_by_one_or_the_request_as_a_whole(books: Books) -> None:
    assert _batch(books, FREE, requestid="r") == _batch(books, FREE, requestid="r")
    assert _count(books) == 1
    _batch(books, FREE, payment("2", 9), requestid="r")
    assert _count(books) == 2
    books.core.change_settings(idempotency_key="request")
    assert _batch(books, FREE, requestid="s") == _batch(books, FREE, requestid="s")
    assert _count(books) == 3
    assert _batch(books, FREE, payment("2", 9), requestid="s") == (200, [""])  # the first reply, whatever is asked now
    assert _count(books) == 3


def test_another_body_under_a_known_request_id_is_refused_if_the_switch_says_so(books: Books) -> None:
    books.core.change_settings(idempotency_key="request", replay_other_body="600")
    _batch(books, FREE, requestid="r")
    status, told = books.call("POST", "batch", {"BatchItemRequest": []}, requestid="r")
    assert (status, told["Fault"]["Error"][0]["code"]) == (400, "600")


def test_an_invoice_may_be_overpaid_if_the_switch_says_so(books: Books) -> None:
    books.core.change_settings(over_application="overpay")
    paid = books.pay("1", 150, ("1", 130, "Invoice"))
    assert (paid["UnappliedAmt"], books.get("Invoice", "1")["Balance"]) == (20, -30)
    assert books.get("Customer", "1")["Balance"] == -50
    again = books.pay("1", 10, ("1", 10, "Invoice"))
    assert books.get("Invoice", "1")["Balance"] == -40
    for made in (again, paid):
        now = books.get("Payment", made["Id"])
        books.post("Payment", {"Id": made["Id"], "SyncToken": now["SyncToken"]}, operation="delete")
    assert (books.get("Invoice", "1")["Balance"], books.get("Customer", "1")["Balance"]) == (100, 100)


@pytest.mark.parametrize(("choice", "kept"), [("ignore", "USD"), ("keep", "EUR")])
def test_another_currency_in_a_company_that_has_but_one(books: Books, choice: str, kept: str) -> None:
    books.core.change_settings(single_currency=choice)
    assert books.pay("1", 5, CurrencyRef={"value": "EUR"})["CurrencyRef"]["value"] == kept
    assert books.pay("1", 5)["CurrencyRef"]["value"] == "USD"


def test_another_currency_is_refused_if_the_switch_says_so(books: Books) -> None:
    books.core.change_settings(single_currency="refuse")
    assert books.refused("Payment", payment("1", 5, CurrencyRef={"value": "EUR"}))["code"] == "6000"
    assert books.pay("1", 5, CurrencyRef={"value": "USD"})["CurrencyRef"]["value"] == "USD"


def test_half_a_batch_is_not_kept_for_the_whole_request(books: Books) -> None:
    books.core.change_settings(idempotency_key="request")
    books.core.add_trouble(kind="batch_half")
    items = [{"bId": str(number), "operation": "create", "Payment": FREE} for number in range(2)]
    books.send("POST", "batch", {"BatchItemRequest": items}, requestid="r")
    assert _count(books) == 1
    assert _batch(books, FREE, FREE, requestid="r") == (200, ["", ""])
    assert _count(books) == 3
