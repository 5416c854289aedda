"""Unexpected exceptions: a SystemFault with all that belongs to it, nothing half done, the traceback in the log."""

import logging
from typing import Any

import pytest

from hostsim.qbo_simulator.base.http import Response, load
from tests.support.simulator.simulator_calls import Books, new_books, payment, sale


@pytest.fixture
def books(caplog: pytest.LogCaptureFixture) -> Books:
    caplog.set_level(logging.CRITICAL)
    books = new_books()
    ada = books.customer()
    bill, memo = books.invoice(ada, 100), books.memo(ada, 40)
    books.pay(ada, 60, (bill["Id"], 50, "Invoice"))
    books.pay(ada, 0, (bill["Id"], 10, "Invoice"), (memo["Id"], 10, "CreditMemo"))
    return books


def contents(books: Books) -> dict[str, Any]:
    """Everything that a failed call must leave as it was."""
    company = books.company
    tables = {
        name: ([(record, company.render(name, record), cells) for record, cells in table.rows.items()], dict(table.buried))
        for name, table in company.tables.items()
    }
    return {
        "tables": tables,
        "lines": dict(company.lines),
        "applied": {document: dict(parts) for document, parts in company.applied.items()},
        "counters": dict(company.counters),
        "found": books.query("select * from Invoice where CustomerRef = '1'"),
        "changes": books.changes("2026-11-01", "Payment,Invoice,CreditMemo,Customer"),
    }


WRITES: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "create": ("payment", payment("1", 30, ("1", 30, "Invoice")), {}),
    "update": ("payment", {"Id": "3", "SyncToken": "0", "sparse": True, **payment("1", 5, ("1", 5, "Invoice"))}, {}),
    "delete an invoice": ("invoice", {"Id": "1", "SyncToken": "2"}, {"operation": "delete"}),
    "delete a payment": ("payment", {"Id": "4", "SyncToken": "0"}, {"operation": "delete"}),
    "void": ("payment", {"Id": "3", "SyncToken": "0", "sparse": True}, {"operation": "update", "include": "void"}),
    "lower": ("invoice", {"Id": "1", "SyncToken": "2", "sparse": True, "Line": [sale(20)]}, {}),
    "customer": ("customer", {"DisplayName": "Bob"}, {}),
}


@pytest.mark.parametrize("case", list(WRITES))
def test_failed_write_is_a_system_fault_and_changes_nothing(books: Books, case: str) -> None:
    path, body, parameters = WRITES[case]
    before = contents(books)
    books.core.add_trouble(kind="internal_error")
    answer = books.send("POST", path, body, **parameters)
    assert isinstance(answer, Response)
    fault = load(answer.body)
    assert answer.status == 500
    assert fault["Fault"]["type"] == "SystemFault"
    assert fault["Fault"]["Error"][0]["code"] == "10000"
    assert set(fault) == {"Fault", "time"}
    assert {"intuit_tid", "Content-Type", "Date"} <= {name for name, _ in answer.headers}
    assert contents(books) == before
    assert books.send("POST", path, body, **parameters).status == 200  # type: ignore[union-attr]


def test_traceback_is_in_the_log(books: Books, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    books.core.add_trouble(kind="internal_error")
    books.send("POST", "payment", payment("1", 5))
    assert "RuntimeError: internal_error was asked for" in books.core.log.entries[-1].traceback
    assert "RuntimeError: internal_error was asked for" in caplog.text


def test_fault_of_the_service_is_not_kept_for_the_request_id(books: Books) -> None:
    books.core.add_trouble(kind="internal_error")
    assert books.call("POST", "payment", payment("1", 5), requestid="r")[0] == 500
    assert books.call("POST", "payment", payment("1", 5), requestid="r")[0] == 200
    books.core.change_settings(remember_faults=True)
    books.core.add_trouble(kind="internal_error")
    assert [books.call("POST", "payment", payment("1", 5), requestid="s")[0] for _ in range(2)] == [500, 500]


WHOLE = {"ItemRef": {"value": "1"}, "UnitPrice": 25, "Qty": 4}


@pytest.mark.parametrize("kind", ["Invoice", "CreditMemo", "SalesReceipt"])
def test_whole_quantities_and_prices_survive_a_sparse_update(books: Books, kind: str) -> None:
    line = {"Amount": 100, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": WHOLE}
    made = books.post(kind, {"CustomerRef": {"value": "1"}, "Line": [line]})
    changed = books.post(kind, {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True, "PrivateNote": "Note"})
    assert (changed["PrivateNote"], changed["TotalAmt"]) == ("Note", made["TotalAmt"])


def test_every_sales_document_of_the_sample_company_takes_a_sparse_update() -> None:
    books = new_books("sample")
    for kind in ("Invoice", "CreditMemo", "SalesReceipt"):
        for record in books.company.all(kind):
            body = {"Id": record["Id"], "SyncToken": record["SyncToken"], "sparse": True, "PrivateNote": "Note"}
            assert books.post(kind, body)["TotalAmt"] == record["TotalAmt"]


def test_failed_item_is_rolled_back_in_the_state_of_queries_that_lag(books: Books) -> None:
    books.core.add_trouble(kind="query_lag", seconds=60)
    books.core.add_trouble(kind="internal_error")
    before = contents(books)
    assert books.call("POST", "payment", payment("1", 30, ("1", 30, "Invoice")))[0] == 500
    assert contents(books) == before
    assert all(not table.hidden for table in books.company.tables.values())


LARGEST = 999_999_999_999_999


def test_products_of_the_largest_numbers_are_refused_as_wrong_amounts(books: Books) -> None:
    detail = {"ItemRef": {"value": "1"}, "UnitPrice": LARGEST, "Qty": LARGEST}
    line = {"Amount": 1, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    body = {"CustomerRef": {"value": "1"}, "Line": [line]}
    assert books.refused("Invoice", body)["code"] == "6070"
    share = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": LARGEST}}
    assert books.refused("Invoice", {**body, "Line": [sale(LARGEST), share]})["code"] == "6000"
