"""The books against the simulator, and the reader against answers that a real company might give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
import requests

from qb_plugin.errors import Fatal, ReconnectNeeded, RowRefused, Unreachable
from qb_plugin.model import CreditMemoDraft, Entity, ListEntry, PaymentDraft, QboCreditMemo, QboPayment, UnreadableRecord
from qb_plugin.quickbooks.adapter import QuickBooksAdapter
from qb_plugin.quickbooks.fault_messages import message_for
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.schemas.text import write_json
from qb_plugin.sync.ports import FaultTexts, QuickBooksApi, Sender
from tests.addin.quickbooks.test_batches import send
from tests.support.addin.quickbooks_fakes import (
    NOON,
    TODAY,
    Scripted,
    ScriptedAdapter,
    as_bytes,
    batch_of,
    one_after_another,
    payment_intent,
    scripted,
    simulated,
)


def demo(limits: Limits | None = None) -> QuickBooksAdapter:
    return simulated(limits, "demo")[0].quickbooks.adapter()


@pytest.fixture(scope="module")
def books() -> QuickBooksAdapter:
    """The demo company's books, for tests that only read."""
    return demo()


def test_the_books_fit_their_ports(books: QuickBooksAdapter) -> None:
    fits: QuickBooksApi = books
    with books.sender() as sender:
        sends: Sender = sender
    texts: FaultTexts = message_for
    assert fits is books
    assert sends is sender
    assert texts is message_for


def test_the_company_and_its_preferences(books: QuickBooksAdapter) -> None:
    company = books.company()
    assert (company.name, company.home_currency, company.multicurrency) == ("Alder & Finch", "USD", False)
    assert (company.auto_apply_credit, company.closed_until) == (False, None)


def test_customers_come_with_the_inactive_ones_and_the_sub_customers_path(books: QuickBooksAdapter) -> None:
    customers = {customer.name: customer for customer in books.customers()}
    assert len(customers) == 55
    assert not customers["Cool Cars"].active
    assert customers["0969 Ocean View Road"].full_name == "Freeman Sporting Goods:0969 Ocean View Road"
    assert customers["O'Connor Plumbing"].active


def test_accounts_that_take_a_deposit_and_those_of_what_customers_owe(books: QuickBooksAdapter) -> None:
    accounts = books.accounts()
    assert ListEntry("4", "Undeposited Funds", "Other Current Asset", currency="USD") in accounts
    assert {account.type for account in accounts} == {"Bank", "Other Current Asset", "Accounts Receivable"}


def test_methods_and_items(books: QuickBooksAdapter) -> None:
    assert "Check" in {method.name for method in books.methods()}
    assert books.items()


def payments_of(books: QuickBooksAdapter, start: date | None = None, end: date | None = None) -> list[QboPayment]:
    """The payments of the dates, all of which can be understood."""
    found = books.payments(start, end)
    readable = [payment for payment in found if isinstance(payment, QboPayment)]
    assert len(readable) == len(found)
    return readable


PAGE = """{"QueryResponse":{"Payment":[
 {"Id":"7","SyncToken":"0","CustomerRef":{"value":"1","name":"Amy"},"TxnDate":"2026-11-20","TotalAmt":5.00},
 {"Id":"8","SyncToken":"0","TxnDate":"2026-11-20","TotalAmt":6.00},
 {"Id":"9","SyncToken":"0","CustomerRef":{"value":"1","name":"Amy"},"TxnDate":"2026-11-20","TotalAmt":%s}],"totalCount":3},
 "time":"2026-11-22T12:00:00.000-08:00"}"""


def test_an_odd_record_is_one_row_of_a_list_and_what_is_odd_is_named() -> None:
    side, _ = scripted(one_after_another(Scripted((PAGE % "1e20").encode())))
    good, nobody, huge = side.quickbooks.adapter().payments(None, None)
    assert isinstance(good, QboPayment)
    assert isinstance(nobody, UnreadableRecord)
    assert isinstance(huge, UnreadableRecord)
    assert (nobody.id, nobody.customer_id, nobody.total) == ("8", None, Decimal("6.00"))
    assert "CustomerRef" in nobody.problem
    assert (huge.id, huge.customer_id, huge.total) == ("9", "1", None)
    assert "TotalAmt" in huge.problem


def test_payments_of_a_range_have_both_ends(books: QuickBooksAdapter) -> None:
    everything = payments_of(books)
    days = sorted({payment.date for payment in everything})
    some = payments_of(books, days[3], days[9])
    assert {payment.date for payment in some} == set(days[3:10])
    assert [payment.id for payment in everything] == sorted((payment.id for payment in everything), key=int)
    assert any(payment.voided for payment in everything)


