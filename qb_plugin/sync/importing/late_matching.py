"""Late matching: payments that are here and wait for an invoice are applied once it is here, or once QuickBooks applied them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from qb_plugin.host import Ledger
from qb_plugin.ledger_changes import ApplicationToRecord, ApplyChange
from qb_plugin.model import (
    Application,
    Entity,
    Link,
    LinkOrigin,
    Message,
    Outcome,
    QboPayment,
    RecordingStatus,
    RowResult,
    SourceRecord,
)
from qb_plugin.money import ZERO
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.amounts.allocation import Allocator
from qb_plugin.sync.importing.amounts.figures import Role, cash_of, read_figures
from qb_plugin.sync.importing.amounts.questions import HomeCurrency, ask_about_currency
from qb_plugin.sync.importing.evidence import external_key
from qb_plugin.sync.importing.host_snapshot import HostSnapshot
from qb_plugin.sync.importing.planning import ImportPlanner
from qb_plugin.sync.importing.row import combine, row_id
from qb_plugin.sync.linking import made, seen

GROUP = 500  # changes a commit of the host's
DONE = frozenset({RecordingStatus.RECORDED, RecordingStatus.EXISTS})
Pair = tuple[QboPayment, SourceRecord]
OFFERS = frozenset({"paid_by_linked_credit", "paid_by_credit_partly_linked"})  # to apply the credit here, in the import form
OPEN = OFFERS | {"paid_by_credit", "pays_another_here"}  # what of these invoices is not here as in QuickBooks


@dataclass(frozen=True, slots=True)
class LateMatch:
    """A payment that is here, and what more of it can be applied now, as in QuickBooks. `notes` say what its credits leave open."""

    payment: QboPayment
    record: SourceRecord
    added: tuple[Application, ...]
    notes: tuple[Message, ...] = ()

    @property
    def without_offers(self) -> LateMatch:
        """The same, for a form that cannot apply a credit."""
        return replace(self, notes=tuple(Message("paid_by_credit", n.values) if n.key in OFFERS else n for n in self.notes))


def find_late_matches(context: SyncContext, ledger: Ledger, pairs: Iterable[Pair]) -> list[LateMatch]:
    """Those of the payments of which more can be applied now: at most what is open of each invoice, and what is left of each
    payment; none in another currency than its client's."""
    waiting = [(payment, record) for payment, record in pairs if left_of(record) and may_wait(payment, record)]
    if not waiting or "apply" not in ledger.can:
        return []
    planner, home = ImportPlanner(context=context, ledger=ledger), HomeCurrency(context)
    planner.plan([payment for payment, _ in waiting])
    balances = planner.snapshot.balances({})
    found: list[LateMatch] = []
    for payment, record in waiting:
        client = planner.snapshot.clients.get(record.client_id)
        if client and not ask_about_currency(client, payment, home):
            more = plan_more(planner.snapshot, payment, record, balances)
            found += [more] if more.added else []
    return found


def may_wait(payment: QboPayment, record: SourceRecord) -> bool:
    """Whether QuickBooks applied more of the payment to invoices than is applied here."""
    return cash_of(payment, Role.INVOICE) > sum((each.amount for each in record.applications), ZERO)


def left_of(record: SourceRecord) -> Decimal:
    """What of a record is not applied."""
    return record.amount - sum((each.amount for each in record.applications), ZERO)


def plan_more(snapshot: HostSnapshot, payment: QboPayment, record: SourceRecord, balances: dict[str, Decimal]) -> LateMatch:
    """What QuickBooks' lines put on invoices beyond what is applied here; it is taken off the balances."""
    trial, figures, before = dict(balances), read_figures(payment), {each.invoice_id: each.amount for each in record.applications}
    for invoice, amount in before.items():
        if invoice in trial:
            trial[invoice] += amount
    allocator = Allocator(snapshot=snapshot, payment=payment, figures=figures, client=record.client_id, balances=trial)
    rest, added, allocation = left_of(record), list[Application](), allocator.allocate()
    for each in allocation.applications:
        amount = min(each.amount - before.get(each.invoice_id, ZERO), rest)
        if amount > ZERO:
            rest -= amount
            balances[each.invoice_id] -= amount
            added.append(replace(each, amount=amount))
    return LateMatch(payment, record, tuple(added), tuple(note for note in allocation.notes if note.key in OPEN))


def apply_late(context: SyncContext, ledger: Ledger, matches: Sequence[LateMatch]) -> dict[str, RowResult]:
    """Apply them here, and note both sides' versions in their links; the rows by the payments' QuickBooks ids."""
    results: dict[str, RowResult] = {}
    for start in range(0, len(matches), GROUP):
        group = matches[start : start + GROUP]
        links = context.links.by_quickbooks(context.realm, Entity.PAYMENT, [match.payment.id for match in group])
        outcomes = ledger.apply([as_change(context.realm, match) for match in group])
        versions: dict[str, str] = {}
        for match, outcome in zip(group, outcomes, strict=True):
            if outcome.status in DONE:
                versions[match.payment.id] = str(outcome.version)
                results[match.payment.id] = applied_result(match, links.get(match.payment.id))
            else:
                message = Message("change_refused_here", {"reason": outcome.reason or ""})
                results[match.payment.id] = RowResult(id=row_id(match.payment.id), outcome=Outcome.FAILED, message=message)
        renew_links(context, links, group, versions)
    return results


def as_change(realm: str, match: LateMatch) -> ApplyChange:
    """What is added, in the version that was read: the same versions of the same pair are applied once.

    The key names the record, too: one that was undone and imported again begins with the versions of the first.
    """
    payment, record = match.payment, match.record
    return {
        "key": f"{external_key(realm, payment.id)}:late:{record.ref}:{payment.sync_token}:{record.version}",
        "ref": str(record.ref),
        "version": int(record.version),
        "applications": [ApplicationToRecord(invoice_id=each.invoice_id, amount=each.amount) for each in match.added],
    }


def applied_result(match: LateMatch, link: Link | None) -> RowResult:
    """The row of a payment of which more is applied now: as much as in QuickBooks, or as much as is open here."""
    before, there = match.record.amount - left_of(match.record), cash_of(match.payment, Role.INVOICE)
    applied = before + sum((each.amount for each in match.added), ZERO)
    partly = applied_partly(link, applied, there)
    alike = [] if any(note.key == "pays_another_here" for note in match.notes) else [Message("late_applied")]
    return RowResult(
        id=row_id(match.payment.id),
        outcome=Outcome.CHANGED if applied < there else Outcome.SYNCHRONIZED,
        message=combine([partly, *match.notes] if applied < there else [*alike, *match.notes]),
        quickbooks_id=match.payment.id,
        applied=match.added,
        source=match.record.ref,
    )


def applied_partly(link: Link | None, applied: Decimal, there: Decimal) -> Message:
    """That less is applied here than in QuickBooks, and what becomes of the rest: an import applies that of imported payments."""
    waits = link is not None and link.origin is LinkOrigin.IMPORTED
    return Message(
        "late_applied_partly" if waits else "late_applied_rest_stays", {"here": applied, "there": there, "rest": there - applied}
    )


def renew_links(context: SyncContext, links: Mapping[str, Link], matches: Sequence[LateMatch], versions: Mapping[str, str]) -> None:
    """Note both sides' versions of those that were applied."""
    done = {match.payment.id: match for match in matches if match.payment.id in versions}
    context.links.renew(
        [
            made(seen(link, done[identity].payment), done[identity].record.version, versions[identity])
            for identity, link in links.items()
            if identity in done
        ]
    )
