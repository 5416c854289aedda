"""A row at rest says what it said, and takes little room."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from qb_plugin.model import (
    Application,
    Entity,
    Kind,
    Link,
    LinkOrigin,
    Outcome,
    QboPayment,
    Ref,
)
from qb_plugin.sync.importing.compact_rows import CompactRows, pack_rows, read_compact_rows, unpack, unpack_payment
from qb_plugin.sync.importing.planning import plan_import
from qb_plugin.sync.importing.row import ImportRow, Listing
from tests.support.addin.sync_firm import DAY, REALM, Firm, book_payment, firm_in, line
from tests.support.ledgers.sync_ledger import ImportLedger


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firm_in(tmp_path) as found:
        yield found


def kept_again(row: ImportRow) -> ImportRow:
    (kept,) = pack_rows([row]).values()
    return unpack(kept)


LINES = (line("300", "60.00", "INV-20"), line("301", "30.00"), line("302", "5.00", "QB-7"), line("9", "1.00", type="CreditMemo"))
PAYMENTS = [
    book_payment("900", sync_token="3", method_id="2", note="Thé [x] \u201c\n", lines=LINES, unapplied=Decimal("6.00")),
    book_payment("901", amount="0.00", voided=True, unapplied=Decimal("0.00")),
    book_payment("902", client=9, reference="R", amount="12345678.90"),
    book_payment("903", client=2, amount="100.00", reference="10432"),
    book_payment("904"),
]


def test_every_row_comes_back_as_it_was_decided(firm: Firm) -> None:
    ledger = ImportLedger()
    ledger.bill(20, 1, "50.00")
    ledger.has(17, 2, "100.00", "10432")
    ledger.has(7, 1, "1.00")
    firm.store.links.add(
        [Link(realm=REALM, source=Ref(Kind.PAYMENT, "7"), entity=Entity.PAYMENT, quickbooks_id="904", origin=LinkOrigin.EXPORTED)]
    )
    rows = plan_import(firm.context, ledger, PAYMENTS)
    assert {row.outcome for row in rows} == {Outcome.READY, Outcome.NEEDS_DECISION, Outcome.NOT_READY, Outcome.SYNCHRONIZED}
    assert [kept_again(row) for row in rows] == rows
    assert [kept_again(row).message for row in rows] == [row.message for row in rows]


def test_what_importing_has_no_use_for_is_left_behind(firm: Firm) -> None:
    now = firm.clock.now()
    full = book_payment("900", created=now, updated=now, currency="USD", deposit_account_id="4")
    (kept,) = pack_rows(plan_import(firm.context, ImportLedger(), [full])).values()
    assert unpack_payment(kept) == book_payment("900")


def test_what_repeats_from_row_to_row_is_kept_once() -> None:
    first, second = pack_rows([applied(10_000), replace(applied(10_000), payment=twin_of(applied(10_000).payment))]).values()
    assert (first.customer, first.total, first.date) == (second.customer, second.total, second.date)
    assert first.customer is second.customer
    assert first.total is second.total
    assert first.date is second.date


def twin_of(payment: QboPayment) -> QboPayment:
    """The next payment, the same in everything, of values of its own."""
    name = "".join(list(payment.customer_name))
    day = date(payment.date.year, payment.date.month, payment.date.day)
    return replace(payment, id=f"{payment.id}1", customer_name=name, date=day, total=Decimal(str(payment.total)))


def test_a_row_is_found_by_its_id_in_the_grid(firm: Firm) -> None:
    firm.quickbooks.put(book_payment("900"))
    kept = read_compact_rows(firm.context, ImportLedger(), DAY, DAY)
    found = kept.get("quickbooks_payment:900")
    assert found is not None
    assert (found.id, found.customer, found.total, found.listing) == (
        "quickbooks_payment:900",
        "Customer 1",
        Decimal("100.00"),
        Listing.LISTED,
    )
    assert kept.get("quickbooks_payment:901") is None
    assert CompactRows().get("quickbooks_payment:900") is None


def applied(number: int) -> ImportRow:
    """A payment with an application, none of its texts another's."""
    amount = Decimal(number).scaleb(-2)
    part = line(f"{300_000 + number}", str(amount), f"INV-{number:06}")
    payment = QboPayment(
        id=f"{900_000 + number}",
        sync_token="0",
        customer_id=f"{number % 50}",
        customer_name=f"Client {number % 50:05} & Partners",
        date=DAY - timedelta(days=number % 30),
        total=amount,
        unapplied=Decimal("0.00"),
        reference=f"Q{number:08}",
        lines=(part,),
    )
    applied = Application(f"{500_000 + number}", f"INV-{number:06}", amount)
    return replace(ImportRow(payment=payment, outcome=Outcome.READY), client_id=f"{number % 50}", applications=(applied,))


def test_a_row_at_rest_takes_less_than_700_bytes() -> None:
    pack_rows([applied(10_000)])  # what is made once
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = pack_rows(applied(number) for number in range(10_000, 14_000))
        gc.collect()
        after, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept) == 4000
    assert (after - before) / 4000 < 700
    assert (most - before) / 4000 < 850  # nor does it take more on the way
