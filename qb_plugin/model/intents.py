"""What is sent to QuickBooks, and what an answer proves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from qb_plugin.model.quickbooks import Entity, SavedRecord
from qb_plugin.model.records import IntentState, Message, Operation, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is about to be sent, written down before the first byte leaves (docs/architecture.md rule 1).

    `payload` is the entity's JSON text exactly as it goes over the wire. `quickbooks_time` is QuickBooks' own clock from
    its last answer before the send; a look-up starts five minutes before it. `sends` counts how often the bytes left.
    `source_version` is the WorkSpace record's version that the payload was made from. `applies` says of a credit memo's
    create that its run is to apply the memo next, so that a run that was cut short can be finished. `singles` counts the
    sends in a batch of one that came back in doubt; `fully_settled` says that two of them, and the looks after them, found
    nothing: it holds nothing else up (docs/architecture.md rule 11). `replaces` is the QuickBooks id of what the record was
    linked to and is gone: the commit that writes this intent down removes that link. It is not written down itself.
    `tid` is Intuit's trace id of the answer that settled it, where one did.
    `withdrawals` counts how often these bytes were given up. `record_updated` is LastUpdatedTime of the
    record when it was last seen.
    A void or a delete names the record it acts on by `quickbooks_id` and `sync_token` from the start, and by both in `version`.
    """

    id: str
    realm: str
    run_id: str
    source: Ref
    operation: Operation
    version: str
    entity: Entity
    payload: str
    requestid: str
    bid: str
    quickbooks_time: datetime
    customer_id: str = ""
    state: IntentState = IntentState.OPEN
    quickbooks_id: str | None = None
    sync_token: str | None = None
    sent_at: datetime | None = None
    first_look_at: datetime | None = None
    sends: int = 0
    message: Message | None = None
    source_version: str = "0"
    applies: bool = False
    singles: int = 0
    fully_settled: bool = False
    replaces: str = ""
    tid: str | None = None
    withdrawals: int = 0
    record_updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Intents that go out in one call under one requestid; replays must repeat it byte for byte."""

    requestid: str
    intents: tuple[Intent, ...]
    resend: bool = False


class Verdict(StrEnum):
    """What an answer proves about one intent."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    DOUBT = "doubt"
    NOT_ACTED_UPON = "not_acted_upon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """QuickBooks' error: its code, its two texts, the field it names, and Intuit's trace id; tokens removed."""

    code: str
    text: str
    detail: str = ""
    element: str = ""
    type: str = ""
    status: int = 0
    tid: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one intent: the record when confirmed, the fault when there was one, and Intuit's trace id."""

    intent_id: str
    verdict: Verdict
    record: SavedRecord | None = None
    fault: Fault | None = None
    tid: str = field(default="", compare=False)
