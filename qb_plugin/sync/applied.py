"""What of a QuickBooks transaction is applied, as text that a link keeps: what it is compared with when it is looked at again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from qb_plugin.model import Customer, Entity, Line, QboCreditMemo, SavedRecord
from qb_plugin.money import ZERO


def applied_of(transaction: SavedRecord) -> tuple[Line, ...]:
    """The lines of a payment that pay invoices; of a credit memo one line with what is used of it: QuickBooks tells no more."""
    if isinstance(transaction, Customer):
        return ()
    if isinstance(transaction, QboCreditMemo):
        used = transaction.total - transaction.remaining
        return (Line(Entity.CREDIT_MEMO, transaction.id, used),) if used else ()
    return tuple(line for line in transaction.lines if line.type == Entity.INVOICE)


def sums_of(lines: Iterable[Line]) -> Mapping[str, Decimal]:
    """The amount on each invoice, by its id; a payment may have several lines on one."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.id] = sums.get(line.id, ZERO) + line.amount
    return sums


def total_of(lines: Iterable[Line]) -> Decimal:
    """The amount of all lines."""
    return sum((line.amount for line in lines), ZERO)


def more_of(lines: Sequence[Line], than: Iterable[Line]) -> tuple[Line, ...]:
    """What the lines put on each invoice beyond what the others do: one line an invoice, nothing where they put no more."""
    others, by_id = sums_of(than), {line.id: line for line in lines}
    more = {identity: amount - others.get(identity, ZERO) for identity, amount in sums_of(lines).items()}
    return tuple(replace(by_id[identity], amount=amount) for identity, amount in more.items() if amount > ZERO)


def write_applied(lines: Sequence[Line]) -> str:
    """The lines as text; "" for none."""
    return json.dumps([[line.type, line.id, str(line.amount), line.number] for line in lines]) if lines else ""


def read_applied(text: str) -> tuple[Line, ...]:
    """The inverse of `write_applied`."""
    found = json.loads(text) if text else []
    return tuple(Line(type, identity, Decimal(amount), number) for type, identity, amount, number in found)
