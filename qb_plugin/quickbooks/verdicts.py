"""Verdicts: what an answer proves about an item of a batch: few faults refuse, all else is doubt (docs/architecture.md rule 2)."""

from __future__ import annotations

from collections.abc import Mapping

from qb_plugin.model import Answer, Batch, Fault, Intent, Operation, Verdict
from qb_plugin.quickbooks.http.client import ApiResponse
from qb_plugin.quickbooks.http.faults import ENDS_THE_RUN, ITEM_FOREIGN, ITEM_MISSING, ITEM_REPEATED, UNREADABLE, cleaned
from qb_plugin.schemas.customers.saved_records import read_saved_record
from qb_plugin.schemas.envelopes import is_deleted, read_batch
from qb_plugin.schemas.faults import find_fault
from qb_plugin.schemas.text import BadReplyError, JsonObject

# Duplicate request id, system error, locked record, unexpected error: the item may have been carried out.
_DOUBTFUL_CODES = frozenset({"", "500", "600", "5000", "5030", "10000"})
# Texts that were recorded under 6000, a code that otherwise is a refusal with a reason.
_DOUBTFUL_TEXTS = ("unexpected error occurred", "unexpected internal error", "try again")
_NOT_ACTED_UPON = ENDS_THE_RUN


def repeat_verdict(batch: Batch, verdict: Verdict, fault: Fault | None) -> tuple[Answer, ...]:
    """The same verdict for every intent of a batch."""
    return tuple(Answer(intent.id, verdict, fault=fault) for intent in batch.intents)


def judge_whole_call(fault: Fault) -> Verdict:
    """The verdict on a whole call: only the refusal of a gateway, or of a lapsed company, proves that nothing was done."""
    if fault.status in {401, 429} or (fault.code in _NOT_ACTED_UPON and fault.status < 500):
        return Verdict.NOT_ACTED_UPON
    return Verdict.DOUBT


def judge_batch(batch: Batch, envelope: object, reply: ApiResponse) -> tuple[Answer, ...]:
    """One answer for each intent, from the envelope of a batch; items are matched by bId, never by position."""
    try:
        items = read_batch(envelope)
    except BadReplyError as problem:
        fault = Fault(code=UNREADABLE, text=str(problem), status=reply.status, tid=reply.tid)
        return repeat_verdict(batch, Verdict.DOUBT, fault)
    return tuple(_judge_found(batch, intent, items, reply) for intent in batch.intents)


def _judge_found(batch: Batch, intent: Intent, items: Mapping[str, JsonObject | None], reply: ApiResponse) -> Answer:
    item = items.get(intent.bid)
    if item is None:
        # An answer that holds others' items is one that was kept for them under the same requestid.
        foreign = items.keys() - {each.bid for each in batch.intents}
        code = ITEM_REPEATED if intent.bid in items else ITEM_FOREIGN if foreign else ITEM_MISSING
        return Answer(intent.id, Verdict.DOUBT, fault=Fault(code=code, text="no single answer for this item", tid=reply.tid))
    return judge_item(intent, item, reply, batch.resend)


def judge_item(intent: Intent, item: JsonObject, reply: ApiResponse, resend: bool) -> Answer:
    """The verdict on one intent, from its item of a batch or from its single answer."""
    try:
        fault = find_fault(item, reply.status, reply.tid)
        if fault is None:
            return _confirm(intent, item, reply.tid)
    except BadReplyError as problem:
        return Answer(intent.id, Verdict.DOUBT, fault=Fault(code=UNREADABLE, text=str(problem), status=reply.status, tid=reply.tid))
    return Answer(intent.id, judge_fault(fault, resend), fault=cleaned(fault))


def judge_fault(fault: Fault, resend: bool) -> Verdict:
    """The verdict on a fault of one item: doubt after a re-send, because the first send may have succeeded."""
    if resend or fault.type != "ValidationFault" or fault.code in _DOUBTFUL_CODES:
        return Verdict.DOUBT
    if fault.code in _NOT_ACTED_UPON:
        return Verdict.NOT_ACTED_UPON
    said = f"{fault.text} {fault.detail}".lower()
    return Verdict.DOUBT if any(text in said for text in _DOUBTFUL_TEXTS) else Verdict.REFUSED


def _confirm(intent: Intent, item: JsonObject, tid: str) -> Answer:
    raw = item.get(intent.entity)
    if intent.operation is Operation.DELETE and is_deleted(raw):
        return Answer(intent.id, Verdict.CONFIRMED, tid=tid)
    return Answer(intent.id, Verdict.CONFIRMED, record=read_saved_record(intent.entity, raw), tid=tid)


def judge_single(batch: Batch, intent: Intent, envelope: object, fault: Fault | None, reply: ApiResponse) -> Answer:
    """The verdict on an intent that was sent alone, outside a batch."""
    if fault is None:
        return judge_item(intent, envelope if isinstance(envelope, dict) else {}, reply, batch.resend)
    if reply.status == 400 and fault.type == "ValidationFault":
        return Answer(intent.id, judge_fault(fault, batch.resend), fault=fault)
    return Answer(intent.id, judge_whole_call(fault), fault=fault)