def test_credit_memos_and_the_zero_payments_that_apply_them(books: QuickBooksAdapter) -> None:
    (memo,) = [memo for memo in books.credit_memos(None, None) if isinstance(memo, QboCreditMemo) and memo.number == "CM-Q001"]
    assert (memo.total, memo.customer_name) == (Decimal("80.00"), "Weiskopf Consulting")
    applied = [payment for payment in payments_of(books) if not payment.total and not payment.voided]
    assert {line.type for payment in applied for line in payment.lines} == {"Invoice", "CreditMemo"}


@pytest.mark.parametrize("limits", [Limits(ids_per_query=2), Limits(ids_per_query=5, page_rows=17)])
def test_open_invoices_are_the_same_by_whichever_way_they_are_read(books: QuickBooksAdapter, limits: Limits) -> None:
    expected = {(found.id, found.balance) for found in books.open_invoices([str(number) for number in range(1, 21)])}
    found = demo(limits).open_invoices([str(number) for number in range(1, 21)])
    assert {(invoice.id, invoice.balance) for invoice in found} == expected
    assert len(found) == len(expected) > 100


@pytest.mark.parametrize(
    ("limits", "by_customer", "of_all"),
    [
        (Limits(), 1, 0),  # one statement holds them all
        (Limits(ids_per_query=2), 0, 1),  # ten statements by customer, one page of all
        (Limits(ids_per_query=10, page_rows=50), 2, 0),  # two statements by customer, several pages of all
    ],
)
def test_open_invoices_are_read_by_whichever_way_is_fewer_calls(limits: Limits, by_customer: int, of_all: int) -> None:
    asked: list[str] = []
    company = Company(0)

    def script(request: requests.PreparedRequest) -> Scripted:
        text = as_bytes(request.body).decode()
        if "COUNT(*)" in text:
            return Scripted(b'{"QueryResponse":{"totalCount":400}}')
        asked.append(text)
        return company(request)

    side, _ = scripted(script, limits)
    side.quickbooks.adapter().open_invoices([str(number) for number in range(1, 21)])
    assert sum("CustomerRef IN" in text for text in asked) == by_customer
    assert sum("CustomerRef IN" not in text for text in asked) == of_all


def test_no_customers_need_no_call() -> None:
    side, adapter = scripted(one_after_another(Scripted(status=500)))
    assert side.quickbooks.adapter().open_invoices([]) == ()
    assert adapter.bodies("/query") == []


def test_what_was_just_created_is_found_by_its_creation_time() -> None:
    side, _ = simulated()
    books = side.quickbooks.adapter()
    start = books.now()
    (answer,) = send(side, batch_of(payment_intent(1)))
    found = books.created_since(Entity.PAYMENT, start - timedelta(minutes=5))
    assert [record.id for record in found if record.note == "[WS alder-payment-1]"] == [answer.record and answer.record.id]


def test_reading_by_id_sees_through_a_lagging_query_and_leaves_out_what_is_gone() -> None:
    side, core = simulated()
    books = side.quickbooks.adapter()
    known = books.payments(None, None)[0].id
    core.add_trouble(kind="query_lag", seconds=30)
    (answer,) = send(side, batch_of(payment_intent(1)))
    assert answer.record is not None
    fresh = answer.record.id
    assert fresh not in {payment.id for payment in books.payments(None, None)}
    assert set(books.read(Entity.PAYMENT, [known, fresh, "999999", "no id"])) == {known, fresh}
    assert set(books.read(Entity.PAYMENT, [fresh])) == {fresh}


def test_as_many_as_were_asked_for_by_id_need_no_other_page() -> None:
    company = Company(3)
    side, _ = scripted(company)
    assert set(side.quickbooks.adapter().read(Entity.PAYMENT, ["1", "2", "3"])) == {"1", "2", "3"}
    assert company.pages == [1]


def test_invoices_by_id(books: QuickBooksAdapter) -> None:
    some = [invoice.id for invoice in books.open_invoices(["1", "2"])][:3]
    assert [invoice.id for invoice in books.invoices([*some, "999999"])] == some


def test_drafts_become_payloads_and_come_back(books: QuickBooksAdapter) -> None:
    payment = PaymentDraft(customer_id="1", date=TODAY, total=Decimal("10.00"), reference="10432", note="x")
    memo = CreditMemoDraft(customer_id="1", date=TODAY, amount=Decimal("75.00"), item_id="1", number="CM-1", description="Discount")
    assert books.draft(*books.payload(payment)) == payment
    assert books.draft(*books.payload(memo)) == memo


