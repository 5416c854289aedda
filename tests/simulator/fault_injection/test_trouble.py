"""Trouble on request: every kind does what its name says, when it was asked to."""

from typing import Any

import pytest
import requests

from hostsim.qbo_simulator.base.http import LostAnswer, Response, load
from hostsim.qbo_simulator.fault_injection.trouble import KINDS, read_trouble
from hostsim.qbo_simulator.server.inprocess import InProcessAdapter
from tests.support.simulator.simulator_calls import Books, new_books, payment


@pytest.fixture
def books() -> Books:
    books = new_books()
    books.customer()
    return books


def _pay(books: Books, **parameters: str) -> Response | LostAnswer:
    return books.send("POST", "payment", payment("1", 5), **parameters)


def _count(books: Books) -> int:
    return int(books.query("select count(*) from Payment")["totalCount"])


@pytest.mark.parametrize("position", ["before", "after"])
@pytest.mark.parametrize(("kind", "how"), [("answer_lost", "closed"), ("reset", "reset")])
def test_answers_get_lost(books: Books, kind: str, how: str, position: str) -> None:
    books.core.add_trouble(kind=f"{kind}_{position}")
    assert _pay(books) == LostAnswer(how)
    assert _count(books) == (position == "after")


@pytest.mark.parametrize("position", ["before", "after"])
@pytest.mark.parametrize("status", [500, 502, 503])
def test_gateways_fail(books: Books, status: int, position: str) -> None:
    books.core.add_trouble(kind=f"status_{status}_{position}")
    answer = _pay(books)
    assert isinstance(answer, Response)
    assert (answer.status, b"<html>" in answer.body) == (status, True)
    assert _count(books) == (position == "after")


def test_slow_and_truncated_and_html_answers_are_committed(books: Books) -> None:
    books.core.add_trouble(kind="slow", seconds=9)
    books.core.add_trouble(kind="truncated", nth=2)
    books.core.add_trouble(kind="html", nth=3)
    slow, short, page = _pay(books), _pay(books), _pay(books)
    assert isinstance(slow, Response)
    assert isinstance(short, Response)
    assert isinstance(page, Response)
    assert slow.delay == 9
    assert short.cut == len(short.body) // 2
    assert (page.status, page.body[:6]) == (200, b"<html>")
    assert _count(books) == 3


def test_throttled_call_is_not_acted_upon(books: Books) -> None:
    books.core.add_trouble(kind="throttled")
    answer = _pay(books)
    assert isinstance(answer, Response)
    assert answer.status == 429
    assert _count(books) == 0


def test_token_expires_in_the_middle_and_a_new_one_helps(books: Books) -> None:
    books.core.add_trouble(kind="token_expired")
    for _ in range(2):
        answer = _pay(books)
        assert isinstance(answer, Response)
        assert answer.status == 401
    books.refresh()
    assert _count(books) == 0


def test_revoked_token_cannot_be_refreshed(books: Books) -> None:
    books.core.add_trouble(kind="token_revoked")
    _pay(books)
    assert all(grant.revoked for grant in books.core.vault.grants.values())


def _batch(books: Books, **parameters: str) -> Response | LostAnswer:
    items = [{"bId": str(n), "operation": "create", "Payment": payment("1", n + 1)} for n in range(4)]
    return books.send("POST", "batch", {"BatchItemRequest": items}, **parameters)


def test_half_a_batch_is_done(books: Books) -> None:
    books.core.add_trouble(kind="batch_half")
    assert _batch(books, requestid="r") == LostAnswer()
    assert _count(books) == 2
    _batch(books, requestid="r")
    assert _count(books) == 4


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("batch_item_missing", ["0", "1", "3"]),
        ("batch_item_repeated", ["0", "1", "2", "2", "3"]),
        ("batch_shuffled", ["0", "1", "2", "3"]),
    ],
)
def test_batch_answers_come_back_wrong(books: Books, kind: str, names: list[str]) -> None:
    books.core.add_trouble(kind=kind)
    answer = _batch(books)
    assert isinstance(answer, Response)
    found = [each["bId"] for each in load(answer.body)["BatchItemResponse"]]
    assert sorted(found) == names
    assert (found != sorted(found)) is (kind != "batch_item_missing")
    assert _count(books) == 4


