"""LedgerUnderTest over the ledger in memory, for the contract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qb_plugin.testing import LedgerUnderTest
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_ledger_values import FakeClient, FakeInvoice

BILLED = date(2026, 10, 1)


def fake_ledger(kind: type[FakeLedger] = FakeLedger) -> FakeLedger:
    """Two clients with an invoice each, and nothing paid."""
    bills = [("7", "INV-7", "1", "100.00"), ("8", "INV-8", "2", "80.00")]
    invoices = [FakeInvoice(*bill[:3], BILLED, Decimal(bill[3]), Decimal(bill[3])) for bill in bills]
    return kind([FakeClient("1", "Amy"), FakeClient("2", "Diego")], invoices, [])


def subject_over(ledger: FakeLedger) -> LedgerUnderTest:
    """What the contract is tried on, over such a ledger."""
    return LedgerUnderTest(ledger=ledger, marks=ledger.marks, client="1", invoice="7", other="2", other_invoice="8")
