"""Rows of the export form: pages of the host's snapshot, each record with its link, mark and last result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import cast

from qb_plugin.forms.descriptions import Answer, Cells, EmptyGrid, Option, Row
from qb_plugin.forms.exporting.options import ExportValues, options_of_settings
from qb_plugin.forms.exporting.readiness import JUDGED, SAYS_MORE, Readiness
from qb_plugin.forms.lists.empty_lists import EmptyList, Hider, explain_empty
from qb_plugin.forms.lists.totals import whole_total
from qb_plugin.forms.presentation import present_message
from qb_plugin.forms.services import FormServices, read_lists_or_empty
from qb_plugin.host import LedgerQuery, Mark, Record
from qb_plugin.messages import Sentences
from qb_plugin.model import (
    Kind,
    Link,
    Message,
    Outcome,
    Ref,
    ReferenceLists,
    RowResult,
)
from qb_plugin.money import ZERO, plain_amount, show_amount
from qb_plugin.sync.exporting.drafting.checks import from_another_company, other_company
from qb_plugin.sync.exporting.drafting.mapped_names import CHOSEN_BY, name_for
from qb_plugin.sync.sources import ClientCurrencies, as_source

SYNCHRONIZED = Hider(
    answer={"hide_synchronized": False},
    label="Show synchronized rows",
    says="empty_export_synchronized",
    says_found="empty_found_synchronized",
)
HIDDEN = Hider(answer={"show_hidden": True}, label="Show hidden rows", says="empty_export_hidden", says_found="empty_found_hidden")
BOTH = Hider(
    answer={"hide_synchronized": False, "show_hidden": True},
    label="Show them",
    says="empty_export_both",
    says_found="empty_found_both",
)
HIDERS = {(True, True): (SYNCHRONIZED, HIDDEN, BOTH), (True, False): (SYNCHRONIZED,), (False, True): (HIDDEN,), (False, False): ()}
PORTION = 1000  # records read from the host at a time
WORDS = {"payments": "payments", "credit_memos": "credit memos"}

TWICE = frozenset({"twice_in_quickbooks"})  # of a linked record that stands in QuickBooks under another id, too
GIVEN_UP = frozenset({"doubt_withdrawn", "doubt_withdrawn_again"})  # sentences that a row keeps until it is exported again


class ExportRows:
    """An ordered snapshot of records; a page is read by its ids."""

    def __init__(self, services: FormServices, query: LedgerQuery, values: ExportValues, currencies: ClientCurrencies) -> None:
        self._services, self._query, self._values, self._currencies = services, query, values, currencies
        self._snapshot = services.host.ledger.snapshot(query)

    @property
    def count(self) -> int:
        """The number of rows."""
        return self._snapshot.count

    @property
    def total(self) -> str:
        """The sum of all rows."""
        return whole_total(self._snapshot.total, lambda: self._records(self.ids(0, self.count)))

    def _records(self, ids: Sequence[str]) -> Iterator[Record]:
        for start in range(0, len(ids), PORTION):
            yield from self._services.host.ledger.records(ids[start : start + PORTION])

    @property
    def notice(self) -> None:
        """None: the form's own notice is enough."""
        return

    @property
    def problem(self) -> None:
        """None: the list was read."""
        return

    @property
    def empty(self) -> EmptyGrid | None:
        """Why there are no rows, and the way out; None where there are some."""
        if self.count:
            return None
        selected = "refs" in self._query
        hides = self._query.get("hide_synchronized", False), not selected and not self._query.get("show_hidden", False)
        empty = EmptyList(
            nothing="empty_selection" if selected else "empty_export",
            values={"what": WORDS[self._values["source"]], "from": self._values["start"], "to": self._values["end"]},
            search=self._query.get("search", ""),
            hiders=HIDERS[hides],
            count=self._count,
        )
        return explain_empty(self._services.sentences, empty)

    def _count(self, search: str, change: Answer) -> int:
        query = cast(LedgerQuery, {**self._query, **change, "search": search})
        return self._services.host.ledger.snapshot(query).count

    def ids(self, start: int, stop: int) -> list[str]:
        """The ids of the rows at these positions."""
        return list(self._snapshot.refs(start, stop))

    def page(self, start: int, stop: int) -> list[Row]:
        """The rows at these positions."""
        return present_records(self._services, self.ids(start, stop), self._currencies)

    def of_clients(self, clients: Collection[str]) -> list[Row]:
        """The rows of these clients as they are now."""
        found = [ref_of(record) for record in self._records(self.ids(0, self.count)) if record.client_id in clients]
        return present_records(self._services, found, self._currencies)

    def total_of(self, ids: Sequence[str]) -> str:
        """The sum of these rows."""
        return whole_total(sum((record.amount for record in self._records(ids)), ZERO), lambda: self._records(ids))


def present_records(services: FormServices, ids: Sequence[str], currencies: ClientCurrencies | None = None) -> list[Row]:
    """The rows of these records; links, marks and last results are read for all of them together, and the clients'
    currencies where they are not given."""
    records = services.host.ledger.records(ids)
    connection = services.connection()
    realm = connection.realm
    refs = [Ref.parse(identity) for identity in ids]
    clients = [Ref(Kind.CLIENT, record.client_id) for record in records]
    links = services.links.by_source(realm, [*refs, *clients]) if realm else {}
    marks = services.host.marks.get(ids, realm)
    results = services.run_ports.runs.last_results(realm, ids, of_export=True) if realm else {}
    presenter = RowPresenter(
        sentences=services.sentences,
        lists=read_lists_or_empty(services, connection),
        settings=services.settings(realm),
        links=links,
        realm=realm,
        company_name=services.company_name,
        currencies=(currencies or ClientCurrencies(services.host.ledger)).of({record.client_id for record in records}),
        firm_id=services.host.firm_id,
    )
    return [presenter.row(record, marks.get(ref_of(record)), results.get(ref_of(record))) for record in records]


