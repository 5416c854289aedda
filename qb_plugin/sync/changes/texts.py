"""A credit memo's reference and memo: whether they were changed here since they were sent, and what QuickBooks has of them."""

from __future__ import annotations

from qb_plugin.model import CreditMemoDraft, QboCreditMemo, SourceRecord
from qb_plugin.sync.changes.before import Before
from qb_plugin.sync.exporting.drafting.drafts import write_texts
from qb_plugin.sync.markers import find_marker, without_marker
from qb_plugin.sync.matching import reference_of


def texts_meant(record: SourceRecord, sent: CreditMemoDraft) -> tuple[str | None, str]:
    """Number and note that the record means, in the form in which they were sent: numbered by this side, or by QuickBooks."""
    return write_texts(record, find_marker(sent.note), numbered=sent.number is not None)


def has_other_texts(record: SourceRecord, sent: CreditMemoDraft | None) -> bool:
    """Whether somebody changed the credit memo's reference or memo here since it was sent."""
    return sent is not None and texts_meant(record, sent) != (sent.number, sent.note or "")


def texts_there(record: SourceRecord, now: QboCreditMemo, before: Before) -> tuple[str, str]:
    """Reference and memo as they stand in QuickBooks; a number that the memo has here is no reference of its own."""
    memo, reference = without_marker(now.note), now.number or ""
    if before.sent is None or before.sent.number is None:  # QuickBooks gives the numbers, and ours stands at the end of the note
        head, opened, number = memo.rpartition("(")
        ours = bool(opened) and number.endswith(")")
        memo, reference = (head.rstrip(), number[:-1]) if ours else (memo, reference_of(record))
    return "" if reference == record.number else reference, memo
