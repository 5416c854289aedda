"""The practice's ledger keeps the contract on both databases, and serves the host's own lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import event

from hostsim.practice.database import Practice
from hostsim.practice.lists.query import SORTS, BadQuery
from hostsim.practice.model import Kind, LedgerQuery, MarkChange
from qb_plugin import host
from qb_plugin.testing import LedgerContract, LedgerUnderTest
from tests.support.hosts.practice_samples import (
    ADDIN,
    DAY,
    add_records,
    counted_statements,
    new_record,
    payment,
    record_one,
    small_practice,
)


@pytest.fixture
def practice(database_url: str) -> Iterator[Practice]:
    with small_practice(database_url) as opened:
        yield opened


@pytest.fixture
def subject(practice: Practice) -> LedgerUnderTest:
    ledger: host.Ledger = practice.ledger_for(ADDIN)  # the type checker proves the fit
    marks: host.Marks = practice.marks(ADDIN)
    return LedgerUnderTest(ledger=ledger, marks=marks, client="1", other="2", invoice="1", other_invoice="3")


class TestPracticeLedger(LedgerContract):
    """The contract, on SQLite and PostgreSQL."""


def test_numbers_follow_each_other_for_each_kind(practice: Practice) -> None:
    refs = add_records(practice, new_record(), new_record(Kind.CREDIT_MEMO), new_record(), new_record(Kind.CREDIT_MEMO))
    record_one(practice, payment())
    assert [record.number for record in practice.ledger.records([*refs, "payment:5"])] == [
        "P-1001",
        "CM-0001",
        "P-1002",
        "CM-0002",
        "P-1003",
    ]


def test_credit_memos_count_against_payments_but_not_among_themselves(practice: Practice) -> None:
    add_records(practice, new_record(amount="30.00"), new_record(Kind.CREDIT_MEMO, amount="7.50"))
    both = practice.ledger.snapshot({})
    assert both.total == Decimal("22.50")
    assert both.totals == {Kind.PAYMENT: Decimal("30.00"), Kind.CREDIT_MEMO: Decimal("7.50")}
    memos, payments = practice.ledger.snapshot({"kinds": ["credit_memo"]}), practice.ledger.snapshot({"kinds": ["payment"]})
    assert memos.total == Decimal("7.50")
    assert memos.totals == {Kind.PAYMENT: Decimal("0.00"), Kind.CREDIT_MEMO: Decimal("7.50")}
    assert payments.totals == {Kind.PAYMENT: Decimal("30.00"), Kind.CREDIT_MEMO: Decimal("0.00")}


def test_a_ref_names_the_kind_and_is_nothing_with_the_wrong_one(practice: Practice) -> None:
    (ref,) = add_records(practice, new_record(Kind.CREDIT_MEMO))
    assert ref == "credit_memo:1"
    assert practice.ledger.records(["payment:1"]) == []
    assert practice.ledger.snapshot({"refs": ["payment:1"]}).count == 0
    assert practice.ledger.snapshot({"refs": ["credit_memo:1", "payment:1", "client:1", "nonsense"]}).count == 1


def test_bad_rows_are_kept_and_shown_as_they_are(practice: Practice) -> None:
    refs = add_records(practice, new_record(amount="0.00"), new_record(amount="10.005"))
    assert [str(record.amount) for record in practice.ledger.records(refs)] == ["0.00", "10.005"]


def test_every_sort_is_total_and_its_reverse_is_exactly_the_reverse(practice: Practice) -> None:
    kinds = (Kind.PAYMENT, Kind.CREDIT_MEMO)
    rows = [new_record(kinds[n % 2], n % 3 + 1, amount=f"{n % 4}.00", method="Cash" if n % 5 else "Wire") for n in range(24)]
    add_records(practice, *rows)
    for sort in SORTS:
        downward = practice.ledger.snapshot({"sort": sort, "descending": True}).refs(0, 99)
        upward = practice.ledger.snapshot({"sort": sort, "descending": False}).refs(0, 99)
        assert list(reversed(downward)) == list(upward), sort
        assert len(set(upward)) == 24, sort


def test_records_are_ordered_by_what_the_column_shows(practice: Practice) -> None:
    add_records(
        practice,
        new_record(client_id=2, day=date(2026, 3, 2), amount="9.00", method="Wire", reference="A"),
        new_record(client_id=1, day=date(2026, 4, 1), amount="100.00", method="Check", reference="B"),
        new_record(client_id=3, day=date(2026, 3, 1), amount="10.00", method="Cash", reference="C"),
    )
    expected = {"date": "312", "client": "213", "method": "321", "reference": "123", "amount": "132", "number": "123"}
    snapshots = {sort: practice.ledger.snapshot({"sort": sort, "descending": False}) for sort in expected}
    assert {sort: "".join(snapshot.refs(0, 3)).replace("payment:", "") for sort, snapshot in snapshots.items()} == expected


def test_whatever_it_is_sorted_by_a_filter_leaves_the_same(practice: Practice) -> None:
    days, kinds = [date(2026, 3, day) for day in (1, 2, 3)], (Kind.PAYMENT, Kind.CREDIT_MEMO)
    refs = add_records(practice, *(new_record(kinds[n % 2], n % 3 + 1, days[n // 8], f"{n}.00") for n in range(24)))
    practice.marks(ADDIN).put(
        [*(MarkChange(ref=ref, state="synchronized") for ref in refs[::3]), {"ref": refs[10], "hidden": True}]
    )
    query: LedgerQuery = {"kinds": ["payment"], "from": days[1], "to": days[2], "hide_synchronized": True, "show_hidden": False}
    expected = [ref for n, ref in enumerate(refs) if n >= 8 and n % 2 == 0 and n % 3 and n != 10]
    for sort in SORTS:
        snapshot = practice.ledger_for(ADDIN).snapshot({**query, "sort": sort})
        assert sorted(snapshot.refs(0, 99)) == sorted(expected), sort
        assert snapshot.total == sum(int(ref.partition(":")[2]) - 1 for ref in expected), sort


def test_among_credit_memos_the_largest_amount_is_the_highest(practice: Practice) -> None:
    add_records(practice, *(new_record(Kind.CREDIT_MEMO, amount=amount) for amount in ("5.00", "50.00", "15.00")))
    snapshot = practice.ledger.snapshot({"kinds": ["credit_memo"], "sort": "amount", "descending": True})
    assert snapshot.refs(0, 3) == ["credit_memo:2", "credit_memo:3", "credit_memo:1"]


def test_among_both_kinds_credit_memos_are_below_zero(practice: Practice) -> None:
    add_records(practice, new_record(amount="1.00"), new_record(Kind.CREDIT_MEMO, amount="50.00"))
    assert practice.ledger.snapshot({"sort": "amount", "descending": False}).refs(0, 2) == ["credit_memo:2", "payment:1"]


def test_pages_are_stretches_of_the_whole(practice: Practice) -> None:
    add_records(practice, *(new_record() for _ in range(10)))
    snapshot = practice.ledger.snapshot({})
    whole = snapshot.refs(0, 10)
    assert [*snapshot.refs(0, 4), *snapshot.refs(4, 8), *snapshot.refs(8, 99)] == whole
    assert snapshot.refs(-5, 2) == whole[:2]
    assert snapshot.refs(20, 30) == []


def test_a_page_of_records_is_two_statements_whatever_its_length(practice: Practice) -> None:
    outcomes = practice.ledger.record_payments([payment(f"k{n}", "0.10", ("1", "0.10")) for n in range(300)])
    refs = [f"payment:{outcome.id}" for outcome in outcomes]
    for size in (1, 300):
        with counted_statements(practice) as sent:
            assert len(practice.ledger.records(refs[:size])) == size
        assert len(sent) == 2


def test_a_snapshot_is_one_statement_over_the_marks_alone(practice: Practice) -> None:
    ledger = practice.ledger_for(ADDIN)
    query: LedgerQuery = {"kinds": ["payment"], "from": DAY, "to": DAY, "hide_synchronized": True, "show_hidden": False}
    with counted_statements(practice) as sent:
        ledger.snapshot(query)
    assert len(sent) == 1
    assert "practice_records" not in sent[0]


def test_a_group_of_payments_costs_the_same_statements_whatever_its_length(practice: Practice) -> None:
    sizes = []
    for size in (2, 200):
        with counted_statements(practice) as sent:
            practice.ledger.record_payments([payment(f"{size}-{n}", "0.10", ("1", "0.10")) for n in range(size)])
        sizes.append(len(sent))
    assert sizes[0] >= sizes[1]


def test_without_an_addin_the_first_ones_marks_count(practice: Practice) -> None:
    one, two = add_records(practice, new_record(), new_record())
    practice.marks(ADDIN).put([{"ref": one, "state": "synchronized"}])
    practice.marks("another").put([{"ref": two, "state": "synchronized"}])
    assert practice.ledger.snapshot({"hide_synchronized": True}).refs(0, 9) == [two]
    assert practice.ledger_for("another").snapshot({"hide_synchronized": True}).refs(0, 9) == [one]


@pytest.mark.parametrize(
    "query", [{"hide_synchronised": True}, {"sort": "colour"}, {"from": "yesterday"}, {"kinds": ["invoice"]}, {"from": 5}]
)
def test_a_query_with_something_unknown_is_refused(practice: Practice, query: LedgerQuery) -> None:
    with pytest.raises(BadQuery):
        practice.ledger.snapshot(query)


def test_dates_may_come_as_text(practice: Practice) -> None:
    add_records(practice, new_record())
    dates = {"from": "2026-11-18", "to": "2026-11-18"}
    assert practice.ledger.snapshot(cast(LedgerQuery, dates)).count == 1
    assert practice.ledger.snapshot(cast(LedgerQuery, {"from": "2026-11-19"})).count == 0


def test_clients_come_by_name_with_what_they_owe_and_paid_ahead(practice: Practice) -> None:
    add_records(practice, new_record(client_id=2, amount="12.00"))
    listed = [(client.name, client.active, client.balance, client.unapplied) for client in practice.ledger.clients()]
    assert listed == [
        ("Amy's Bird Sanctuary", True, Decimal("150.30"), Decimal("0.00")),
        ("Hernández, López & Söhne", True, Decimal("80.00"), Decimal("12.00")),
        ("Łukasz Kowalski", False, Decimal("0.00"), Decimal("0.00")),
    ]
    assert [client.id for client in practice.ledger.clients_by_id(["3", "99", "1"])] == ["3", "1"]


def test_methods_come_in_the_order_they_came_into_use(practice: Practice) -> None:
    practice.ledger.record_payments([payment("k1", method="Wire"), payment("k2", method="Check"), payment("k3", method="Wire")])
    assert practice.ledger.methods() == ["Wire", "Check"]


def test_nothing_asked_for_is_nothing_found(practice: Practice) -> None:
    ledger = practice.ledger
    assert (ledger.records([]), ledger.invoices([]), ledger.clients_by_id([])) == ([], [], [])
    assert (ledger.find_payments([]), ledger.payments_by_external_key([]), ledger.record_payments([])) == ([], {}, [])
    assert ledger.invoices_by_number([]) == []
    assert ledger.find_payments([("nobody", DAY, Decimal("1.00")), ("1", DAY, Decimal("0.00001"))]) == []


def test_look_alikes_are_payments_and_each_is_found_once(practice: Practice) -> None:
    ref, _ = add_records(practice, new_record(amount="0.00"), new_record(Kind.CREDIT_MEMO, amount="0.00"))
    found = practice.ledger.find_payments([("1", DAY, Decimal("0.00"))] * 2)
    assert [record.ref for record in found] == [ref]


def test_look_alikes_are_looked_up_by_client_and_date_and_not_among_all_payments(tmp_path: Path) -> None:
    asked: list[tuple[str, Any]] = []
    with small_practice(f"sqlite:///{tmp_path / 'practice.db'}") as practice:
        engine = practice.database.engine
        event.listen(engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        practice.ledger.find_payments([("1", DAY, Decimal("5.00"))])
        statement, values = asked[-1]
        with practice.database.reading() as connection:
            plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert [step for step in plan if "practice_records_of_client (client_id=? AND date=?)" in step], plan
