"""What is applied of a transaction, as links keep it: written and read back it is the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from qb_plugin.model import Customer, Line, QboCreditMemo, QboPayment, SavedRecord
from qb_plugin.sync.applied import applied_of, read_applied, sums_of, total_of, write_applied

DAY = date(2026, 11, 20)
ONE, CENTS = Line("Invoice", "17", Decimal("50.00"), "A-1"), Line("Invoice", "18", Decimal("0.01"))


def payment(*lines: Line) -> QboPayment:
    return QboPayment(
        id="1",
        sync_token="0",
        customer_id="2",
        customer_name="Ada",
        date=DAY,
        total=Decimal("100.00"),
        unapplied=Decimal(0),
        lines=lines,
    )


def memo(total: str, remaining: str) -> QboCreditMemo:
    return QboCreditMemo(
        id="1",
        sync_token="0",
        customer_id="2",
        customer_name="Ada",
        date=DAY,
        total=Decimal(total),
        remaining=Decimal(remaining),
    )


CASES: dict[str, tuple[SavedRecord, tuple[Line, ...]]] = {
    "nothing": (payment(), ()),
    "one invoice": (payment(ONE), (ONE,)),
    "two invoices": (payment(ONE, CENTS), (ONE, CENTS)),
    "twice the same": (payment(ONE, ONE), (ONE, ONE)),
    "a credit beside it": (payment(ONE, Line("CreditMemo", "9", Decimal(5))), (ONE,)),
    "a journal entry alone": (payment(Line("JournalEntry", "9", Decimal(5))), ()),
    "three decimals": (payment(Line("Invoice", "17", Decimal("1.001"))), (Line("Invoice", "17", Decimal("1.001")),)),
    "an odd number": (payment(Line("Invoice", "17", Decimal(1), 'Ü "1"; x')), (Line("Invoice", "17", Decimal(1), 'Ü "1"; x'),)),
    "an unused memo": (memo("75.00", "75.00"), ()),
    "a memo used in part": (memo("75.00", "25.00"), (Line("CreditMemo", "1", Decimal("50.00")),)),
    "a memo used up": (memo("75.00", "0"), (Line("CreditMemo", "1", Decimal("75.00")),)),
    "a customer": (Customer(id="1", name="Ada", full_name="Ada"), ()),
}


@pytest.mark.parametrize(("transaction", "lines"), CASES.values(), ids=CASES)
def test_it_is_written_and_read_back(transaction: SavedRecord, lines: tuple[Line, ...]) -> None:
    assert applied_of(transaction) == lines
    assert read_applied(write_applied(lines)) == lines
    assert sum(sums_of(lines).values()) == total_of(lines)
    assert (write_applied(lines) == "") is (not lines)


def test_lines_of_one_invoice_are_added_up() -> None:
    assert sums_of([ONE, CENTS, ONE]) == {"17": Decimal("100.00"), "18": Decimal("0.01")}
