"""Fields of the History forms, and the query that their answers make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TypedDict

from marshmallow import fields, validates_schema

from qb_plugin.forms.descriptions import Answer, Option
from qb_plugin.forms.fields import FormSchema, check_dates
from qb_plugin.forms.history.words import ACTIONS
from qb_plugin.forms.services import FormServices
from qb_plugin.model import HistoryQuery, Outcome

DAYS = 90  # the default range: today and the days before it
SHOWN = (
    Outcome.SYNCHRONIZED,
    Outcome.CHANGED,
    Outcome.NEEDS_DECISION,
    Outcome.FAILED,
    Outcome.NOT_CONFIRMED,
    Outcome.REMOVED,
    Outcome.SKIPPED,
    Outcome.NOT_TRIED,
)
ANY: Option = {"value": "", "label": "Any"}
OUTCOMES: list[Option] = [ANY, *(Option(value=each.value, label=each.value.replace("_", " ")) for each in SHOWN)]
WHAT: list[Option] = [ANY, *(Option(value=key, label=label) for key, label in ACTIONS.items())]


class HistoryAnswer(FormSchema):
    """The filters of both forms."""

    start = fields.Date(data_key="from", load_default=None, metadata={"label": "From", "refilters": True})
    end = fields.Date(data_key="to", load_default=None, metadata={"label": "To", "refilters": True})
    what = fields.String(load_default="", metadata={"label": "What", "type": "choice", "choices": WHAT, "refilters": True})
    outcome = fields.String(
        load_default="", metadata={"label": "Outcome", "type": "choice", "choices": OUTCOMES, "refilters": True}
    )

    @validates_schema
    def check_range(self, values: Mapping[str, object], **_: object) -> None:
        """Refuse a range that ends before it begins."""
        check_dates(values, "start", "end")


class EntryAnswer(HistoryAnswer):
    """The filters of the rows: one run's, or one record's."""

    run = fields.String(
        load_default="", metadata={"label": "Run", "type": "choice", "choices": [ANY], "refilters": True, "help": "One run's rows"}
    )
    record = fields.String(
        load_default="",
        metadata={
            "label": "Record",
            "refilters": True,
            "help": "P-1017, or QuickBooks' own number: all of its past",
        },
    )


class HistoryValues(TypedDict):
    """A checked answer; a form without `run` and `record` leaves them out."""

    start: date | None  # both ends included
    end: date | None
    what: str
    outcome: str


class EntryValues(HistoryValues):
    """A checked answer of the rows."""

    run: str
    record: str


def build_query(realm: str, values: HistoryValues, answer: Answer) -> HistoryQuery:
    """The query of the filters and the search; a day ends when the next one begins, by this machine's time zone."""
    return HistoryQuery(
        realm=realm,
        start=begin_of(values["start"]) if values["start"] else None,
        end=begin_of(values["end"] + timedelta(days=1)) if values["end"] else None,
        action=values["what"],
        outcome=values["outcome"],
        words=tuple(str(answer.get("search") or "").casefold().split()),
    )


def begin_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time.min).astimezone()


def find_records(services: FormServices, text: str) -> tuple[str, ...]:
    """What a person may mean by a number: the record of that number here, QuickBooks' id, or an id such as `payment:17`."""
    words = text.replace(",", " ").split()
    named = [word for word in words if ":" not in word]
    found = {ref for word in named for ref in refs_of_number(services, word)}
    return tuple(dict.fromkeys([*words, *sorted(found)]))


def refs_of_number(services: FormServices, number: str) -> list[str]:
    """The records of the ledger that have this number; such as are found by it otherwise do not count."""
    found = services.host.ledger.snapshot({"search": number, "show_hidden": True})
    records = services.host.ledger.records(found.refs(0, min(found.count, 200)))
    return [f"{each.kind}:{each.id}" for each in records if each.number.casefold() == number.casefold()]
