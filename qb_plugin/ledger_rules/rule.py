"""A rule, the ledger it is tried on, and the failure that names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qb_plugin.host import Ledger, Marks, PaymentToRecord, Record
from qb_plugin.ledger_changes import ApplicationToRecord

DAY = date(2026, 11, 18)


class RuleBroken(AssertionError):
    """A ledger breaks a rule; the text is the rule's sentence and what was seen."""


class Seen(Exception):
    """What a check saw in place of what the rule demands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerUnderTest:
    """A ledger to try rules on: nothing paid yet, and two clients who are billed in a currency with two decimals."""

    ledger: Ledger
    #: The marks by which this ledger filters.
    marks: Marks
    #: A client's id, and the id of their invoice of 100.00, all of it open.
    client: str
    invoice: str
    #: Another client's id, and the id of their invoice of 80.00.
    other: str
    other_invoice: str

    def payment(
        self,
        key: str,
        amount: str = "10.00",
        share: str | None = None,
        *,
        client: str | None = None,
        invoice: str | None = None,
        day: date = DAY,
        reference: str = "",
    ) -> PaymentToRecord:
        """A payment of `client`, `share` of it applied to `invoice`."""
        return {
            "external_key": key,
            "client_id": client or self.client,
            "date": day,
            "amount": Decimal(amount),
            "method": "Check",
            "reference": reference,
            "memo": "",
            "applications": [] if share is None else self.part(share, invoice),
        }

    def part(self, amount: str, invoice: str | None = None) -> Sequence[ApplicationToRecord]:
        """One application to `invoice`."""
        return [{"invoice_id": invoice or self.invoice, "amount": Decimal(amount)}]

    def record(self, *payments: PaymentToRecord) -> Sequence[str]:
        """Record payments that must be good; gives their refs."""
        outcomes = self.ledger.record_payments(payments)
        expect([outcome.status for outcome in outcomes], ["recorded"] * len(payments), "statuses of good payments")
        return [f"payment:{outcome.id}" for outcome in outcomes]

    def record_one(self, key: str = "k1", amount: str = "60.00", share: str | None = "40.00") -> Record:
        """Record a payment and read it back."""
        return self.read(*self.record(self.payment(key, amount, share)))

    def read(self, ref: str) -> Record:
        """The record, which must be there."""
        found = self.ledger.records([ref])
        expect(len(found), 1, f"records found as {ref}")
        return found[0]

    def balance(self, invoice: str | None = None) -> Decimal:
        """What the invoice has open."""
        return self.ledger.invoices([invoice or self.invoice])[0].balance

    def refs(self) -> Sequence[str]:
        """All records."""
        snapshot = self.ledger.snapshot({})
        return snapshot.refs(0, snapshot.count)


@dataclass(frozen=True, slots=True)
class Rule:
    """A check whose docstring is the rule's sentence; with `needs`, a rule for hosts that offer this change."""

    check: Callable[[LedgerUnderTest], None]
    needs: str | None = None

    @property
    def name(self) -> str:
        """The check's name."""
        return self.check.__name__

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return " ".join((self.check.__doc__ or "").split())

    def apply_to(self, subject: LedgerUnderTest) -> None:
        """Try the rule on a fresh ledger; RuleBroken, with its sentence, when it breaks it."""
        if self.needs is not None and self.needs not in subject.ledger.can:
            return
        try:
            self.check(subject)
        except Exception as error:  # a ledger may raise anything
            seen = str(error) if isinstance(error, Seen) else f"{type(error).__name__}: {error}"
            raise RuleBroken(f"{self.sentence} Seen: {seen}.") from error


def rules(checks: Iterable[Callable[[LedgerUnderTest], None]], needs: str | None = None) -> tuple[Rule, ...]:
    """These checks as rules."""
    return tuple(Rule(check, needs) for check in checks)


def expect(seen: object, wanted: object, what: str) -> None:
    """Raise Seen unless the two are equal."""
    if seen != wanted:
        raise Seen(f"{what}: {seen!r} instead of {wanted!r}")


def expect_refused(subject: LedgerUnderTest, payment: PaymentToRecord) -> None:
    """The payment must be refused, with nothing of it written."""
    before, refs = subject.balance(), list(subject.refs())
    (outcome,) = subject.ledger.record_payments([payment])
    expect((outcome.status, outcome.id), ("refused", None), "status and id")
    expect((subject.balance(), list(subject.refs())), (before, refs), "balance and records after the refusal")
    expect(dict(subject.ledger.payments_by_external_key([payment["external_key"]])), {}, "keys after the refusal")
