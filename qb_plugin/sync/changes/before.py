"""What linked pairs were when this program saw them last, or sent them: what tells a change from what was so all along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qb_plugin.model import (
    CreditMemoDraft,
    Draft,
    Entity,
    Intent,
    IntentState,
    Kind,
    Line,
    Link,
    Operation,
    PaymentDraft,
    Ref,
)
from qb_plugin.sync.applied import read_applied
from qb_plugin.sync.context import SyncContext

SAVED = frozenset({Operation.CREATE, Operation.UPDATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """`applied` is what of the transaction was applied in QuickBooks (`sync/applied.py`), `sent` the credit memo as it was sent
    last. None: not known, or of no interest."""

    applied: tuple[Line, ...] | None = None
    sent: CreditMemoDraft | None = None


UNKNOWN = Before()


def read_before(context: SyncContext, links: Sequence[Link]) -> Mapping[Link, Before]:
    """What the link notes; of what this program applied itself since, or linked before that was noted, what it sent."""
    asked = [link.source for link in links if link.applied is None or link.source.kind is Kind.CREDIT_MEMO]
    sent: dict[Ref, list[Intent]] = {}
    for intent in context.journal.standing(context.realm, asked) if asked else ():
        if intent.state is IntentState.CONFIRMED:
            sent.setdefault(intent.source, []).append(intent)
    return {link: _before(context, link, sent.get(link.source, ())) for link in links}


def _before(context: SyncContext, link: Link, intents: Sequence[Intent]) -> Before:
    of_link = [each for each in intents if each.operation in SAVED and each.quickbooks_id == link.quickbooks_id]
    saved: Draft | None = context.quickbooks.draft(of_link[-1].entity, of_link[-1].payload) if of_link else None
    memo = saved if isinstance(saved, CreditMemoDraft) else None
    if link.applied is not None:
        return Before(applied=read_applied(link.applied), sent=memo)
    if isinstance(saved, PaymentDraft):
        return Before(applied=tuple(line for line in saved.lines if line.type == Entity.INVOICE))
    return Before(applied=_applied_by_us(context, link, intents), sent=memo) if memo else UNKNOWN


def _applied_by_us(context: SyncContext, link: Link, intents: Sequence[Intent]) -> tuple[Line, ...]:
    """What of a credit memo this program has applied, as far as it was not taken back."""
    drafts = [context.quickbooks.draft(each.entity, each.payload) for each in intents if each.operation is Operation.APPLY]
    lines = (line for draft in drafts if isinstance(draft, PaymentDraft) for line in draft.lines)
    return tuple(line for line in lines if line.type == Entity.CREDIT_MEMO and line.id == link.quickbooks_id)
