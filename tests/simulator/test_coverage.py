"""What is not modelled is refused everywhere and named by the coverage endpoint."""

import pytest
import requests

from hostsim.qbo_simulator.base.coverage import coverage
from hostsim.qbo_simulator.base.entities import KINDS, NOT_MODELLED
from hostsim.qbo_simulator.server.server import running_simulator
from tests.support.simulator.simulator_calls import TODAY, Books, new_books

HINT = "not modelled by this simulator"


@pytest.fixture(scope="module")
def books() -> Books:
    return new_books()


def _error(books: Books, method: str, path: str, body: object = None, **parameters: str) -> tuple[int, str, str]:
    status, told = books.call(method, path, body, **parameters)
    error = told["Fault"]["Error"][0]
    return status, error["code"], error["Detail"]


@pytest.mark.parametrize("name", sorted(NOT_MODELLED))
def test_an_entity_that_is_not_modelled_is_refused_everywhere(books: Books, name: str) -> None:
    path = name.lower()
    found = [
        _error(books, "GET", "query", query=f"select * from {name}"),
        _error(books, "GET", "query", query=f"select count(*) from {path}"),
        _error(books, "GET", f"{path}/1"),
        _error(books, "POST", path, {"Name": "X"}),
        _error(books, "POST", path, {"Id": "1", "SyncToken": "0"}, operation="delete"),
        _error(books, "GET", "cdc", entities=f"Customer,{name}", changedSince="2026-11-01"),
    ]
    assert [each[:2] for each in found] == [(400, "4001")] * 2 + [(400, "500")] * 3 + [(200, "10000")]
    items = [
        {"bId": "1", "operation": "create", name: {}},
        {"bId": "2", "Query": f"select * from {name}"},
        {"bId": "3", "CDCQuery": {"Entities": name, "ChangedSince": "2026-11-01"}},
    ]
    replies = books.call("POST", "batch", {"BatchItemRequest": items})[1]["BatchItemResponse"]
    errors = [reply["Fault"]["Error"][0] for reply in replies]
    assert [error["code"] for error in errors] == ["2010", "4001", "10000"]
    assert all(HINT in text for text in [*(each[2] for each in found), *(error["Detail"] for error in errors)])


def test_a_name_that_quickbooks_does_not_know_has_no_such_hint(books: Books) -> None:
    assert _error(books, "GET", "query", query="select * from Nonsense") == (
        400,
        "4001",
        "QueryValidationError: invalid context declaration: Nonsense",
    )
    assert HINT not in _error(books, "GET", "nonsense/1")[2]


@pytest.mark.parametrize("path", ["reports/ProfitAndLoss", "upload", "taxservice/taxcode", "webhooks"])
def test_a_resource_that_is_not_modelled_is_refused(books: Books, path: str) -> None:
    assert _error(books, "GET", path)[:2] == (400, "500")
    assert _error(books, "POST", path, {})[:2] == (400, "500")


def test_coverage_lists_every_entity_with_its_depth() -> None:
    told = coverage()
    assert set(told["entities"]) == set(KINDS)
    assert told["not_modelled"]["entities"] == sorted(NOT_MODELLED)
    assert not set(KINDS) & set(NOT_MODELLED)
    payment = told["entities"]["Payment"]
    assert {"create", "void", "delete"} <= set(payment["operations"])
    assert "TxnDate" in payment["filter"]
    assert "UnappliedAmt" not in payment["filter"]
    assert {"TotalAmt", "Line", "CustomerRef"} <= set(payment["properties"])
    assert payment["lengths"]["PaymentRefNum"] == 21


def test_coverage_is_answered_by_the_control_endpoint() -> None:
    with running_simulator("empty", today=TODAY) as simulator:
        answer = requests.get(f"{simulator.base_url}/_control/coverage", timeout=10)
        assert answer.json()["entities"].keys() == KINDS.keys()
