"""Takes QuickBooks': the ledger's own changes make the records here what their transactions are; a key makes each happen once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from qb_plugin.host import Ledger
from qb_plugin.ledger_changes import ApplicationToRecord, ChangeOutcome, RecordChange, UpdateChange
from qb_plugin.model import (
    Application,
    LinkOrigin,
    Message,
    Outcome,
    QboCreditMemo,
    QboPayment,
    QboTransaction,
    RowResult,
    SourceRecord,
    UnreadableRecord,
)
from qb_plugin.money import ZERO
from qb_plugin.sync.changes.pairs import APPLICATIONS, ChangedPair, ChangeKind, applied_here, applied_there, on_invoices
from qb_plugin.sync.changes.payment_updates import gone_here, of_another_customer
from qb_plugin.sync.changes.texts import texts_there
from qb_plugin.sync.changes.updating import end_of
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.amounts.figures import kept_of
from qb_plugin.sync.importing.late_matching import applied_partly, apply_late, find_late_matches
from qb_plugin.sync.importing.row import combine
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.linking import made
from qb_plugin.sync.sources import read_sources

GROUP = 500  # changes a commit of the host's
DONE = frozenset({"recorded", "exists"})
REMOVED = frozenset({ChangeKind.REMOVED_THERE, ChangeKind.VOIDED_THERE})
TAKEN = APPLICATIONS | {ChangeKind.AMOUNT, ChangeKind.RETURNED, ChangeKind.DATE, ChangeKind.TEXT}
LATE = APPLICATIONS | {ChangeKind.WAITING}

FindApplications = Callable[[Sequence[ChangedPair]], Mapping[str, tuple[Application, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """`find_applications` gives, by row, where the money of payments that were applied in QuickBooks goes here."""

    context: SyncContext
    run: LeasedRun
    ledger: Ledger
    find_applications: FindApplications

    def take(self, pairs: Sequence[ChangedPair]) -> None:
        """Make this side of the pairs what the other is, and report one result each."""
        for pair in pairs:
            if not may_take(pair, self.ledger.can):
                self.run.reporter.row(end_of(pair, Outcome.FAILED, why_not_taken(pair)))
        going = [pair for pair in pairs if may_take(pair, self.ledger.can)]
        for start in range(0, len(going), GROUP):
            if self.run.stop():
                return  # these rows end *not tried*
            self.run.check_lease()
            group = going[start : start + GROUP]
            self._remove([pair for pair in group if pair.kind in REMOVED])
            self._apply([pair for pair in group if is_late(pair)])
            self._update([pair for pair in group if pair.kind not in REMOVED and not is_late(pair)])

    def _remove(self, pairs: Sequence[ChangedPair]) -> None:
        """Remove records whose transactions are gone, and then their links."""
        changes = [as_removal(self.context.realm, pair) for pair in pairs]
        outcomes = self.ledger.remove(changes) if changes else ()
        gone = [pair.link.source for pair, outcome in zip(pairs, outcomes, strict=True) if outcome.status in DONE]
        if gone:
            self.context.journal.withdraw(self.context.realm, gone)
            self.context.links.remove(self.context.realm, gone, self.run.user)
        for pair, outcome in zip(pairs, outcomes, strict=True):
            self.run.reporter.row(result_of(pair, outcome, Message("change_removed_here", {"number": number_of(pair)})))

    def _apply(self, pairs: Sequence[ChangedPair]) -> None:
        """Apply here, too, what was applied in QuickBooks, as far as the invoices are here and open."""
        both = [(pair.now, pair.record) for pair in pairs if isinstance(pair.now, QboPayment) and pair.record]
        matches = [match.without_offers for match in find_late_matches(self.context, self.ledger, both)]
        results = apply_late(self.context, self.ledger, matches)
        for pair in pairs:
            nothing = end_of(pair, Outcome.FAILED, Message("nothing_to_apply", {"number": number_of(pair)}))
            self.run.reporter.row(replace(results.get(pair.link.quickbooks_id, nothing), id=pair.key))

    def _update(self, pairs: Sequence[ChangedPair]) -> None:
        """Write amounts, dates and applications, then both sides' new versions into the links."""
        applied = self.find_applications([pair for pair in pairs if takes_applications(pair)])
        changes = [as_update(self.context.realm, pair, applied.get(pair.key)) for pair in pairs]
        outcomes = self.ledger.update(changes) if changes else ()
        taken = [(pair, outcome) for pair, outcome in zip(pairs, outcomes, strict=True) if outcome.status in DONE]
        if taken:
            self.context.links.renew([made(pair.renewed, version_of(pair), outcome.version) for pair, outcome in taken])
        records = {record.ref: record for record in read_sources(self.ledger, [pair.link.source for pair, _ in taken])}
        for pair, outcome in zip(pairs, outcomes, strict=True):
            result = result_of(pair, outcome, Message("change_taken", {"number": number_of(pair)}))
            record = records.get(pair.link.source)
            self.run.reporter.row(as_taken(pair, record, result) if record and outcome.status in DONE else result)


