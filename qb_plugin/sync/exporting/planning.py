"""Decides for every row of an export what will be sent, before the first one is: checks, possible duplicates, allocation."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from qb_plugin.errors import RowRefused
from qb_plugin.model import (
    Application,
    Customer,
    Draft,
    Entity,
    Kind,
    Line,
    Message,
    Operation,
    Outcome,
    PaymentDraft,
    QboTransaction,
    RowResult,
    SourceRecord,
)
from qb_plugin.money import ZERO
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.checks import (
    check_customer,
    check_record,
    find_warnings,
)
from qb_plugin.sync.exporting.drafting.drafts import build_draft, without_mark
from qb_plugin.sync.exporting.drafting.explanations import explain_rest
from qb_plugin.sync.exporting.drafting.invoices_there import invoice_ref
from qb_plugin.sync.exporting.drafting.questions import Asker
from qb_plugin.sync.exporting.drafting.shared_customers import SharedCustomers
from qb_plugin.sync.exporting.drafting.unreadable import unreadable_invoice
from qb_plugin.sync.exporting.previewing.promises import change_of_application, change_of_create
from qb_plugin.sync.exporting.snapshot import ExportOptions, ExportSnapshot, read_balances


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """A row that will be sent: the record, its customer, and the create's text."""

    record: SourceRecord
    customer: Customer
    draft: Draft
    entity: Entity
    payload: str
    operation: Operation = Operation.CREATE
    family: str = ""  # the root of the customer's paying family; a row without it is its customer's alone
    retried: bool = False
    applies: bool = False  # a credit memo to be applied once it is saved
    replaces: str = ""  # the QuickBooks id of what the record was linked to and is gone
    to_apply: Decimal | None = None  # what Auto Apply had to put on invoices; None while it is off, and of a memo's create
    rest_because: Message | None = None  # why part of that goes to no invoice
    warnings: tuple[Message, ...] = ()

    def __post_init__(self) -> None:
        if not self.family:
            object.__setattr__(self, "family", self.customer.id)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The invoices it will be applied to."""
        return self.draft.lines if isinstance(self.draft, PaymentDraft) else ()

    @property
    def id(self) -> str:
        """The row's id in the grid."""
        return str(self.record.ref)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do: rows decided already, records found in QuickBooks by their marker, and rows to send in order."""

    decided: tuple[RowResult, ...]
    adopted: tuple[tuple[SourceRecord, QboTransaction], ...]
    rows: tuple[PlannedRow, ...]


@dataclass(frozen=True, slots=True)
class SortedOut:
    """Records by what both sides hold already: rows that are decided, records found by their marker, and those to be sent."""

    decided: list[RowResult] = field(default_factory=list)
    adopted: list[tuple[SourceRecord, QboTransaction]] = field(default_factory=list)
    to_send: deque[SourceRecord] = field(default_factory=deque)


class Planner:
    """Decides rows one by one over one snapshot of both sides."""

    def __init__(self, context: SyncContext, snapshot: ExportSnapshot, options: ExportOptions) -> None:
        self._context, self._snapshot, self._options = context, snapshot, options
        self._asker, self._shared = Asker(context, snapshot, options), SharedCustomers(snapshot, options)

    def plan(self, records: Sequence[SourceRecord]) -> Plan:
        """Decide each record, oldest first, so that older payments take older balances."""
        sorted_out = self.sort_out(records)
        decided, rows = list(sorted_out.decided), []
        for each in self.rows(sorted_out.to_send):
            if isinstance(each, PlannedRow):
                rows.append(each)
            else:
                decided.append(each)
        return Plan(tuple(decided), tuple(sorted_out.adopted), tuple(rows))

    def sort_out(self, records: Sequence[SourceRecord]) -> SortedOut:
        """Tell apart what QuickBooks has, or may have, already; the others are to be sent, the oldest first."""
        found = SortedOut()
        for record in sorted(records, key=age_of):
            try:
                transaction = self._find(record)
            except RowNotSent as reason:
                found.decided.append(
                    RowResult(
                        id=str(record.ref), outcome=reason.outcome, message=reason.message, quickbooks_id=reason.quickbooks_id
                    )
                )
            else:
                if transaction:
                    found.adopted.append((record, transaction))
                else:
                    found.to_send.append(record)
        return found

    def rows(self, records: deque[SourceRecord]) -> Iterator[PlannedRow | RowResult]:
        """Plan the records in their order, each when it is asked for: the row, or how it ends without being sent.

        What comes of a record depends on those before it alone, so it is the same whether all are planned at once or a few
        ahead of what is sent. Each is taken out of `records`: a run of a hundred thousand must not hold them all twice.
        """
        while records:
            yield self._plan_or_refuse(records.popleft())

    def _plan_or_refuse(self, record: SourceRecord) -> PlannedRow | RowResult:
        try:
            return self._as_promised(self._plan_row(record))
        except RowRefused as refusal:
            return RowResult(id=str(record.ref), outcome=Outcome.FAILED, message=refusal.message)
        except RowNotSent as reason:
            return RowResult(id=str(record.ref), outcome=reason.outcome, message=reason.message, quickbooks_id=reason.quickbooks_id)

    def _as_promised(self, row: PlannedRow) -> PlannedRow:
        """The row, unless a preview said something else; then what it would have paid stays open for others."""
        change = self.change_since_preview(row)
        if change is None:
            return row
        self._snapshot.balances.give_back(row.customer.id, row.lines)
        raise RowNotSent(Outcome.NEEDS_DECISION, change)

    def change_since_preview(self, row: PlannedRow) -> Message | None:
        """What is not as a preview said of this row; None where nothing was said, or it is."""
        promise = self._options.promises.get(row.record.ref)
        if promise is None:
            return None
        if row.operation is Operation.CREATE:
            return change_of_create(promise, row.draft)
        return change_of_application(promise, row.lines)

    def _find(self, record: SourceRecord) -> QboTransaction | None:
        """What QuickBooks holds of this record already, by link or marker."""
        link = self._snapshot.links.get(record.ref)
        if link:
            home = self._snapshot.company.home_currency
            raise RowNotSent(*self._snapshot.linked.judge(record, link, self._snapshot.meant, home), link.quickbooks_id)
        if record.ref in self._options.skip:
            raise RowNotSent(Outcome.SKIPPED, Message("not_now"))
        if record.ref in self._snapshot.open_refs:
            raise RowNotSent(Outcome.NOT_CONFIRMED, Message("not_confirmed"))
        self._check_unreadable(record)
        claim = self._snapshot.claims.get(record.ref)
        return claim.adopted if claim else None

    def _check_unreadable(self, record: SourceRecord) -> None:
        """Hold a row that may be what QuickBooks holds and we cannot read, until a person says that it is another."""
        asked = self._asker.about_unreadable(record)
        if asked:
            raise RowNotSent(Outcome.NEEDS_DECISION, asked.message, asked.quickbooks_id)

    def _plan_row(self, record: SourceRecord) -> PlannedRow:
        snapshot, options = self._snapshot, self._options
        customer = check_customer(record, snapshot.customer_of(record), snapshot.customers, snapshot.merges)
        family = snapshot.families.root(customer.id)
        if family in snapshot.waiting_families:
            raise RowNotSent(Outcome.NOT_TRIED, Message("waits_for_doubt"))
        check_record(record, customer, snapshot.company, options)
        self._check_possible_duplicate(record)
        is_payment, applies = record.ref.kind is Kind.PAYMENT, options.applies(record.ref)
        odd = self.why_not_allocated(record, customer) if applies else None
        if odd:
            raise RowRefused(odd)
        lines = self.lines_for(record, customer.id, record.amount) if applies and is_payment else ()
        try:
            draft = build_draft(record, customer, lines, firm_id=self._context.firm_id, company=snapshot.company, options=options)
            entity, payload = self._write(record, draft)
        except RowRefused:  # a limit of QuickBooks is broken; what the row would have paid stays open for others
            snapshot.balances.give_back(customer.id, lines)
            raise
        to_apply, rest_because = self._left_open(record, customer, lines, record.amount) if is_payment else (None, None)
        return PlannedRow(
            record=record,
            customer=customer,
            draft=draft,
            entity=entity,
            payload=payload,
            family=family,
            applies=applies and not is_payment,
            replaces=snapshot.linked.again.get(record.ref, ""),
            to_apply=to_apply,
            rest_because=rest_because,
            warnings=tuple(find_warnings(record, snapshot.company, options)),
        )

    def _write(self, record: SourceRecord, draft: Draft) -> tuple[Entity, str]:
        """The create's entity and text; RowRefused counts a memo that is too long as the person typed it."""
        try:
            return self._context.quickbooks.payload(draft)
        except RowRefused as refusal:
            raise without_mark(refusal, record, draft.note) from None

    def explained(self, row: PlannedRow, to_apply: Decimal) -> PlannedRow:
        """The row with the amount that Auto Apply had, and why part of it goes to no invoice."""
        told, rest_because = self._left_open(row.record, row.customer, row.lines, to_apply)
        return row if told is None else replace(row, to_apply=told, rest_because=rest_because)

    def _left_open(
        self, record: SourceRecord, customer: Customer, lines: Sequence[Line], to_apply: Decimal
    ) -> tuple[Decimal | None, Message | None]:
        """The amount that Auto Apply had, None while it is off, and why these lines do not take all of it."""
        if not self._options.applies(record.ref):
            return None, None
        if sum((line.amount for line in lines if line.type == Entity.INVOICE), ZERO) >= to_apply:
            return to_apply, None
        return to_apply, self.explain(record, customer, lines)

    def explain(self, record: SourceRecord, customer: Customer, lines: Sequence[Line] = ()) -> Message:
        """Why Auto Apply puts no more than these lines on invoices."""
        as_here = self._options.apply_as_in_workspace
        if not as_here and self._shared.leaves_others(record, customer.id, self._snapshot.balances):
            return Message("open_of_another_client", {"customer": customer.full_name, "client": record.client_name})
        return explain_rest(record, customer, lines, snapshot=self._snapshot, as_in_workspace=as_here)

    def _check_possible_duplicate(self, record: SourceRecord) -> None:
        """Hold a row that a person is asked about."""
        asked = self._asker.about(record)
        if asked:
            raise RowNotSent(Outcome.NEEDS_DECISION, asked.message, asked.quickbooks_id)

    def read_balances_again(self, customer_ids: Iterable[str]) -> None:
        """Plan these customers' rows over a newer snapshot of open invoices from now on."""
        balances = read_balances(self._context.quickbooks, self._snapshot.families, customer_ids)
        self._snapshot = replace(self._snapshot, balances=balances)

    def plan_again(self, row: PlannedRow) -> PlannedRow:
        """The same row allocated over the newer snapshot; a credit application keeps its memo's line in balance."""
        if not isinstance(row.draft, PaymentDraft) or not row.lines:
            return row
        memo_lines = tuple(line for line in row.lines if line.type == Entity.CREDIT_MEMO)
        amount = row.draft.total + sum((line.amount for line in memo_lines), ZERO)
        lines = self.lines_for(row.record, row.customer.id, amount)
        spent = sum((line.amount for line in lines), ZERO)
        draft = replace(row.draft, lines=(*lines, *(replace(line, amount=spent) for line in memo_lines if spent)))
        again = replace(row, draft=draft, payload=self._context.quickbooks.payload(draft)[1])
        return self.explained(again, amount if row.to_apply is None else row.to_apply)

    def lines_for(self, record: SourceRecord, customer_id: str, amount: Decimal) -> tuple[Line, ...]:
        """The invoices this amount goes to, by the rule chosen in the settings; spends their balances."""
        balances = self._snapshot.balances
        if not self._options.apply_as_in_workspace:
            return balances.allocate(customer_id, amount, self._shared.tiers(record, customer_id, balances))
        return balances.allocate_as_wanted(customer_id, amount, self._wanted(record))

    def promised_lines(self, record: SourceRecord, customer_id: str, amount: Decimal) -> tuple[tuple[Line, ...], Message | None]:
        """The invoices that a memo's amount goes to; none, with the reason, where a preview said others."""
        lines, promise = self.lines_for(record, customer_id, amount), self._options.promises.get(record.ref)
        change = change_of_application(promise, lines) if promise else None
        if change:
            self._snapshot.balances.give_back(customer_id, lines)
            return (), change
        return lines, None

    def why_not_allocated(self, record: SourceRecord, customer: Customer) -> Message | None:
        """That an invoice which may take this record's money cannot be understood, so nobody can say where the money goes."""
        found = self._snapshot.balances.unreadable(customer.id)
        if self._options.apply_as_in_workspace:
            named = [self._snapshot.invoices_there.get(invoice_ref(part)) for part in record.applications]
            there = [each for each in named if each and each.problem]
            found = there or ([each for each in found if not each.number] if None in named else [])
        return unreadable_invoice(found[0], customer) if found else None

    def _wanted(self, record: SourceRecord) -> list[Application]:
        """The applications made in WorkSpace, on QuickBooks' invoices: linked ones, else those of the same number."""
        applications: list[Application] = []
        for part in record.applications:
            found = self._snapshot.invoices_there.get(invoice_ref(part))
            if found:
                applications.append(Application(found.id, part.invoice_number, part.amount))
        return applications


def age_of(record: SourceRecord) -> tuple[date, int, str]:
    """What records are ordered by: older ones take older balances."""
    return record.date, len(record.ref.id), record.ref.id


class RowNotSent(Exception):
    """A row that is not sent, and is no failure either."""

    def __init__(self, outcome: Outcome, message: Message, quickbooks_id: str | None = None) -> None:
        super().__init__(message.key)
        self.outcome, self.message, self.quickbooks_id = outcome, message, quickbooks_id
