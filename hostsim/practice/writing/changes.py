"""Changes to records there are: apply to invoices, update, remove. Each item has a key, the version the user saw, an outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hostsim.practice.lists.listing import signed_keys
from hostsim.practice.model import ChangeOutcome, RecordingStatus
from hostsim.practice.sql.editing import KeptRecord, delete_record, read_kept, release_parts, rewrite_record
from hostsim.practice.sql.inserting import apply_parts, lock_serials
from hostsim.practice.writing.change_keys import DoneChange, keep_done, read_done
from hostsim.practice.writing.clients import create_client
from hostsim.practice.writing.record_events import (
    NOBODY,
    Author,
    Happened,
    describe_change,
    describe_record,
    write_events,
)
from hostsim.practice.writing.rules import (
    NOTHING_SAVED,
    Refused,
    amount_of,
    check_sum,
    day_of,
    invoice_ids_in,
    parts_of,
    read_books,
)

Change = Mapping[str, object]
NAMES = {"payment": "payment", "credit_memo": "credit memo"}
ADDRESSING = frozenset({"key", "ref", "version"})
UPDATABLE = frozenset({"date", "amount", "applications", "method", "reference", "memo"})


class Action(StrEnum):
    """What may be asked for, by the name of the ledger's method."""

    APPLY = "apply"
    UPDATE = "update"
    REMOVE = "remove"
    CREATE_CLIENTS = "create_clients"


class ChangedMeanwhile(Exception):
    """The record is not at the version the user saw; `version` is the one it has, None when it is gone."""

    def __init__(self, sentence: str, record_id: int | None, version: int | None) -> None:
        super().__init__(f"{sentence} {NOTHING_SAVED}")
        self.record_id, self.version = record_id, version


@dataclass(frozen=True, slots=True)
class Writing:
    """The transaction that a change is written in, and whose change it is."""

    connection: Connection
    author: Author


def change_group(connection: Connection, action: Action, changes: Sequence[Change], author: Author = NOBODY) -> list[ChangeOutcome]:
    """One outcome each, in order, in the caller's transaction; each change in a savepoint of its own."""
    lock_serials(connection)  # comes first: what is read below stays true until the commit
    done = read_done(connection, action, [_key(change) for change in changes])
    outcomes = []
    for change in changes:
        outcome, made = _attempt(Writing(connection, author), action, change, done.get(_key(change)))
        done |= {_key(change): made} if made else {}
        outcomes.append(outcome)
    return outcomes


def _attempt(
    writing: Writing, action: Action, change: Change, before: DoneChange | None
) -> tuple[ChangeOutcome, DoneChange | None]:
    key = _key(change)
    if before is not None:
        return _outcome(key, RecordingStatus.EXISTS, action, before), None
    try:
        with writing.connection.begin_nested():
            made = _make(writing, action, change, key)
    except Refused as refusal:
        return ChangeOutcome(key=key, status=RecordingStatus.REFUSED, reason=str(refusal)), None
    except ChangedMeanwhile as meanwhile:
        found = None if meanwhile.record_id is None else str(meanwhile.record_id)
        changed = RecordingStatus.CHANGED
        return ChangeOutcome(key=key, status=changed, id=found, version=meanwhile.version, reason=str(meanwhile)), None
    except IntegrityError as error:
        reason = f"The practice database does not take this change ({type(error.orig).__name__})."
        return ChangeOutcome(key=key, status=RecordingStatus.REFUSED, reason=reason), None
    return _outcome(key, RecordingStatus.RECORDED, action, made), made


def _outcome(key: str, status: RecordingStatus, action: Action, done: DoneChange) -> ChangeOutcome:
    has_version = action in {Action.APPLY, Action.UPDATE}
    return ChangeOutcome(key=key, status=status, id=str(done.subject_id), version=done.version if has_version else None)


def _make(writing: Writing, action: Action, change: Change, key: str) -> DoneChange:
    if not key:
        raise Refused("A change without a key could be made twice.")
    made = MAKERS[action](writing, change)
    keep_done(writing.connection, action, key, made)
    return made