def test_queries_lag_behind_on_the_simulators_clock(books: Books) -> None:
    old = books.post("Payment", payment("1", 9))
    books.core.add_trouble(kind="query_lag", seconds=30, times=None)
    new = books.post("Payment", payment("1", 5))
    books.post("Payment", {"Id": old["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "late"})
    assert books.get("Payment", new["Id"])["Id"] == new["Id"]
    books.core.clock.advance(29)
    (seen,) = books.query("select * from Payment")["Payment"]
    assert (seen["Id"], seen["SyncToken"]) == (old["Id"], "0")
    assert len(books.changes("2026-01-01", "Payment")[0]["Payment"]) == 1
    books.core.clock.advance(2)
    assert _count(books) == 2
    assert {each["SyncToken"] for each in books.query("select * from Payment")["Payment"]} == {"0", "1"}


def test_deleted_records_linger_in_lagging_queries(books: Books) -> None:
    old = books.post("Payment", payment("1", 9))
    books.core.add_trouble(kind="query_lag", seconds=30)
    books.post("Payment", {"Id": old["Id"], "SyncToken": "0"}, operation="delete")
    assert [each["Id"] for each in books.query("select * from Payment")["Payment"]] == [old["Id"]]
    books.core.clock.advance(31)
    assert books.query("select * from Payment") == {}


def test_commit_lands_late_on_the_simulators_clock(books: Books) -> None:
    books.core.add_trouble(kind="late_commit", seconds=30)
    assert _pay(books, requestid="r") == LostAnswer()
    assert _count(books) == 0
    books.core.clock.advance(29)
    assert _count(books) == 0
    books.core.clock.advance(1)
    assert _count(books) == 1


def test_late_commit_and_its_repetition_are_one(books: Books) -> None:
    books.core.add_trouble(kind="late_commit", seconds=30)
    _pay(books, requestid="r")
    _pay(books, requestid="r")
    books.core.clock.advance(31)
    assert _count(books) == 1


def test_late_commit_may_refuse_its_repetition(books: Books) -> None:
    books.core.change_settings(duplicate_in_flight="600")
    books.core.add_trouble(kind="late_commit", seconds=30)
    _pay(books, requestid="r")
    assert books.refused("Payment", payment("1", 5), requestid="r")["code"] == "600"
    books.core.clock.advance(31)
    assert _count(books) == 1


def test_forgotten_request_id_makes_a_second_payment(books: Books) -> None:
    _pay(books, requestid="r")
    books.core.add_trouble(kind="requestid_forgotten")
    _pay(books, requestid="r")
    assert _count(books) == 2


def test_replay_may_be_answered_as_a_failure(books: Books) -> None:
    _pay(books, requestid="r")
    books.core.add_trouble(kind="replay_6000")
    error = books.refused("Payment", payment("1", 5), requestid="r")
    assert error["code"] == "6000"
    assert _count(books) == 1


def test_links_are_dropped_without_a_word(books: Books) -> None:
    bill = books.invoice("1", 50)
    books.core.add_trouble(kind="links_dropped")
    paid = books.pay("1", 50, (bill["Id"], 50, "Invoice"))
    assert (paid["Line"], paid["UnappliedAmt"]) == ([], 50)


def test_somebody_else_changes_the_record_in_between(books: Books) -> None:
    paid = books.post("Payment", payment("1", 5))
    books.core.add_trouble(kind="changed_by_other")
    error = books.refused("Payment", {"Id": paid["Id"], "SyncToken": "0", "sparse": True})
    assert error["code"] == "5010"


def test_somebody_else_pays_the_invoice_in_between(books: Books) -> None:
    bill = books.invoice("1", 50)
    books.core.add_trouble(kind="changed_by_other")
    assert books.refused("Payment", payment("1", 50, (bill["Id"], 50, "Invoice")))["code"] == "620"


def test_rules_strike_the_nth_call_so_many_times(books: Books) -> None:
    books.core.add_trouble(kind="status_503_before", match={"entity": "payment", "operation": "create"}, nth=2, times=2)
    books.invoice("1", 5)
    statuses = []
    for _ in range(5):
        answer = _pay(books)
        assert isinstance(answer, Response)
        statuses.append(answer.status)
    assert statuses == [200, 503, 503, 200, 200]


def test_rules_with_a_probability_repeat_with_their_seed(books: Books) -> None:
    def run() -> list[int]:
        books.core.clear_trouble()
        books.core.add_trouble(kind="throttled", probability=0.5, seed=7)
        answers = [books.send("GET", "preferences") for _ in range(40)]
        return [answer.status for answer in answers if isinstance(answer, Response)]

    first = run()
    assert 5 < first.count(429) < 35
    assert run() == first


@pytest.mark.parametrize(
    "given",
    [{"kind": "rain"}, {}, {"kind": "slow", "match": {"colour": "red"}}, {"kind": "slow", "when": 3}, {"kind": "slow", "match": 3}],
)
def test_rules_that_make_no_sense_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is one of|match has|unknown"):
        read_trouble(given)


def test_every_kind_can_be_asked_for() -> None:
    fault = {"fault": {"code": "6140", "message": "Duplicate Document Number", "detail": "It is used."}}
    assert {read_trouble({"kind": kind, **(fault if kind == "refused" else {})}).kind for kind in KINDS} == KINDS


@pytest.mark.parametrize(
    "given", [{"kind": "refused"}, {"kind": "refused", "fault": {"code": "1"}}, {"kind": "slow", "fault": {"code": "1"}}]
)
def test_a_fault_belongs_whole_to_a_refusal_alone(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="fault has code, message and detail"):
        read_trouble(given)


def _session(books: Books) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", InProcessAdapter(books.core))
    session.headers["Authorization"] = f"Bearer {books.token}"
    return session


def test_a_session_in_the_same_process_meets_the_same_trouble(books: Books) -> None:
    address = f"http://simulator/v3/company/{books.realm}/payment"
    with _session(books) as session:
        assert session.post(address, json=payment("1", 5), timeout=5).json()["Payment"]["TotalAmt"] == 5
        books.core.add_trouble(kind="answer_lost_after")
        books.core.add_trouble(kind="slow", seconds=30, nth=2)
        books.core.add_trouble(kind="truncated", nth=3)
        before = books.core.clock.now()
        with pytest.raises(requests.ConnectionError):
            session.post(address, json=payment("1", 5), timeout=5)
        with pytest.raises(requests.ReadTimeout):
            session.post(address, json=payment("1", 5), timeout=(3, 5))
        assert (books.core.clock.now() - before).total_seconds() == 5
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            session.post(address, json=payment("1", 5), timeout=60)
    assert _count(books) == 4
