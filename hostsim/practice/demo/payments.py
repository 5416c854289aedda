"""How the demo firm's clients paid: whole, in parts, several invoices at once, ahead of time, and a few things gone wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from hostsim.practice.amounts import UNITS, UNITS_PER_CENT
from hostsim.practice.demo.invoices import TWINS, DemoInvoice
from hostsim.practice.model import Kind
from hostsim.practice.sql.inserting import NewRecord

COOL_CARS = 17  # inactive in QuickBooks
UNKNOWN = (11, 23, 35, 47, 59)  # QuickBooks knows no such customer
RETAINERS = 72
MEMOS = 40
MEMO_REASONS = ("Courtesy discount", "Hours billed twice", "Engagement cut short", "Goodwill, late filing")


def demo_payments(bills: Sequence[DemoInvoice], names: Sequence[str], today: date) -> Sequence[NewRecord]:
    """All payments, in no particular order."""
    return [*_invoice_payments(bills, names, today), *_retainers(names, today), *_gone_wrong(names, today)]


def demo_credit_memos(
    bills: Sequence[DemoInvoice], payments: Sequence[NewRecord], names: Sequence[str], today: date
) -> Iterator[NewRecord]:
    """Forty, one a week; every second one is applied to what a half-paid invoice of that client has left."""
    left = _left_open(bills, payments)
    half_paid = {bill.client: bill for bill in bills if bill.group == 3}
    known = known_clients(names)
    for n in range(MEMOS):
        client, day = known[n * 7 % len(known)], today - timedelta(days=1 + 7 * n)
        amount, bill = (40 + 15 * (n % 9)) * UNITS, half_paid[client]
        share = min(amount, left[bill.id]) if n % 2 and bill.date <= day else 0
        left[bill.id] -= share
        yield NewRecord(
            kind=Kind.CREDIT_MEMO,
            client_id=client + 1,
            client_name=names[client],
            date=day,
            amount=amount,
            method="",
            memo=MEMO_REASONS[n % len(MEMO_REASONS)],
            applied=((bill.id, share),) if share else (),
        )


def _left_open(bills: Sequence[DemoInvoice], payments: Sequence[NewRecord]) -> dict[int, int]:
    left = {bill.id: bill.amount for bill in bills}
    for payment in payments:
        for invoice, amount in payment.applied:
            left[invoice] -= amount
    return left


def _invoice_payments(bills: Sequence[DemoInvoice], names: Sequence[str], today: date) -> Iterator[NewRecord]:
    """Groups 0…5: 0 whole · 1, 2 in two parts, the second of group 2 of late · 3 half of it · 4 together with the client's 5."""
    fives = {bill.client: bill for bill in bills if bill.group == 5}
    for bill in bills:
        name, half = names[bill.client], _half(bill.amount)
        if bill.k in TWINS:
            day = min(bill.date + timedelta(days=3), today)
            yield _paid(bill, name, day, bill.amount, ("Check", f"2{bill.k:04d}"))
        elif bill.group == 0:
            yield _paid(bill, name, _after(bill, 9 + bill.k % 17, today), bill.amount, _means(bill.k))
        elif bill.group in {1, 2}:
            yield _paid(bill, name, _after(bill, 6, today), half, _means(bill.k))
            yield _paid(bill, name, _second_part(bill, today), bill.amount - half, _means(bill.k + 1000))
        elif bill.group == 3:
            yield _paid(bill, name, _after(bill, 14 + bill.k % 11, today), half, _means(bill.k))
        elif bill.group == 4:
            yield _together(bill, fives[bill.client], name, today)


def _half(amount: int) -> int:
    """Half of it, cents rounded down."""
    return amount // (2 * UNITS_PER_CENT) * UNITS_PER_CENT


def _after(bill: DemoInvoice, days: int, today: date) -> date:
    return min(bill.date + timedelta(days=days), today)


