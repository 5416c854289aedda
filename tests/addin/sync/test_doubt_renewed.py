"""A requestid that answers for another item is replaced once; who has lost the lease renews and closes nothing; and what a re-send
tells is kept to the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from qb_plugin.errors import LeaseLost, ReconnectNeeded
from qb_plugin.model import CustomerDraft, Entity, Fault, Intent, Kind, Message, Outcome, Ref, SourceRecord, Verdict
from qb_plugin.store.database import open_store
from qb_plugin.sync.exporting.recovery import Recovery, fault_values
from qb_plugin.sync.exporting.run_export import settle_open
from tests.support.addin.interrupted_runs import BETWEEN, send_and_die, settle
from tests.support.addin.quickbooks_fakes import payment_intent
from tests.support.addin.scripted_sends import LOST, UNSENT, Step, refuses
from tests.support.addin.sync_firm import REALM, Ended, Firm, collect, firm_in, leased, payment

ROW, OTHER = payment(2, 2), payment(1)  # in the order of their clients OTHER goes first

CLIENT = Ref(Kind.CLIENT, "11")


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def foreign(code: str = "item_foreign") -> Step:
    """The requestid is another item's."""
    return Step(verdict=Verdict.DOUBT, fault=Fault(code=code, text="another item", type="SystemFault"))


def requestids(firm: Firm, row: SourceRecord) -> list[str]:
    """Under which the row went, send by send."""
    return [batch.requestid for batch in firm.quickbooks.batches for intent in batch.intents if intent.source == row.ref]


def second_of_a_batch(firm: Firm, step: Step) -> Intent:
    """The row went second in a batch that never arrived and was looked for once; this happens when it goes again."""
    firm.quickbooks.script(OTHER.ref, LOST)
    firm.quickbooks.script(ROW.ref, UNSENT, step)
    send_and_die(firm, OTHER, ROW)
    firm.store.journal.look([intent.id for intent in firm.open_intents()], firm.clock.now())
    spent = next(intent for intent in firm.open_intents() if intent.source == ROW.ref)
    assert (spent.bid, spent.first_look_at) == ("2", firm.clock.now())
    return spent


# --- a requestid that is spent ------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["600", "item_foreign"])
def test_a_spent_requestid_is_replaced_after_two_looks_and_the_row_goes_alone_with_its_bytes(firm: Firm, code: str) -> None:
    spent = second_of_a_batch(firm, foreign(code))
    ended = settle(firm)
    first, again, fresh = requestids(firm, ROW)
    assert (ended.outcome(ROW), first == again, fresh != first) == (Outcome.SYNCHRONIZED, True, True)
    assert [(intent.bid, intent.payload) for intent in firm.quickbooks.batches[-1].intents] == [("1", spent.payload)]
    assert firm.intent_of(ROW).requestid == fresh
    assert [intent.id for intent in firm.store.journal.withdrawn(REALM)] == [spent.id]
    assert sum(firm.clock.slept) == 2 * BETWEEN


def test_what_takes_its_place_is_written_down_as_it_will_go_before_it_goes(firm: Firm) -> None:
    firm.quickbooks.skew = timedelta(hours=-3)
    spent, seen = second_of_a_batch(firm, foreign()), list[Intent]()

    def check() -> None:
        for intent in firm.open_intents():
            if intent.withdrawals and not seen:
                seen.append(intent)
                assert intent == replace(
                    spent,
                    id=f"{intent.requestid}.1",
                    run_id="run",
                    requestid=intent.requestid,
                    bid="1",
                    quickbooks_time=firm.quickbooks.now(),
                    sent_at=firm.clock.now(),
                    first_look_at=None,
                    sends=2,
                    withdrawals=1,
                )

    assert collect(partial(settle_open, firm.context), check=check).failure is None
    assert len(seen) == 1


def test_a_second_new_requestid_is_not_tried(firm: Firm) -> None:
    firm.quickbooks.script(ROW.ref, UNSENT, *[foreign()] * 3)
    send_and_die(firm, ROW)
    assert (settle(firm).said(ROW), firm.quickbooks.sends[str(ROW.ref)]) == ("doubt_settled", 4)
    first, again, *fresh = requestids(firm, ROW)
    assert (first == again, len(set(fresh)), first in fresh) == (True, 1, False)
    assert [(intent.singles, intent.withdrawals, intent.fully_settled) for intent in firm.open_intents()] == [(2, 1, True)]


def test_in_company_a_requestid_is_not_spent_and_of_several_rows_only_the_one_alone_gets_another(firm: Firm) -> None:
    firm.quickbooks.script(ROW.ref, UNSENT, foreign(), foreign())
    firm.quickbooks.script(OTHER.ref, *[UNSENT] * 3)
    send_and_die(firm, ROW, OTHER)
    ended = settle(firm)
    assert [ended.outcome(row) for row in (ROW, OTHER)] == [Outcome.SYNCHRONIZED] * 2
    first, *again, fresh = requestids(firm, ROW)
    assert again == [first] * 2
    assert (requestids(firm, OTHER), fresh != first) == ([first] * 4, True)


