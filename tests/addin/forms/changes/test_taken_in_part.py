"""*Take* says what of a payment could not be applied here, from this side's figures, and calls no row the same that is not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.addin.forms.both_sides import DAY, row_there
from tests.addin.forms.changes.conftest import Linked
from tests.addin.forms.changes.test_reconcile_settles import items
from tests.support.ledgers.fake_ledger_values import FakeInvoice


def lines(invoice: str, amount: str) -> list[object]:
    """An application in QuickBooks."""
    return [{"Amount": float(amount), "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}]


def linked_payment(linked: Linked, origin: str, invoice: str) -> tuple[str, str]:
    """A payment of 20.00, applied there; nothing of it is applied here yet."""
    if origin == "exported":
        return linked.exported_pair("20.00", auto_apply=True)
    identity = linked.there("20.00", (invoice, Decimal(20), "Invoice"), reference="R20")
    assert linked.import_(row_there(identity))[row_there(identity)]["outcome"] == "synchronized"
    return next(e.ref for e in linked.scene.host.ledger.entries if (e.external_key or "").endswith(f":{identity}")), identity


@pytest.mark.parametrize("open_here", ["5.00", "0.01", "24.99", "25.00", "100.00"])
@pytest.mark.parametrize("origin", ["exported", "imported"])
def test_what_could_not_be_applied_is_said_and_the_row_is_not_settled(linked: Linked, origin: str, open_here: str) -> None:
    invoice = str(linked.books.invoice(linked.customer, "100.00", DocNumber="T-1", TxnDate=DAY.isoformat())["Id"])
    ref, identity = linked_payment(linked, origin, invoice)
    linked.scene.host.ledger.bills.append(FakeInvoice("T-1", "T-1", "2", DAY, Decimal("100.00"), Decimal(open_here)))
    linked.edit_there(identity, TotalAmt=25, Line=lines(invoice, "25.00"))
    row = linked.settle("take", ref)[ref]
    fits = Decimal(open_here) >= 25
    record = linked.record(ref)
    here = sum(each.amount for each in record.applications)
    assert (record.amount, here) == (Decimal("25.00"), min(Decimal(open_here), Decimal("25.00")))
    assert (row["outcome"], "is now as it is in QuickBooks" in row["message"]) == ("synchronized" if fits else "changed", fits)
    assert (ref in items(linked, "applied_differs")) is not fits
    if not fits:
        assert f"{here} is applied here now, of 25.00 that invoices took in QuickBooks" in row["message"]
        assert ("The next import applies" in row["message"]) == (origin == "imported")
        assert ("Reconcile goes on listing it" in row["message"]) == (origin == "exported")
        assert (row["cells"]["here"], row["cells"]["applied_here"]) == ("25.00", str(here))
        assert not {"Take 25.00", "Send 20.00"} & {fix["label"] for fix in row["fixes"]}


def test_what_it_pays_here_alone_is_left_and_said(linked: Linked) -> None:
    application, _ = linked.bill("T-2", "20.00")
    ref, identity = linked.exported_pair("20.00", applications=(application,))
    linked.edit_there(identity, TotalAmt=25)
    row = linked.settle("take", ref)[ref]
    assert row["outcome"] == "synchronized"
    assert "What it pays was left as it is: 20.00 is applied here, 0.00 in QuickBooks." in row["message"]
    assert linked.changes() == {}


@pytest.mark.parametrize("origin", ["exported", "imported"])
def test_applying_here_too_promises_an_import_of_imported_ones_alone(linked: Linked, origin: str) -> None:
    invoice = str(linked.books.invoice(linked.customer, "100.00", DocNumber="T-3", TxnDate=DAY.isoformat())["Id"])
    ref, identity = linked_payment(linked, origin, invoice)
    linked.edit_there(identity, Line=lines(invoice, "20.00"))
    linked.scene.host.ledger.bills.append(FakeInvoice("T-3", "T-3", "2", DAY, Decimal("100.00"), Decimal("5.00")))
    row = linked.settle("take", ref)[ref]
    assert (row["outcome"], "The next import applies" in row["message"]) == ("changed", origin == "imported")
