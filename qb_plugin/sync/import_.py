"""An import, from the rows picked to each row's outcome; the host commits payment, applications and key as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from qb_plugin.model import Kind, Link, Message, Outcome, Ref, RowResult
from qb_plugin.sync.import_plan import ImportRow, external_key, plan_import, shares_of
from qb_plugin.sync.markers import find_marker
from qb_plugin.sync.ports import HostLedger, Recorded
from qb_plugin.sync.workplace import Workplace

GROUP = 500  # payments a commit of the host's


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`methods` maps QuickBooks' payment-method ids to the host's names for them; `anyway` names rows (`Payment:123`) to
    import though they look like one that is here."""

    methods: Mapping[str, str]
    anyway: frozenset[str] = frozenset()


def import_payments(
    place: Workplace,
    ledger: HostLedger,
    rows: Sequence[ImportRow],
    options: ImportOptions,
    stop: Callable[[], bool],
) -> Iterator[RowResult]:
    """Import the rows in groups; one result a row.

    Each group is planned afresh right before it is recorded, so that balances are those of the moment.
    """
    made_here: set[Ref] = set()
    for group in in_groups(rows, GROUP):
        if stop():
            yield from (RowResult(row.id, Outcome.NOT_TRIED, Message("cancelled_row")) for row in group)
        else:
            planned = plan_import(place, ledger, [row.payment for row in group])
            yield from record(
                place, ledger, [accept(row, options.anyway, made_here) for row in planned], options.methods, made_here
            )


def in_groups(rows: Sequence[ImportRow], size: int) -> Iterable[Sequence[ImportRow]]:
    """The rows, `size` at a time."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def accept(row: ImportRow, anyway: frozenset[str], made_here: Set[Ref]) -> ImportRow:
    """Take a look-alike that a person said is another payment, and one that only looks like what this run imported itself."""
    other = row.id in anyway or row.existing in made_here
    return replace(row, outcome=Outcome.READY, message=row.unapplied) if row.looks_same and other else row


def record(
    place: Workplace, ledger: HostLedger, rows: Sequence[ImportRow], methods: Mapping[str, str], made_here: set[Ref]
) -> Iterator[RowResult]:
    """Record the ready ones; the others keep their outcome, and those found here already are linked (healed by key)."""
    ready = [row for row in rows if row.outcome is Outcome.READY]
    yield from (RowResult(row.id, Outcome.RUNNING) for row in ready)
    outcomes = ledger.record_payments([as_host_payment(place, row, methods) for row in ready]) if ready else ()
    recorded = dict(zip((row.id for row in ready), outcomes, strict=True))
    place.links.add([link_of(place, row, ref) for row in rows if (ref := ref_of(row, recorded.get(row.id)))])
    made_here |= {Ref(Kind.PAYMENT, found.id) for found in outcomes if found.id}
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
    return RowResult(row.id, Outcome.SYNCHRONIZED, row.message, row.payment.id, shares_of(row))
