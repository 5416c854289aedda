"""Which open invoices a client's money may pay where several clients share a customer: its own, then nobody's, never another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from qb_plugin.model import QboInvoice, SourceRecord
from qb_plugin.sync.exporting.allocation import MayPay, OpenBalances
from qb_plugin.sync.exporting.snapshot import ExportOptions, ExportSnapshot


@dataclass(frozen=True, slots=True)
class SharedCustomers:
    """Tells apart the invoices of clients that share a customer; the ledger is asked once for each invoice."""

    snapshot: ExportSnapshot
    options: ExportOptions
    _owners: dict[str, frozenset[str]] = field(default_factory=dict)

    def tiers(self, record: SourceRecord, customer_id: str, balances: OpenBalances) -> Sequence[MayPay] | None:
        """The invoices that are this client's here, then those of no client; None for a client that shares its customer with
        nobody."""
        if record.client_id not in self.snapshot.sharing:
            return None
        self._read(balances.open_of(customer_id))
        return [lambda invoice: self._is_own(record, invoice), lambda invoice: not self._of(record, invoice)]

    def leaves_others(self, record: SourceRecord, customer_id: str, balances: OpenBalances) -> bool:
        """Whether what is open on the customer is another client's, and was therefore left alone."""
        if record.client_id not in self.snapshot.sharing:
            return False
        opened = balances.open_of(customer_id)
        self._read(opened)
        return any(self._of(record, invoice) and not self._is_own(record, invoice) for invoice in opened)

    def _is_own(self, record: SourceRecord, invoice: QboInvoice) -> bool:
        return self._of(record, invoice) == {record.client_id}

    def _of(self, record: SourceRecord, invoice: QboInvoice) -> frozenset[str]:
        """The clients among those that share the customer whose the invoice is; a number that several have is several's."""
        return self._owners.get(invoice.id, frozenset()) & self.snapshot.sharing[record.client_id]

    def _read(self, invoices: Sequence[QboInvoice]) -> None:
        unread = [invoice for invoice in invoices if invoice.id not in self._owners]
        if unread:
            found = self.options.owners(unread)
            self._owners.update({invoice.id: found.get(invoice.id, frozenset()) for invoice in unread})
