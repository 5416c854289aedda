"""Payments as an update is to make them: this side's amount and date, with all lines that the payment is to have."""

from __future__ import annotations

from decimal import Decimal

from qb_plugin.errors import RowRefused
from qb_plugin.model import CREDIT_TYPES, Entity, Line, Message, PaymentDraft, QboPayment, SourceRecord, UnreadableRecord
from qb_plugin.money import ZERO
from qb_plugin.sync.changes.lines_there import sends_applications
from qb_plugin.sync.changes.pairs import ChangedPair, ChangeKind
from qb_plugin.sync.exporting.drafting.checks import check_amount

KNOWN_LINES = frozenset({Entity.INVOICE, Entity.CREDIT_MEMO})
SENT = frozenset({ChangeKind.AMOUNT, ChangeKind.DATE})
OTHERS = frozenset({ChangeKind.CUSTOMER, ChangeKind.CURRENCY})  # what no update mends


def may_send_payment(pair: ChangedPair) -> bool:
    """Whether there is something to send: to a payment of the client, in its currency, that pays nothing which an update would
    undo."""
    now = pair.now
    if pair.record is None or not isinstance(now, QboPayment) or not now.total or OTHERS & set(pair.differences):
        return False
    differs = bool(SENT & set(pair.differences)) or sends_applications(pair)
    return differs and all(line.type in KNOWN_LINES for line in now.lines)


def of_another_customer(pair: ChangedPair) -> Message | None:
    """That the client is matched to another customer than the transaction has, as after a merge; None where it is not."""
    record, now = pair.record, pair.now
    if record is None or now is None or isinstance(now, UnreadableRecord) or ChangeKind.CUSTOMER not in pair.differences:
        return None
    values = {"id": now.id, "customer": now.customer_name, "client": record.client_name, "number": record.number}
    return Message("change_other_customer", values)


def plan_update(pair: ChangedPair, lines: tuple[Line, ...] | None = None) -> tuple[SourceRecord, QboPayment, PaymentDraft]:
    """The payment as it is here, in the version that was read; RowRefused for what cannot be sent as an update.

    `lines` are this side's applications, where they are to be sent; else the payment's own stay, as far as the amount goes.
    """
    record, now = pair.record, pair.now
    if record is None:
        raise RowRefused(gone_here(pair))
    if isinstance(now, QboPayment) and any(line.type not in KNOWN_LINES for line in now.lines):
        raise RowRefused(Message("change_other_lines", {"id": now.id}))
    if not may_send_payment(pair) or not isinstance(now, QboPayment):
        raise RowRefused(of_another_customer(pair) or Message("change_not_sendable", {"id": pair.link.quickbooks_id}))
    check_amount(record, now.currency or record.currency)
    draft = PaymentDraft(
        customer_id=now.customer_id,
        date=record.date,
        total=record.amount,
        reference=now.reference,
        method_id=now.method_id,
        deposit_account_id=now.deposit_account_id,
        note=now.note,
        lines=fit_lines(now, record.amount) if lines is None else lines,
        currency=now.currency,
    )
    return record, now, draft


def gone_here(pair: ChangedPair) -> Message:
    """That there is no record here any more that anything could be done with."""
    key = "change_removed_record" if pair.link.entity is Entity.PAYMENT else "change_removed_memo"
    return Message(key, {"id": pair.link.quickbooks_id})


def fit_lines(now: QboPayment, total: Decimal) -> tuple[Line, ...]:
    """All lines of the payment, the last ones cut to what the new total pays; RowRefused where cutting them takes a person."""
    credits = sum((line.amount for line in now.lines if line.type in CREDIT_TYPES), ZERO)
    left = total + credits
    fitted: list[Line] = []
    for line in now.lines:
        amount = line.amount if line.type in CREDIT_TYPES else min(line.amount, left)
        left -= ZERO if line.type in CREDIT_TYPES else amount
        if amount:
            fitted.append(Line(line.type, line.id, amount, line.number))
    if credits > sum((line.amount for line in fitted if line.type not in CREDIT_TYPES), ZERO):
        raise RowRefused(Message("change_other_lines", {"id": now.id}))
    return tuple(fitted)