def _apply(writing: Writing, change: Change) -> DoneChange:
    """Apply more of a record to invoices, beside what it is applied to already."""
    connection = writing.connection
    record, parts = _seen(connection, change), _parts(change)
    if not parts:
        raise Refused("There is nothing to apply.")
    books = read_books(connection, [record.client_id], invoice_ids_in(parts))
    applied = dict(record.applied)
    for invoice, amount in parts_of(parts, record.client_id, books).items():
        applied[invoice] = applied.get(invoice, 0) + amount
    release_parts(connection, record)
    return _rewrite(writing, Happened.APPLIED, record, replace(record, applied=applied))


def _update(writing: Writing, change: Change) -> DoneChange:
    """Write what the change names; `applications`, when named, stand in place of those there are."""
    connection = writing.connection
    before = record = _seen(connection, change)
    unknown = set(change) - UPDATABLE - ADDRESSING
    if unknown:
        raise Refused(f"WorkSpace cannot change {', '.join(sorted(unknown))} of a {NAMES[record.kind]}.")
    release_parts(connection, record)
    parts = _parts(change)
    books = read_books(connection, [record.client_id], invoice_ids_in(parts))
    if "amount" in change:
        currency = books.payer(record.client_id).currency
        record = replace(record, amount=amount_of(change["amount"], NAMES[record.kind], currency))
    if "date" in change:
        record = replace(record, date=day_of(change["date"]))
    if "applications" in change:
        record = replace(record, applied=parts_of(parts, record.client_id, books))
    kept = {"method": record.method, "reference": record.reference, "memo": record.memo}
    texts = {name: str(change[name] or "") if name in change else text for name, text in kept.items()}
    after = replace(record, method=texts["method"], reference=texts["reference"], memo=texts["memo"])
    return _rewrite(writing, Happened.CHANGED, before, after)


def _rewrite(writing: Writing, what: Happened, before: KeptRecord, record: KeptRecord) -> DoneChange:
    """Write a record whose applications have been released, and who did what to it."""
    connection = writing.connection
    check_sum(sum(record.applied.values()), record.amount, NAMES[record.kind])
    apply_parts(connection, [(record.id, *part) for part in record.applied.items()])
    rewrite_record(connection, record)
    write_events(connection, writing.author, [(record.ref, what, describe_change(connection, before, record))])
    return DoneChange(record.id, record.version + 1)


def _remove(writing: Writing, change: Change) -> DoneChange:
    record = _seen(writing.connection, change)
    was = describe_record(writing.connection, record)
    delete_record(writing.connection, record)
    write_events(writing.connection, writing.author, [(record.ref, Happened.REMOVED, was)])
    return DoneChange(record.id, record.version)


def _create_client(writing: Writing, change: Change) -> DoneChange:
    key = create_client(writing.connection, change)
    write_events(writing.connection, writing.author, [(f"client:{key}", Happened.CREATED, "")])
    return DoneChange(key, 0)


MAKERS: Mapping[Action, Callable[[Writing, Change], DoneChange]] = {
    Action.APPLY: _apply,
    Action.UPDATE: _update,
    Action.REMOVE: _remove,
    Action.CREATE_CLIENTS: _create_client,
}


def _seen(connection: Connection, change: Change) -> KeptRecord:
    """The record, when it is as the user saw it."""
    signed = signed_keys([str(change.get("ref", ""))])
    record = read_kept(connection, [abs(key) for key in signed]).get(abs(signed[0])) if signed else None
    if record is None or record.kind.sign != (1 if signed[0] > 0 else -1):
        raise ChangedMeanwhile("This record is not in WorkSpace.", None, None)
    if record.version != change.get("version"):
        raise ChangedMeanwhile(f"{record.number} has been changed in WorkSpace meanwhile.", record.id, record.version)
    return record


def _parts(change: Change) -> Sequence[Change]:
    parts = change.get("applications")
    return parts if isinstance(parts, list | tuple) else ()


def _key(change: Change) -> str:
    return str(change.get("key") or "")
