"""An import, from the rows picked to each row's outcome; the host commits payment, applications and key as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from qb_plugin.model import BookPayment, Kind, Link, Message, Outcome, Ref, RowResult
from qb_plugin.sync.context import Workplace
from qb_plugin.sync.importing.compact_rows import KeptRow, KeptRows, payment_of
from qb_plugin.sync.importing.planning import external_key, plan_import
from qb_plugin.sync.importing.refresh import News, differences
from qb_plugin.sync.importing.row import ImportRow, shares_of
from qb_plugin.sync.markers import find_marker
from qb_plugin.sync.ports import HostLedger, Recorded

GROUP = 500  # payments a commit of the host's


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`methods` maps QuickBooks' payment-method ids to the host's names for them; `anyway` names rows (`Payment:123`) to
    import though they look like one that is here; `stop` is asked before each group."""

    methods: Mapping[str, str]
    anyway: frozenset[str] = frozenset()
    stop: Callable[[], bool] = lambda: False


def import_payments(
    place: Workplace, ledger: HostLedger, kept: KeptRows, ids: Sequence[str], options: ImportOptions
) -> Iterator[RowResult]:
    """Import the rows of these ids in groups; one result a row.

    Each group is brought up to date with QuickBooks and planned afresh right before it is recorded, so that balances are
    those of the moment, and what was deleted or changed since a person saw it does not come in as it was.
    """
    made_here: set[str] = set()  # ids of what this run recorded, as texts: there may be very many
    news = News(place, kept.read_at, kept.since)
    for group in in_groups([row for identity in ids if (row := kept.get(identity))], GROUP):
        if options.stop():
            yield from (RowResult(row.id, Outcome.NOT_TRIED, Message("cancelled_row")) for row in group)
        else:
            planned = plan_newest(place, ledger, [payment_of(row) for row in group], news)
            yield from record(
                place, ledger, [accept(row, options.anyway, made_here) for row in planned], options.methods, made_here
            )


def in_groups(rows: Sequence[KeptRow], size: int) -> Iterable[Sequence[KeptRow]]:
    """The rows, `size` at a time."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def plan_newest(place: Workplace, ledger: HostLedger, read: Sequence[BookPayment], news: News) -> list[ImportRow]:
    """Plan the payments as they are now, and note what is not as it was read."""
    found = news.of(read)
    planned = plan_import(place, ledger, found.payments, found.gone)
    return [
        replace(row, edited=edited) if (edited := differences(before, row.payment)) else row
        for before, row in zip(read, planned, strict=True)
    ]


def accept(row: ImportRow, anyway: frozenset[str], made_here: Set[str]) -> ImportRow:
    """Take a look-alike that a person said is another payment, and one that only looks like what this run imported itself."""
    other = row.id in anyway or (row.existing and row.existing.id in made_here)
    return replace(row, outcome=Outcome.READY, twin=None) if row.looks_same and other else row


def record(
    place: Workplace, ledger: HostLedger, rows: Sequence[ImportRow], methods: Mapping[str, str], made_here: set[str]
) -> Iterator[RowResult]:
    """Record the ready ones; the others keep their outcome, and those found here already are linked (healed by key)."""
    ready = [row for row in rows if row.outcome is Outcome.READY]
    yield from (RowResult(row.id, Outcome.RUNNING) for row in ready)
    outcomes = ledger.record_payments([as_host_payment(place, row, methods) for row in ready]) if ready else ()
    recorded = dict(zip((row.id for row in ready), outcomes, strict=True))
    place.links.add([link_of(place, row, ref) for row in rows if (ref := ref_of(row, recorded.get(row.id)))])
    made_here |= {found.id for found in outcomes if found.id}
    yield from (replace(result_of(row, got := recorded.get(row.id)), source=ref_of(row, got)) for row in rows)


def as_host_payment(place: Workplace, row: ImportRow, methods: Mapping[str, str]) -> dict[str, Any]:
    """The payment as the host's ledger takes it."""
    payment = row.payment
    return {
        "external_key": external_key(place.realm, payment.id),
        "client_id": row.client_id,
        "date": payment.date,
        "amount": payment.total,
        "method": methods.get(payment.method_id or "", ""),
        "reference": payment.reference or "",
        "memo": payment.note or "",
        "applications": [{"invoice_id": share.invoice_id, "amount": share.amount} for share in row.shares],
    }


def ref_of(row: ImportRow, recorded: Recorded | None) -> Ref | None:
    """The WorkSpace payment to link the row to, if there is one now."""
    if recorded and recorded.id:
        return Ref(Kind.PAYMENT, recorded.id)
    here = row.outcome is Outcome.SYNCHRONIZED and row.existing and row.existing.kind is Kind.PAYMENT
    return row.existing if here else None


def link_of(place: Workplace, row: ImportRow, ref: Ref) -> Link:
    """The link of a payment that was imported, or was made from here as its marker says."""
    ours = find_marker(row.payment.note)
    origin = "adopted" if ours and ours.firm == place.firm_id else "imported"
    return Link(place.realm, ref, "Payment", row.payment.id, origin, row.payment.sync_token)


def result_of(row: ImportRow, recorded: Recorded | None) -> RowResult:
    """What became of the row."""
    if row.outcome is Outcome.SYNCHRONIZED:
        return RowResult(row.id, Outcome.SKIPPED, row.message, row.payment.id)
    if recorded is None:
        return RowResult(row.id, row.outcome, row.message, row.payment.id)
    if recorded.status == "refused":
        return RowResult(row.id, Outcome.FAILED, Message("host_refused", {"reason": recorded.reason}), row.payment.id)
    if recorded.status == "exists":
        return RowResult(row.id, Outcome.SYNCHRONIZED, Message("already_here"), row.payment.id)
    outcome = Outcome.CHANGED if row.edited else Outcome.SYNCHRONIZED
    return RowResult(row.id, outcome, row.message, row.payment.id, shares_of(row))
