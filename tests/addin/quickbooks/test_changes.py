"""What changed since a moment: one call tells, or it is said that it cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qb_plugin.errors import ReconnectNeeded
from qb_plugin.model import PaymentChanges, QboPayment
from qb_plugin.quickbooks.limits import Limits
from tests.support.addin.quickbooks_fakes import NOON, Scripted, ScriptedAdapter, one_after_another, scripted, simulated
from tests.support.simulator.simulator_calls import Books as Entries


def test_one_call_tells_what_was_made_changed_and_deleted() -> None:
    side, core = simulated(company="empty")
    books, there = side.quickbooks.adapter(), Entries(core)
    customer = there.customer()
    kept, gone, void = (there.pay(customer, amount) for amount in (1, 2, 3))
    core.clock.advance(1800)
    since = books.now() + timedelta(seconds=900)
    fresh = there.pay(customer, 5)
    for payment, how in ((gone, {"operation": "delete"}), (void, {"operation": "update", "include": "void"})):
        there.post("Payment", {"Id": payment["Id"], "SyncToken": payment["SyncToken"], "sparse": True}, **how)
    found = books.payments_since(since)
    assert found is not None
    assert found.deleted == {gone["Id"]}
    voided = {payment.id: isinstance(payment, QboPayment) and payment.voided for payment in found.changed}
    assert voided == {
        fresh["Id"]: False,
        void["Id"]: True,
    }
    everything = books.payments_since(since - timedelta(hours=1))
    assert everything is not None
    assert {payment.id for payment in everything.changed} == {kept["Id"], fresh["Id"], void["Id"]}


def test_a_thousand_changes_may_not_be_all() -> None:
    side, core = simulated(company="empty")
    books, there = side.quickbooks.adapter(), Entries(core)
    since, customer = books.now(), there.customer()
    for _ in range(999):
        there.pay(customer, 1)
    found = books.payments_since(since)
    assert found is not None
    assert len(found.changed) == 999
    there.pay(customer, 1)
    assert books.payments_since(since) is None


CHANGES = '{"CDCResponse":[{"QueryResponse":[%s]}],"time":"2026-11-22T12:00:00.000-08:00"}'


def changes_of(*replies: Scripted) -> tuple[PaymentChanges | None, ScriptedAdapter]:
    side, adapter = scripted(one_after_another(*replies), Limits(read_waits=(1.0,)))
    return side.quickbooks.adapter().payments_since(NOON), adapter


def test_nothing_changed_is_no_change() -> None:
    found, adapter = changes_of(Scripted((CHANGES % "{}").encode()))
    assert found == PaymentChanges()
    (asked,) = [sent.url for sent in adapter.asked if "/cdc" in str(sent.url)]
    assert "/cdc?entities=Payment&changedSince=2026-11-22T20%3A00%3A00%2B00%3A00&" in str(asked)


def test_a_question_about_changes_that_quickbooks_does_not_take_leaves_it_untold() -> None:
    refusal = b'{"Fault":{"Error":[{"Message":"Invalid Date","code":"2060"}],"type":"ValidationFault"}}'
    assert changes_of(Scripted(refusal, 400))[0] is None


def test_changes_are_asked_for_again_while_quickbooks_is_in_trouble() -> None:
    assert changes_of(Scripted(b"", 503), Scripted((CHANGES % "{}").encode()))[0] == PaymentChanges()


def test_a_sign_in_that_is_gone_is_no_matter_of_changes() -> None:
    refusal = b'{"Fault":{"Error":[{"Message":"no rights","code":"120"}],"type":"ValidationFault"}}'
    with pytest.raises(ReconnectNeeded):
        changes_of(Scripted(refusal, 400))
