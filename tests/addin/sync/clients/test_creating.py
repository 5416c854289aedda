"""A customer is created once: through the journal, after a look for its name, and doubt is settled by that name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from qb_plugin.errors import Fatal, LeaseLost, ReconnectNeeded
from qb_plugin.model import Batch, Customer, Entity, IntentState, Kind, Link, ListEntry, Message, Outcome, Ref, RowResult
from qb_plugin.sync.clients.creating import NewCustomer, create_customers
from qb_plugin.sync.exporting.run_export import settle_open
from qb_plugin.sync.reporting import Reporter, RunAborted
from tests.support.addin.scripted_sends import BROKEN, LOST, UNSENT, Step, late, refusal, refuses
from tests.support.addin.sync_firm import REALM, Ended, Firm, Killed, client_link, collect, firm_in, leased, payment


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def new(number: int, name: str = "", **more: str) -> NewCustomer:
    return NewCustomer(client_id=str(number), name=name or f"Pye's Cakes {number}", **more)


def create(firm: Firm, *wanted: NewCustomer) -> Ended:
    return collect(lambda run: create_customers(firm.context, run, wanted))


def named(firm: Firm, name: str) -> list[Customer]:
    return [each for each in firm.quickbooks.customers_ if each.name == name]


def link_of(firm: Firm, number: int) -> Link | None:
    ref = Ref(Kind.CLIENT, str(number))
    return firm.store.links.by_source(REALM, [ref]).get(ref)


def ends(ended: Ended) -> dict[str, tuple[str, str]]:
    return {row: (result.outcome.value, result.message.key if result.message else "") for row, result in ended.rows.items()}


def test_customers_are_created_and_linked(firm: Firm) -> None:
    ended = create(firm, new(11, email="pye@cakes.example", phone="555 0101"), new(12))
    assert ends(ended) == {"client:11": ("synchronized", "customer_created"), "client:12": ("synchronized", "customer_created")}
    [made] = named(firm, "Pye's Cakes 11")
    assert (made.email, made.phone) == ("pye@cakes.example", "555 0101")
    link = link_of(firm, 11)
    assert link
    assert (link.entity, link.quickbooks_id) == (Entity.CUSTOMER, made.id)
    assert firm.open_intents() == []


def test_pressing_the_button_again_creates_nothing_twice(firm: Firm) -> None:
    create(firm, new(11))
    assert ends(create(firm, new(11))) == {"client:11": ("synchronized", "client_matched_already")}
    assert len(named(firm, "Pye's Cakes 11")) == 1


TAKEN: list[tuple[str, Callable[[Firm], None], str]] = [
    ("a customer", lambda firm: firm.know(21), "Customer 21"),
    ("an inactive customer", lambda firm: firm.know(22, active=False, name="Customer 22 (deleted)"), "customer 22"),
    ("a vendor", lambda firm: firm.quickbooks.people_.append(ListEntry("7", "Brosnahan", "Vendor")), "Brosnahan"),
    ("an employee", lambda firm: firm.quickbooks.people_.append(ListEntry("8", "Emily Platt", "Employee")), "Emily  Platt"),
    ("an inactive vendor", lambda firm: firm.quickbooks.people_.append(ListEntry("9", "Old", "Vendor", False)), "OLD"),
]


@pytest.mark.parametrize(("who", "arrange", "name"), TAKEN, ids=[each[0] for each in TAKEN])
def test_a_name_that_somebody_has_is_found_before_anything_is_sent(
    firm: Firm, who: str, arrange: Callable[[Firm], None], name: str
) -> None:
    arrange(firm)
    ended = create(firm, new(11, name))
    assert ends(ended) == {"client:11": ("needs_decision", "customer_name_taken")}
    assert (ended.rows["client:11"].message or Message("")).values["who"] == who
    assert firm.quickbooks.batches == []


def test_two_clients_of_one_name_do_not_race_for_it(firm: Firm) -> None:
    ended = create(firm, new(11, "Cool Cars"), new(12, "cool  cars"))
    assert ends(ended) == {
        "client:11": ("synchronized", "customer_created"),
        "client:12": ("needs_decision", "customer_name_taken"),
    }
    assert len(firm.quickbooks.batches) == 1


def test_a_name_that_is_taken_between_look_and_send_needs_a_decision(firm: Firm) -> None:
    firm.quickbooks.on_submit.append(lambda _: firm.quickbooks.people_.append(ListEntry("7", "Pye's Cakes 11", "Vendor")))
    ended = create(firm, new(11))
    assert ends(ended) == {"client:11": ("needs_decision", "customer_name_taken")}
    assert link_of(firm, 11) is None
    firm.quickbooks.people_.clear()
    firm.quickbooks.on_submit.clear()
    assert ends(create(firm, new(11))) == {"client:11": ("synchronized", "customer_created")}


REFUSED = [
    ("", "customer_without_name"),
    ("Line\nbreak", "quickbooks_bad_character"),
    ("x" * 501, "quickbooks_too_long"),
]


@pytest.mark.parametrize(("name", "key"), REFUSED)
def test_a_name_that_quickbooks_does_not_take_is_said_and_stops_no_other(firm: Firm, name: str, key: str) -> None:
    ended = create(firm, replace(new(11), name=name), new(12))
    assert ends(ended) == {"client:11": ("failed", key), "client:12": ("synchronized", "customer_created")}


def test_a_path_is_offered_under_a_name_without_a_colon(firm: Firm) -> None:
    ended = create(firm, new(11, "Meridian: North"))
    assert ended.rows["client:11"].outcome is Outcome.NEEDS_DECISION
    assert ended.rows["client:11"].message == Message(
        "customer_name_colon", {"client": "Meridian: North", "other": "Meridian - North"}
    )


def test_a_currency_that_the_company_does_not_keep_is_said(firm: Firm) -> None:
    assert ends(create(firm, new(11, currency="EUR"))) == {"client:11": ("failed", "currency_not_used")}
    firm.quickbooks.company_ = replace(firm.quickbooks.company_, multicurrency=True)
    create(firm, new(11, currency="EUR"))
    assert '"CurrencyRef":{"value":"EUR"}' in firm.quickbooks.batches[0].intents[0].payload


IN_DOUBT: list[tuple[str, tuple[Step, ...]]] = [
    ("saved, the answer lost", (LOST,)),
    ("saved a minute later", (late(60.0),)),
    ("saved by the second send", (UNSENT, LOST)),
    ("never arrived at first", (UNSENT,)),
    ("errors, then well", (BROKEN, BROKEN)),
    ("two lost answers", (LOST, LOST)),
    ("lost, and then refused for the name that it has itself", (LOST, refuses("6240"))),
]


@pytest.mark.parametrize(("name", "steps"), IN_DOUBT, ids=[each[0] for each in IN_DOUBT])
@pytest.mark.parametrize("replay", ["stored", "6000", "forgets"])
def test_a_lost_answer_is_settled_by_the_name_and_makes_one_customer(
    firm: Firm, name: str, steps: tuple[Step, ...], replay: str
) -> None:
    firm.quickbooks.replay = replay
    firm.quickbooks.script(Ref(Kind.CLIENT, "11"), *steps)
    ended = create(firm, new(11), new(12))
    assert {row: result.outcome for row, result in ended.rows.items()} == dict.fromkeys(ended.rows, Outcome.SYNCHRONIZED)
    assert [len(named(firm, f"Pye's Cakes {number}")) for number in (11, 12)] == [1, 1]
    link = link_of(firm, 11)
    assert link
    assert link.quickbooks_id == named(firm, "Pye's Cakes 11")[0].id


@pytest.mark.parametrize("saved", [True, False])
def test_a_process_that_is_killed_between_send_and_settle_leaves_what_the_next_run_settles(firm: Firm, saved: bool) -> None:
    ref = Ref(Kind.CLIENT, "11")
    if not saved:
        firm.quickbooks.script(ref, UNSENT)

    def die() -> None:
        firm.quickbooks.after_batch = lambda: None
        raise Killed

    firm.quickbooks.after_batch = die
    with pytest.raises(Killed):
        create_customers(firm.context, leased(), [new(11)])
    [left] = firm.open_intents()
    assert (left.source, left.entity, left.state) == (ref, Entity.CUSTOMER, IntentState.OPEN)
    ended = create(firm, new(11))
    assert ended.rows["client:11"].outcome is Outcome.SYNCHRONIZED
    assert len(named(firm, "Pye's Cakes 11")) == 1
    assert link_of(firm, 11)


def test_an_export_and_the_background_job_settle_an_open_customer_too(firm: Firm) -> None:
    firm.quickbooks.after_batch = lambda: (_ for _ in ()).throw(Killed())
    with pytest.raises(Killed):
        create_customers(firm.context, leased(), [new(11)])
    firm.quickbooks.after_batch = lambda: None
    row = payment(1)
    assert firm.export(row).outcome(row) is Outcome.SYNCHRONIZED
    assert link_of(firm, 11)
    assert settle_open(firm.context, leased()).results == {}


def test_a_customer_that_is_renamed_since_is_no_reason_for_another(firm: Firm) -> None:
    """Another name is another customer: then the name is free again, and what is created has it."""
    create(firm, new(11))
    firm.store.links.remove(REALM, [Ref(Kind.CLIENT, "11")])
    [made] = named(firm, "Pye's Cakes 11")
    firm.quickbooks.customers_.remove(made)
    firm.quickbooks.customers_.append(replace(made, name="Pye", full_name="Pye"))
    assert ends(create(firm, new(11))) == {"client:11": ("synchronized", "customer_created")}


def test_signed_out_in_the_middle_leaves_the_rest_not_tried(firm: Firm) -> None:
    firm.quickbooks.width, firm.quickbooks.items_a_batch = 1, 1
    firm.quickbooks.script(Ref(Kind.CLIENT, "12"), Step(fatal=ReconnectNeeded(Message("quickbooks_signed_out"))))
    ended = create(firm, new(11), new(12), new(13))
    assert [ended.rows[f"client:{number}"].outcome.value for number in (11, 12, 13)] == ["synchronized", "not_tried", "not_tried"]
    assert firm.open_intents() == []


def test_a_lease_that_is_lost_sends_nothing(firm: Firm) -> None:
    def lost() -> None:
        raise LeaseLost(Message("lease_lost"))

    ended = collect(lambda run: create_customers(firm.context, run, [new(11)]), check=lost)
    assert ended.rows["client:11"].outcome is Outcome.NOT_TRIED
    assert firm.quickbooks.batches == []


def test_cancelled_between_batches_the_rest_is_not_tried(firm: Firm) -> None:
    firm.quickbooks.width, firm.quickbooks.items_a_batch = 1, 1
    stopped: list[Batch] = []
    firm.quickbooks.on_submit.append(stopped.append)
    ended = collect(lambda run: create_customers(firm.context, run, [new(11), new(12)]), stop=lambda: bool(stopped))
    assert ends(ended) == {"client:11": ("synchronized", "customer_created"), "client:12": ("not_tried", "cancelled_row")}


def test_when_nobody_listens_any_more_what_is_in_flight_is_written_down(firm: Firm) -> None:
    firm.quickbooks.items_a_batch = 1

    def leave(event: RowResult | Message) -> None:
        if isinstance(event, RowResult) and event.outcome is Outcome.SYNCHRONIZED:
            raise RunAborted(KeyboardInterrupt())

    with pytest.raises(RunAborted):
        create_customers(firm.context, leased(reporter=Reporter(leave, leave)), [new(11), new(12), new(13)])
    assert [bool(link_of(firm, number)) for number in (11, 12, 13)] == [True, True, True]
    assert firm.open_intents() == []


def test_a_fault_names_the_client_in_its_sentence(firm: Firm) -> None:
    firm.quickbooks.script(Ref(Kind.CLIENT, "11"), Step(fault=refusal("2210", "Invalid Email Address format")))
    ended = create(firm, new(11))
    assert ended.rows["client:11"].outcome is Outcome.FAILED
    assert firm.store.journal.standing(REALM, [Ref(Kind.CLIENT, "11")]) == []


def test_where_vendors_cannot_be_read_quickbooks_itself_refuses_their_names(firm: Firm) -> None:
    firm.quickbooks.people_.append(ListEntry("7", "Pye's Cakes 11", "Vendor"))
    firm.quickbooks.unreachable["people"] = Fatal(Message("quickbooks_no_access"))
    ended = create(firm, new(11), new(12))
    assert ends(ended)["client:11"] == ("needs_decision", "customer_name_taken")
    assert ends(ended)["client:12"] == ("synchronized", "customer_created")


def test_a_client_that_is_linked_meanwhile_keeps_its_link(firm: Firm) -> None:
    def link(_: Batch) -> None:
        firm.store.links.add([client_link(11)])

    firm.quickbooks.on_submit.append(link)
    create(firm, new(11))
    found = link_of(firm, 11)
    assert found
    assert found.quickbooks_id == client_link(11).quickbooks_id
