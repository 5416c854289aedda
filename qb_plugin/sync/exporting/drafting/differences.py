"""What QuickBooks saved otherwise than it was meant, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from qb_plugin.model import Draft, Message, PaymentDraft, QboTransaction


def describe_difference(draft: Draft, saved: QboTransaction, names: Sequence[str]) -> Message:
    """What is not as it was meant; a total that QuickBooks made another is given with both amounts and what to do."""
    meant = draft.total if isinstance(draft, PaymentDraft) else draft.amount
    if "amount" not in names or isinstance(draft, PaymentDraft):
        return Message("saved_but_differs", {"what": ", ".join(names)})
    return Message("memo_total_differs", {"meant": meant, "found": saved.total, "id": saved.id})
