"""QuickBooks as the rules see it: reads as our own values, drafts as payloads, and a sender for batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from math import ceil
from typing import Any, TypeVar

from qb_plugin.errors import RowRefused, Unreachable
from qb_plugin.model import (
    Company,
    CreditMemoForm,
    CreditMemoUpdate,
    Customer,
    CustomerDraft,
    Document,
    Draft,
    Entity,
    ListEntry,
    Message,
    OtherReceipt,
    PaymentChanges,
    PaymentDraft,
    QboCreditMemo,
    QboInvoice,
    QboPayment,
    QboTransaction,
    TransactionChanges,
    UnreadableRecord,
)
from qb_plugin.quickbooks.batches import BatchSender
from qb_plugin.quickbooks.http.call_scope import always, never
from qb_plugin.quickbooks.http.client import ApiClient
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.quickbooks.queries import Reader
from qb_plugin.quickbooks.query_builder import among, between, since
from qb_plugin.schemas.company import read_company
from qb_plugin.schemas.customers.drafts import read_customer_draft, write_customer
from qb_plugin.schemas.documents import DOCUMENT_ENTITIES, read_deposit_lines, read_document, read_sales_receipt
from qb_plugin.schemas.drafts import DraftRefusedError, write_draft, write_removal, write_update
from qb_plugin.schemas.lists import read_account, read_customer, read_named
from qb_plugin.schemas.memos.forms import read_credit_memo_form
from qb_plugin.schemas.memos.updates import write_credit_memo_update
from qb_plugin.schemas.payloads import read_draft
from qb_plugin.schemas.salvage import (
    rescue_account,
    rescue_customer,
    rescue_deposit_lines,
    rescue_document,
    rescue_invoice,
    rescue_named,
    rescue_sales_receipt,
    rescuing,
    tolerant,
)
from qb_plugin.schemas.transactions import read_credit_memo, read_invoice, read_payers, read_payment

T = TypeVar("T")
HasId = TypeVar("HasId", QboTransaction | UnreadableRecord, CreditMemoForm)

_OPEN = "Balance > '0'"
_ACCOUNTS = among("AccountType", ("Bank", "Other Current Asset", "Accounts Receivable"))
_NOT_SOLD = frozenset({"Category", "Group"})
_PAYMENT = tolerant(Entity.PAYMENT, read_payment)
_CREDIT_MEMO = tolerant(Entity.CREDIT_MEMO, read_credit_memo)
_CUSTOMER = rescuing(read_customer, rescue_customer)
_ACCOUNT = rescuing(read_account, rescue_account)
_NAMED = rescuing(read_named, rescue_named)
_INVOICE = rescuing(read_invoice, rescue_invoice)
_DOCUMENT = rescuing(read_document, rescue_document)
_SALES_RECEIPT = rescuing(read_sales_receipt, rescue_sales_receipt)
_DEPOSIT_LINES = rescuing(read_deposit_lines, rescue_deposit_lines)
_READERS: Mapping[Entity, Callable[[object], QboTransaction | UnreadableRecord]] = {
    Entity.PAYMENT: _PAYMENT,
    Entity.CREDIT_MEMO: _CREDIT_MEMO,
}


class QuickBooksAdapter:
    """One company's books; nothing is kept between calls."""

    def __init__(self, client: ApiClient, limits: Limits) -> None:
        self._client = client
        self._limits = limits
        self._reader = Reader(client, limits)

    def company(self) -> Company:
        """The company and its preferences."""
        realm = self._client.realm
        info = self._reader.entity("CompanyInfo", f"companyinfo/{realm}")
        preferences = self._reader.entity("Preferences", "preferences")
        return self._reader.understood(lambda raw: read_company(realm, info, raw), preferences)

    def preferences(self) -> Company:
        """The company by its preferences alone, without its name and country: one call less."""
        preferences = self._reader.entity("Preferences", "preferences")
        return self._reader.understood(lambda raw: read_company(self._client.realm, {"CompanyName": ""}, raw), preferences)

    def now(self) -> datetime:
        """QuickBooks' own clock as of its last answer."""
        if self._client.time is None:
            self.company()
        if self._client.time is None:
            raise Unreachable(Message("quickbooks_unreadable", details="no time in the answer"))
        return self._client.time

    def customers(self) -> Sequence[Customer]:
        """All customers, inactive ones too."""
        return self._list(_CUSTOMER, "Customer", "Active IN (true, false)")

    def people(self) -> Sequence[ListEntry]:
        """Vendors and employees, inactive ones too."""
        return [
            ListEntry(each.id, each.name, kind, each.active)
            for kind in ("Vendor", "Employee")
            for each in self._list(_CUSTOMER, kind, "Active IN (true, false)")
        ]

    def accounts(self) -> Sequence[ListEntry]:
        """Active accounts that can take a deposit, Bank and Other Current Asset, and those of what customers owe."""
        return self._list(_ACCOUNT, "Account", _ACCOUNTS)

    def customers_by_id(self, ids: Sequence[str]) -> Sequence[Customer]:
        """These customers, inactive ones too."""
        return self._by_id(_CUSTOMER, "Customer", ids, " AND Active IN (true, false)")

    def methods(self) -> Sequence[ListEntry]:
        """Payment methods, inactive ones too."""
        return self._list(_NAMED, "PaymentMethod", "Active IN (true, false)")

    def items(self) -> Sequence[ListEntry]:
        """Active items that can stand on a credit memo."""
        return [item for item in self._list(_NAMED, "Item") if item.type not in _NOT_SOLD]

    def tax_codes(self) -> Sequence[ListEntry]:
        """Active tax codes; in the United States the built-in ones are among them."""
        return self._list(_NAMED, "TaxCode")

    def open_invoices(self, customer_ids: Sequence[str]) -> Sequence[QboInvoice]:
        """Invoices with a balance of these customers: asked for by customer or all of them, whichever is fewer calls."""
        wanted = list(dict.fromkeys(customer_ids))
        if not wanted:
            return ()
        portions = _portions(wanted, self._limits.ids_per_query)
        if len(portions) == 1 or len(portions) <= self._pages_of_all_open():
            return [found for part in portions for found in self._open(among("CustomerRef", part))]
        chosen = frozenset(wanted)
        return [found for found in self._list(_INVOICE, "Invoice", _OPEN) if found.customer_id in chosen or not found.customer_id]

    def invoices(self, ids: Sequence[str]) -> Sequence[QboInvoice]:
        """These invoices as they are now; deleted ones are left out."""
        return self._by_id(_INVOICE, "Invoice", ids)

    def payments_of(self, ids: Sequence[str], numbers: Sequence[str]) -> frozenset[str]:
        """The ids of the payments that pay invoices of these ids or numbers."""
        by_id = self._by_id(read_payers, "Invoice", ids)
        parts = _portions(list(dict.fromkeys(numbers)), self._limits.ids_per_query)
        by_number = [found for part in parts for found in self._list(read_payers, "Invoice", among("DocNumber", part))]
        return frozenset(payment for payers in (*by_id, *by_number) for payment in payers)

    def invoices_numbered(self, numbers: Sequence[str]) -> Sequence[QboInvoice]:
        """Invoices with these numbers, whosever they are, open or paid."""
        parts = _portions(list(dict.fromkeys(numbers)), self._limits.ids_per_query)
        return [found for part in parts for found in self._list(_INVOICE, "Invoice", among("DocNumber", part))]

    def payments(self, start: date | None, end: date | None) -> Sequence[QboPayment | UnreadableRecord]:
        """Payments dated on or between the two, in order of Id."""
        return self._list(_PAYMENT, "Payment", between("TxnDate", start, end))

    def payment_pages(self, start: date | None, end: date | None) -> Iterator[Sequence[QboPayment | UnreadableRecord]]:
        """The same a page at a time, for those who need not have all at once."""
        return self._reader.pages("Payment", between("TxnDate", start, end), _PAYMENT)

    def payments_since(self, moment: datetime) -> PaymentChanges | None:
        """Payments made, changed and deleted since the moment; None when one call cannot tell all."""
        found = self._reader.changes("Payment", moment, _PAYMENT)
        return found and PaymentChanges(tuple(found[0]), frozenset(found[1]))

    def changes_since(self, moment: datetime) -> TransactionChanges | None:
        """Payments and credit memos made, changed and deleted since the moment; None when one call cannot tell all."""
        found = self._reader.changes_of({str(entity): read for entity, read in _READERS.items()}, moment)
        if found is None:
            return None
        changed = {(Entity(entity), record.id): record for entity, (records, _) in found.items() for record in records}
        deleted = frozenset((Entity(entity), identity) for entity, (_, ids) in found.items() for identity in ids)
        return TransactionChanges(changed, deleted)

    def documents(self, type: str, ids: Sequence[str]) -> Mapping[str, Document]:
        """What payments' lines of this type are linked to, by id; empty for a type that cannot be read."""
        entity = DOCUMENT_ENTITIES.get(type)
        return {found.id: found for found in self._by_id(_DOCUMENT, entity, ids)} if entity else {}

    def other_receipts(self, start: date | None, end: date | None) -> Sequence[OtherReceipt]:
        """Sales receipts and customers' lines of bank deposits dated on or between the two."""
        where = between("TxnDate", start, end)
        receipts = self._list(_SALES_RECEIPT, "SalesReceipt", where)
        return [*receipts, *(line for deposit in self._list(_DEPOSIT_LINES, "Deposit", where) for line in deposit)]

    def credit_memos(self, start: date | None, end: date | None) -> Sequence[QboCreditMemo | UnreadableRecord]:
        """Credit memos dated on or between the two, in order of Id."""
        return self._list(_CREDIT_MEMO, "CreditMemo", between("TxnDate", start, end))

    def customers_since(self, moment: datetime) -> Sequence[Customer]:
        """Customers created at or after the moment, inactive ones too."""
        return self._list(_CUSTOMER, "Customer", f"{since('MetaData.CreateTime', moment)} AND Active IN (true, false)")

    def created_since(self, entity: Entity, moment: datetime) -> Sequence[QboTransaction | UnreadableRecord]:
        """Payments or credit memos created at or after the moment."""
        return self._list(_READERS[entity], entity, since("MetaData.CreateTime", moment))

    def read(self, entity: Entity, ids: Sequence[str]) -> Mapping[str, QboTransaction | UnreadableRecord]:
        """These records as they are now; deleted ones are left out.

        A query may lag behind a write, so whatever it does not find is read by itself before it counts as deleted.
        """
        return self._read_all(_READERS[entity], entity, ids)

    def credit_memo_forms(self, ids: Sequence[str]) -> Mapping[str, CreditMemoForm]:
        """The lines and the tax of these credit memos as they are now; deleted ones are left out."""
        return self._read_all(read_credit_memo_form, Entity.CREDIT_MEMO, ids)

    def payload(self, draft: Draft) -> tuple[Entity, str]:
        """The entity name and the JSON text for a create; RowRefused when a limit of QuickBooks is broken."""
        try:
            return write_draft(draft)
        except DraftRefusedError as problem:
            message = problem.message
        raise RowRefused(message)

    def removal(self, identity: str, sync_token: str, void: bool) -> str:
        """The JSON text for a delete, or a void, of a record in the version that is named."""
        return write_removal(identity, sync_token, void)

    def customer_payload(self, draft: CustomerDraft) -> str:
        """The JSON text for the create of a customer; RowRefused when a limit of QuickBooks is broken."""
        try:
            return write_customer(draft)
        except DraftRefusedError as problem:
            message = problem.message
        raise RowRefused(message)

    def update(self, draft: PaymentDraft, identity: str, sync_token: str) -> str:
        """The JSON text for an update; RowRefused as for a create."""
        try:
            return write_update(draft, identity, sync_token)
        except DraftRefusedError as problem:
            message = problem.message
        raise RowRefused(message)

    def credit_memo_update(self, update: CreditMemoUpdate) -> str:
        """The JSON text for an update of a credit memo; RowRefused as for a create."""
        try:
            return write_credit_memo_update(update)
        except DraftRefusedError as problem:
            message = problem.message
        raise RowRefused(message)

    def customer_draft(self, payload: str) -> CustomerDraft:
        """The draft of a customer that a payload was made from."""
        return read_customer_draft(payload)

    def draft(self, entity: str, payload: str) -> Draft:
        """The draft a payload was made from; of an update, what it is to make of the record."""
        return read_draft(entity, payload)

    @contextmanager
    def sender(self, stop: Callable[[], bool] = never, may_leave: Callable[[], bool] = always) -> Iterator[BatchSender]:
        """A sender for one run; while it is open, questions are as patient as sends. `stop` calls back what has not left;
        `may_leave` is asked for each batch once its turn has come, with nothing between the answer and the sending."""
        with self._reader.patiently(), BatchSender(self._client, self._limits, stop, may_leave) as sender:
            yield sender

    def _open(self, where: str) -> Sequence[QboInvoice]:
        return self._list(_INVOICE, "Invoice", f"{where} AND {_OPEN}")

    def _pages_of_all_open(self) -> int:
        return ceil(self._reader.count("Invoice", _OPEN) / self._limits.page_rows)

    def _by_id(self, read: Callable[[object], T], entity: str, ids: Iterable[str], also: str = "") -> list[T]:
        numbers = [identity for identity in dict.fromkeys(ids) if identity.isdecimal()]
        parts = _portions(numbers, self._limits.ids_per_query)
        return [record for part in parts for record in self._reader.rows(entity, among("Id", part) + also, read, len(part))]

    def _list(self, read: Callable[[object], T], entity: str, where: str = "") -> list[T]:
        return self._reader.rows(entity, where, read)

    def _read_all(self, read: Callable[[object], HasId], entity: Entity, ids: Sequence[str]) -> dict[str, HasId]:
        found = {record.id: record for record in self._by_id(read, entity, ids)} if len(ids) > 1 else {}
        for identity in ids:
            record = None if identity in found else self._read_one(read, entity, identity)
            if record is not None:
                found[identity] = record
        return found

    def _read_one(self, read: Callable[[object], HasId], entity: Entity, identity: str) -> HasId | None:
        if not identity.isdecimal():
            return None
        raw = self._reader.entity(entity, f"{entity.lower()}/{identity}")
        return None if raw is None else self._reader.understood(read, raw)


def _portions(values: Sequence[Any], most: int) -> list[Sequence[Any]]:
    return [values[start : start + most] for start in range(0, len(values), most)]
