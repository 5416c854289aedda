"""Rows of the Changes form: both sides of a pair, what differs, and the buttons that settle it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from qb_plugin.forms.changes.asked import KINDS, WORDS, label_of
from qb_plugin.forms.changes.columns import DELETE_HERE, LEAVE, SEND, TAKE
from qb_plugin.forms.descriptions import Cells, EmptyGrid, Fix, Row, Sort
from qb_plugin.forms.lists.listed_rows import Amounts, ListedRows
from qb_plugin.forms.presentation import FIXES
from qb_plugin.forms.services import FormServices
from qb_plugin.model import (
    Line,
    Message,
    Outcome,
    QboCreditMemo,
    QboPayment,
    QboTransaction,
    SourceRecord,
    UnreadableRecord,
)
from qb_plugin.money import ZERO, plain_amount, show_amount
from qb_plugin.sync.applied import applied_of, total_of
from qb_plugin.sync.changes.memo_updates import is_too_small, too_small
from qb_plugin.sync.changes.pairs import ChangedPair, ChangedSide, ChangeKind, applied_here, applied_there, on_invoices
from qb_plugin.sync.changes.payment_updates import gone_here
from qb_plugin.sync.changes.taking import REMOVED, is_late, may_take
from qb_plugin.sync.changes.texts import texts_there
from qb_plugin.sync.changes.updating import may_send
from qb_plugin.sync.importing.amounts.figures import kept_of
from qb_plugin.sync.matching import reference_of

SORTS: Mapping[str, Callable[[ChangedPair], tuple[object, ...]]] = {
    "what": lambda pair: (list(ChangeKind).index(pair.kind),),
    "client": lambda pair: (name_of(pair).casefold(),),
    "number": lambda pair: (pair.record.number if pair.record else "",),
    "id": lambda pair: (int(pair.link.quickbooks_id) if pair.link.quickbooks_id.isdecimal() else 0,),
    "date_here": lambda pair: (pair.record.date if pair.record else date.min,),
    "date_there": lambda pair: (there.date if (there := readable(pair)) else date.min,),
    "here": lambda pair: (pair.record.amount if pair.record else ZERO,),
    "there": lambda pair: (there.total if (there := readable(pair)) else ZERO,),
}
LONGEST = 80  # characters of a memo in a sentence
IN_QUICKBOOKS: Fix = {"label": "Open in QuickBooks", "act": "quickbooks"}


class ChangeRows(ListedRows[ChangedPair]):
    """The pairs in order: by kind, then number; or by the sort. Their money is the difference that they make."""

    def __init__(self, services: FormServices, pairs: Sequence[ChangedPair], *, what: str, search: str, sort: Sort | None) -> None:
        self._services = services
        words = search.casefold().split()
        chosen = [pair for pair in pairs if not what or what in {pair.kind, *pair.differences}]
        super().__init__(in_order([pair for pair in chosen if all(word in text_of(pair) for word in words)], sort))

    @property
    def empty(self) -> EmptyGrid:
        """The text of an empty grid."""
        return {"text": self._services.sentences.text(Message("empty_changes")), "link": None}

    def id_of(self, item: ChangedPair) -> str:
        """The row's id in the grid."""
        return item.key

    def amounts_of(self, item: ChangedPair) -> Amounts:
        """The amount here less the amount there, in the one currency that both have."""
        there = readable(item)
        currency = (item.record.currency if item.record else "") or (there.currency if there else None)
        yield currency or None, difference_of(item)

    def present(self, item: ChangedPair) -> Row:
        """The row for the grid."""
        host = self._services.host
        return {
            "id": item.key,
            "cells": cells_of(item),
            "outcome": outcome_of(item).value,
            "message": self._services.sentences.text(message_of(item)),
            "details": "",
            "fixes": fixes_of(item, host.ledger.can, host.program),
            "selectable": True,
            "title": f"{label_of(item.kind, item.side)} {name_of(item)}",
        }


def in_order(pairs: Sequence[ChangedPair], sort: Sort | None) -> list[ChangedPair]:
    """The pairs by kind, then number here; or by the sort."""
    found = sorted(pairs, key=lambda pair: (list(ChangeKind).index(pair.kind), pair.key))
    if sort is None or sort["key"] not in SORTS:
        return found
    return sorted(found, key=SORTS[sort["key"]], reverse=bool(sort.get("descending")))


