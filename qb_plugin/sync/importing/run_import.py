"""An import, from the rows picked to each row's outcome; the host commits payment, applications and key as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from qb_plugin.host import Ledger, PaymentToRecord, RecordedPayment
from qb_plugin.model import Entity, Kind, Message, Outcome, Pair, PairAnswer, RecordingStatus, Ref, RowResult
from qb_plugin.money import ZERO, show_amount
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.compact_rows import CompactRow, CompactRows, unpack
from qb_plugin.sync.importing.duplicates import DuplicateFinder
from qb_plugin.sync.importing.planning import ImportPlanner
from qb_plugin.sync.importing.refresh import Refresher, differences
from qb_plugin.sync.importing.row import ImportRow, unreadable_row
from qb_plugin.sync.lease import LeasedRun
from qb_plugin.sync.linking import link_imported
from qb_plugin.sync.reporting import Reporter

GROUP = 500  # payments a commit of the host's
NOTHING_SPENT: Mapping[str, Decimal] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`methods` maps QuickBooks' payment-method ids to the host's names for them. `force` names rows (`quickbooks_payment:123`) to
    import though they may be here, or part of their money went back; `skip` those to leave out; `whose` the client of rows that
    may be several clients'. `asked_about` is, of rows to import all the same, the record here (`payment:5`) that a person saw, or
    another word for none."""

    methods: Mapping[str, str]
    force: frozenset[str] = frozenset()
    asked_about: Mapping[str, str] = field(default_factory=dict)
    skip: frozenset[str] = frozenset()
    whose: Mapping[str, str] = field(default_factory=dict)
    user: str = ""  # who answers
    promises: Mapping[str, ImportRow] = field(default_factory=dict)  # what a preview said of rows
    previewed_at: str = ""  # the time of day
    alongside: frozenset[str] = frozenset()  # previewed with the others, and planned with them again, but not recorded


def import_payments(
    context: SyncContext, run: LeasedRun, ledger: Ledger, rows: CompactRows, ids: Sequence[str], *, options: ImportOptions
) -> None:
    """Import the rows of these ids in groups, and report one result a row.

    Each group is brought up to date with QuickBooks and planned afresh right before it is recorded, so that balances are
    those of the moment, and what was deleted or changed since a person saw it does not come in as it was.
    """
    made_here: set[str] = set()  # ids of what this run recorded, as texts: there may be very many
    planning = begin_planning(context, ledger, rows, ids, options)
    for left in sorted(options.skip & set(ids)):
        run.reporter.row(RowResult(id=left, outcome=Outcome.SKIPPED, message=Message("not_now")))
    for group in in_groups(planning.wanted, GROUP):
        if run.stop():
            for row in (row for row in group if row.id not in options.alongside):
                run.reporter.row(RowResult(id=row.id, outcome=Outcome.NOT_TRIED, message=Message("cancelled_row")))
        else:
            planned = [row for row in planning.plan(group) if row.id not in options.alongside]
            remember_answers(context, planned, options)
            accepted = [as_promised(accept(row, options, made_here), options) for row in planned]
            made_here |= record(context, run.reporter, ledger, accepted, options.methods)


@dataclass(frozen=True, slots=True)
class Planning:
    """The planning of a run, and of its preview: the rows picked, what decides them, and what asks for their changes."""

    planner: ImportPlanner
    refresher: Refresher
    wanted: Sequence[CompactRow]

    def plan(self, group: Sequence[CompactRow], spent: Mapping[str, Decimal] = NOTHING_SPENT) -> list[ImportRow]:
        """The rows of a group as they are now; `spent` is what earlier groups would take of invoices and have not yet."""
        return plan_refreshed(self.planner, [unpack(row) for row in group], self.refresher, spent)


def begin_planning(context: SyncContext, ledger: Ledger, rows: CompactRows, ids: Sequence[str], options: ImportOptions) -> Planning:
    """What plans the rows of these ids, but for those to leave out; what other rows are asked about is not asked about twice."""
    picked = set(ids) - options.skip
    asked = {row.asked_about for row in rows.rows.values() if row.asked_about and row.id not in picked}
    finder = DuplicateFinder(context, ledger, asked, verify=True)
    planner = ImportPlanner(context=context, ledger=ledger, whose=options.whose, clients=rows.clients, finder=finder)
    refresher = Refresher(context=context, read_at=rows.read_at, since=rows.since)
    return Planning(planner, refresher, [row for identity in ids if identity in picked and (row := rows.get(identity))])


