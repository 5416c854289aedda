"""A payment that was deleted, voided or changed in QuickBooks after a person saw it: it does not come in as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import (
    Kind,
    Message,
    Outcome,
    QboPayment,
    Ref,
)
from qb_plugin.sync.importing.compact_rows import CompactRows, read_compact_rows
from qb_plugin.sync.importing.refresh import AGAIN, LOOK_BACK, MARGIN, differences
from qb_plugin.sync.importing.run_import import GROUP
from tests.addin.sync.importing.test_run_import import Desk, many, outcomes
from tests.support.addin.sync_firm import DAY, REALM, Firm, book_payment, firm_in, line, settled
from tests.support.ledgers.fake_ledger_values import FakeApplication
from tests.support.ledgers.sync_ledger import ImportLedger


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


@pytest.fixture
def ledger() -> ImportLedger:
    return ImportLedger()


@pytest.fixture
def desk(firm: Firm, ledger: ImportLedger) -> Desk:
    return Desk(firm, ledger)


def see(desk: Desk, firm: Firm, *payments: QboPayment) -> None:
    """A person sees these payments, which QuickBooks has had for a while."""
    for payment in payments:
        firm.quickbooks.put(payment)
    desk.look(*payments)
    firm.clock.move(60)


def edit(firm: Firm, payment: QboPayment, **more: object) -> QboPayment:
    """Somebody changes the payment in QuickBooks."""
    token = str(int(payment.sync_token) + 1)
    changed = settled(payment, sync_token=token, updated=firm.quickbooks.now(), **more)
    firm.quickbooks.put(changed)
    return changed


PAYMENT = book_payment("900", reference="C1")
OTHER = book_payment("901", reference="C2")


def test_what_was_deleted_does_not_come_in_and_says_so(desk: Desk, firm: Firm, ledger: ImportLedger) -> None:
    see(desk, firm, PAYMENT, OTHER)
    firm.quickbooks.delete("900")
    ended = desk.press_on(PAYMENT, OTHER)
    assert [ended.rows[f"quickbooks_payment:{identity}"].outcome for identity in ("900", "901")] == [
        Outcome.REMOVED,
        Outcome.SYNCHRONIZED,
    ]
    assert ended.rows["quickbooks_payment:900"].message == Message("payment_removed")
    assert [kept.reference for kept in ledger.entries] == ["C2"]


def test_what_was_voided_does_not_come_in_and_says_so(desk: Desk, firm: Firm, ledger: ImportLedger) -> None:
    see(desk, firm, PAYMENT)
    edit(firm, PAYMENT, total=Decimal("0.00"), voided=True)
    ended = desk.press_on(PAYMENT)
    assert (outcomes(ended), ended.rows["quickbooks_payment:900"].message) == ([Outcome.FAILED], Message("voided_payment"))
    assert ledger.entries == []


def test_what_was_changed_comes_in_as_it_is_now_and_says_what(desk: Desk, firm: Firm, ledger: ImportLedger) -> None:
    ledger.bill(20, 1, "500.00")
    see(desk, firm, settled(PAYMENT, lines=(line("300", "100.00", "INV-20"),)))
    edit(firm, PAYMENT, total=Decimal("120.00"), lines=(line("300", "120.00", "INV-20"),))
    ended = desk.press_on(PAYMENT)
    assert outcomes(ended) == [Outcome.CHANGED]
    assert ended.rows["quickbooks_payment:900"].message == Message("payment_changed", {"what": "amount, invoices"})
    assert [(kept.amount, kept.applications) for kept in ledger.entries] == [
        (Decimal("120.00"), (FakeApplication("20", "INV-20", Decimal("120.00")),))
    ]
    link = desk.linked("900")
    assert link is not None
    assert link.sync_token == "1"


def test_a_changed_payment_also_says_what_stays_unapplied(desk: Desk, firm: Firm) -> None:
    see(desk, firm, PAYMENT)
    edit(firm, PAYMENT, reference="other")
    rest = Message("unapplied_here", {"amount": Decimal("100.00")})
    values = {"what": "reference", "reason": rest}
    assert desk.press_on(PAYMENT).rows["quickbooks_payment:900"].message == Message("payment_changed_unapplied", values)


def test_a_change_that_nobody_sees_is_no_news(desk: Desk, firm: Firm) -> None:
    see(desk, firm, PAYMENT)
    edit(firm, PAYMENT, deposit_account_id="35")
    ended = desk.press_on(PAYMENT)
    assert outcomes(ended) == [Outcome.SYNCHRONIZED]
    link = desk.linked("900")
    assert link is not None
    assert link.sync_token == "1"


def test_a_payment_of_a_customer_nobody_matched_by_now_stays_out(desk: Desk, firm: Firm, ledger: ImportLedger) -> None:
    see(desk, firm, PAYMENT)
    edit(firm, PAYMENT, customer_id="99", customer_name="Nobody")
    ended = desk.press_on(PAYMENT)
    assert ended.rows["quickbooks_payment:900"].message == Message("customer_not_matched", {"customer": "Nobody"})
    assert ledger.entries == []


def test_what_is_here_already_stays_linked_though_it_is_deleted_there(desk: Desk, firm: Firm, ledger: ImportLedger) -> None:
    desk.press(PAYMENT)
    firm.store.links.remove(REALM, [Ref(Kind.PAYMENT, ledger.entries[0].id)])
    see(desk, firm, PAYMENT)
    firm.quickbooks.delete("900")
    assert outcomes(desk.press_on(PAYMENT)) == [Outcome.SYNCHRONIZED]
    assert desk.linked("900") is not None


def test_what_was_deleted_spends_nothing_of_an_invoice(desk: Desk, firm: Firm, ledger: ImportLedger) -> None:
    ledger.bill(20, 1, "100.00")
    parts = (line("300", "100.00", "INV-20"),)
    see(desk, firm, settled(PAYMENT, lines=parts), settled(OTHER, lines=parts))
    firm.quickbooks.delete("900")
    desk.press_on(PAYMENT, OTHER)
    assert [kept.applications for kept in ledger.entries] == [(FakeApplication("20", "INV-20", Decimal("100.00")),)]


# --- what it costs ------------------------------------------------------------------------------------


def test_one_call_tells_of_all_groups_from_before_they_were_read(desk: Desk, firm: Firm, ledger: ImportLedger) -> None:
    for payment in many(GROUP * 2 + 5):
        firm.quickbooks.put(payment)
    before = firm.quickbooks.now()
    desk.kept = read_compact_rows(firm.context, ledger, DAY, DAY)
    firm.quickbooks.calls.clear()
    assert set(outcomes(desk.press_on(*many(GROUP * 2 + 5)))) == {Outcome.SYNCHRONIZED}
    assert firm.quickbooks.calls == ["payments_since"]
    assert firm.quickbooks.asked_since == [before - MARGIN]


def test_a_long_run_asks_again(desk: Desk, firm: Firm) -> None:
    payments = many(GROUP * 2)
    see(desk, firm, *payments)
    firm.quickbooks.calls.clear()

    def later() -> bool:
        if firm.quickbooks.calls:  # after the first group
            firm.clock.move(AGAIN)
            firm.quickbooks.delete(payments[-1].id)
        return False

    ended = desk.press_on(*payments, stop=later)
    assert firm.quickbooks.calls == ["payments_since"] * 2
    assert ended.rows[f"quickbooks_payment:{payments[-1].id}"].outcome is Outcome.REMOVED


@pytest.mark.parametrize("doubt", ["too_many", "long_ago", "unknown"])
def test_in_doubt_the_payments_of_each_group_are_read_again(desk: Desk, firm: Firm, ledger: ImportLedger, doubt: str) -> None:
    payments = many(GROUP + 5)
    see(desk, firm, *payments)
    firm.quickbooks.delete(payments[0].id)
    edit(firm, payments[1], total=Decimal("7.00"))
    if doubt == "too_many":
        firm.quickbooks.tells_at_most = 2
    elif doubt == "long_ago":
        firm.clock.move(LOOK_BACK.total_seconds())
    else:
        desk.kept = CompactRows(desk.kept.rows)
    firm.quickbooks.calls.clear()
    ended = desk.press_on(*payments)
    assert firm.quickbooks.calls == ["payments_since"] * (doubt == "too_many") + ["read"] * 2
    found = [ended.rows[f"quickbooks_payment:{payment.id}"].outcome for payment in payments[:3]]
    assert found == [Outcome.REMOVED, Outcome.CHANGED, Outcome.SYNCHRONIZED]
    assert len(ledger.entries) == GROUP + 4


def test_just_within_the_days_that_quickbooks_looks_back_it_is_one_call(desk: Desk, firm: Firm) -> None:
    see(desk, firm, PAYMENT)
    firm.clock.move((LOOK_BACK - timedelta(seconds=60)).total_seconds())
    firm.quickbooks.calls.clear()
    desk.press_on(PAYMENT)
    assert firm.quickbooks.calls == ["payments_since"]


# --- what a person would see --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"customer_id": "7"}, ("customer",)),
        ({"date": DAY + timedelta(days=1)}, ("date",)),
        ({"total": Decimal("9.00")}, ("amount",)),
        ({"reference": None}, ("reference",)),
        ({"lines": (line("300", "1.00"),)}, ("invoices",)),
        ({"lines": (line("300", "1.00", type="CreditMemo"),)}, ()),
        ({"note": "x", "method_id": "2", "sync_token": "9"}, ()),
    ],
)
def test_only_what_the_row_showed_is_named(more: dict[str, object], what: tuple[str, ...]) -> None:
    assert differences(PAYMENT, replace(PAYMENT, **more)) == what  # type: ignore[arg-type]


def test_no_reference_and_an_empty_one_are_the_same() -> None:
    assert differences(replace(PAYMENT, reference=None), replace(PAYMENT, reference="")) == ()