def test_a_broken_limit_refuses_the_row_with_its_sentence(books: QuickBooksAdapter) -> None:
    with pytest.raises(RowRefused) as caught:
        books.payload(PaymentDraft(customer_id="1", date=TODAY, total=Decimal("10.00"), reference="x" * 22))
    assert caught.value.message.key == "quickbooks_too_long"


# --- paging ------------------------------------------------------------------------------------------


def payment_row(number: int) -> dict[str, object]:
    return {
        "CustomerRef": {"value": "1"},
        "TotalAmt": 10,
        "Id": str(number),
        "SyncToken": "0",
        "TxnDate": "2026-11-22",
    }


class Company:
    """A company of so many payments that answers pages; `before_page` may change it between two of them."""

    def __init__(self, count: int, most: int = 10, total: bool = False) -> None:
        self.rows: list[dict[str, object]] = [payment_row(number) for number in range(1, count + 1)]
        self.most = most
        self.total = total
        self.pages: list[int] = []
        self.changes: dict[int, Sequence[int]] = {}

    def __call__(self, asked: requests.PreparedRequest) -> Scripted:
        found = re.search(rb"STARTPOSITION (\d+) MAXRESULTS (\d+)", as_bytes(asked.body))
        assert found is not None
        start, asked_for = int(found[1]), int(found[2])
        gone = self.changes.get(len(self.pages), ())
        self.rows = [row for row in self.rows if row["Id"] not in {str(number) for number in gone}]
        self.pages.append(start)
        rows = self.rows[start - 1 : start - 1 + min(asked_for, self.most)]
        answer: dict[str, object] = {"Payment": rows} if rows else {}
        if self.total:
            answer["totalCount"] = len(self.rows)
        return Scripted(write_json({"QueryResponse": answer, "time": NOON.isoformat()}).encode())


def read_all(company: Company) -> tuple[list[str], ScriptedAdapter]:
    side, adapter = scripted(company, Limits(page_rows=10))
    return [payment.id for payment in side.quickbooks.adapter().payments(None, None)], adapter


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 19, 20, 28, 100])
def test_every_row_is_read_once_whatever_the_page_holds(count: int) -> None:
    for most in (3, 10):
        found, _ = read_all(Company(count, most))
        assert found == [str(number) for number in range(1, count + 1)]


def test_a_total_that_quickbooks_tells_saves_the_last_call() -> None:
    company = Company(9, total=True)
    assert len(read_all(company)[0]) == 9
    assert company.pages == [1]


def test_rows_that_go_away_between_two_pages_make_no_other_row_slip_through() -> None:
    company = Company(30)
    company.changes = {1: [2, 3, 4]}
    found, _ = read_all(company)
    assert found == [str(number) for number in range(1, 31) if number not in (2, 3, 4)]


def test_a_company_that_never_stands_still_is_read_to_an_end() -> None:
    company = Company(60)
    company.changes = {number: [number] for number in range(1, 60)}
    found, _ = read_all(company)
    assert len(found) == len(set(found))
    assert "60" in found or len(company.rows) < 60


def pages_of(company: Company) -> list[list[str]]:
    side, _ = scripted(company, Limits(page_rows=10))
    return [[payment.id for payment in page] for page in side.quickbooks.adapter().payment_pages(None, None)]


@pytest.mark.parametrize("count", [0, 1, 10, 11, 28])
def test_pages_hold_every_row_once(count: int) -> None:
    pages = pages_of(Company(count))
    assert [identity for page in pages for identity in page] == [str(number) for number in range(1, count + 1)]
    assert max((len(page) for page in pages), default=0) <= 10


def test_pages_that_slip_are_read_again_and_nothing_is_given_twice_or_passed_over() -> None:
    company = Company(30)
    company.changes = {1: [2, 3, 4]}
    found = [identity for page in pages_of(company) for identity in page]
    assert found[:10] == [str(number) for number in range(1, 11)]  # given before they went
    assert sorted(found, key=int) == [str(number) for number in range(1, 31)]
    assert company.pages[:3] == [1, 10, 1]


def test_pages_of_a_company_that_never_stands_still_come_to_an_end() -> None:
    company = Company(60)
    company.changes = {number: [number] for number in range(1, 60)}
    found = [identity for page in pages_of(company) for identity in page]
    assert len(found) == len(set(found))
    assert company.pages.count(1) == 4  # begun again three times, and then read on