def readable(pair: ChangedPair) -> QboTransaction | None:
    """QuickBooks' side where it is there and understood."""
    return None if isinstance(pair.now, UnreadableRecord) else pair.now


def name_of(pair: ChangedPair) -> str:
    """The client's name, else the customer's, else the record's id."""
    if pair.record:
        return pair.record.client_name
    return pair.now.customer_name if pair.now else pair.key


def text_of(pair: ChangedPair) -> str:
    """The text that a search examines."""
    record, there = pair.record, readable(pair)
    here = f"{record.number} {record.reference} {show_amount(record.amount)} {record.date}" if record else ""
    other = f"{show_amount(there.total)} {there.date}" if there else ""
    return f"{name_of(pair)} {pair.key} {pair.link.quickbooks_id} {here} {other}".casefold()


def difference_of(pair: ChangedPair) -> Decimal:
    """The amount here less the amount there."""
    there = readable(pair)
    return (pair.record.amount if pair.record else ZERO) - (there.total if there else ZERO)


def cells_of(pair: ChangedPair) -> Cells:
    """Both records side by side."""
    return both_cells(pair, label_of(pair.kind, pair.side), pair.record, readable(pair))


def both_cells(pair: ChangedPair, what: str, record: SourceRecord | None, there: QboTransaction | None) -> Cells:
    """Both records of a pair side by side, as it was listed or as they are now."""
    return {
        "what": what,
        "client": name_of(pair),
        "number": record.number if record else "",
        "date_here": record.date.isoformat() if record else "",
        "here": plain_amount(record.amount) if record else "",
        "applied_here": plain_amount(applied_here(record)) if record else "",
        "id": pair.link.quickbooks_id,
        "date_there": there.date.isoformat() if there else "",
        "there": plain_amount(there.total) if there else "",
        "applied_there": plain_amount(applied_there(there)) if there else "",
    }


def outcome_of(pair: ChangedPair) -> Outcome:
    """*Removed* where a side is gone, else *changed*."""
    return Outcome.REMOVED if pair.now is None or pair.record is None else Outcome.CHANGED


def message_of(pair: ChangedPair) -> Message:
    """What has become of the pair, with what stands on both sides."""
    record, there = pair.record, readable(pair)
    number, identity = record.number if record else pair.key, pair.link.quickbooks_id
    if isinstance(pair.now, UnreadableRecord):
        return Message("linked_unreadable", {"number": number, "id": identity, "what": pair.now.problem})
    if there is None:
        return Message("deleted_in_quickbooks", {"number": number, "id": identity})
    if record is None:
        return gone_here(pair)
    if pair.kind is ChangeKind.VOIDED_THERE:
        return Message("voided_in_quickbooks", {"number": number, "id": identity})
    return describe_difference(pair, record, there)


def describe_difference(pair: ChangedPair, record: SourceRecord, there: QboTransaction) -> Message:
    """What is not the same of two that are both there."""
    what = ", ".join(WORDS.get(kind, KINDS[kind]) for kind in pair.differences)
    values = {"number": record.number, "id": there.id, "what": what, "here": record.amount, "here_date": record.date}
    values |= {"there": there.total, "there_date": there.date, "back": there.total - kept_of(there)}
    values |= {"here_applied": applied_here(record), "there_applied": applied_there(there)}
    if pair.kind is ChangeKind.CURRENCY:
        return Message("change_currency", {**values, "here_currency": record.currency, "there_currency": there.currency})
    if ChangeKind.AMOUNT in pair.differences and isinstance(there, QboCreditMemo) and is_too_small(record, there):
        return too_small(record, there)
    if pair.kind is ChangeKind.TEXT:
        return Message("change_text", values | texts_of(pair, record, there))
    if pair.kind is ChangeKind.UNAPPLIED or (pair.kind is ChangeKind.APPLIED and isinstance(there, QboCreditMemo)):
        return describe_use(pair, there, values)
    if isinstance(there, QboPayment) and (pair.kind is ChangeKind.WAITING or is_moved(pair, record, there)):
        ours = ", ".join(part.invoice_number for part in record.applications)
        key = "change_waiting" if pair.kind is ChangeKind.WAITING else "change_moved"
        return Message(key, {**values, "there_applied": on_invoices(there), "no": invoices_of(there), "here_no": ours})
    return Message("change_returned" if values["back"] else "change_differs", values)


