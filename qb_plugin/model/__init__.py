"""Every value that crosses a port of the add-in: plain, frozen, and known to all of its layers."""

from __future__ import annotations

from qb_plugin.model.intents import Answer, Batch, Fault, Intent, Verdict
from qb_plugin.model.quickbooks import (
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
from qb_plugin.model.records import AppliedPart, IntentState, Kind, Message, Operation, Outcome, Ref, SourceRecord
from qb_plugin.model.runs import Lease, Link, RowResult, RunInfo, Settlement, Share

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
