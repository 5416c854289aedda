"""Fields of the Reconcile forms: the period, what is shown of it, and which group."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from marshmallow import fields, validates_schema

from qb_plugin.forms.descriptions import Option
from qb_plugin.forms.fields import FormSchema, check_dates
from qb_plugin.sync.reconcile.items import Group, Period

GROUPS: Mapping[Group, str] = {
    Group.NOT_MATCHED: "Client not matched",
    Group.NEEDS_DECISION: "Needs decision",
    Group.ONLY_HERE: "Only here",
    Group.ONLY_THERE: "Only in QuickBooks",
    Group.DATE_DIFFERS: "Date differs",
    Group.AMOUNT_DIFFERS: "Amount differs",
    Group.APPLIED_DIFFERS: "Applied differently",
    Group.EQUAL: "Equal",
}
VIEWS: list[Option] = [
    Option(value="totals", label="Totals and why"),
    Option(value="months", label="Months"),
    Option(value="methods", label="Methods"),
]
DIFFERENT, UNSETTLED = "different", "unsettled"
SHOWN: list[Option] = [
    Option(value=DIFFERENT, label="All that differs"),
    Option(value=UNSETTLED, label="Cannot be settled here"),
    *(Option(value=group.value, label=label) for group, label in GROUPS.items()),
]


class PeriodAnswer(FormSchema):
    """A period, both ends included."""

    start = fields.Date(data_key="from", load_default=None, metadata={"label": "From", "refilters": True})
    end = fields.Date(data_key="to", load_default=None, metadata={"label": "To", "refilters": True})

    @validates_schema
    def check_range(self, values: Mapping[str, object], **_: object) -> None:
        """Refuse a range that ends before it begins."""
        check_dates(values, "start", "end")


class TotalsAnswer(PeriodAnswer):
    """What is shown of the period."""

    by = fields.String(
        load_default="totals",
        metadata={"label": "Show", "type": "choice", "style": "radio", "choices": VIEWS, "refilters": True},
    )


class ItemsAnswer(PeriodAnswer):
    """Which items of the period."""

    group = fields.String(load_default=DIFFERENT, metadata={"label": "Why", "type": "choice", "choices": SHOWN, "refilters": True})
    currency = fields.String(
        load_default="", metadata={"label": "Currency", "refilters": True, "help": "One currency, such as USD; empty for all"}
    )


class PeriodValues(TypedDict):
    """A checked period."""

    start: date | None
    end: date | None


class TotalsValues(PeriodValues):
    """A checked answer of the totals."""

    by: str


class ItemsValues(PeriodValues):
    """A checked answer of the items."""

    group: str
    currency: str


def this_month(today: date) -> dict[str, str]:
    """The month of a day, whole, as the fields have it."""
    last = monthrange(today.year, today.month)[1]
    return {"from": today.replace(day=1).isoformat(), "to": today.replace(day=last).isoformat()}


def period_of(values: PeriodValues) -> Period:
    """The period that was asked for."""
    return Period(values["start"], values["end"])
