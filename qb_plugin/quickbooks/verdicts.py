"""What an answer proves about each intent of a batch (design section 7, rule 2): refusal is narrow, everything else is doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qb_plugin.model import Answer, Batch, Fault, Intent, Operation, Verdict
from qb_plugin.quickbooks.http.client import ApiResponse
from qb_plugin.quickbooks.http.faults import ENDS_THE_RUN, ITEM_MISSING, ITEM_REPEATED, UNREADABLE, cleaned
from qb_plugin.schemas.envelopes import is_deleted, read_batch
from qb_plugin.schemas.faults import find_fault
from qb_plugin.schemas.text import BadReplyError
from qb_plugin.schemas.transactions import read_transaction

# "Duplicate request id", system, locked record, unexpected: something may have been done.
_DOUBTFUL_CODES = frozenset({"", "500", "600", "5000", "5030", "10000"})
# QuickBooks has been recorded to say these under 6000, a code that else is a refusal for a reason.
_DOUBTFUL_TEXTS = ("unexpected error occurred", "unexpected internal error", "try again")
_NOT_ACTED_UPON = ENDS_THE_RUN


def all_alike(batch: Batch, verdict: Verdict, fault: Fault | None) -> tuple[Answer, ...]:
    """The same verdict for every intent."""
    return tuple(Answer(intent.id, verdict, fault=fault) for intent in batch.intents)


def whole_call_verdict(fault: Fault) -> Verdict:
    """What a fault for a whole call proves: only a gateway's or a lapsed company's refusal proves that nothing was done."""
    if fault.status in {401, 429} or (fault.code in _NOT_ACTED_UPON and fault.status < 500):
        return Verdict.NOT_ACTED_UPON
    return Verdict.DOUBT


def judge_batch(batch: Batch, envelope: object, reply: ApiResponse) -> tuple[Answer, ...]:
    """One answer for each intent, out of the envelope of a batch; items are matched by bId, never by place."""
    try:
        items = read_batch(envelope)
    except BadReplyError as problem:
        fault = Fault(UNREADABLE, str(problem), status=reply.status, tid=reply.tid)
        return all_alike(batch, Verdict.DOUBT, fault)
    return tuple(_judge_found(batch, intent, items, reply) for intent in batch.intents)


def _judge_found(batch: Batch, intent: Intent, items: Mapping[str, Mapping[str, Any] | None], reply: ApiResponse) -> Answer:
    item = items.get(intent.bid)
    if item is None:
        code = ITEM_REPEATED if intent.bid in items else ITEM_MISSING
        return Answer(intent.id, Verdict.DOUBT, fault=Fault(code, "no single answer for this item", tid=reply.tid))
    return judge_item(intent, item, reply, batch.resend)


def judge_item(intent: Intent, item: Mapping[str, Any], reply: ApiResponse, resend: bool) -> Answer:
    """The verdict on one intent, out of its own item or its own single answer."""
    try:
        fault = find_fault(item, reply.status, reply.tid)
        if fault is None:
            return _confirmed(intent, item)
    except BadReplyError as problem:
        return Answer(intent.id, Verdict.DOUBT, fault=Fault(UNREADABLE, str(problem), status=reply.status, tid=reply.tid))
    return Answer(intent.id, verdict_on(fault, resend), fault=cleaned(fault))


def verdict_on(fault: Fault, resend: bool) -> Verdict:
    """What a fault for this very item proves: after a re-send nothing, because the first send may have succeeded."""
    if resend or fault.type != "ValidationFault" or fault.code in _DOUBTFUL_CODES:
        return Verdict.DOUBT
    if fault.code in _NOT_ACTED_UPON:
        return Verdict.NOT_ACTED_UPON
    said = f"{fault.text} {fault.detail}".lower()
    return Verdict.DOUBT if any(text in said for text in _DOUBTFUL_TEXTS) else Verdict.REFUSED


def _confirmed(intent: Intent, item: Mapping[str, Any]) -> Answer:
    raw = item.get(intent.entity)
    if intent.operation is Operation.DELETE and is_deleted(raw):
        return Answer(intent.id, Verdict.CONFIRMED)
    return Answer(intent.id, Verdict.CONFIRMED, record=read_transaction(intent.entity, raw))


def judge_single(batch: Batch, intent: Intent, envelope: object, fault: Fault | None, reply: ApiResponse) -> Answer:
    """The verdict on an intent that was sent alone, outside a batch."""
    if fault is None:
        return judge_item(intent, envelope if isinstance(envelope, dict) else {}, reply, batch.resend)
    if reply.status == 400 and fault.type == "ValidationFault":
        return Answer(intent.id, verdict_on(fault, batch.resend), fault=fault)
    return Answer(intent.id, whole_call_verdict(fault), fault=fault)
