"""Rows of the Reconcile form: totals with the groups that explain them, or months, or methods, in each currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from qb_plugin.forms.descriptions import Answer, Cells, Chart, EmptyGrid, Fix, Notice, Row
from qb_plugin.forms.presentation import spell_count
from qb_plugin.forms.reconcile.asked import DIFFERENT, GROUPS, UNSETTLED
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Message, Outcome
from qb_plugin.money import plain_amount, show_amount
from qb_plugin.sync.reconcile.entries import Measures
from qb_plugin.sync.reconcile.items import Group, Item, fractions_of
from qb_plugin.sync.reconcile.remedies import Remedy, find_remedies, is_unsettled
from qb_plugin.sync.reconcile.totals import Summary, Totals, summarize

MEASURES = ("received", "applied", "unapplied", "credits")
LABELS = {"received": "Received", "applied": "Applied", "unapplied": "Unapplied", "credits": "Credits"}
LABELS |= {UNSETTLED: "Cannot be settled here"}
COUNTED = ("count_here", "count_there", "here", "there")
NOTHING = frozenset({"", "0", "0.00"})
NAMED = 3  # records named above the grid; all stand in the list of differences
MOST = 500  # rows that a button opens another form with


class TotalRows:
    """The rows in order; there are few, so all are made at once."""

    def __init__(self, services: FormServices, items: Sequence[Item], by: str, days: Answer, tried: Mapping[str, Message]) -> None:
        self._services, self._items, self._days = services, items, days
        self._summaries = summarize(items)
        can = services.host.ledger.can
        self._unsettled = summarize(item for item in items if is_unsettled(item, can, tried))
        build = {"months": self._months, "methods": self._methods}.get(by, self._totals)
        self._rows = [row for currency, summary in self._summaries.items() for row in build(currency, summary)]

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self._rows)

    @property
    def total(self) -> str:
        """No sum: the rows are sums themselves."""
        return ""

    @property
    def problem(self) -> None:
        """None: the list was read."""
        return

    @property
    def notice(self) -> Notice | None:
        """Whether the ledgers agree, with the chart of both sides by month."""
        if not self._items:
            return None
        said = [verdict_of(currency, summary) for currency, summary in self._summaries.items()]
        text = " ".join(map(self._services.sentences.text, [*said, *self._uncounted()]))
        agree = not any(map(count_apart, self._summaries.values()))
        return {"text": text, "level": "info" if agree else "warning", "chart": chart_of(self._summaries)}

    def _uncounted(self) -> list[Message]:
        """The first records that no total holds, by name."""
        found = (item.ours for item in self._items if item.ours and item.ours.problem)
        return [fractions_of(entry) for entry in islice(found, NAMED)]

    @property
    def empty(self) -> EmptyGrid:
        """The text of an empty grid."""
        return {"text": self._services.sentences.text(Message("empty_reconcile")), "link": None}

    def ids(self, start: int, stop: int) -> list[str]:
        """The ids of the rows at these positions."""
        return [row["id"] for row in self._rows[start:stop]]

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these positions."""
        return self._rows[start:stop]

    def total_of(self, ids: Sequence[str]) -> str:
        """No sum: the rows are sums themselves."""
        return ""

    def _totals(self, currency: str, summary: Summary) -> Iterator[Row]:
        for name in MEASURES:
            yield self._measure(name, summary.whole, currency)
        for group, totals in summary.groups.items():
            yield self._group(group, totals, currency)
        if currency in self._unsettled:
            yield self._rest(self._unsettled[currency].whole, currency)

    def _measure(self, name: str, totals: Totals, currency: str) -> Row:
        ours, theirs = getattr(totals.ours, name), getattr(totals.theirs, name)
        counts = {"received": (totals.ours.payments, totals.theirs.payments), "credits": (totals.ours.memos, totals.theirs.memos)}
        counted = counts.get(name, ("", ""))
        cells: Cells = {
            "what": LABELS[name],
            "currency": currency,
            "count_here": str(counted[0]),
            "here": plain_amount(ours),
            "count_there": str(counted[1]),
            "there": plain_amount(theirs),
            "difference": plain_amount(ours - theirs),
        }
        text = self._services.sentences.text(
            Message("reconcile_measure", {"what": LABELS[name], "here": ours, "there": theirs, "difference": ours - theirs})
        )
        return as_row(f"total:{currency}:{name}", cells, fine=ours == theirs, text=text, fixes=[self._show(DIFFERENT, currency)])

    def _group(self, group: Group, totals: Totals, currency: str) -> Row:
        label = GROUPS[group]
        cells = {**total_cells(label, currency, totals), "hidden": str(totals.hidden)}
        values = {"n": totals.items, "currency": currency, **differences(totals.difference)}
        text = self._services.sentences.text(Message(f"reconcile_group_{group.value}", values))
        fixes = [self._show(group.value, currency), *self._settling(group, currency)] if totals.items else []
        fine = group is Group.EQUAL or not totals.items
        return as_row(f"group:{currency}:{group.value}", cells, fine=fine, text=text, fixes=fixes)

    def _rest(self, totals: Totals, currency: str) -> Row:
        """What nothing here settles, of all groups."""
        cells = {**total_cells(LABELS[UNSETTLED], currency, totals), "hidden": str(totals.hidden)}
        text = Message("reconcile_unsettled", {"n": totals.items, **differences(totals.difference)})
        fixes = [self._show(UNSETTLED, currency)]
        return as_row(f"rest:{currency}", cells, fine=False, text=self._services.sentences.text(text), fixes=fixes)

    def _months(self, currency: str, summary: Summary) -> Iterator[Row]:
        for month, totals in summary.months.items():
            yield self._part(f"month:{currency}:{month}", month, totals, currency)

    def _methods(self, currency: str, summary: Summary) -> Iterator[Row]:
        for method, totals in summary.methods.items():
            label = method or "No method"
            yield self._part(f"method:{currency}:{label}", label, totals, currency)

    def _part(self, identity: str, label: str, totals: Totals, currency: str) -> Row:
        values = {"what": label, "here": totals.ours.received, "there": totals.theirs.received}
        values |= {"difference": totals.difference.received}
        text = self._services.sentences.text(Message("reconcile_measure", values))
        cells = total_cells(label, currency, totals)
        return as_row(identity, cells, fine=totals.difference.is_zero, text=text, fixes=[self._show(DIFFERENT, currency)])

    def _show(self, group: str, currency: str) -> Fix:
        answer = {**self._days, "group": group, "currency": currency, "search": ""}
        return {"label": "Show these", "form": "reconcile-items", "request": {"answer": answer}}

    def _settling(self, group: Group, currency: str) -> list[Fix]:
        """What settles a whole group at once, where there is a form for it."""
        items = [item for item in self._items if item.group is group and currency in item.currencies]
        if group is Group.NOT_MATCHED:
            return [{"label": "Match Clients…", "form": "match-clients"}]
        remedies = {item.key: find_remedies(item, self._services.host.ledger.can) for item in items}
        refs = [key for key, found in remedies.items() if Remedy.EXPORT in found][:MOST]
        received = any(Remedy.IMPORT in found for found in remedies.values())
        fixes: list[Fix] = [{"label": "Export…", "form": "export-payments", "request": {"selection": refs}}] if refs else []
        if received:
            fixes.append({"label": "Import…", "form": "import-payments", "request": {"answer": self._days}})
        return fixes