def foresee_import(
    context: SyncContext, ledger: Ledger, rows: CompactRows, ids: Sequence[str], *, options: ImportOptions
) -> Iterator[ImportRow]:
    """What importing these rows now would do, planned as a run plans them; nothing is recorded, linked or remembered."""
    planning, spent = begin_planning(context, ledger, rows, ids, options), dict[str, Decimal]()
    for group in in_groups(planning.wanted, GROUP):
        planned = [accept(row, options, frozenset()) for row in planning.plan(group, spent)]
        for part in (part for row in planned if row.outcome is Outcome.READY for part in row.applications):
            spent[part.invoice_id] = spent.get(part.invoice_id, ZERO) + part.amount
        yield from planned


def as_promised(row: ImportRow, options: ImportOptions) -> ImportRow:
    """The row, unless a preview said something else of it: then a person is asked, with what has changed."""
    promise = options.promises.get(row.id)
    what = changes_since(promise, row) if promise and row.outcome is Outcome.READY else ()
    if not what:
        return row
    question = Message("import_previewed_otherwise", {"time": options.previewed_at, "what": "; ".join(what)})
    return replace(row, outcome=Outcome.NEEDS_DECISION, question=question, possible_duplicate=None, existing=None)


def changes_since(before: ImportRow, now: ImportRow) -> Sequence[str]:
    """What is not as it was previewed: the payment in QuickBooks, its client here, or what it is applied to here."""
    found = list(differences(before.payment, now.payment))
    if before.client_id != now.client_id:
        found.append("client")
    if before.amount != now.amount and "amount" not in found:
        found.append(f"amount: {show_amount(before.amount)} then, {show_amount(now.amount)} now")
    if before.applications != now.applications:
        found.append(f"applied here: {name_applied(before)} then, {name_applied(now)} now")
    return found


def name_applied(row: ImportRow) -> str:
    """The invoices here that a row's money goes to, or none."""
    return ", ".join(f"{each.invoice_number} {show_amount(each.amount)}" for each in row.applications) or "none"


def in_groups(rows: Sequence[CompactRow], size: int) -> Iterable[Sequence[CompactRow]]:
    """The rows, `size` at a time."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def remember_answers(context: SyncContext, rows: Sequence[ImportRow], options: ImportOptions) -> None:
    """Remember *Import anyway*: the two are not the same. A link whose payment here is gone is taken back."""
    forced = [row for row in rows if is_forced(row, options) and row.existing]
    pairs = [Pair(row.existing, Entity.PAYMENT, row.payment.id) for row in forced if row.existing and row.is_possible_duplicate]
    context.links.answer(context.realm, pairs, PairAnswer.DIFFERENT, options.user)
    gone = [row.existing for row in forced if row.existing and row.outcome is Outcome.REMOVED]
    if gone:
        context.links.remove(context.realm, gone, options.user)


def plan_refreshed(
    planner: ImportPlanner, seen: Sequence[ImportRow], refresher: Refresher, spent: Mapping[str, Decimal] = NOTHING_SPENT
) -> list[ImportRow]:
    """Plan the rows' payments as they are now, and note what is not as it was seen; what cannot be understood fails alone."""
    planner.recall_merges(seen)
    found = refresher.of([row.payment for row in seen])
    now = list(zip(seen, found.payments, strict=True))
    odd = {row.payment.id: row for row, payment in now if row.unreadable and payment is row.payment}
    odd |= {identity: unreadable_row(record) for identity, record in found.unreadable.items()}
    readable = [payment for payment in found.payments if payment.id not in odd]
    planned = {row.payment.id: row for row in planner.plan(readable, found.gone, spent)}
    return [odd.get(before.payment.id) or noted(before, planned[before.payment.id]) for before in seen]


def noted(before: ImportRow, now: ImportRow) -> ImportRow:
    """The row, with what is not as a person saw it; of one that could not be read then, there is nothing to compare."""
    edited = () if before.unreadable else differences(before.payment, now.payment)
    return replace(now, edited=edited) if edited else now


