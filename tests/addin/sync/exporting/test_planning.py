"""Every row is decided before the first is sent: what is refused, held, adopted, and where the money will go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import (
    Company,
    Entity,
    Link,
    LinkOrigin,
    Message,
    Outcome,
    QboCreditMemo,
    RowResult,
    SourceRecord,
)
from qb_plugin.sync.exporting.planning import Plan, PlannedRow
from tests.support.addin.scripted_sends import LOST
from tests.support.addin.sync_firm import DAY, REALM, Firm, book_payment, firm_in, invoice, memo, payment


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def plan(firm: Firm, *records: SourceRecord, **options: object) -> Plan:
    options.setdefault("item_id", "9")
    return firm.plan(*records, **options)


def decided(firm: Firm, record: SourceRecord, **options: object) -> RowResult:
    found = plan(firm, record, **options)
    assert found.rows == ()
    [result] = found.decided
    return result


def row(firm: Firm, record: SourceRecord, **options: object) -> PlannedRow:
    found = plan(firm, record, **options)
    assert found.decided == ()
    return found.rows[0]


def lines(planned: PlannedRow) -> list[tuple[str, str]]:
    return [(found.id, str(found.amount)) for found in planned.lines]


# --- refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "key"), [("0.00", "amount_not_positive"), ("-5.00", "amount_not_positive"), ("10.005", "amount_cents")]
)
def test_an_amount_quickbooks_cannot_take_is_refused(firm: Firm, amount: str, key: str) -> None:
    result = decided(firm, payment(1, amount=amount))
    assert (result.outcome, result.message and result.message.key) == (Outcome.FAILED, key)


def test_a_client_without_a_customer_is_refused(firm: Firm) -> None:
    result = decided(firm, payment(1, client=9))
    assert result == RowResult(
        id="payment:1", outcome=Outcome.FAILED, message=Message("client_not_matched", {"client": "Client 9"})
    )


def test_an_inactive_customer_is_refused_by_name(firm: Firm) -> None:
    firm.know(1, active=False, full_name="Parent:Cool Cars")
    result = decided(firm, payment(1))
    assert result.message == Message("customer_inactive", {"name": "Parent:Cool Cars"})


def test_a_customer_that_is_gone_is_refused_by_the_clients_name(firm: Firm) -> None:
    firm.quickbooks.customers_ = []
    assert decided(firm, payment(1)).message == Message("customer_inactive", {"name": "Client 1"})


def test_a_customer_in_another_currency_is_refused(firm: Firm) -> None:
    firm.know(1, currency="EUR")
    assert decided(firm, payment(1)).message == Message(
        "currency_differs", {"name": "Customer 1", "currency": "EUR", "home": "USD"}
    )


def test_closed_books_refuse_what_is_dated_before_they_open(firm: Firm) -> None:
    firm.quickbooks.company_ = Company(realm="realm", name="Alder & Finch", closed_until=DAY)
    assert decided(firm, payment(1)).message == Message("books_closed", {"closed": DAY, "date": DAY})


def test_a_reference_too_long_is_refused_and_spends_no_balance(firm: Firm) -> None:
    firm.open(invoice("1", 1, "100.00"))
    found = plan(firm, payment(1, reference="x" * 22), payment(2), auto_apply=True)
    [result] = found.decided
    assert (result.id, result.message and result.message.key) == ("payment:1", "quickbooks_too_long")
    assert lines(found.rows[0]) == [("1", "100.00")]


def test_a_credit_memo_without_an_item_in_the_settings_is_refused(firm: Firm) -> None:
    assert decided(firm, memo(1), item_id="").message == Message("credit_memo_item_missing")


def test_one_rows_refusal_does_not_stop_the_others(firm: Firm) -> None:
    found = plan(firm, payment(1, amount="0.00"), payment(2))
    assert [result.id for result in found.decided] == ["payment:1"]
    assert [planned.id for planned in found.rows] == ["payment:2"]


# --- here already, or in doubt ------------------------------------------------------------------------


def test_a_linked_row_is_there_already_with_its_quickbooks_id(firm: Firm) -> None:
    firm.store.links.add(
        [Link(realm=REALM, source=payment(1).ref, entity=Entity.PAYMENT, quickbooks_id="900", origin=LinkOrigin.MATCHED)]
    )
    assert decided(firm, payment(1)) == RowResult(
        id="payment:1", outcome=Outcome.SYNCHRONIZED, message=Message("already_synchronized"), quickbooks_id="900"
    )


def test_a_row_in_doubt_is_not_sent_and_its_customers_other_rows_wait(firm: Firm) -> None:
    firm.quickbooks.script(payment(1).ref, LOST)
    firm.break_off(payment(1), when=lambda _: bool(firm.open_intents()))
    found = plan(firm, payment(1), payment(2), payment(3, client=2))
    told = {result.id: (result.outcome, result.message and result.message.key) for result in found.decided}
    assert told == {
        "payment:1": (Outcome.NOT_CONFIRMED, "not_confirmed"),
        "payment:2": (Outcome.NOT_TRIED, "waits_for_doubt"),
    }
    assert [planned.id for planned in found.rows] == ["payment:3"]


def test_a_marker_in_quickbooks_is_adopted_not_sent(firm: Firm) -> None:
    book = firm.quickbooks.put(book_payment("900", note="Thanks [WS AF-payment-1]"))
    found = plan(firm, payment(1))
    assert (found.adopted, found.rows, found.decided) == (((payment(1), book),), (), ())


def test_a_marker_is_found_though_its_date_was_corrected_there(firm: Firm) -> None:
    firm.quickbooks.put(book_payment("900", note="[WS AF-payment-1~b1]", date=DAY + timedelta(days=20)))
    assert len(plan(firm, payment(1, birth="b1")).adopted) == 1


def test_another_firms_marker_or_one_of_an_application_adopts_nothing(firm: Firm) -> None:
    firm.quickbooks.put(book_payment("900", note="[WS BX-payment-1]"))
    firm.quickbooks.put(book_payment("901", note="[WS AF-apply-1]", total=Decimal("0.00")))
    assert len(plan(firm, payment(1)).rows) == 1


def test_of_two_with_the_marker_the_one_that_agrees_is_adopted(firm: Firm) -> None:
    firm.quickbooks.put(book_payment("900", note="[WS AF-payment-1]", amount="9.00"))
    right = firm.quickbooks.put(book_payment("901", note="[WS AF-payment-1]"))
    assert plan(firm, payment(1)).adopted == ((payment(1), right),)


@pytest.mark.parametrize("amount", ["100.00", "9.00"])
def test_a_marker_twice_is_held_for_a_person(firm: Firm, amount: str) -> None:
    for identity in ("900", "901"):
        firm.quickbooks.put(book_payment(identity, note="[WS AF-payment-1]", amount=amount))
    result = decided(firm, payment(1))
    assert (result.outcome, result.message) == (Outcome.NEEDS_DECISION, Message("marker_twice", {"number": "P-1", "n": 2}))


def test_a_marker_of_an_unmatched_client_is_adopted_too(firm: Firm) -> None:
    firm.quickbooks.put(book_payment("900", note="[WS AF-payment-1~b1]"))
    assert len(plan(firm, payment(1, client=9, birth="b1")).adopted) == 1


# --- look-alikes --------------------------------------------------------------------------------------


def test_a_look_alike_is_held_and_named(firm: Firm) -> None:
    firm.quickbooks.put(book_payment("900", reference="10432"))
    result = decided(firm, payment(1, reference="10432"))
    there = {"amount": Decimal("100.00"), "customer": "Customer 1", "date": DAY, "ref": "10432"}
    values = {**there, "number": "P-1", "here": DAY, "here_ref": "10432", "here_amount": Decimal("100.00")}
    assert result == RowResult(
        id="payment:1", outcome=Outcome.NEEDS_DECISION, message=Message("twin_payment", values), quickbooks_id="900"
    )


def test_a_look_alike_without_a_reference_shows_a_dash(firm: Firm) -> None:
    firm.quickbooks.put(book_payment("900"))
    message = decided(firm, payment(1)).message
    assert message is not None
    assert message.values["ref"] == "–"


def test_a_look_alike_is_sent_when_a_person_says_so(firm: Firm) -> None:
    firm.quickbooks.put(book_payment("900"))
    assert row(firm, payment(1), force=frozenset({payment(1).ref})).id == "payment:1"


def test_what_is_linked_to_another_record_is_no_look_alike(firm: Firm) -> None:
    firm.quickbooks.put(book_payment("900"))
    firm.store.links.add(
        [Link(realm=REALM, source=payment(7).ref, entity=Entity.PAYMENT, quickbooks_id="900", origin=LinkOrigin.EXPORTED)]
    )
    assert row(firm, payment(1)).id == "payment:1"


@pytest.mark.parametrize("other", [{"amount": "100.01"}, {"reference": "other"}, {"client": 2}, {"date": DAY + timedelta(days=8)}])
def test_what_differs_in_customer_amount_date_or_reference_is_no_look_alike(firm: Firm, other: dict[str, object]) -> None:
    firm.quickbooks.put(book_payment("900", **{"reference": "10432", **other}))  # type: ignore[arg-type]
    assert row(firm, payment(1, reference="10432")).id == "payment:1"


def test_a_credit_memo_looks_like_one_of_its_number(firm: Firm) -> None:
    book = QboCreditMemo(
        id="900",
        sync_token="0",
        customer_id="51",
        customer_name="",
        date=DAY,
        total=Decimal("75.00"),
        remaining=Decimal("75.00"),
        number="CM-1",
    )
    firm.quickbooks.put(book)
    message = decided(firm, memo(1)).message
    assert message is not None
    assert message.key == "twin_credit_memo"
    firm.store.links.add(
        [Link(realm=REALM, source=memo(7).ref, entity=Entity.CREDIT_MEMO, quickbooks_id="900", origin=LinkOrigin.EXPORTED)]
    )
    assert row(firm, memo(1)).id == "credit_memo:1"


# --- sent without being applied -----------------------------------------------------------------------


def test_a_record_that_is_to_go_unapplied_takes_no_balance_and_says_nothing_of_a_rest(firm: Firm) -> None:
    firm.open(invoice("7", 1, "100.00"))
    kept, other = payment(1, amount="100.00"), payment(2, amount="100.00")
    found = plan(firm, kept, other, auto_apply=True, unapplied=frozenset({kept.ref}))
    first, second = found.rows
    assert (lines(first), first.to_apply, first.rest_because) == ([], None, None)
    assert lines(second) == [("7", "100.00")]


def test_a_memo_that_is_to_go_unapplied_is_not_applied_once_it_is_saved(firm: Firm) -> None:
    record = memo(1)
    assert row(firm, record, auto_apply=True).applies
    assert not row(firm, record, auto_apply=True, unapplied=frozenset({record.ref})).applies