def as_row(identity: str, cells: Cells, *, fine: bool, text: str, fixes: Sequence[Fix]) -> Row:
    """A row: a tick where both sides agree, nothing where neither has anything, else what differs."""
    outcome = Outcome.SYNCHRONIZED if fine else Outcome.CHANGED
    nothing = fine and all(cells.get(name) in NOTHING for name in COUNTED)
    return {
        "id": identity,
        "cells": cells,
        "outcome": "" if nothing else outcome.value,
        "message": text,
        "details": "",
        "fixes": list(fixes),
        "selectable": True,
        "title": str(cells["what"]),
    }


def total_cells(label: str, currency: str, totals: Totals) -> dict[str, str]:
    """The cells of a part of the ledgers: received amounts, and the differences of all measures."""
    return {
        "what": label,
        "currency": currency,
        "count_here": str(totals.ours.count),
        "here": plain_amount(totals.ours.received),
        "count_there": str(totals.theirs.count),
        "there": plain_amount(totals.theirs.received),
        "difference": plain_amount(totals.difference.received),
        "applied_difference": plain_amount(totals.difference.applied),
        "credits_difference": plain_amount(totals.difference.credits),
    }


def differences(measures: Measures) -> dict[str, object]:
    """The differences by measure, for a sentence."""
    return {name: getattr(measures, name) for name in MEASURES}


def chart_of(summaries: Mapping[str, Summary]) -> Chart:
    """What was received on both sides, a pair of bars a month; several currencies stand one after the other."""
    months = [(currency, month, totals) for currency, summary in summaries.items() for month, totals in summary.months.items()]
    several = len(summaries) > 1
    return {
        "title": "Received by month",
        "labels": [f"{month} {currency}" if several else month for currency, month, _ in months],
        "series": [
            {"label": "Here", "values": [plain_amount(totals.ours.received) for *_, totals in months]},
            {"label": "QuickBooks", "values": [plain_amount(totals.theirs.received) for *_, totals in months]},
        ],
        "marked": [not totals.difference.is_zero for *_, totals in months],
    }


def count_apart(summary: Summary) -> int:
    """How many items are not the same on both sides, whether or not they even out."""
    return sum(totals.items for group, totals in summary.groups.items() if group is not Group.EQUAL)


def verdict_of(currency: str, summary: Summary) -> Message:
    """Whether both sides agree in one currency: in each record, in the totals alone, or not at all."""
    difference, apart = summary.whole.difference, count_apart(summary)
    if not apart:
        return Message("reconcile_agrees", {"currency": currency})
    if difference.is_zero:
        records = f"{spell_count(apart, 'record')} {'is' if apart == 1 else 'are'}"
        return Message("reconcile_evens_out", {"currency": currency, "records": records})
    measures = {name: show_amount(getattr(difference, name)) for name in MEASURES}
    return Message("reconcile_differs", {"currency": currency, **measures})