def is_forced(row: ImportRow, options: ImportOptions) -> bool:
    """Whether a person said that it comes in all the same: of the record here that was shown, not of one that came up since."""
    seen = options.asked_about.get(row.id)
    return row.id in options.force and (not seen or row.existing is None or row.about_here == seen)


def accept(row: ImportRow, options: ImportOptions, made_here: Set[str]) -> ImportRow:
    """Make a row ready that a person said is to come in, or that is like one which this run itself recorded; and what was removed
    here when a person wants it back."""
    other = row.question is None and row.is_possible_duplicate and row.existing is not None and row.existing.id in made_here
    asked = row.is_forceable or (row.outcome is Outcome.REMOVED and row.existing)
    if not asked or not (other or is_forced(row, options)):
        return row
    return replace(row, outcome=Outcome.READY, possible_duplicate=None, question=None, existing=None)


def record(
    context: SyncContext, reporter: Reporter, ledger: Ledger, rows: Sequence[ImportRow], methods: Mapping[str, str]
) -> set[str]:
    """Record the ready ones; the others keep their outcome, and those found here already are linked (healed by key).

    Returns the ids of what the ledger has made of them.
    """
    ready = [row for row in rows if row.outcome is Outcome.READY]
    for row in ready:
        reporter.row(RowResult(id=row.id, outcome=Outcome.RUNNING))
    outcomes = ledger.record_payments([as_host_payment(row, methods) for row in ready]) if ready else ()
    recorded = dict(zip((row.id for row in ready), outcomes, strict=True))
    pairs = [(ref, row.payment) for row in rows if (ref := ref_of(row, recorded.get(row.id)))]
    # Of a payment that exists already nobody knows whether it was edited since: its version is not noted.
    versions = {f"payment:{each.id}": str(each.version) for each in outcomes if each.version is not None}
    link_imported(context, pairs, versions)
    for row in rows:
        reporter.row(replace(result_of(row, got := recorded.get(row.id)), source=ref_of(row, got)))
    return {found.id for found in outcomes if found.id}


def as_host_payment(row: ImportRow, methods: Mapping[str, str]) -> PaymentToRecord:
    """The payment as the host's ledger takes it."""
    payment = row.payment
    return {
        "external_key": row.key,
        "client_id": row.client_id,
        "date": payment.date,
        "amount": row.amount,
        "method": methods.get(payment.method_id or "", ""),
        "reference": payment.reference or "",
        "memo": payment.note or "",
        "applications": [{"invoice_id": each.invoice_id, "amount": each.amount} for each in row.applications],
    }


def ref_of(row: ImportRow, recorded: RecordedPayment | None) -> Ref | None:
    """The WorkSpace payment to link the row to, if there is one now."""
    if recorded and recorded.id:
        return Ref(Kind.PAYMENT, recorded.id)
    host_snapshot = row.outcome is Outcome.SYNCHRONIZED and row.existing and row.existing.kind is Kind.PAYMENT
    return row.existing if host_snapshot else None


def result_of(row: ImportRow, recorded: RecordedPayment | None) -> RowResult:
    """What became of the row."""
    if row.outcome is Outcome.SYNCHRONIZED:
        return RowResult(id=row.id, outcome=Outcome.SYNCHRONIZED, message=row.message, quickbooks_id=row.payment.id)
    if recorded is None:
        outcome = Outcome.FAILED if row.outcome is Outcome.NOT_READY else row.outcome
        asked = row.about_here
        return RowResult(id=row.id, outcome=outcome, message=row.message, quickbooks_id=row.payment.id, asked_about=asked)
    if recorded.status == RecordingStatus.REFUSED:
        return RowResult(
            id=row.id,
            outcome=Outcome.FAILED,
            message=Message("host_refused", {"reason": recorded.reason}),
            quickbooks_id=row.payment.id,
        )
    if recorded.status == RecordingStatus.EXISTS:
        return RowResult(id=row.id, outcome=Outcome.SYNCHRONIZED, message=Message("already_here"), quickbooks_id=row.payment.id)
    ended = Outcome.CHANGED if row.edited else Outcome.SYNCHRONIZED
    return RowResult(id=row.id, outcome=ended, message=row.message, quickbooks_id=row.payment.id, applied=row.applications)
