"""Every value that crosses a port of the add-in: plain, frozen, and known to all of its layers."""

from __future__ import annotations

from qb_plugin.model.intents import Answer, Batch, Fault, Intent, Verdict
from qb_plugin.model.quickbooks import (
    Company,
    Connection,
    ConnectionState,
    CreditMemoDraft,
    Customer,
    Draft,
    Line,
    ListEntry,
    PaymentChanges,
    PaymentDraft,
    QboCreditMemo,
    QboInvoice,
    QboPayment,
    QboTransaction,
    UnreadableRecord,
)
from qb_plugin.model.records import AppliedPart, IntentState, Kind, Message, Operation, Outcome, Ref, SourceRecord
from qb_plugin.model.runs import Lease, Link, RowResult, RunInfo, Settlement, Share

__all__ = [
    "Answer",
    "AppliedPart",
    "Batch",
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
    "ListEntry",
    "Message",
    "Operation",
    "Outcome",
    "PaymentChanges",
    "PaymentDraft",
    "QboCreditMemo",
    "QboInvoice",
    "QboPayment",
    "QboTransaction",
    "Ref",
    "RowResult",
    "RunInfo",
    "Settlement",
    "Share",
    "SourceRecord",
    "UnreadableRecord",
    "Verdict",
]
