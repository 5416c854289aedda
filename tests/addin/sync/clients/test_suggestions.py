"""Suggestions: which customer, how like, why, and what is accepted without a look. Measured on the set of 2,000 pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from qb_plugin.model import Customer
from qb_plugin.sync.clients.likest import LINE, Suggestion, find_candidates
from qb_plugin.sync.clients.suggestions import suggest
from tests.addin.sync.clients.pairs import build


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    name: str
    email: str = ""
    phone: str = ""
    active: bool = True
    currency: str = "USD"


def customer(identity: str, path: str, active: bool = True, email: str = "", phone: str = "") -> Customer:
    return Customer(id=identity, name=path.rpartition(":")[2], full_name=path, active=active, email=email, phone=phone)


def suggestions(clients: Sequence[Client], customers: Sequence[Customer], taken: Sequence[str] = ()) -> Mapping[str, Suggestion]:
    return suggest(find_candidates(clients, customers), {client.id: client.name for client in clients}, taken)


def suggestion(client: str, *customers: Customer, taken: tuple[str, ...] = ()) -> Suggestion | None:
    return suggestions([Client("1", client)], customers, taken).get("1")


def reasons(found: Suggestion | None) -> list[str]:
    assert found
    return [reason.key for reason in found.reasons]


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of the set."""

    accepted: int
    wrong: int
    pairs: int
    suggested: int
    accepted_pairs: int


@pytest.fixture(scope="module")
def measured() -> Measured:
    """The suggestions for the set in the repository."""
    entries = build.read(build.FOLDER / "clients.csv")
    customers = [
        customer(each.id, each.name, each.active == "yes", each.email, each.phone)
        for each in build.read(build.FOLDER / "customers.csv")
    ]
    found = suggestions([Client(each.id, each.name, each.email, each.phone) for each in entries], customers)
    truth = {each.id: each.customer for each in entries if each.customer}
    right = {client for client, each in found.items() if truth.get(client) == each.customer.id}
    accepted = {client for client, each in found.items() if each.sure}
    return Measured(len(accepted), len(accepted - right), len(truth), len(right), len(accepted & right))


def test_of_what_is_accepted_at_once_99_percent_are_right(measured: Measured) -> None:
    assert measured.pairs == build.PAIRS == 2_000
    assert 1 - measured.wrong / measured.accepted >= 0.99


def test_90_percent_of_the_pairs_are_found_and_accepted(measured: Measured) -> None:
    assert measured.suggested / measured.pairs >= 0.97
    assert measured.accepted_pairs / measured.pairs >= 0.90


def test_the_set_is_what_its_script_builds() -> None:
    clients, customers = build.build()
    assert build.read(build.FOLDER / "clients.csv") == clients
    assert build.read(build.FOLDER / "customers.csv") == customers


SURE = [
    ("amy's  Bird sanctuary", "Amy's Bird Sanctuary", "match_same_name"),
    ("Amy’s Bird Sanctuary", "Amy's Bird Sanctuary", "match_same_name"),
    ("Freeman:Rondonuwu", "Freeman:Rondonuwu", "match_same_name"),
    ("Meridian: North Office", "Meridian:North Office", "match_spelling"),
    ("Rondonuwu", "Freeman:Rondonuwu", "match_leaf"),
    ("Cho, Mark", "Mark Cho", "match_order"),
    ("Hernandez Lopez & Sohne", "Hernández, López & Söhne", "match_spelling"),
    ("Mueller Motors", "Müller Motors", "match_spelling"),
    ("Cool Cars L.L.C.", "Cool Cars LLC", "match_spelling"),
    ("Cool Cars", "Cool Cars, Inc.", "match_legal_form"),
    ("Mark A. Cho", "Mark Cho", "match_initial"),
    ("Yelowstone Yoga", "Yellowstone Yoga", "match_typo"),
    ("Blue Bird Bakery", "Bluebird Bakery", "match_spelling"),
    ("Bailey and Sons", "Bailey & Sons", "match_spelling"),
]


@pytest.mark.parametrize(("client", "path", "reason"), SURE)
def test_what_a_person_would_not_hesitate_over_is_sure_and_says_why(client: str, path: str, reason: str) -> None:
    found = suggestion(client, customer("5", path), customer("6", "Quite Another"))
    assert found
    assert found.customer.id == "5"
    assert found.sure
    assert found.percent >= LINE
    assert reason in reasons(found)


SHOWN = [
    ("Yellowstone Yoga", "Yellowstone Yoga Studio LLC", "match_sort"),
    ("J. Smithson", "John Smithson", "match_first_initial"),
    ("Daniel Reyes", "Daniela Reyes", "match_other_word"),
    ("Mark Cho Jr.", "Mark Cho", "match_generation"),
    ("Cool Cars LLC", "Cool Cars Inc", "match_other_form"),
    ("Whitehead Florists", "Whitehead Florists Dallas", "match_words"),
]