class RowPresenter:
    """Presents records as rows without any query, so that a page costs the same whatever is on it."""

    def __init__(
        self,
        *,
        sentences: Sentences,
        lists: ReferenceLists,
        settings: Mapping[str, object],
        links: Mapping[Ref, Link],
        realm: str,
        company_name: Callable[[str], str],
        currencies: Mapping[str, str],
        firm_id: str,
    ) -> None:
        self._sentences, self._settings, self._links, self._realm = sentences, settings, links, realm
        self._company_name = company_name
        self._customers = {customer.id: customer for customer in lists.customers}
        options = options_of_settings(settings, lists)
        self._readiness, self._names = Readiness(lists, options, self._customers, firm_id), options.names
        self._currencies = currencies

    def row(self, record: Record, mark: Mark | None, last: RowResult | None) -> Row:
        """The row with its cells, its outcome and its reason."""
        outcome, message = self._decide_outcome(record, mark, last)
        about = last.quickbooks_id if last and message is last.message else None  # the list itself reads no transactions
        return {
            "id": ref_of(record),
            "cells": self._present_cells(record),
            "outcome": outcome.value,
            "selectable": True,
            "title": f"{record.number} {record.client_name} {show_amount(record.amount)}",
            **present_message(self._sentences, message, about or ""),
        }

    def _present_cells(self, record: Record) -> Cells:
        return {
            "number": record.number,
            "date": record.date.isoformat(),
            "client": self._present_client(record),
            "reference": record.reference,
            "amount": plain_amount(record.amount),
            "method": self._present_choice(record, "payment_method", "No method"),
            "deposit": self._present_choice(record, "deposit_account", "Undeposited Funds"),
        }

    def _present_client(self, record: Record) -> str:
        link = self._links.get(Ref(Kind.CLIENT, record.client_id))
        if link is None:
            return f"{record.client_name} → not matched" if self._realm else record.client_name
        customer = self._customers.get(link.quickbooks_id)
        same = customer is None or customer.full_name == record.client_name
        return record.client_name if same or customer is None else f"{record.client_name} → {customer.full_name}"

    def _present_choice(self, record: Record, setting: str, default: str) -> Option:
        """The entry that the settings choose for the record's method, under its name though it is gone by now."""
        chosen = self._settings.get(setting)
        value = str(chosen.get(record.method, "")) if isinstance(chosen, Mapping) else ""
        return {"value": value, "label": name_for(CHOSEN_BY[setting], value, self._names, record.method) if value else default}

    def _decide_outcome(self, record: Record, mark: Mark | None, last: RowResult | None) -> tuple[Outcome, Message | None]:
        """The current outcome: a link counts before the mark, and the mark before the result of the last run."""
        said = last.message if last else None
        link = self._links.get(Ref(Kind(record.kind), record.id))
        if link and last and last.outcome in {Outcome.REMOVED, Outcome.CHANGED} and last.quickbooks_id == link.quickbooks_id:
            return last.outcome, said
        if link:
            return Outcome.NEEDS_DECISION if said and said.key in TWICE else Outcome.SYNCHRONIZED, said
        if mark and mark.hidden:
            return Outcome.HIDDEN, Message("hidden_by_hand")
        if mark and mark.state in {"failed", "not_confirmed"}:
            return self._judge_again(record, Outcome(mark.state), said)
        found = self._question(record, last) or self._judge(record)
        return (found[0], said) if found == (Outcome.READY, None) and said and said.key in GIVEN_UP else found

    def _judge_again(self, record: Record, outcome: Outcome, said: Message | None) -> tuple[Outcome, Message | None]:
        """How a row stands that a run has left so; one that failed for what can be judged here is judged as it is now."""
        if outcome is Outcome.FAILED and said and self._goes_otherwise(record, said):
            return self._judge(record)
        if outcome is not Outcome.FAILED or said is None or said.key not in JUDGED:
            return outcome, said
        now = self._judge(record)
        if now[0] is Outcome.READY:
            return now
        return outcome, said if now[1] and SAYS_MORE.get(said.key) == now[1].key else now[1]

    def _goes_otherwise(self, record: Record, said: Message) -> bool:
        """Whether the record would go with another customer, account or the like than QuickBooks refused."""
        refused = str(said.values.get("refused") or "").split()
        link = self._links.get(Ref(Kind.CLIENT, record.client_id))
        return bool(refused) and not self._readiness.keys(record.method, link.quickbooks_id if link else "").issuperset(refused)

    def _question(self, record: Record, last: RowResult | None) -> tuple[Outcome, Message | None] | None:
        """What a person is asked about a record that is not linked."""
        if last and last.message and last.outcome is Outcome.NEEDS_DECISION:
            return Outcome.NEEDS_DECISION, last.message
        other = other_company(record.external_key or "", self._realm)
        if self._realm and other:
            return Outcome.NEEDS_DECISION, from_another_company(record.number, self._company_name(other))
        return None

    def _judge(self, record: Record) -> tuple[Outcome, Message | None]:
        """Whether the row can be sent as it stands."""
        if not self._realm:
            return Outcome.READY, None
        link = self._links.get(Ref(Kind.CLIENT, record.client_id))
        source = as_source(record, self._currencies.get(record.client_id, ""))
        return self._readiness.judge(source, link.quickbooks_id if link else "")


def ref_of(record: Record) -> str:
    """The row's id for a record."""
    return f"{record.kind}:{record.id}"
