"""Credit memos as an update is to make them: this side's amount, date and texts, all lines and the tax as QuickBooks has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from qb_plugin.errors import RowRefused
from qb_plugin.model import CreditMemoForm, CreditMemoUpdate, Message, QboCreditMemo, SourceRecord
from qb_plugin.sync.changes.pairs import ChangedPair, ChangeKind, applied_there
from qb_plugin.sync.changes.payment_updates import OTHERS, gone_here, of_another_customer
from qb_plugin.sync.changes.texts import texts_meant
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.checks import check_amount

SENT = frozenset({ChangeKind.AMOUNT, ChangeKind.DATE, ChangeKind.TEXT})


def may_send_memo(pair: ChangedPair) -> bool:
    """Whether this side of a credit memo can be sent: to one of the client, in its currency, and so that QuickBooks takes nothing
    off the invoices that it pays."""
    if pair.record is None or not isinstance(pair.now, QboCreditMemo) or not pair.now.total or OTHERS & set(pair.differences):
        return False
    return bool(SENT & set(pair.differences)) and not is_too_small(pair.record, pair.now)


def is_too_small(record: SourceRecord, now: QboCreditMemo) -> bool:
    """Whether more of the memo is used in QuickBooks than it is to amount to."""
    return record.amount < applied_there(now)


def read_forms(context: SyncContext, pairs: Sequence[ChangedPair]) -> Mapping[str, CreditMemoForm]:
    """The lines of those that can be sent, by id; no call for none."""
    ids = [pair.link.quickbooks_id for pair in pairs if may_send_memo(pair)]
    return context.quickbooks.credit_memo_forms(ids) if ids else {}


def plan_memo_update(
    pair: ChangedPair, forms: Mapping[str, CreditMemoForm]
) -> tuple[SourceRecord, QboCreditMemo, CreditMemoUpdate]:
    """The credit memo as it is here, in the version that was read; RowRefused for what cannot be sent as an update."""
    record, now = pair.record, pair.now
    if record is None:
        raise RowRefused(gone_here(pair))
    if isinstance(now, QboCreditMemo) and is_too_small(record, now):
        raise RowRefused(too_small(record, now))
    if not may_send_memo(pair) or not isinstance(now, QboCreditMemo):
        raise RowRefused(of_another_customer(pair) or Message("change_not_sendable", {"id": pair.link.quickbooks_id}))
    check_amount(record, now.currency or record.currency)
    form = forms.get(now.id)
    if form is None or form.sync_token != now.sync_token:
        raise RowRefused(Message("change_overtaken", {"id": now.id}))
    return record, now, build_update(pair, record, now, form)


def build_update(pair: ChangedPair, record: SourceRecord, now: QboCreditMemo, form: CreditMemoForm) -> CreditMemoUpdate:
    """The update: the amount goes to the one line that it stands on. Texts stay as they are there, unless changed here."""
    sent, line_amount = pair.before.sent, amount_of_line(record, now, form)
    numbered = sent is not None and sent.number is not None
    number, note, description = now.number if numbered else None, now.note, None
    if ChangeKind.TEXT in pair.differences and sent is not None:
        number, note = texts_meant(record, sent)
        description = record.memo or None
    return CreditMemoUpdate(
        form=form,
        customer_id=now.customer_id,
        date=record.date,
        total=record.amount,
        number=number,
        note=note,
        currency=now.currency,
        line_amount=line_amount,
        description=description,
    )


def amount_of_line(record: SourceRecord, now: QboCreditMemo, form: CreditMemoForm) -> Decimal | None:
    """What the sole sale is to amount to; None where it stays. RowRefused where the amount stands on several lines."""
    if record.amount == now.total:
        return None
    if form.sole_sale is None:
        raise RowRefused(Message("change_memo_lines", {"id": now.id}))
    return record.amount


def too_small(record: SourceRecord, now: QboCreditMemo) -> Message:
    """That QuickBooks uses more of the memo than it is here, and that an update would take it off there."""
    return Message("change_memo_too_small", {"id": now.id, "used": applied_there(now), "amount": record.amount})
