"""What each line of a QuickBooks payment does with its money, and whether QuickBooks' figures add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from qb_plugin.model import CREDIT_TYPES, Entity, Line, QboPayment, QboTransaction, SourceRecord
from qb_plugin.money import ZERO

JOURNAL_ENTRY = "JournalEntry"
_SUMS_AT_MOST = 4096  # of lines of journal entries; a payment with so many different sums is left to a person


class Role(StrEnum):
    """What a line does: pay an invoice or a journal entry's charge, bring a credit, or give money back."""

    INVOICE = "invoice"
    ENTRY = "entry"
    CREDIT = "credit"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Figures:
    """A payment's lines with their roles, in QuickBooks' order.

    `missing` is by how much total, lines and UnappliedAmt disagree: UnappliedAmt = TotalAmt + credits - charges.
    """

    lines: tuple[tuple[Line, Role], ...]
    missing: Decimal = ZERO

    def of(self, role: Role) -> list[Line]:
        """The lines of this role."""
        return [line for line, found in self.lines if found is role]


def read_figures(payment: QboPayment) -> Figures:
    """The roles of the payment's lines.

    All amounts are positive, and a journal entry's line may bring money or take it: which it does follows from UnappliedAmt.
    """
    roles = [_role(line) for line in payment.lines]
    entries = [position for position, role in enumerate(roles) if role is Role.ENTRY]
    surplus = payment.unapplied - _unapplied(payment, roles)
    credits = choose([payment.lines[position].amount for position in entries], surplus / 2)
    for chosen in credits:
        roles[entries[chosen]] = Role.CREDIT
    overdrawn = max(payment.unapplied - payment.total, ZERO)
    missing = payment.unapplied - _unapplied(payment, roles)
    return Figures(tuple(zip(payment.lines, roles, strict=True)), abs(missing) or overdrawn)


def _role(line: Line) -> Role:
    if line.type == Entity.INVOICE:
        return Role.INVOICE
    if line.type in CREDIT_TYPES:
        return Role.CREDIT
    return Role.ENTRY if line.type == JOURNAL_ENTRY else Role.BACK


def _unapplied(payment: QboPayment, roles: Sequence[Role]) -> Decimal:
    """What would be unapplied, were these the roles."""
    lines = zip(payment.lines, roles, strict=True)
    return payment.total + sum((line.amount if role is Role.CREDIT else -line.amount for line, role in lines), ZERO)


def cash_by_line(payment: QboPayment, figures: Figures) -> Iterator[tuple[Line, Role, Decimal]]:
    """Each line that takes money, and what it takes of the payment's own, in QuickBooks' order; the last lines are left to the
    credits."""
    left = payment.total - payment.unapplied
    for line, role in figures.lines:
        if role is not Role.CREDIT:
            cash = max(min(line.amount, left), ZERO)
            left -= cash
            yield line, role, cash


def cash_of(payment: QboPayment, role: Role) -> Decimal:
    """What of the payment's own money goes to lines of this role."""
    return sum((cash for _, each, cash in cash_by_line(payment, read_figures(payment)) if each is role), ZERO)


def kept_of(transaction: QboTransaction) -> Decimal:
    """What of a transaction's money stayed: it did not go back to the customer by a check, an expense or a refund."""
    return transaction.total - (cash_of(transaction, Role.BACK) if isinstance(transaction, QboPayment) else ZERO)


def has_returned(record: SourceRecord, transaction: QboTransaction) -> bool:
    """Whether all of it stands here, and a part or all of it went back to the customer in QuickBooks."""
    return record.amount == transaction.total != kept_of(transaction)


def choose(amounts: Sequence[Decimal], wanted: Decimal) -> frozenset[int]:
    """The positions of amounts that add up to `wanted`, the last ones first; none where no such set is found."""
    sums: dict[Decimal, frozenset[int]] = {ZERO: frozenset()}
    for position in reversed(range(len(amounts))):
        if wanted in sums or len(sums) > _SUMS_AT_MOST:
            break
        for total, chosen in list(sums.items()):
            sums.setdefault(total + amounts[position], chosen | {position})
    return sums.get(wanted, frozenset())
