"""What a run costs, counted: calls, bytes, and the minutes that QuickBooks' limits leave, on a clock that does not wait."""

from __future__ import annotations

import re
from heapq import heapify, heapreplace

import pytest
import requests

from qb_plugin.model import Answer, Batch, Verdict
from qb_plugin.quickbooks.http.rate_limiter import RateLimiter
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.schemas.text import read_json, write_json
from tests.addin.quickbooks.test_adapter import Company
from tests.addin.quickbooks.test_batches import SAVED
from tests.support.addin.quickbooks_fakes import Scripted, StoppedClock, as_bytes, line, payment_intent, scripted

ROWS = 300


def echo(request: requests.PreparedRequest) -> Scripted:
    """Saves every item of a batch."""
    sent = read_json(as_bytes(request.body))
    assert isinstance(sent, dict)
    items = [{"Payment": SAVED, "bId": item["bId"]} for item in sent["BatchItemRequest"]]
    return Scripted(write_json({"BatchItemResponse": items}).encode())


def test_three_hundred_payments_are_ten_calls_of_less_than_500_bytes_a_payment() -> None:
    side, adapter = scripted(echo)
    intents = [
        payment_intent(
            number,
            "1042",
            "1234.50",
            reference=f"{number:08}",
            method_id="2",
            deposit_account_id="35",
            lines=(line("10421", "1234.50"),),
        )
        for number in range(ROWS)
    ]
    with side.quickbooks.adapter().sender() as sender:
        answers: list[Answer] = []
        for start in range(0, ROWS, sender.size):
            sender.submit(Batch(f"{start:032x}", tuple(intents[start : start + 30])))
            answers += sender.next()[1]
    assert [answer.verdict for answer in answers] == [Verdict.CONFIRMED] * ROWS
    bodies = adapter.bodies("/batch")
    assert len(bodies) == 10
    assert sum(map(len, bodies)) / ROWS < 400
    assert len(adapter.bodies("/token")) == 1


def test_reading_twenty_five_hundred_payments_takes_four_calls() -> None:
    company = Company(2500, most=1000)
    side, _ = scripted(company)
    assert len(side.quickbooks.adapter().payments(None, None)) == 2500
    assert company.pages == [1, 1000, 1999, 2500]


def paid_invoices(request: requests.PreparedRequest) -> Scripted:
    """Each invoice that is asked for by its number, paid by a payment of that number."""
    numbers = re.findall(r"'([^']*)'", as_bytes(request.body).decode().partition(" IN ")[2])
    links = {number: [{"TxnId": number, "TxnType": "Payment"}, {"TxnId": "7", "TxnType": "Estimate"}] for number in numbers}
    rows = [{"Id": number, "LinkedTxn": links[number]} for number in numbers]
    return Scripted(write_json({"QueryResponse": {"Invoice": rows, "totalCount": len(rows)}}).encode())


def test_the_payers_of_three_thousand_invoices_are_fifteen_calls() -> None:
    side, adapter = scripted(paid_invoices)
    numbers = [str(1000 + number) for number in range(3000)]
    assert side.quickbooks.adapter().payments_of([], numbers) == frozenset(numbers)
    assert len(adapter.bodies("/query")) == 15 <= 0.02 * 3000
    assert side.quickbooks.adapter().payments_of([], []) == frozenset()
    assert len(adapter.bodies("/query")) == 15


def minutes(rows: int, seconds_per_item: float, pace: float = 1.0) -> float:
    """How long a run of full batches takes within the limits, when each answer takes its time."""
    clock, limits = StoppedClock(), Limits()
    rate_limiter = RateLimiter(limits, clock.monotonic, clock.sleep, lambda _: None, lambda: pace)
    lanes = [0.0] * limits.in_flight
    heapify(lanes)
    for _ in range(rows // limits.batch_items):
        clock.sleep(max(0.0, lanes[0] - clock.monotonic()))
        with rate_limiter.slot(batch=True):
            heapreplace(lanes, clock.monotonic() + 0.08 + seconds_per_item * limits.batch_items)
    return max(lanes) / 60


@pytest.mark.parametrize("rows", [3000, 30_000])
def test_a_run_reaches_95_percent_of_quickbooks_ceiling(rows: int) -> None:
    assert rows / minutes(rows, 0.4) >= 1140


def test_a_gentler_pace_takes_its_share() -> None:
    assert 500 <= 30_000 / minutes(30_000, 0.15, pace=0.5) <= 610


@pytest.mark.parametrize("sent", [0, 1, 39, 40, 55])
@pytest.mark.parametrize("more", [1, 5, 40, 41, 81])
@pytest.mark.parametrize(("silence", "pace"), [(None, 1.0), (7.0, 1.0), (None, 0.5)])
def test_the_time_that_the_rest_must_wait_is_known_before(sent: int, more: int, silence: float | None, pace: float) -> None:
    clock, limits = StoppedClock(), Limits(per_second=1000)
    rate_limiter = RateLimiter(limits, clock.monotonic, clock.sleep, lambda _: None, lambda: pace)
    for _ in range(sent):
        with rate_limiter.slot(batch=True):
            pass
    if silence:
        rate_limiter.throttled(silence)
        clock.sleep(0.5)
    known, began = rate_limiter.seconds_until_sent(more), clock.monotonic()
    for _ in range(more):
        with rate_limiter.slot(batch=True):
            pass
    assert clock.monotonic() - began == pytest.approx(known, abs=0.01)


def test_nothing_left_to_send_waits_for_nothing() -> None:
    clock = StoppedClock()
    assert RateLimiter(Limits(), clock.monotonic, clock.sleep, lambda _: None).seconds_until_sent(0) == 0.0
