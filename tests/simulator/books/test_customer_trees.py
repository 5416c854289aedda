"""Customers in trees: paths, balances with jobs, who may pay whose invoice, and merging two of them."""

from typing import Any

import pytest

from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.books.lists.merge import merge_customers
from tests.support.simulator.simulator_calls import Books, new_books, payment


@pytest.fixture
def books() -> Books:
    return new_books()


def job(books: Books, name: str, parent: str, bills: bool = True, **more: object) -> str:
    return books.customer(name, ParentRef={"value": parent}, BillWithParent=bills, **more)


def change(books: Books, identity: str, **more: object) -> Any:
    token = books.get("Customer", identity)["SyncToken"]
    return books.post("Customer", {"Id": identity, "SyncToken": token, "sparse": True, **more})


def merge(books: Books, loser: str, winner: str) -> None:
    merge_customers(books.company, int(loser), int(winner), books.core.clock.now())


def test_parent_pays_for_those_that_bill_with_it(books: Books) -> None:
    ada = books.customer("Ada")
    house = job(books, "House", ada)
    roof = job(books, "Roof", house)
    bill = books.invoice(roof, 100)
    assert books.pay(ada, 60, (bill["Id"], 60, "Invoice"))["UnappliedAmt"] == 0
    assert books.get("Customer", roof)["Balance"] == 40
    change(books, house, BillWithParent=False)
    assert books.refused("Payment", payment(ada, 40, (bill["Id"], 40, "Invoice")))["code"] == "620"
    assert books.pay(house, 40, (bill["Id"], 40, "Invoice"))["UnappliedAmt"] == 0


def test_job_never_pays_for_its_parent(books: Books) -> None:
    ada = books.customer("Ada")
    bill = books.invoice(ada, 100)
    assert books.refused("Payment", payment(job(books, "House", ada), 5, (bill["Id"], 5, "Invoice")))["code"] == "620"


def test_new_name_reaches_all_paths_below(books: Books) -> None:
    ada = books.customer("Ada")
    house = job(books, "House", ada)
    roof = job(books, "Roof", house)
    change(books, ada, DisplayName="Ada Ltd")
    after = books.get("Customer", roof)
    assert (after["FullyQualifiedName"], after["Level"], after["Job"]) == ("Ada Ltd:House:Roof", 2, True)
    assert after["ParentRef"] == {"value": house, "name": "House"}


def test_balance_with_jobs_moves_with_the_job(books: Books) -> None:
    ada, bob = books.customer("Ada"), books.customer("Bob")
    house = job(books, "House", ada)
    books.invoice(house, 100)
    assert [books.get("Customer", each)["BalanceWithJobs"] for each in (ada, bob)] == [100, 0]
    change(books, house, ParentRef={"value": bob})
    assert [books.get("Customer", each)["BalanceWithJobs"] for each in (ada, bob, house)] == [0, 100, 100]


def test_circle_of_parents_is_refused(books: Books) -> None:
    ada = books.customer("Ada")
    house = job(books, "House", ada)
    roof = job(books, "Roof", house)
    before = books.get("Customer", ada)
    body = {"Id": ada, "SyncToken": before["SyncToken"], "sparse": True, "ParentRef": {"value": roof}}
    assert books.refused("Customer", body)["code"] == "2500"
    assert books.refused("Customer", {**body, "ParentRef": {"value": ada}})["code"] == "2500"
    assert books.get("Customer", ada) == before


def test_project_needs_a_customer(books: Books) -> None:
    assert books.refused("Customer", {"DisplayName": "New wing", "IsProject": True})["code"] == "2020"
    project = job(books, "New wing", books.customer("Ada"), IsProject=True)
    assert books.get("Customer", project)["IsProject"] is True


@pytest.mark.parametrize("kind", ["Vendor", "Employee"])
def test_names_are_taken_across_the_three_lists(books: Books, kind: str) -> None:
    books.post(kind, {"DisplayName": "Grace"})
    error = books.refused("Customer", {"DisplayName": "grace"})
    assert error["code"] == "6240"
    assert "customer, vendor or employee" in error["Detail"]
    books.customer("Ada")
    assert books.refused(kind, {"DisplayName": "ADA"})["code"] == "6240"
    assert books.post(kind, {"GivenName": "Ada", "FamilyName": "King"})["DisplayName"] == "Ada King"


def test_merge_moves_everything_and_retires_the_loser(books: Books) -> None:
    ada, bob = books.customer("Ada"), books.customer("Bob")
    house = job(books, "House", ada)
    inner = books.invoice(house, 7)
    bill, memo = books.invoice(ada, 100), books.memo(ada, 10)
    paid = books.pay(ada, 50, (bill["Id"], 30, "Invoice"))
    merge(books, ada, bob)
    for kind, record in (("Invoice", bill), ("CreditMemo", memo), ("Payment", paid)):
        assert books.get(kind, record["Id"])["CustomerRef"] == {"value": bob, "name": "Bob"}
    gone, stays = books.get("Customer", ada), books.get("Customer", bob)
    assert (gone["Active"], gone["DisplayName"], gone["Balance"], gone["BalanceWithJobs"]) == (False, "Ada (deleted)", 0, 0)
    assert (stays["Balance"], stays["BalanceWithJobs"]) == (40, 47)
    assert books.get("Customer", house)["FullyQualifiedName"] == "Bob:House"
    assert books.get("Invoice", inner["Id"])["CustomerRef"]["value"] == house
    assert books.pay(bob, 70, (bill["Id"], 70, "Invoice"))["UnappliedAmt"] == 0


def test_merge_moves_names_inside_lines(books: Books) -> None:
    ada, bob = books.customer("Ada"), books.customer("Bob")
    who = {"Type": "Customer", "EntityRef": {"value": ada}}
    details = [
        {"PostingType": "Debit", "AccountRef": {"value": "3"}, "Entity": who},
        {"PostingType": "Credit", "AccountRef": {"value": "10"}},
    ]
    lines = [{"Amount": 25, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": each} for each in details]
    entry = books.post("JournalEntry", {"Line": lines})
    merge(books, ada, bob)
    assert [books.get("Customer", each)["Balance"] for each in (ada, bob)] == [0, 25]
    assert books.pay(bob, 25, (entry["Id"], 25, "JournalEntry"))["UnappliedAmt"] == 0


def test_merge_is_refused_within_a_family(books: Books) -> None:
    ada = books.customer("Ada")
    house = job(books, "House", ada)
    for loser, winner in ((ada, house), (house, ada), (ada, ada)):
        with pytest.raises(RefusedError):
            merge(books, loser, winner)
    with pytest.raises(ValueError, match="no such customer"):
        merge(books, ada, "99")
    assert books.get("Customer", ada)["Active"] is True
