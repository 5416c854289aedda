"""Payments are recorded wholly or not at all, once each, and balances always add up."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from hostsim.practice.database import Practice, open_practice
from hostsim.practice.model import PaymentToRecord
from hostsim.practice.sql import tables
from hostsim.practice.sql.inserting import record_values
from tests.support.hosts.practice_samples import INVOICES, new_record, payment, record_one, small_practice


@pytest.fixture
def practice(database_url: str) -> Iterator[Practice]:
    with small_practice(database_url) as opened:
        yield opened


def test_a_refusal_says_what_is_wrong_and_that_nothing_was_saved(practice: Practice) -> None:
    asked = {
        "no such client": payment(client_id="77"),
        "no date": payment(date=None),
        "more than zero": payment(amount="0"),
        "more than two decimals": payment(amount="1.005"),
        "no amount WorkSpace can keep": payment(amount="Infinity"),
        "no such invoice": payment("k", "10.00", ("77", "1.00")),
        "part applied to an invoice must be more than zero": payment("k", "10.00", ("1", "0.00")),
        "INV-3 belongs to another client": payment("k", "10.00", ("3", "1.00")),
        "INV-4 has 0.30 left, less than the 0.31": payment("k", "10.00", ("4", "0.31")),
        "More is applied": payment("k", "10.00", ("1", "6.00"), ("2", "5.00")),
    }
    reasons = {words: record_one(practice, given).reason or "" for words, given in asked.items()}
    assert [words for words, reason in reasons.items() if words not in reason or not reason.endswith("Nothing was saved.")] == []
    assert practice.ledger.snapshot({}).count == 0


def test_an_amount_as_a_float_is_no_amount(practice: Practice) -> None:
    assert record_one(practice, payment(amount=10.0)).status == "refused"


def test_parts_of_one_invoice_are_added_up_before_they_are_judged(practice: Practice) -> None:
    assert record_one(practice, payment("k1", "0.40", ("4", "0.20"), ("4", "0.20"))).status == "refused"
    assert record_one(practice, payment("k2", "0.30", ("4", "0.10"), ("4", "0.20"))).status == "recorded"
    assert [str(invoice.balance) for invoice in practice.ledger.invoices(["4"])] == ["0.00"]


def test_payments_without_a_key_are_each_recorded(practice: Practice) -> None:
    outcomes = practice.ledger.record_payments([payment(""), payment("")])
    assert [outcome.status for outcome in outcomes] == ["recorded", "recorded"]
    assert practice.ledger.records(["payment:1"])[0].external_key is None


def test_what_is_left_of_a_payment_is_unapplied(practice: Practice) -> None:
    record_one(practice, payment("k1", "60.00", ("2", "50.00")))
    assert practice.ledger.records(["payment:1"])[0].unapplied == Decimal("10.00")


def test_a_row_the_database_refuses_does_not_take_its_group_along(practice: Practice) -> None:
    """The number that the second payment would get is taken already."""
    with practice.database.writing() as connection:
        connection.execute(insert(tables.records), [record_values(50, 1002, new_record())])
    outcomes = practice.ledger.record_payments([payment("k1"), payment("k2"), payment("k3")])
    assert [outcome.status for outcome in outcomes] == ["recorded", "refused", "refused"]
    assert practice.ledger.payments_by_external_key(["k1", "k2", "k3"]) == {"k1": "51"}


def test_two_workstations_record_the_same_payments_once(database_url: str) -> None:
    with small_practice(database_url) as practice:
        both = threading.Barrier(2)
        statuses: list[Sequence[str]] = []

        def work() -> None:
            station = open_practice(database_url)
            both.wait()
            outcomes = station.ledger.record_payments([payment(f"k{n}", "1.00", ("1", "1.00")) for n in range(40)])
            statuses.append([str(outcome.status) for outcome in outcomes])
            station.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(map(tuple, statuses)) == [("exists",) * 40, ("recorded",) * 40]
        assert str(practice.ledger.invoices(["1"])[0].balance) == "60.00"


def test_two_workstations_never_overspend_an_invoice(database_url: str) -> None:
    with small_practice(database_url) as practice:
        both = threading.Barrier(2)
        recorded: list[int] = []

        def work(name: str) -> None:
            station = open_practice(database_url)
            both.wait()
            outcomes = station.ledger.record_payments([payment(f"{name}{n}", "7.00", ("1", "7.00")) for n in range(10)])
            recorded.append(sum(outcome.status == "recorded" for outcome in outcomes))
            station.close()

        threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(recorded) == 14
        assert str(practice.ledger.invoices(["1"])[0].balance) == "2.00"


cents = st.integers(-200, 12_000).map(lambda number: str(Decimal(number).scaleb(-2)))
amounts = st.one_of(cents, st.sampled_from(["0.00", "0.005", "10.005", "99999999999999"]))
shares = st.lists(st.tuples(st.sampled_from(["1", "2", "3", "4", "9"]), amounts), max_size=3)
payments = st.builds(
    lambda key, amount, parts, client: payment(key, amount, *parts, client_id=client),
    st.sampled_from(["a", "b", "c", "d", ""]),
    amounts,
    shares,
    st.sampled_from(["1", "2", "x"]),
)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(payments, max_size=6), max_size=4))
def test_a_balance_is_always_the_total_less_what_was_applied_and_never_negative(lists: list[list[PaymentToRecord]]) -> None:
    with TemporaryDirectory() as folder, small_practice(f"sqlite:///{Path(folder) / 'firm.db'}") as practice:
        seen: dict[str, str | None] = {}
        for group in lists:
            for outcome in practice.ledger.record_payments(group):
                if outcome.status == "recorded" and outcome.external_key:
                    assert seen.setdefault(outcome.external_key, outcome.id) == outcome.id
        _assert_the_books_add_up(practice)


def _assert_the_books_add_up(practice: Practice) -> None:
    with practice.database.reading() as connection:
        parts = connection.execute(select(tables.applications)).all()
        invoices = connection.execute(select(tables.invoices)).all()
        records = connection.execute(select(tables.records)).all()
    assert len(invoices) == len(INVOICES)
    for invoice in invoices:
        assert invoice.balance == invoice.total - sum(part.amount for part in parts if part.invoice_id == invoice.id)
        assert invoice.balance >= 0
    for record in records:
        assert record.unapplied == record.value - sum(part.amount for part in parts if part.record_id == record.id)
        assert record.value > 0
        assert record.value % 100 == 0