# --- trouble -----------------------------------------------------------------------------------------

EMPTY = Scripted(b'{"QueryResponse":{},"time":"2026-11-22T12:00:00.000-08:00"}')


@pytest.mark.parametrize(
    "trouble",
    [
        Scripted(b"<html>bad gateway</html>", 502),
        Scripted(b"", 503),
        Scripted(b'{"QueryResponse":', 200),
        Scripted(b'{"QueryResponse":{"PaymentMethod":7}}', 200),
        Scripted(b'{"Fault":{"Error":[{"code":"10000"}],"type":"SystemFault"}}', 500),
        Scripted(problem=requests.ConnectionError("reset")),
    ],
)
def test_a_question_is_asked_again_while_quickbooks_is_in_trouble(trouble: Scripted) -> None:
    side, _ = scripted(one_after_another(trouble, trouble, EMPTY))
    assert side.quickbooks.adapter().methods() == []
    forever, _ = scripted(one_after_another(trouble))
    with pytest.raises(Unreachable):
        forever.quickbooks.adapter().methods()
    assert forever.clock.slept == [0.5, 1.5]


def test_during_a_run_questions_are_as_patient_as_sends() -> None:
    side, _ = scripted(one_after_another(*[Scripted(b"", 503)] * 6, EMPTY))
    books = side.quickbooks.adapter()
    with books.sender():
        assert books.methods() == []
    assert side.clock.slept == [1.0, 2.0, 5.0, 10.0, 20.0, 20.0]
    assert {message.key for message in side.told} == {"quickbooks_no_connection"}
    impatient, _ = scripted(one_after_another(Scripted(b"", 503)))
    with impatient.quickbooks.adapter().sender():
        pass
    with pytest.raises(Unreachable):
        impatient.quickbooks.adapter().methods()
    assert impatient.clock.slept == [0.5, 1.5]


def test_quickbooks_own_clock_is_asked_for_when_none_is_known_yet() -> None:
    company = b'{"CompanyInfo":{"CompanyName":"A"},"Preferences":{}%s}'
    told, _ = scripted(one_after_another(Scripted(company % b',"time":"2026-11-22T12:00:00.000-08:00"')))
    assert told.quickbooks.adapter().now() == NOON
    silent, _ = scripted(one_after_another(Scripted(company % b"")))
    with pytest.raises(Unreachable) as caught:
        silent.quickbooks.adapter().now()
    assert caught.value.message.key == "quickbooks_unreadable"


def test_a_question_that_quickbooks_refuses_is_not_repeated() -> None:
    refused = Scripted(b'{"Fault":{"Error":[{"code":"4001"}],"type":"ValidationFault"}}', 400)
    side, adapter = scripted(one_after_another(refused))
    with pytest.raises(Fatal) as caught:
        side.quickbooks.adapter().methods()
    assert caught.value.message.key == "quickbooks_question_refused"
    assert len(adapter.bodies("/query")) == 1


def test_a_company_that_took_its_consent_back_asks_for_a_new_one() -> None:
    side, core = simulated()
    core.change_settings(disconnected=True)
    with pytest.raises(ReconnectNeeded):
        side.quickbooks.adapter().company()


@pytest.mark.parametrize("row", [7, {}, {"Id": None}, {**payment_row(1), "Id": 1}])
def test_a_row_that_nobody_could_name_fails_the_list(row: object) -> None:
    body = write_json({"QueryResponse": {"Payment": [row]}}).encode()
    side, _ = scripted(one_after_another(Scripted(body)))
    with pytest.raises(Unreachable) as caught:
        side.quickbooks.adapter().payments(None, date(2026, 1, 1))
    assert caught.value.message.key == "quickbooks_unreadable"


def test_names_that_look_like_markup_queries_or_formulas_are_only_names() -> None:
    names = ["<img src=x onerror=alert(1)>", "'; DELETE FROM Payment", '=HYPERLINK("x")', "a\r\nSet-Cookie: x"]
    rows = [{**payment_row(number), "CustomerRef": {"value": "1", "name": name}} for number, name in enumerate(names, 1)]
    body = write_json({"QueryResponse": {"Payment": rows, "totalCount": 4}}).encode()
    side, _ = scripted(one_after_another(Scripted(body)))
    found = side.quickbooks.adapter().payments(None, None)
    assert [payment.customer_name for payment in found if isinstance(payment, QboPayment)] == names
