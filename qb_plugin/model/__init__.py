"""Every value that crosses a port of the add-in: plain, frozen, and known to all of its layers."""

from __future__ import annotations

from qb_plugin.model.books import (
    Book,
    BookCreditMemo,
    BookInvoice,
    BookPayment,
    Choice,
    Company,
    Connection,
    ConnectionState,
    CreditMemoDraft,
    Customer,
    Draft,
    Line,
    PaymentChanges,
    PaymentDraft,
)
from qb_plugin.model.keeping import Lease, Link, RowResult, RunInfo, Settlement, Share
from qb_plugin.model.sending import Answer, Batch, Fault, Intent, Verdict
from qb_plugin.model.words import AppliedPart, IntentState, Kind, Message, Operation, Outcome, Ref, SourceRecord

__all__ = [
    "Answer",
    "AppliedPart",
    "Batch",
    "Book",
    "BookCreditMemo",
    "BookInvoice",
    "BookPayment",
    "Choice",
    "Company",
    "Connection",
    "ConnectionState",
    "CreditMemoDraft",
    "Customer",
    "Draft",
    "Fault",
    "Intent",
    "IntentState",
    "Kind",
    "Lease",
    "Line",
    "Link",
    "Message",
    "Operation",
    "Outcome",
    "PaymentChanges",
    "PaymentDraft",
    "Ref",
    "RowResult",
    "RunInfo",
    "Settlement",
    "Share",
    "SourceRecord",
    "Verdict",
]
