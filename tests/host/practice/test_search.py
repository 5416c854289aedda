"""A search finds a record by every word of it, wherever the word stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import cast

import pytest

from hostsim.practice.database import Practice
from hostsim.practice.model import Kind, ListQuery, PaymentToRecord
from tests.support.hosts.practice_samples import add_records, new_record, small_practice


@pytest.fixture
def practice(database_url: str) -> Iterator[Practice]:
    with small_practice(database_url) as opened:
        add_records(
            opened,
            new_record(client_id=1, amount="1200.00", method="Check", reference="10432"),
            new_record(client_id=2, amount="75.50", method="Visa", reference='50%_"x"'),
            new_record(client_id=3, amount="10.00", method="Wire", reference="FT-Ä1"),
            new_record(Kind.CREDIT_MEMO, client_id=1, amount="75.00"),
        )
        yield opened


def _found(practice: Practice, text: str) -> str:
    snapshot = practice.ledger.snapshot({"search": text, "sort": "number", "descending": False})
    names = {"payment:1": "1", "payment:2": "2", "payment:3": "3", "credit_memo:4": "c"}
    return "".join(sorted(names[ref] for ref in snapshot.refs(0, 9)))


EXPECTED = {
    "": "123c",
    "amy": "1c",
    "Bird sanctuary": "1c",
    "hernandez": "2",
    "HERNÁNDEZ": "2",
    "lukasz": "3",
    "10432": "1",
    "0432": "1",
    "1,200.00": "1",
    "1200": "1",
    "75": "2c",
    "75.5": "2",
    "visa": "2",
    "p-1002": "2",
    "CM-0001": "c",
    "cm": "c",
    "50%": "2",
    '_"x': "2",
    "%": "2",
    "_": "2",
    "ft-a": "3",
    "amy 75": "c",
    "amy visa": "",
    "sanctuary check 10432 1200": "1",
    "nothing like it": "",
    "* OR": "",
    "'; DROP": "",
}


def test_each_of_these_finds_exactly_these(practice: Practice) -> None:
    assert {text: _found(practice, text) for text in EXPECTED} == EXPECTED


def test_a_search_keeps_to_the_other_filters(practice: Practice) -> None:
    assert practice.ledger.snapshot({"search": "amy", "kinds": ["payment"]}).refs(0, 9) == ["payment:1"]
    assert practice.ledger.snapshot({"search": "amy", "to": date(2000, 1, 1)}).count == 0


def test_invoices_are_found_by_number_and_client_and_by_what_is_open(practice: Practice) -> None:
    def numbers(**query: object) -> list[str]:
        snapshot = practice.ledger.invoice_snapshot(cast(ListQuery, query | {"sort": "number", "descending": False}))
        return [invoice.number for invoice in practice.ledger.invoices(snapshot.ids(0, 9))]

    unfit = [{"client_id": "2", "date": "x"}, {"external_key": "k", "client_id": "1", "date": None, "amount": "1"}]
    practice.ledger.record_payments(cast(list[PaymentToRecord], unfit))
    assert numbers(search="inv-3") == ["INV-3"]
    assert numbers(search="lopez") == ["INV-3"]
    assert numbers(client_id="1") == ["INV-1", "INV-2", "INV-4"]
    assert numbers(client_id="nobody") == []
    assert [invoice.number for invoice in practice.ledger.all_invoices()] == ["INV-4", "INV-3", "INV-2", "INV-1"]


def test_clients_are_ordered_by_name_or_by_what_they_owe(practice: Practice) -> None:
    assert practice.ledger.client_snapshot({}).ids(0, 9) == ["1", "2", "3"]
    assert practice.ledger.client_snapshot({"sort": "balance"}).ids(0, 9) == ["3", "2", "1"]
    assert practice.ledger.client_snapshot({"search": "o"}).ids(0, 9) == ["2", "3"]
    assert str(practice.ledger.client_snapshot({"search": "amy"}).total) == "150.30"
