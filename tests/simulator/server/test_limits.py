"""Limits on the simulator's clock: an hour passes in no time."""

import pytest

from hostsim.qbo_simulator.base.http import Response
from tests.support.simulator.simulator_calls import Books, new_books, payment


def _statuses(books: Books, count: int, seconds: float, path: str = "preferences") -> list[int]:
    found = []
    for _ in range(count):
        answer = books.send("POST" if path == "batch" else "GET", path, {"BatchItemRequest": []} if path == "batch" else None)
        assert isinstance(answer, Response)
        found.append(answer.status)
        books.core.clock.advance(seconds)
    return found


def test_ten_calls_a_second_and_no_more() -> None:
    books = new_books(limits=True)
    assert _statuses(books, 11, 0) == [200] * 10 + [429]
    books.core.clock.advance(1)
    assert _statuses(books, 1, 0) == [200]


def test_five_hundred_calls_a_minute_and_no_more() -> None:
    books = new_books(limits=True)
    statuses = _statuses(books, 501, 0.11)
    assert statuses.count(429) == 1
    assert statuses[-1] == 429
    books.core.clock.advance(60)
    assert _statuses(books, 1, 0) == [200]


def test_windows_slide_instead_of_starting_anew() -> None:
    books = new_books(limits=True, per_minute=10)
    _statuses(books, 10, 0.2)
    books.core.clock.advance(57.9)
    assert _statuses(books, 2, 0.2) == [429, 200]


def test_forty_batches_a_minute_and_no_more() -> None:
    books = new_books(limits=True)
    assert _statuses(books, 41, 0.2, "batch").count(429) == 1
    assert _statuses(books, 1, 0) == [200]


def test_batch_items_count_if_the_switch_says_so() -> None:
    books = new_books(limits=True, batch_items_count=True, per_minute=20)
    items = [{"bId": str(n), "Query": "select count(*) from Term"} for n in range(15)]
    assert books.call("POST", "batch", {"BatchItemRequest": items})[0] == 200
    answer = books.send("POST", "batch", {"BatchItemRequest": items})
    assert isinstance(answer, Response)
    assert answer.status == 429


def test_ten_calls_at_once_and_no_more() -> None:
    books = new_books(limits=True, service_seconds=30.0, per_second=100)
    assert _statuses(books, 11, 0.01) == [200] * 10 + [429]
    books.core.clock.advance(30)
    assert _statuses(books, 1, 0) == [200]


def test_too_many_calls_are_told_in_xml() -> None:
    books = new_books(limits=True, per_second=0)
    answer = books.send("GET", "preferences")
    assert isinstance(answer, Response)
    assert (answer.status, dict(answer.headers)["Content-Type"]) == (429, "text/xml")
    text = answer.body.decode()
    assert '<Fault type="SERVICE">' in text
    assert '<Error code="3001">' in text
    assert "The request limit was reached.  Try again later" in text
    assert "Retry-After" not in dict(answer.headers)


def test_too_many_calls_may_be_told_in_json() -> None:
    books = new_books(limits=True, per_second=0, throttle_json=True)
    status, told = books.call("GET", "preferences")
    assert (status, told["fault"]["error"][0]["code"]) == (429, "3001")


def test_refused_call_changes_nothing() -> None:
    books = new_books(limits=False)
    ada = books.customer()
    books.core.change_settings(limits=True, per_second=0)
    books.send("POST", "payment", payment(ada, 5))
    books.core.change_settings(limits=False)
    assert books.query("select count(*) from Payment") == {"totalCount": 0}


def test_silence_may_be_demanded_after_too_many() -> None:
    books = new_books(limits=True, throttle_penalty=60.0)
    _statuses(books, 11, 0)
    books.core.clock.advance(59)
    assert _statuses(books, 1, 0) == [429]
    books.core.clock.advance(60)
    assert _statuses(books, 1, 0) == [200]


def test_forty_mails_a_day_and_no_more() -> None:
    books = new_books()
    bill = books.invoice(books.customer(), 5)
    books.core.change_settings(limits=True)
    statuses = []
    for _ in range(41):
        answer = books.send("POST", f"invoice/{bill['Id']}/send", b"", sendTo="a@example.com")
        assert isinstance(answer, Response)
        statuses.append(answer.status)
        books.core.clock.advance(1)
    assert statuses == [200] * 40 + [429]


@pytest.mark.parametrize("changes", [{"nonsense": 1}, {"limits": "yes"}, {"over_application": "maybe"}, {"per_minute": True}])
def test_unknown_switches_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"switch|takes|one of"):
        new_books().core.change_settings(**changes)
