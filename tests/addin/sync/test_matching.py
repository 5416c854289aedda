"""Exact names are suggested, never more; what looks the same is the same customer, date, amount and reference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from qb_plugin.model import Customer, QboCreditMemo
from qb_plugin.sync.matching import comparable, duplicate_key, suggest_customers, transaction_key
from tests.support.addin.sync_firm import DAY, book_payment


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    name: str
    active: bool = True
    currency: str = "USD"
    email: str = ""
    phone: str = ""


def suggest(client: str, *customers: Customer, taken: tuple[str, ...] = ()) -> str | None:
    found = suggest_customers([Client("1", client)], customers, taken).get("1")
    return found.id if found else None


def customer(identity: str, name: str, full_name: str | None = None, active: bool = True) -> Customer:
    return Customer(id=identity, name=name, full_name=full_name or name, active=active)


def test_a_client_is_suggested_the_customer_of_its_name_whatever_case_and_blanks() -> None:
    assert suggest("amy's  Bird sanctuary", customer("5", "Amy's Bird Sanctuary")) == "5"


def test_a_sub_customer_is_found_by_its_name_and_by_its_path() -> None:
    child = customer("6", "Rondonuwu", "Freeman:Rondonuwu")
    assert suggest("Freeman:Rondonuwu", child) == "6"
    assert suggest("Rondonuwu", child) == "6"


def test_no_one_is_suggested_for_a_name_that_only_resembles() -> None:
    assert suggest("Amy Bird", customer("5", "Amy's Bird Sanctuary")) is None


def test_no_one_is_suggested_when_two_customers_fit() -> None:
    assert suggest("Freeman", customer("5", "Freeman"), customer("6", "Freeman", "Parent:Freeman")) is None


def test_no_one_is_suggested_when_two_clients_want_the_same_customer() -> None:
    clients = [Client("1", "Freeman"), Client("2", "FREEMAN")]
    assert suggest_customers(clients, [customer("5", "Freeman")], ()) == {}


def test_a_customer_that_is_taken_is_not_suggested() -> None:
    assert suggest("Freeman", customer("5", "Freeman"), taken=("5",)) is None


def test_an_active_customer_comes_before_an_inactive_one_of_the_same_name() -> None:
    gone = customer("5", "Freeman (deleted)", active=False)
    assert suggest("Freeman", gone, customer("6", "Freeman")) == "6"
    assert suggest("Freeman", gone) == "5"


def test_names_are_compared_without_case_blanks_and_quickbooks_deleted() -> None:
    assert comparable(" Cool   CARS (deleted)") == "cool cars"


def test_look_alikes_agree_in_customer_date_amount_and_reference() -> None:
    book = book_payment("900", reference="10432")
    key = duplicate_key("51", DAY, Decimal("100"), " 10432 ")
    assert transaction_key(book) == key
    assert transaction_key(replace(book, reference=None)) == duplicate_key("51", DAY, Decimal("100.00"), None)
    for other in (replace(book, customer_id="52"), replace(book, total=Decimal("9")), replace(book, reference="10433")):
        assert transaction_key(other) != key


def test_a_credit_memos_number_stands_where_a_payment_has_its_reference() -> None:
    memo = QboCreditMemo(
        id="901",
        sync_token="0",
        customer_id="51",
        customer_name="",
        date=DAY,
        total=Decimal("75.00"),
        remaining=Decimal("75.00"),
        number="CM-31",
    )
    assert transaction_key(memo) == duplicate_key("51", DAY, Decimal("75.00"), "CM-31")