# --- who has lost the lease ---------------------------------------------------------------------------


def settle_and_lose_the_lease(firm: Firm, after: float) -> Ended:
    """Settle with a lease that another workstation takes so many seconds later, unseen by all but the journal."""
    lease = firm.store.leases.take(REALM, firm.run_info())

    def take_over() -> None:
        with closing(open_store(firm.url, clock=firm.clock)) as elsewhere:
            elsewhere.leases.take(REALM, replace(firm.run_info(), id="late"))

    firm.clock.at(after, take_over)
    ended = Ended()
    try:
        settle_open(firm.context, leased(fence=lease.fence, reporter=ended.reporter))
    except LeaseLost as failure:
        ended.failure = failure
    return ended


@pytest.mark.parametrize("step", [foreign(), refuses("610")], ids=["spent", "refused"])
def test_who_has_lost_the_lease_neither_renews_nor_closes_what_was_refused(firm: Firm, step: Step) -> None:
    firm.quickbooks.script(ROW.ref, UNSENT, step)
    send_and_die(firm, ROW)
    [intent] = firm.open_intents()
    assert isinstance(settle_and_lose_the_lease(firm, BETWEEN + 70).failure, LeaseLost)
    assert [each.id for each in firm.open_intents()] == [intent.id]
    assert len(set(requestids(firm, ROW))) == 1


def test_who_has_lost_the_lease_does_not_close_what_was_removed(firm: Firm) -> None:
    firm.quickbooks.script(ROW.ref, LOST)
    firm.quickbooks.lag = 3600.0
    send_and_die(firm, ROW)
    firm.quickbooks.delete("1001")
    assert isinstance(settle_and_lose_the_lease(firm, 70).failure, LeaseLost)
    assert len(firm.open_intents()) == 1


# --- what a re-send tells -----------------------------------------------------------------------------


def test_of_several_requestids_each_answer_counts(firm: Firm) -> None:
    rows = [payment(number, number) for number in range(1, 4)]
    firm.quickbooks.items_a_batch = 1
    for row in rows:
        firm.quickbooks.script(row.ref, UNSENT)
    ended = firm.export(*rows)
    assert [ended.outcome(row) for row in rows] == [Outcome.SYNCHRONIZED] * 3
    assert [link and link.origin for link in map(firm.link, rows)] == ["exported"] * 3
    assert sum(firm.clock.slept) == BETWEEN


def test_a_failure_that_ends_the_re_send_ends_the_run(firm: Firm) -> None:
    failure = ReconnectNeeded(Message("reconnect_needed"))
    firm.quickbooks.script(ROW.ref, UNSENT, Step(fatal=failure))
    send_and_die(firm, ROW)
    assert settle(firm).failure is failure
    assert [(intent.sends, intent.singles) for intent in firm.open_intents()] == [(1, 1)]


def test_what_stays_in_doubt_is_known_with_the_sends_that_are_written_down(firm: Firm) -> None:
    firm.quickbooks.script(ROW.ref, UNSENT, UNSENT)
    send_and_die(firm, ROW)
    recovery = Recovery(firm.context, leased(lambda: firm.clock.monotonic() > BETWEEN))
    recovery.settle(firm.open_intents())
    [undecided], [written] = recovery.undecided, firm.open_intents()
    assert (undecided.sends, undecided.singles) == (written.sends, written.singles) == (2, 2)


def test_the_reason_why_a_customer_was_refused_in_the_end_names_who_it_is(firm: Firm) -> None:
    firm.quickbooks.script(ROW.ref, UNSENT)
    send_and_die(firm, ROW)
    [sent] = firm.open_intents()
    firm.quickbooks.script(CLIENT, refuses("2210"))
    payload = firm.quickbooks.customer_payload(CustomerDraft(name="Alder"))
    client = replace(sent, id="c.1", requestid="c", source=CLIENT, entity=Entity.CUSTOMER, payload=payload, customer_id="")
    firm.store.journal.open([client], 0)
    context = replace(firm.context, fault_message=lambda fault, values: Message("quickbooks_said", {"code": fault.code} | values))
    ended = collect(lambda run: Recovery(context, run).settle([client]))
    said = {"code": "2210", "entity": Entity.CUSTOMER, "customer": "Alder"}
    assert (ended.failure, ended.rows[str(CLIENT)].message) == (None, Message("quickbooks_said", said))
    keys = {"customer": f"customer:{sent.customer_id}", "account": "account:"}
    assert fault_values(firm.context, sent) == {"entity": Entity.PAYMENT, "account": "Undeposited Funds", "keys": keys}


def test_the_reason_of_a_refusal_names_what_the_settings_choose_as_they_call_it(firm: Firm) -> None:
    context = replace(firm.context, mapped_names=lambda: {"account:35": "Checking", "method:4": "Visa"})
    sent = payment_intent(1, "7", deposit_account_id="35", method_id="4")
    assert fault_values(context, sent) == {
        "entity": Entity.PAYMENT,
        "account": "Checking",
        "method": "Visa",
        "keys": {"customer": "customer:7", "account": "account:35", "method": "method:4"},
    }