@pytest.mark.parametrize(("client", "path", "reason"), SHOWN)
def test_what_may_be_another_is_shown_with_the_difference_and_not_accepted(client: str, path: str, reason: str) -> None:
    found = suggestion(client, customer("5", path))
    assert found
    assert not found.sure
    assert found.percent < LINE
    assert reason in reasons(found)


@pytest.mark.parametrize(
    ("client", "path"), [("Store 12", "Store 13"), ("Maria Garcia", "John Smith"), ("Pye's Cakes", "Pyle Roofing")]
)
def test_who_is_another_is_not_suggested(client: str, path: str) -> None:
    assert suggestion(client, customer("5", path)) is None


def test_an_e_mail_or_phone_in_common_makes_a_shortened_name_sure() -> None:
    client = Client("1", "Yellowstone Yoga", "Desk@Yoga.example", "(406) 555-0199 x2")
    for there in (customer("5", "Yellowstone Yoga Studio LLC", email="desk@yoga.example"),
                  customer("5", "Yellowstone Yoga Studio LLC", phone="+1 406-555-0199")):  # fmt: skip
        found = suggestions([client], [there])["1"]
        assert found.sure
        assert found.percent == 97
        assert found.reasons[0].key in ("match_same_email", "match_same_phone")


def test_people_of_one_household_share_an_address_and_are_not_accepted() -> None:
    found = suggestions(
        [Client("1", "Maria Reyes", "home@reyes.example")], [customer("5", "Pedro Reyes", email="home@reyes.example")]
    )
    assert not found["1"].sure
    assert "match_others" in reasons(found["1"])


def test_an_address_that_several_have_says_nothing() -> None:
    office = "office@firm.example"
    there = [customer("5", "Yellowstone Yoga Studio", email=office), customer("6", "Redwood Roofing", email=office)]
    assert "match_same_email" not in reasons(suggestions([Client("1", "Yellowstone Yoga", office)], there)["1"])


def test_another_e_mail_and_another_phone_together_keep_a_same_name_below_the_line() -> None:
    there = customer("5", "Mark Cho", email="other@cho.example", phone="406 555 0100")
    assert suggestions([Client("1", "Mark Cho", "mark@cho.example")], [there])["1"].sure
    found = suggestions([Client("1", "Mark Cho", "mark@cho.example", "406 555 0199")], [there])["1"]
    assert not found.sure
    assert {"match_other_email", "match_other_phone"} <= set(reasons(found))


TWINS = [
    (["Freeman"], ["Freeman", "Parent:Freeman"]),
    (["Freeman"], ["Freeman Inc", "Freeman LLC"]),
    (["Mark Cho"], ["Mark A. Cho", "Mark B. Cho"]),
    (["Kevin Nguyen"], ["Kevin Nguyen", "Kevin L. Nguyen"]),
    (["Freeman", "FREEMAN"], ["Freeman"]),
    (["Freeman Inc", "Freeman, LLC"], ["Freeman"]),
    (["Cool Cars", "Cool  Cars."], ["Cool Cars"]),
    (["Mark A. Cho", "Mark B. Cho"], ["Mark Cho"]),
]


@pytest.mark.parametrize(("clients", "paths"), TWINS)
def test_twins_are_never_accepted_and_the_twin_is_named(clients: list[str], paths: list[str]) -> None:
    here = [Client(f"w{number}", name) for number, name in enumerate(clients)]
    there = [customer(f"q{number}", path) for number, path in enumerate(paths)]
    found = suggestions(here, there)
    unsure = [each for each in found.values() if not each.sure]
    assert len(unsure) == len(clients)
    assert all({"match_customer_twin", "match_client_twin"} & set(reasons(each)) for each in unsure)


def test_who_has_the_very_name_is_no_twin_of_whoever_has_another_very_name() -> None:
    found = suggestions(
        [Client("1", "Freeman"), Client("2", "Freeman Inc")], [customer("5", "Freeman"), customer("6", "Freeman Inc")]
    )
    assert {client: (each.customer.id, each.sure) for client, each in found.items()} == {"1": ("5", True), "2": ("6", True)}


def test_a_customer_that_is_taken_is_neither_suggested_nor_a_twin() -> None:
    assert suggestion("Freeman", customer("5", "Freeman"), taken=("5",)) is None
    left = suggestion("Freeman", customer("5", "Freeman"), customer("6", "Parent:Freeman"), taken=("6",))
    assert left
    assert left.sure


def test_an_inactive_customer_is_said_and_accepted_only_under_the_very_name() -> None:
    gone = customer("5", "Freeman (deleted)", active=False)
    found = suggestion("Freeman", gone)
    assert found
    assert (found.sure, found.percent) == (True, LINE)
    assert "match_inactive" in reasons(found)
    less = suggestion("Freeman Inc", gone)
    assert less
    assert not less.sure


def test_an_active_customer_comes_before_an_inactive_one_of_the_same_name() -> None:
    found = suggestion("Freeman", customer("5", "Freeman (deleted)", active=False), customer("6", "Freeman"))
    assert found
    assert (found.customer.id, found.sure) == ("6", True)
