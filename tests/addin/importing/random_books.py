"""Random books of one customer on both sides, made by entering them, and what must hold of every payment that is imported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.support.addin.import_scene import ImportScene
from tests.support.ledgers.fake_ledger_values import FakeInvoice
from tests.support.simulator.open_items import RECEIVABLE, deposit_lines, entry_lines, expense

CHECKING = "6"
CURRENCIES = {"USD": "0.01", "EUR": "0.01", "JPY": "1", "KWD": "0.001"}
CHARGES, CREDITS, BACK = ("Invoice", "JournalEntry+"), ("CreditMemo", "Deposit", "JournalEntry-"), ("Check", "Expense")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """Something a payment's line can be on: as the line calls it, with the true side of a journal entry's line."""

    kind: str
    amount: Decimal
    link: Json


@dataclass(slots=True, kw_only=True)
class RandomBook:
    """One customer's books: what can be paid there, what is open here, and the payments there."""

    scene: ImportScene
    random: Random
    day: date
    name: str = ""
    customer: str = ""
    currency: str = "USD"
    kept: str = "USD"
    items: list[Item] = field(default_factory=list)
    bills: list[FakeInvoice] = field(default_factory=list)
    payments: list[Json] = field(default_factory=list)

    def fill(self) -> None:
        """Enter everything on both sides."""
        chance = self.random.random
        self.currency = self.random.choice(["USD", "USD", "USD", *CURRENCIES])
        self.kept = self.random.choice(list(CURRENCIES)) if chance() < 0.1 else self.currency
        self.name = f"Book {self.scene.number()}"
        money = {} if self.currency == "USD" else {"CurrencyRef": {"value": self.currency}}
        there = self.scene.quickbooks.customer(self.name, **money)
        self.scene.client(self.name, self.kept, there)
        self.customer = there
        if chance() < 0.3:
            job = {"ParentRef": {"value": there}, "BillWithParent": True}
            self.customer = self.scene.quickbooks.customer(f"{self.name} job", **job, **money)
        for _ in range(self.random.randint(0, 4)):
            self._invoice()
        for make in (self._memo, self._entry, self._back, self._deposit):
            for _ in range(self.random.choice([0, 0, 0, 1, 1, 2])):
                make()
        self.random.shuffle(self.items)
        for _ in range(self.random.randint(1, 3)):
            self._pay()

    def amount(self, most: int = 400) -> Decimal:
        return Decimal(self.random.randint(1, most)) * Decimal(CURRENCIES[self.currency]) * self.random.choice([1, 7, 100])

    def post(self, kind: str, body: Json) -> Json:
        money = {"CurrencyRef": {"value": self.currency}, "TxnDate": self.day.isoformat()}
        rate = {"ExchangeRate": Decimal("1.08")} if self.currency != "USD" else {}
        found: Json = self.scene.quickbooks.post(kind, {**money, **rate, **body})
        return found

    def _sale(self, amount: Decimal) -> list[Json]:
        return [{"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}]

    def _invoice(self) -> None:
        amount, number = self.amount(), f"N-{self.scene.number()}"
        numbered = {"DocNumber": number} if self.random.random() < 0.85 else {}
        made = self.post("Invoice", {"CustomerRef": {"value": self.customer}, "Line": self._sale(amount), **numbered})
        self.items.append(Item("Invoice", amount, {"TxnId": made["Id"], "TxnType": "Invoice"}))
        if numbered and self.random.random() < 0.8:
            open_here = amount if self.random.random() < 0.7 else min(amount, self.amount())
            written = self.random.choice([number, number, number.lower(), f" {number}"])
            self.bills.append(self.scene.bill(self.name, written, str(amount), str(open_here)))

    def _memo(self) -> None:
        amount = self.amount()
        body = {"CustomerRef": {"value": self.customer}, "Line": self._sale(amount)}
        numbered = {"DocNumber": f"M-{self.scene.number()}"} if self.random.random() < 0.8 else {}
        made = self.post("CreditMemo", {**body, **numbered})
        self.items.append(Item("CreditMemo", amount, {"TxnId": made["Id"], "TxnType": "CreditMemo"}))
        if self.random.random() < 0.5:
            self.scene.memo(self.name, str(amount), made["Id"])

    def _entry(self) -> None:
        amount, side = self.amount(), self.random.choice(["Debit", "Credit"])
        made = self.post("JournalEntry", {"Line": entry_lines(self.customer, self.customer, amount, side)})
        kind = "JournalEntry+" if side == "Debit" else "JournalEntry-"
        for line in made["Line"][:2]:
            link = {"TxnId": made["Id"], "TxnType": "JournalEntry", "TxnLineId": line["Id"]}
            self.items.append(Item(kind, amount, link))

    def _back(self) -> None:
        amount, kind = self.amount(), self.random.choice(BACK)
        payee = {"value": self.customer, "type": "Customer"}
        body = {"PaymentType": "Check" if kind == "Check" else "Cash", "AccountRef": {"value": CHECKING}, "EntityRef": payee}
        made = self.post("Purchase", {**body, "Line": [expense(amount, RECEIVABLE)]})
        self.items.append(Item(kind, amount, {"TxnId": made["Id"], "TxnType": kind, "TxnLineId": made["Line"][0]["Id"]}))

    def _deposit(self) -> None:
        amount = self.amount()
        body = {"DepositToAccountRef": {"value": CHECKING}, "Line": deposit_lines([], self.customer, amount)}
        made = self.post("Deposit", body)
        self.items.append(Item("Deposit", amount, {"TxnId": made["Id"], "TxnType": "Deposit", "TxnLineId": made["Line"][0]["Id"]}))

    def _pay(self) -> None:
        """A payment on some of what is open, whole or in part, with a total that QuickBooks takes."""
        kinds = (*CHARGES, *CREDITS, *(BACK if self.random.random() < 0.4 else ()))
        chosen = [item for item in self.items if item.kind in kinds and self.random.random() < 0.6]
        self.items = [item for item in self.items if item not in chosen]
        charges = sum((item.amount for item in chosen if item.kind not in CREDITS), Decimal(0))
        lines: list[tuple[Item, Decimal]] = []
        for item in chosen:
            part = item.amount if self.random.random() < 0.8 else min(item.amount, self.amount())
            if item.kind in CREDITS:
                part = min(part, charges)
                charges -= part
            lines.append((item, part))
        sides = [sum((p for i, p in lines if (i.kind in CREDITS) is side), Decimal(0)) for side in (False, True)]
        lowest = max(sides[0] - sides[1], Decimal(0))
        total = lowest + (self.amount() if self.random.random() < 0.4 or not lowest else 0)
        if sides[1] > sides[0]:
            lines = [(item, part) for item, part in lines if item.kind not in CREDITS]
            total = sides[0] + self.amount()
        body = {"CustomerRef": {"value": self.customer}, "TotalAmt": total, "PaymentRefNum": f"R{self.scene.number()}"}
        lines = [(item, part) for item, part in lines if part]
        made = self.post("Payment", {**body, "Line": [{"Amount": part, "LinkedTxn": [item.link]} for item, part in lines]})
        self.payments.append({**made, "kinds": [item.kind for item, _ in lines]})


SAID = re.compile(r"so ([\d,.]+) is unapplied\.")
ENTRY = re.compile(r"([\d,.]+) was applied in QuickBooks to a journal entry")
UNAPPLIED = re.compile(r"([\d,.]+) is unapplied in QuickBooks, and here too\.")
CREDIT = re.compile(r"comes from this payment; ([\d,.]+) was paid in QuickBooks by")
WENT_BACK = re.compile(r"([\d,.]+) of this money went back")
OF_CREDIT = re.compile(r"([\d,.]+) went back to the customer in QuickBooks \(")
WHOLE = re.compile(r"Import ([\d,.]+), or leave it")
STAYED = re.compile(r"Import ([\d,.]+), which stayed")
ABSENT = re.compile(r"Invoice ((?:(?!Invoice ).)*?) is not here, so")


def said(pattern: re.Pattern[str], text: str) -> Decimal:
    """The sum of the amounts that the text says after this pattern."""
    return sum((Decimal(found.replace(",", "")) for found in pattern.findall(text)), Decimal(0))


def cash_back(lines: Sequence[tuple[Json, str]], cash: Decimal) -> Decimal:
    """What of a payment's own money went back: it goes to the lines in their order, and leaves the last to the credits."""
    back = Decimal(0)
    for amount, kind in ((Decimal(line["Amount"]), kind) for line, kind in lines if kind not in CREDITS):
        back += min(amount, cash) if kind in BACK else 0
        cash -= min(amount, cash)
    return back


def check(book: RandomBook, opened: dict[str, Decimal], payment: Json, row: Json) -> None:
    """Money here is money there, line by line, or said; and what is said of QuickBooks is what QuickBooks says.

    `opened` is what was open on the book's invoices before this payment came in; it is brought forward.
    """
    lines = list(zip(payment.get("Line", []), payment["kinds"], strict=True))
    sums = {kind: sum((Decimal(line["Amount"]) for line, k in lines if k == kind), Decimal(0)) for kind in payment["kinds"]}
    record, text = book.scene.here(payment), row["message"]
    total, unapplied = Decimal(payment["TotalAmt"]), Decimal(payment["UnappliedAmt"])
    back, refunds = cash_back(lines, total - unapplied), sum((sums.get(kind, Decimal(0)) for kind in BACK), Decimal(0))
    if book.kept != book.currency or refunds:
        assert (row["outcome"], record) == ("needs_decision", None), text
        if book.kept != book.currency:
            assert f"This payment is {book.currency} " in text
            assert f"is kept in {book.kept}" in text
        elif back:
            assert said(WENT_BACK, text) == back
            assert said(STAYED, text) == total - back
        else:
            assert (said(OF_CREDIT, text), said(WHOLE, text)) == (refunds, total), text
        return
    assert record is not None, text
    assert (row["outcome"], record.amount, record.client_name) == ("synchronized", total, book.name)
    applied = {each.invoice_id: each.amount for each in record.applications}
    assert sum(applied.values()) + said(SAID, text) + said(ENTRY, text) + said(UNAPPLIED, text) == total, text
    assert said(UNAPPLIED, text) == unapplied
    credits = sum((sums.get(kind, Decimal(0)) for kind in CREDITS), Decimal(0))
    entries = sums.get("JournalEntry+", Decimal(0))
    assert max(entries - credits, Decimal(0)) <= said(ENTRY, text) <= entries
    check_invoices(book, opened, applied, [line for line, kind in lines if kind == "Invoice"], text, credits)


def check_invoices(
    book: RandomBook, opened: dict[str, Decimal], applied: dict[str, Decimal], lines: Sequence[Json], text: str, credits: Decimal
) -> None:
    """Each line on an invoice stands here, or is named; no more than the line, and no more than is open."""
    numbers = {line_number(line).casefold(): Decimal(line["Amount"]) for line in lines}
    bills = {bill.id: bill for bill in book.bills}
    stays = Decimal(0)
    for identity, part in applied.items():
        assert 0 < part <= min(opened[identity], numbers[bills[identity].number.strip().casefold()])
        opened[identity] -= part
    for bill in book.bills:
        line = numbers.pop(bill.number.strip().casefold(), None)
        if line is not None:
            stays += min(line - applied.get(bill.id, Decimal(0)), opened[bill.id])
            if not credits and opened[bill.id] >= 0 and line > applied.get(bill.id, Decimal(0)):
                assert f"Invoice {bill.number}" in text or bill.number in text
                assert opened[bill.id] == 0
    assert said(CREDIT, text) == stays <= credits
    named = ABSENT.findall(text)
    for number in (each for found in named for each in found.split(", ")):
        assert number.casefold() in numbers or number.startswith("of "), text
    if not credits:
        assert bool(named) == bool(numbers)


def line_number(line: Json) -> str:
    """The invoice's number as the line has it; something of its own for one without a number."""
    for entry in (line.get("LineEx") or {}).get("any", []):
        if entry["value"]["Name"] == "txnReferenceNumber" and entry["value"].get("Value"):
            return str(entry["value"]["Value"])
    return f"without a number {line['LinkedTxn'][0]['TxnId']}"


def play(scene: ImportScene, seeds: Sequence[int], day: date) -> int:
    """Make the books of these seeds, import their payments on one run, and check each: how many there were."""
    books = [RandomBook(scene=scene, random=Random(seed), day=day) for seed in seeds]
    for book in books:
        book.fill()
    there = scene.quickbooks.query(f"select * from Payment where TxnDate = '{day.isoformat()}' maxresults 1000")["Payment"]
    known = {each["Id"]: each for each in there}
    with_money = [each for book in books for each in book.payments if each["TotalAmt"]]
    opened = {bill.id: bill.balance for bill in scene.ledger.bills}
    rows = scene.take(*with_money, day=day)
    for book, seed in zip(books, seeds, strict=True):
        for payment in book.payments:
            if payment["TotalAmt"]:
                try:
                    check(book, opened, {**known[payment["Id"]], "kinds": payment["kinds"]}, rows[payment["Id"]])
                except AssertionError as wrong:
                    raise AssertionError(f"book {seed}: {rows[payment['Id']]['message']}: {wrong}") from wrong
    assert all(bill.balance == opened[bill.id] for bill in scene.ledger.bills)
    return len(with_money)


def day_of(turn: int) -> date:
    """A day of its own for each run, so that a list holds the run's payments alone."""
    return date(2026, 1, 1) + timedelta(days=turn)