def _second_part(bill: DemoInvoice, today: date) -> date:
    """Group 2 settles in these four weeks, so that there is much to export; group 1 did after a month or so."""
    if bill.group == 2 and bill.client != COOL_CARS and bill.client not in UNKNOWN:
        return max(bill.date, today - timedelta(days=bill.k // 10 % 28))
    return _after(bill, 30 + bill.k % 13, today)


def _together(first: DemoInvoice, second: DemoInvoice, name: str, today: date) -> NewRecord:
    later = max(first, second, key=lambda bill: bill.date)
    method, reference = _means(first.k)
    return NewRecord(
        kind=Kind.PAYMENT,
        client_id=first.client_id,
        client_name=name,
        date=_after(later, 18, today),
        amount=first.amount + second.amount,
        method=method,
        reference=reference,
        memo=f"{first.number} and {second.number}",
        applied=((first.id, first.amount), (second.id, second.amount)),
    )


def _paid(bill: DemoInvoice, name: str, day: date, amount: int, means: tuple[str, str]) -> NewRecord:
    method, reference = means
    return NewRecord(
        kind=Kind.PAYMENT,
        client_id=bill.client_id,
        client_name=name,
        date=day,
        amount=amount,
        method=method,
        reference=reference,
        memo=bill.number,
        applied=((bill.id, amount),),
    )


def _means(n: int) -> tuple[str, str]:
    """Method and reference of the n-th payment; half of them are checks."""
    choices = (
        ("Check", f"{10_000 + n}"),
        ("ACH", f"ACH{4_400_000 + n}"),
        ("Check", f"{10_000 + n}"),
        ("Visa", f"{600_000 + n}"),
        ("Check", f"{10_000 + n}"),
        ("Cash", ""),
        ("Check", f"{10_000 + n}"),
        ("MasterCard", f"{600_000 + n}"),
        ("Check", f"{10_000 + n}"),
        ("Wire", f"FT{2_210_000 + n}"),
        ("Credit card", f"x{8_000 + n}"),
        ("American Express", f"{600_000 + n}"),
    )
    return choices[n * 5 % 12 if n % 10 else n // 10 % 12]


def _retainers(names: Sequence[str], today: date) -> Iterator[NewRecord]:
    """Paid ahead, one every five days, applied to nothing."""
    known = known_clients(names)
    for n in range(RETAINERS):
        method, reference = _means(2000 + n)
        day = today - timedelta(days=2 + 5 * n)
        yield _loose(known[n * 11 % len(known)], names, day, (500 + 250 * (n % 4)) * UNITS, (method, reference, "Retainer"))


def _gone_wrong(names: Sequence[str], today: date) -> Iterator[NewRecord]:
    """What every firm has a few of, all of the last days: each is refused on export, for a reason of its own."""
    days = [today - timedelta(days=n) for n in range(6)]
    wire = f"FEDWIRE {days[2]:%Y%m%d} MMQFMP9H 001742"  # longer than the 21 characters QuickBooks takes
    yield _loose(COOL_CARS, names, days[1], 300 * UNITS, ("Check", "12210", "Deposit for the year-end review"))
    yield _loose(8, names, days[2], 1_875 * UNITS, ("Wire", wire, "Advisory, fourth quarter"))
    yield _loose(UNKNOWN[0], names, days[3], 225 * UNITS, ("Check", "12211", "Bookkeeping"))
    yield _loose(26, names, days[4], 0, ("Check", "12212", "Check returned, amount taken out"))
    yield _loose(44, names, days[5], 100_050, ("Cash", "", "Carried over from the old program"))


def known_clients(names: Sequence[str]) -> Sequence[int]:
    """Clients that QuickBooks knows as active customers."""
    return [client for client in range(len(names)) if client != COOL_CARS and client not in UNKNOWN]


def _loose(client: int, names: Sequence[str], day: date, amount: int, words: tuple[str, str, str]) -> NewRecord:
    """A payment applied to nothing; the words are method, reference and memo."""
    method, reference, memo = words
    return NewRecord(
        kind=Kind.PAYMENT,
        client_id=client + 1,
        client_name=names[client],
        date=day,
        amount=amount,
        method=method,
        reference=reference,
        memo=memo,
    )
