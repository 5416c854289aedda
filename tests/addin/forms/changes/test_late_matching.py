"""Late matching: imported payments wait for their invoice, and are applied by the next import run or one press; never too much."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.addin.forms.both_sides import DAY, row_there
from tests.addin.forms.changes.conftest import Linked
from tests.support.ledgers.fake_ledger_values import FakeInvoice

WAITING = "Waiting for invoice"


def invoice_here(linked: Linked, number: str, total: str, balance: str | None = None, client: str = "2") -> None:
    """An invoice is entered here."""
    linked.scene.host.ledger.bills.append(FakeInvoice(number, number, client, DAY, Decimal(total), Decimal(balance or total)))


def invoice_there(linked: Linked, number: str, total: str) -> str:
    """An invoice that QuickBooks has."""
    return str(linked.books.invoice(linked.customer, total, DocNumber=number, TxnDate=DAY.isoformat())["Id"])


def imported(linked: Linked, amount: str, *lines: tuple[str, object, str]) -> str:
    """A payment that was imported; the record here."""
    identity = linked.there(amount, *lines, reference=f"R{amount}")
    row = linked.import_(row_there(identity))[row_there(identity)]
    assert row["outcome"] == "synchronized", row
    return identity


def here_of(linked: Linked, identity: str) -> Any:
    """The record here of a QuickBooks payment."""
    return next(each for each in linked.scene.host.ledger.entries if (each.external_key or "").endswith(f":{identity}"))


def applied(linked: Linked, identity: str) -> Mapping[str, Decimal]:
    """What of it is applied here, by invoice."""
    return {each.invoice_number: each.amount for each in here_of(linked, identity).applications}


def test_a_payment_whose_invoice_is_not_here_waits_and_says_so(linked: Linked) -> None:
    there = invoice_there(linked, "L-1", "100.00")
    identity = imported(linked, "100.00", (there, 100, "Invoice"))
    row = linked.changes(what="waiting")[here_of(linked, identity).ref]
    assert row["cells"]["what"] == WAITING
    ref = here_of(linked, identity).ref
    told = linked.settle("take", ref)[ref]
    assert (told["outcome"], "its invoice is not here yet" in told["message"]) == ("failed", True)
    assert linked.changes(what="waiting").keys() == {ref}


@pytest.mark.parametrize("by", ["import", "press"])
def test_it_is_applied_once_the_invoice_is_here(linked: Linked, by: str) -> None:
    there = invoice_there(linked, "L-2", "100.00")
    identity = imported(linked, "100.00", (there, 100, "Invoice"))
    ref = here_of(linked, identity).ref
    assert linked.changes().keys() == {ref}
    invoice_here(linked, "L-2", "100.00")
    if by == "press":
        assert linked.settle("take", ref)[ref]["outcome"] == "synchronized"
    else:
        other = linked.there("7.00", reference="other")
        assert linked.import_(row_there(other))[row_there(other)]["outcome"] == "synchronized"
        told = linked.scene.host.rows[row_there(identity)]
        assert told["message"] == "Its invoice is here now: applied as in QuickBooks."
    assert applied(linked, identity) == {"L-2": Decimal(100)}
    assert linked.changes() == {}
    assert linked.import_(row_there(identity))[row_there(identity)]["outcome"] == "synchronized"
    assert applied(linked, identity) == {"L-2": Decimal(100)}


def test_it_is_applied_when_quickbooks_applies_it_later(linked: Linked) -> None:
    there = invoice_there(linked, "L-3", "60.00")
    invoice_here(linked, "L-3", "60.00")
    identity = imported(linked, "90.00")
    linked.wait(400.0)
    linked.edit_there(identity, Line=[{"Amount": 60, "LinkedTxn": [{"TxnId": there, "TxnType": "Invoice"}]}])
    ref = here_of(linked, identity).ref
    row = linked.changes()[ref]
    assert row["cells"]["what"] == "Applied there since"
    assert next(fix["label"] for fix in row["fixes"]) == "Apply here too"
    assert linked.settle("take", ref)[ref]["outcome"] == "synchronized"
    assert applied(linked, identity) == {"L-3": Decimal(60)}
    assert linked.changes() == {}


@pytest.mark.parametrize(
    ("total", "balance", "client", "expected"),
    [
        ("100.00", "100.00", "2", {"L-4": "100.00"}),
        ("100.00", "40.00", "2", {"L-4": "40.00"}),
        ("100.00", "0.00", "2", {}),
        ("30.00", "30.00", "2", {"L-4": "30.00"}),
        ("500.00", "500.00", "2", {"L-4": "100.00"}),
        ("100.00", "0.01", "2", {"L-4": "0.01"}),
        ("100.00", "99.99", "2", {"L-4": "99.99"}),
        ("100.00", "100.00", "1", {}),
        ("100.00", "100.00", "3", {}),
        ("250.00", "130.00", "2", {"L-4": "100.00"}),
    ],
)
def test_never_more_than_is_open_or_left_and_never_anothers(
    linked: Linked, total: str, balance: str, client: str, expected: Mapping[str, str]
) -> None:
    there = invoice_there(linked, "L-4", "100.00")
    identity = imported(linked, "100.00", (there, 100, "Invoice"))
    invoice_here(linked, "L-4", total, balance, client)
    other = linked.there("7.00", reference="other")
    linked.import_(row_there(other))
    assert applied(linked, identity) == {number: Decimal(amount) for number, amount in expected.items()}
    bill = next(each for each in linked.scene.host.ledger.bills if each.number == "L-4")
    assert bill.balance == Decimal(balance) - sum(map(Decimal, expected.values()))


def test_two_that_wait_never_share_the_same_balance(linked: Linked) -> None:
    there = invoice_there(linked, "L-5", "100.00")
    first, second = (imported(linked, amount, (there, amount, "Invoice")) for amount in ("60.00", "40.00"))
    invoice_here(linked, "L-5", "100.00", "70.00")
    other = linked.there("7.00", reference="other")
    linked.import_(row_there(other))
    assert (applied(linked, first), applied(linked, second)) == ({"L-5": Decimal(60)}, {"L-5": Decimal(10)})


@pytest.mark.parametrize(
    ("there", "open_here", "outcome"),
    [
        ("100.00", "100.00", "synchronized"),
        ("100.00", "150.00", "synchronized"),
        ("100.00", "99.99", "changed"),
        ("100.00", "0.01", "changed"),
    ],
)
def test_what_is_applied_in_part_is_said_to_be_and_is_not_settled(linked: Linked, there: str, open_here: str, outcome: str) -> None:
    invoice = invoice_there(linked, "L-P", there)
    identity = imported(linked, there, (invoice, Decimal(there), "Invoice"))
    invoice_here(linked, "L-P", "150.00", open_here)
    ref = here_of(linked, identity).ref
    told = linked.settle("take", ref)[ref]
    assert told["outcome"] == outcome
    assert sum(applied(linked, identity).values()) == min(Decimal(there), Decimal(open_here))
    assert (f"{open_here} is applied here now, of {there} that invoices took in QuickBooks" in told["message"]) == (
        outcome == "changed"
    )
