"""What was picked in the Billing tab, sorted by kind: payments and credit memos are sent separately.

See docs/architecture.md rule P8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qb_plugin.model import Kind, Message, Ref


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows to show now, the kind they are of, and those of the other kind that were left out."""

    kind: Kind
    shown: tuple[Ref, ...]
    left_out: tuple[Ref, ...] = ()

    @property
    def warning(self) -> Message | None:
        """What to say when both kinds were picked."""
        if not self.left_out:
            return None
        return Message("mixed_selection", counts(len(self.shown), len(self.left_out)))


def sort_selection(refs: Sequence[Ref]) -> Selection:
    """Show the payments if there are any, else the credit memos."""
    payments = tuple(ref for ref in refs if ref.kind is Kind.PAYMENT)
    memos = tuple(ref for ref in refs if ref.kind is Kind.CREDIT_MEMO)
    return Selection(Kind.PAYMENT, payments, memos) if payments else Selection(Kind.CREDIT_MEMO, memos)


def counts(payments: int, memos: int) -> dict[str, object]:
    """The placeholders of the sentences about both kinds, with their plurals."""
    return {
        "payments": f"{payments} payment" + ("s" if payments != 1 else ""),
        "memos": f"{memos} credit memo" + ("s" if memos != 1 else ""),
        "are": "are" if payments != 1 else "is",
        "were": "were" if memos != 1 else "was",
    }