def as_taken(pair: ChangedPair, record: SourceRecord, result: RowResult) -> RowResult:
    """The end of a row that was taken, by what of it is applied on either side now; `record` is it as it is now.

    Less than in QuickBooks is no end where it was to be as much: no more is open here. What else is not alike was left so.
    """
    _, now = both_of(pair)
    here, there = applied_here(record), on_invoices(now) if isinstance(now, QboPayment) else applied_there(now)
    if here == there:
        return result
    values: dict[str, object] = {"number": record.number, "amount": record.amount, "date": record.date}
    if takes_applications(pair):
        partly = combine([Message("change_taken_partly", values), applied_partly(pair.link, here, there)])
        return replace(result, outcome=Outcome.CHANGED, message=partly)
    return replace(result, message=Message("change_taken_apart", {**values, "here": here, "there": there}))


def why_not_taken(pair: ChangedPair) -> Message:
    """Why QuickBooks' side cannot be taken."""
    if pair.record is None:
        return gone_here(pair)
    return of_another_customer(pair) or Message("change_not_takable", {"number": number_of(pair)})


def may_take(pair: ChangedPair, can: frozenset[str]) -> bool:
    """Whether QuickBooks' side can be taken, with what this ledger does."""
    if pair.kind in REMOVED:
        return "remove" in can and pair.record is not None
    if is_late(pair):
        return "apply" in can
    left = kept_of(pair.now) if pair.now and not isinstance(pair.now, UnreadableRecord) else ZERO
    if isinstance(pair.now, QboCreditMemo) and not may_take_use(pair, pair.now):
        return False
    return "update" in can and left > ZERO and bool(pair.differences) and set(pair.differences) <= TAKEN


def may_take_use(pair: ChangedPair, memo: QboCreditMemo) -> bool:
    """Whether what is used of a credit memo can be taken: nothing, for else QuickBooks does not tell which invoices it pays."""
    return not APPLICATIONS & set(pair.differences) or not applied_there(memo)


def is_late(pair: ChangedPair) -> bool:
    """Whether all that differs is that more is applied in QuickBooks than here."""
    if pair.record is None or not isinstance(pair.now, QboPayment) or not set(pair.differences) <= LATE:
        return False
    return on_invoices(pair.now) > applied_here(pair.record)


def takes_applications(pair: ChangedPair) -> bool:
    """Whether the applications here become QuickBooks'; those of a payment of which nothing was applied there stay, unless they are
    all that differs."""
    if pair.record is None or not isinstance(pair.now, QboPayment) or not APPLICATIONS & set(pair.differences):
        return False
    apart = not on_invoices(pair.now) and ChangeKind.APPLIED in pair.differences and pair.link.origin is not LinkOrigin.IMPORTED
    return not apart or len(pair.differences) == 1


def as_removal(realm: str, pair: ChangedPair) -> RecordChange:
    """The removal of a record in the version that was read."""
    return {"key": key_of(realm, pair), "ref": pair.key, "version": version_of(pair)}


def as_update(realm: str, pair: ChangedPair, applications: tuple[Application, ...] | None) -> UpdateChange:
    """The record's new values: date and amount of QuickBooks, without what went back there, and applications where they change or
    must become less."""
    record, now = both_of(pair)
    kept = kept_of(now)
    change: UpdateChange = {"key": key_of(realm, pair), "ref": pair.key, "version": version_of(pair)}
    change["amount"], change["date"] = kept, now.date
    if ChangeKind.TEXT in pair.differences and isinstance(now, QboCreditMemo):
        change["reference"], change["memo"] = texts_there(record, now, pair.before)
    parts = () if isinstance(now, QboCreditMemo) and ChangeKind.UNAPPLIED in pair.differences else applications
    if parts is None and applied_here(record) > kept:
        parts = cut(record.applications, kept)
    if parts is not None:
        change["applications"] = [ApplicationToRecord(invoice_id=each.invoice_id, amount=each.amount) for each in parts]
    return change


def cut(applications: Sequence[Application], most: Decimal) -> tuple[Application, ...]:
    """The applications that a smaller amount pays, the last ones cut."""
    left, found = most, []
    for each in applications:
        amount = min(each.amount, left)
        left -= amount
        if amount > ZERO:
            found.append(replace(each, amount=amount))
    return tuple(found)


def both_of(pair: ChangedPair) -> tuple[SourceRecord, QboTransaction]:
    """Both sides; ValueError for a pair that lacks one."""
    if pair.record is None or pair.now is None or isinstance(pair.now, UnreadableRecord):
        raise ValueError("a side is missing")
    return pair.record, pair.now


def key_of(realm: str, pair: ChangedPair) -> str:
    """The key of a change: the same versions of the same pair are taken once, whatever record it was before."""
    token = "" if pair.now is None or isinstance(pair.now, UnreadableRecord) else pair.now.sync_token
    return f"quickbooks:{realm}:{pair.link.entity}:{pair.link.quickbooks_id}:take:{pair.key}:{token}:{version_of(pair)}"


def version_of(pair: ChangedPair) -> int:
    """The record's version as the host has it."""
    return int(pair.record.version) if pair.record else 0


def number_of(pair: ChangedPair) -> str:
    """What people call the record."""
    return pair.record.number if pair.record else pair.key


def result_of(pair: ChangedPair, outcome: ChangeOutcome, done: Message) -> RowResult:
    """The end of a row by what the ledger made of it."""
    if outcome.status in DONE:
        return end_of(pair, Outcome.SYNCHRONIZED, done)
    message = Message("change_refused_here", {"reason": outcome.reason or ""})
    return end_of(pair, Outcome.CHANGED if outcome.status == "changed" else Outcome.FAILED, message)