def describe_use(pair: ChangedPair, there: QboTransaction, values: Mapping[str, object]) -> Message:
    """What QuickBooks had applied when it was seen last, and what it has now."""
    lines = pair.before.applied or ()
    more = {**values, "before": total_of(lines), "before_no": name_invoices(lines)}
    return Message("change_memo_used" if isinstance(there, QboCreditMemo) else "change_unapplied", more)


def texts_of(pair: ChangedPair, record: SourceRecord, there: QboTransaction) -> dict[str, object]:
    """Reference and memo of both sides."""
    ours = f"{reference_of(record)} {record.memo}".strip()
    theirs = " ".join(texts_there(record, there, pair.before)).strip() if isinstance(there, QboCreditMemo) else ""
    return {"here_text": shortened(ours) or "–", "there_text": shortened(theirs) or "–"}


def shortened(text: str) -> str:
    """A text of people's that fits into a sentence."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}…"


def is_moved(pair: ChangedPair, record: SourceRecord, there: QboPayment) -> bool:
    """Whether as much of the payment is applied here as there, and to other invoices."""
    return pair.differences == (ChangeKind.APPLIED,) and on_invoices(there) == applied_here(record)


def invoices_of(payment: QboPayment) -> str:
    """The numbers of the invoices that a payment pays there."""
    return name_invoices(applied_of(payment))


def name_invoices(lines: Sequence[Line]) -> str:
    """`invoice 1037, 1038`."""
    numbers = [line.number for line in lines if line.number]
    return f"invoice {', '.join(numbers)}" if numbers else "its invoice"


def fixes_of(pair: ChangedPair, can: frozenset[str], program: str) -> list[Fix]:
    """The buttons that settle the pair; nothing that this ledger cannot do."""
    fixes: list[Fix] = []
    if may_take(pair, can):
        fixes.append(take_fix(pair))
    if pair.record and pair.kind in REMOVED:
        fixes.append({"label": "Send again…", "form": "export-payments", "request": {"selection": [pair.key]}})
    elif may_send(pair):
        fixes.append(send_fix(pair, program))
    if pair.record and pair.side is not ChangedSide.HERE and ChangeKind.CUSTOMER in pair.differences:
        fixes.append({**FIXES["match_client"], "request": {"answer": {"search": pair.record.client_name}}})
    fixes.append(FIXES["unlink"])
    if pair.record and readable(pair) and pair.kind not in {ChangeKind.VOIDED_THERE, ChangeKind.WAITING}:
        fixes.append({"label": LEAVE["label"], "run": LEAVE["id"]})
    return [*fixes, *([IN_QUICKBOOKS] if pair.now else [])]


def take_fix(pair: ChangedPair) -> Fix:
    """Take QuickBooks', named by what that does."""
    there = readable(pair)
    if pair.kind in REMOVED or there is None:
        return DELETE_HERE
    if is_late(pair):
        return {"label": "Apply here too", "run": TAKE["id"]}
    kept = show_amount(kept_of(there))
    named = {ChangeKind.AMOUNT: kept, ChangeKind.RETURNED: kept, ChangeKind.DATE: there.date.isoformat()}
    return {"label": f"Take {word_of(pair, named)}", "run": TAKE["id"]}


def send_fix(pair: ChangedPair, program: str) -> Fix:
    """Send this side's, named by what that does."""
    record = pair.record
    if record is None:
        return {"label": f"Send {program}'s", "run": SEND["id"]}
    named = {ChangeKind.AMOUNT: show_amount(record.amount), ChangeKind.DATE: record.date.isoformat()}
    return {"label": f"Send {word_of(pair, named)}", "run": SEND["id"]}


def word_of(pair: ChangedPair, named: Mapping[ChangeKind, str]) -> str:
    """What a button takes or sends: an amount, a date, else what differs in words."""
    words = {**named, ChangeKind.TEXT: WORDS[ChangeKind.TEXT]}
    return next((words[kind] for kind in pair.differences if kind in words), WORDS[ChangeKind.APPLIED])
