"""An import, from the rows picked to each row's outcome; the host commits payment, applications and key as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import (
    Application,
    Entity,
    Kind,
    Link,
    LinkOrigin,
    Message,
    Outcome,
    QboPayment,
    Ref,
)
from qb_plugin.sync.importing.compact_rows import CompactRows, pack_rows
from qb_plugin.sync.importing.planning import plan_import
from qb_plugin.sync.importing.run_import import GROUP, ImportOptions, as_host_payment, import_payments, record
from tests.support.addin.sync_firm import DAY, REALM, Ended, Firm, book_payment, collect, firm_in, line
from tests.support.ledgers.fake_ledger_values import FakeApplication
from tests.support.ledgers.sync_ledger import ImportLedger, PowerCutError


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


@pytest.fixture
def ledger() -> ImportLedger:
    return ImportLedger()


class Desk:
    """Somebody who presses Import Selected."""

    def __init__(self, firm: Firm, ledger: ImportLedger) -> None:
        self._firm, self._ledger = firm, ledger
        self.kept = CompactRows()

    def press(self, *payments: QboPayment, stop: Callable[[], bool] = lambda: False, force: frozenset[str] = frozenset()) -> Ended:
        for payment in payments:
            self._firm.quickbooks.put(payment)
        self.look(*payments)
        return self.press_on(*payments, stop=stop, force=force)

    def look(self, *payments: QboPayment) -> None:
        """The rows as they are now."""
        rows = pack_rows(plan_import(self._firm.context, self._ledger, payments))
        now = self._firm.clock.now()
        self.kept = CompactRows(rows, now, now)

    def press_on(
        self, *payments: QboPayment, stop: Callable[[], bool] = lambda: False, force: frozenset[str] = frozenset()
    ) -> Ended:
        """The button alone, on rows that were looked at before."""
        options = ImportOptions({"2": "Visa"}, force)
        ids = [f"quickbooks_payment:{payment.id}" for payment in payments]
        context, ledger = self._firm.context, self._ledger
        return collect(lambda run: import_payments(context, run, ledger, self.kept, ids, options=options), stop)

    def linked(self, identity: str) -> Link | None:
        return self._firm.store.links.by_quickbooks(REALM, Entity.PAYMENT, [identity]).get(identity)


@pytest.fixture
def desk(firm: Firm, ledger: ImportLedger) -> Desk:
    return Desk(firm, ledger)


def outcomes(ended: Ended) -> list[Outcome]:
    return [result.outcome for result in ended.rows.values()]


def test_a_payment_is_recorded_applied_and_linked(desk: Desk, ledger: ImportLedger) -> None:
    ledger.bill(20, 1, "100.00")
    ended = desk.press(
        book_payment("900", method_id="2", reference="C1", note="by card", sync_token="3", lines=(line("300", "100.00", "INV-20"),))
    )
    [kept] = ledger.entries
    assert (kept.client_id, kept.date, kept.amount, kept.method, kept.reference, kept.memo) == (
        "1",
        DAY,
        Decimal("100.00"),
        "Visa",
        "C1",
        "by card",
    )
    assert kept.applications == (FakeApplication("20", "INV-20", Decimal("100.00")),)
    result = ended.rows["quickbooks_payment:900"]
    assert (result.outcome, result.message, result.quickbooks_id) == (Outcome.SYNCHRONIZED, None, "900")
    assert result.applied == (Application("20", "INV-20", Decimal("100.00")),)
    assert desk.linked("900") == Link(
        realm=REALM,
        source=Ref(Kind.PAYMENT, kept.id),
        entity=Entity.PAYMENT,
        quickbooks_id="900",
        origin=LinkOrigin.IMPORTED,
        sync_token="3",
    )


def test_a_row_is_running_while_the_host_records_it(desk: Desk) -> None:
    ended = desk.press(book_payment("900"))
    assert [event.outcome for event in ended.events if not isinstance(event, Message)] == [Outcome.RUNNING, Outcome.SYNCHRONIZED]


def test_a_method_unknown_here_comes_in_empty(desk: Desk, ledger: ImportLedger) -> None:
    desk.press(book_payment("900", method_id="77"), book_payment("901", reference="x"))
    assert [(kept.method, kept.memo) for kept in ledger.entries] == [("", ""), ("", "")]


def test_what_stays_unapplied_is_said_on_the_row(desk: Desk) -> None:
    ended = desk.press(book_payment("900", lines=(line("300", "100.00", "QB-1"),)))
    assert ended.rows["quickbooks_payment:900"].message == Message("invoice_not_here", {"no": "QB-1", "amount": Decimal("100.00")})


def test_a_row_the_host_refuses_fails_with_its_reason_and_the_others_go_on(desk: Desk, ledger: ImportLedger) -> None:
    ledger.refuses["bad"] = "The period is closed."
    ended = desk.press(book_payment("900", reference="bad"), book_payment("901", reference="good"))
    assert outcomes(ended) == [Outcome.FAILED, Outcome.SYNCHRONIZED]
    assert ended.rows["quickbooks_payment:900"].message == Message("host_refused", {"reason": "The period is closed."})
    assert desk.linked("900") is None


def test_rows_that_cannot_come_in_fail_with_their_reason(desk: Desk, ledger: ImportLedger) -> None:
    ended = desk.press(book_payment("900", amount="0.00"), book_payment("901", client=9))
    assert outcomes(ended) == [Outcome.FAILED, Outcome.FAILED]
    assert [row.message and row.message.key for row in ended.rows.values()] == ["credit_application", "customer_not_matched"]
    assert ledger.groups == []


def test_pressing_again_brings_nothing_in_twice(desk: Desk, ledger: ImportLedger) -> None:
    desk.press(book_payment("900"))
    ended = desk.press(book_payment("900"))
    assert (outcomes(ended), len(ledger.entries)) == ([Outcome.SYNCHRONIZED], 1)
    assert ended.rows["quickbooks_payment:900"].message == Message("already_here")


def test_a_link_that_was_lost_is_healed_by_the_key(desk: Desk, ledger: ImportLedger, firm: Firm) -> None:
    desk.press(book_payment("900"))
    firm.store.links.remove(REALM, [Ref(Kind.PAYMENT, ledger.entries[0].id)])
    assert desk.linked("900") is None
    assert outcomes(desk.press(book_payment("900"))) == [Outcome.SYNCHRONIZED]
    link = desk.linked("900")
    assert link is not None
    assert link.source.id == ledger.entries[0].id


def test_a_payment_exported_from_here_is_linked_by_its_marker(desk: Desk, ledger: ImportLedger) -> None:
    ledger.has(17, 1, "100.00")
    desk.press(book_payment("900", note="[WS AF-payment-17]"), book_payment("901", amount="0.00", note="[WS AF-apply-3]"))
    link = desk.linked("900")
    assert link is not None
    assert (link.source, link.origin) == (Ref(Kind.PAYMENT, "17"), "adopted")
    assert desk.linked("901") is None


def test_a_payment_another_workstation_recorded_meanwhile_is_here(firm: Firm, ledger: ImportLedger) -> None:
    ready = plan_import(firm.context, ledger, [book_payment("900")])
    ledger.record_payments([as_host_payment(row, {}) for row in ready])
    ended = collect(lambda run: record(firm.context, run.reporter, ledger, ready, {}))
    assert ended.rows["quickbooks_payment:900"].message == Message("already_here")
    assert outcomes(ended) == [Outcome.SYNCHRONIZED]
    assert len(ledger.entries) == 1


# --- groups -------------------------------------------------------------------------------------------


def many(count: int, **more: object) -> list[QboPayment]:
    return [book_payment(str(10_000 + n), reference=f"C{n}", **more) for n in range(count)]  # type: ignore[arg-type]


def test_rows_are_recorded_in_groups_over_the_balances_of_the_moment(desk: Desk, ledger: ImportLedger) -> None:
    ledger.bill(20, 1, "15050.00")
    ended = desk.press(*many(GROUP * 2, lines=(line("300", "100.00", "INV-20"),)))
    assert ledger.groups == [GROUP, GROUP]
    assert set(outcomes(ended)) == {Outcome.SYNCHRONIZED}
    assert ledger.bills[0].balance == Decimal("0.00")


def test_a_power_cut_before_the_hosts_commit_loses_nothing(desk: Desk, ledger: ImportLedger) -> None:
    ledger.cut_before = 2
    payments = many(GROUP + 50)
    assert isinstance(desk.press(*payments).failure, PowerCutError)
    assert len(ledger.entries) == GROUP
    ended = desk.press(*payments)
    assert len(ledger.entries) == GROUP + 50
    assert set(outcomes(ended)) == {Outcome.SYNCHRONIZED}
    assert sum(row.message != Message("already_here") for row in ended.rows.values()) == 50


def test_a_power_cut_after_the_hosts_commit_brings_nothing_in_twice_and_heals_the_links(desk: Desk, ledger: ImportLedger) -> None:
    ledger.cut_after = 1
    payments = many(5)
    broken = desk.press(*payments)
    assert set(outcomes(broken)) == {Outcome.RUNNING}
    assert desk.linked("10000") is None
    assert set(outcomes(desk.press(*payments))) == {Outcome.SYNCHRONIZED}
    assert len(ledger.entries) == 5
    assert all(desk.linked(payment.id) for payment in payments)


def test_cancel_finishes_the_group_and_leaves_the_rest_not_tried(desk: Desk, ledger: ImportLedger) -> None:
    ended = desk.press(*many(GROUP + 5), stop=lambda: bool(ledger.entries))
    assert outcomes(ended).count(Outcome.SYNCHRONIZED) == GROUP
    assert [result.message for result in ended.rows.values()][-5:] == [Message("cancelled_row")] * 5


# --- look-alikes --------------------------------------------------------------------------------------


def test_a_look_alike_is_held_until_a_person_says_it_is_another(desk: Desk, ledger: ImportLedger) -> None:
    ledger.has(17, 1, "100.00")
    assert outcomes(desk.press(book_payment("900"))) == [Outcome.NEEDS_DECISION]
    ended = desk.press(book_payment("900"), force=frozenset({"quickbooks_payment:900"}))
    assert outcomes(ended) == [Outcome.SYNCHRONIZED]
    assert ended.rows["quickbooks_payment:900"].message == Message("unapplied_here", {"amount": Decimal("100.00")})
    assert len(ledger.entries) == 2


def test_equal_payments_picked_together_all_come_in_whatever_group_they_fall_into(desk: Desk, ledger: ImportLedger) -> None:
    possible_duplicates = [book_payment(str(10_000 + n)) for n in range(GROUP + 3)]
    assert set(outcomes(desk.press(*possible_duplicates))) == {Outcome.SYNCHRONIZED}
    assert len(ledger.entries) == GROUP + 3


def test_a_payment_equal_to_one_that_came_in_earlier_is_held(desk: Desk) -> None:
    desk.press(book_payment("900"))
    ended = desk.press(book_payment("901"))
    assert ended.rows["quickbooks_payment:901"].outcome is Outcome.NEEDS_DECISION
