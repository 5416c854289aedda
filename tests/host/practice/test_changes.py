"""Changes of the ledger: what the contract does not see — marks, search, unapplied money, groups, currencies."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, select, update

from hostsim.practice.currency import decimals_of, is_currency_code
from hostsim.practice.database import Practice, open_practice
from hostsim.practice.model import Kind, NewClient
from hostsim.practice.sql import tables
from tests.support.hosts.practice_samples import ADDIN, add_records, new_record, payment, record_one, small_practice


@pytest.fixture
def practice(database_url: str) -> Iterator[Practice]:
    with small_practice(database_url) as opened:
        yield opened


def change(ref: str, version: int = 0, key: str = "c1", **rest: Any) -> Any:
    """A change of a record."""
    return {"key": key, "ref": ref, "version": version, **rest}


def part(invoice: str, amount: str) -> Sequence[dict[str, Any]]:
    """One application."""
    return [{"invoice_id": invoice, "amount": Decimal(amount)}]


def reasons(outcomes: Sequence[Any]) -> list[str]:
    """Why nothing was done."""
    return [outcome.reason or "" for outcome in outcomes]


def test_an_updated_record_is_found_sorted_and_filtered_by_what_it_is_now(practice: Practice) -> None:
    (ref,) = add_records(practice, new_record(amount="10.00", reference="OLD"))
    given = change(ref, date=date(2026, 12, 1), amount=Decimal("12.00"), reference="NEW", method="Barter")
    assert practice.ledger.update([given])[0].status == "recorded"
    assert [practice.ledger.snapshot({"search": words}).count for words in ("old", "10.00", "new", "12.00", "barter")] == [
        *(0, 0),
        *(1, 1, 1),
    ]
    waiting = practice.ledger_for(ADDIN).snapshot({"hide_synchronized": True, "from": date(2026, 12, 1)})
    assert (waiting.count, waiting.total) == (1, Decimal("12.00"))
    assert "Barter" in practice.ledger.methods()


def test_what_is_applied_later_is_no_longer_unapplied(practice: Practice) -> None:
    (ref,) = add_records(practice, new_record(Kind.CREDIT_MEMO, amount="30.00"))
    practice.ledger.apply([change(ref, applications=part("1", "20.00"))])
    practice.ledger.apply([change(ref, 1, "c2", applications=part("1", "5.00"))])
    record = practice.ledger.records([ref])[0]
    assert ([str(each.amount) for each in record.applications], record.unapplied) == (["25.00"], Decimal("5.00"))
    assert practice.ledger.invoices(["1"])[0].balance == Decimal("75.00")


def test_a_removed_record_leaves_no_mark_and_cannot_be_found(practice: Practice) -> None:
    refs = add_records(practice, new_record(reference="AAA"), new_record(reference="BBB"))
    practice.marks(ADDIN).put([{"ref": refs[1], "state": "synchronized"}])
    practice.ledger.remove([change(refs[1])])
    assert practice.marks(ADDIN).marked("synchronized") == []
    assert practice.ledger.snapshot({"search": "bbb"}).count == 0
    assert add_records(practice, new_record()) == ["payment:3"]


def test_a_bad_row_can_be_mended(practice: Practice) -> None:
    (ref,) = add_records(practice, new_record(amount="10.005"))
    assert practice.ledger.update([change(ref, reference="R2")])[0].status == "recorded"
    assert practice.ledger.update([change(ref, 1, "c2", amount=Decimal("10.01"))])[0].status == "recorded"
    assert practice.ledger.records([ref])[0].amount == Decimal("10.01")


def test_refusals_and_changes_are_said_in_sentences(practice: Practice) -> None:
    (ref,) = add_records(practice, new_record(Kind.CREDIT_MEMO, amount="10.00"))
    practice.ledger.apply([change(ref, applications=part("1", "4.00"))])
    said = practice.ledger.update(
        [
            change(ref, 0, "a", memo="x"),
            change("payment:1", 1, "b", memo="x"),
            change(ref, 1, "c", colour="red"),
            change(ref, 1, "d", amount=Decimal("3.99")),
            change(ref, 1, "e", date="tomorrow"),
            change(ref, 1, "", memo="x"),
        ]
    )
    assert [outcome.status for outcome in said] == ["changed", "changed", "refused", "refused", "refused", "refused"]
    for words, reason in zip(
        (
            "CM-0001 has been changed",
            "not in WorkSpace",
            "cannot change colour of a credit memo",
            "than the credit memo amounts to",
            "no date",
            "without a key",
        ),
        reasons(said),
        strict=True,
    ):
        assert words in reason
        assert reason.endswith("Nothing was saved.")
    assert "nothing to apply" in reasons(practice.ledger.apply([change(ref, 1, "f", applications=[])]))[0]


def test_a_key_is_the_actions_own(practice: Practice) -> None:
    (ref,) = add_records(practice, new_record(amount="10.00"))
    practice.ledger.apply([change(ref, applications=part("1", "4.00"))])
    assert practice.ledger.remove([change(ref, 1)])[0].status == "recorded"


def test_a_group_is_one_commit(practice: Practice) -> None:
    refs = add_records(practice, *(new_record() for _ in range(5)))
    commits: list[int] = []
    event.listen(practice.database.engine, "commit", lambda _: commits.append(1))
    outcomes = practice.ledger.update([change(ref, key=ref, memo="m") for ref in refs])
    assert ([outcome.status for outcome in outcomes], len(commits)) == (["recorded"] * 5, 1)


def test_what_the_database_refuses_stops_no_other_change(practice: Practice) -> None:
    refs = add_records(practice, new_record(amount="10.00"), new_record(amount="10.00"))
    with practice.database.writing() as connection:  # a balance that no rule of ours would leave
        connection.execute(update(tables.records).where(tables.records.c.id == 1).values(value=100_000))
        connection.execute(update(tables.invoices).where(tables.invoices.c.id == 1).values(balance=1_000_000))
        connection.execute(tables.applications.insert().values(record_id=1, invoice_id=1, amount=50_000))
    outcomes = practice.ledger.remove([change(refs[0]), change(refs[1], key="c2")])
    assert [outcome.status for outcome in outcomes] == ["refused", "recorded"]
    assert "does not take this change" in reasons(outcomes)[0]


def test_two_workstations_make_a_change_once(database_url: str) -> None:
    with small_practice(database_url) as practice:
        refs = add_records(practice, *(new_record(amount="1.00") for _ in range(20)))
        both = threading.Barrier(2)
        statuses: list[list[str]] = []

        def work() -> None:
            station = open_practice(database_url)
            both.wait()
            done = station.ledger.apply([change(ref, key=ref, applications=part("1", "1.00")) for ref in refs])
            statuses.append([str(outcome.status) for outcome in done])
            station.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [["exists"] * 20, ["recorded"] * 20]
        assert practice.ledger.invoices(["1"])[0].balance == Decimal("80.00")


def test_a_client_has_the_firms_currency_unless_it_has_its_own(practice: Practice) -> None:
    made = practice.ledger.create_clients(
        [{"key": "a", "name": "Kioto KK", "currency": "JPY"}, {"key": "b", "name": "Kuwait Co", "currency": "KWD"}]
    )
    with practice.database.writing() as connection:
        connection.execute(update(tables.firm).values(currency="EUR"))
    codes = {client.id: client.currency for client in practice.ledger.clients()}
    assert [codes["1"], *(codes[each.id or ""] for each in made)] == ["EUR", "JPY", "KWD"]
    assert practice.firm.currency == "EUR"
    yen, dinar = (each.id for each in made)
    assert "decimals, which JPY does not have" in (record_one(practice, payment("k1", "1.50", client_id=yen)).reason or "")
    assert record_one(practice, payment("k2", "1.005", client_id=dinar)).status == "recorded"
    assert "more than three decimals" in (record_one(practice, payment("k3", "1.0005", client_id=dinar)).reason or "")


def test_decimals_are_those_of_the_standard() -> None:
    codes = ("JPY", "KRW", "USD", "EUR", "CHF", "KWD", "TND", "CLF")
    assert [decimals_of(code) for code in codes] == [0, 0, 2, 2, 2, 3, 3, 4]
    assert [text for text in ("USD", "usd", "US", "USDX", "U$D", "ÄÖÜ", "") if is_currency_code(text)] == ["USD"]


def test_a_name_is_the_same_in_capitals_and_another_with_an_accent(practice: Practice) -> None:
    names = ["AMY'S BIRD SANCTUARY", "Amy's Bïrd Sanctuary", "", "Euro Ltd"]
    given: list[NewClient] = [{"key": name, "name": name, "currency": "euro" if name == "Euro Ltd" else ""} for name in names]
    outcomes = practice.ledger.create_clients([{**each, "key": f"k{n}"} for n, each in enumerate(given)])
    assert [outcome.status for outcome in outcomes] == ["refused", "recorded", "refused", "refused"]
    assert "euro is not a currency's code" in reasons(outcomes)[3]
    with practice.database.reading() as connection:
        assert connection.scalar(select(tables.clients.c.name_key).where(tables.clients.c.id == 4)) == "amy's bird sanctuary"
