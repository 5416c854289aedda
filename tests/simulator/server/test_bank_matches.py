"""Bank matches: what is matched is not deleted or voided until the match is undone, and no read shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from hostsim.qbo_simulator.server.server import RunningSimulator, running_simulator
from tests.support.simulator.simulator_calls import Books


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator("empty") as running:
        yield running


def match(simulator: RunningSimulator, record: str, **more: object) -> requests.Response:
    """Match a record, or undo its match."""
    return requests.post(f"{simulator.base_url}/_control/bank-match", json={"records": [record], **more}, timeout=10)


@pytest.mark.parametrize(
    "how",
    [{"operation": "delete"}, {"operation": "update", "include": "void"}, {"operation": "void"}],
    ids=["delete", "void", "short"],
)
def test_a_matched_payment_stays_until_the_match_is_undone(simulator: RunningSimulator, how: dict[str, str]) -> None:
    books = Books(simulator.core)
    paid = books.pay(books.customer(), 60)
    before = books.get("Payment", paid["Id"])
    assert match(simulator, f"Payment:{paid['Id']}").json() == {"matched": [f"Payment:{paid['Id']}"]}
    body = {"Id": paid["Id"], "SyncToken": "0"}
    assert books.refused("Payment", body, **how)["code"] == "6480"
    assert books.get("Payment", paid["Id"]) == before
    match(simulator, f"Payment:{paid['Id']}", matched=False)
    assert books.post("Payment", body, **how)


def test_a_record_that_is_not_there_cannot_be_matched(simulator: RunningSimulator) -> None:
    assert match(simulator, "Payment:5").status_code == 404
