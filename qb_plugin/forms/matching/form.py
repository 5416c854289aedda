"""The Match Clients form: clients with their QuickBooks customers. Likely pairs are suggested, never linked by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TypedDict, cast

from qb_plugin.errors import AddInError
from qb_plugin.forms.access.call_checks import check_choice, no_such_action
from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.descriptions import (
    ActResult,
    Answer,
    Edits,
    FormDescription,
    FormRequest,
    Level,
    Notice,
    Option,
    Rejected,
    RowChange,
    RunSummary,
    Sort,
    Unavailable,
)
from qb_plugin.forms.fields import load_answer
from qb_plugin.forms.form_sessions import SeenCompanies, new_token
from qb_plugin.forms.matching.columns import ACTIONS, COLUMNS, CREATE, ROW_EDITS, MatchAnswer, Tab, describe_tabs, label_accept
from qb_plugin.forms.matching.creating import create_in_quickbooks, foresee_in_quickbooks
from qb_plugin.forms.matching.customer_rows import DAYS
from qb_plugin.forms.matching.reading import MatchReading, label_customer
from qb_plugin.forms.matching.rows import MatchFilter, MatchRow, MatchRows, count_tabs, present_match
from qb_plugin.forms.presentation import (
    FIXES,
    as_summary,
    catch_failures,
    catch_row_failures,
    present_title,
    present_unavailable,
    spell_count,
)
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices, read_lists_or_empty, read_lists_with_people
from qb_plugin.forms.told_rows import listen, tell_again
from qb_plugin.model import Connection, Message, Ref
from qb_plugin.sync.clients.waiting import customers_without_client, read_waiting
from qb_plugin.sync.linking import client_links, link_clients
from qb_plugin.sync.matching import comparable


class MatchValues(TypedDict):
    """A checked answer."""

    show: str


class MatchClients:
    """The form behind Match Clients."""

    id = "match-clients"
    offer = Offer(
        title="Match Clients",
        right="match",
        kinds=frozenset({"client"}),
        actions=ACTIONS,
        columns=COLUMNS,
        fixes=list(FIXES.values()),
        row_edits=ROW_EDITS,
    )

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema, self._reading = services, MatchAnswer(), MatchReading(services)
        self._seen = SeenCompanies(services)

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description; QuickBooks' customers are read again, not from the cache."""
        connection = self._services.connection()
        rows, unavailable = self._read(connection)
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
            "fields": describe_tabs(self._schema, count_tabs(rows)),
            "answer": {"show": Tab.ALL.value, **(request.get("answer") or {})},
            "columns": COLUMNS,
            "actions": [label_accept(sum(is_accepted(row) for row in rows)), *ACTIONS[1:]],
            "row_actions": [{"id": "unlink", "label": "Unlink", "kind": "act", "right": "match"}],
            "row_edits": ROW_EDITS,
            "search": True,
            "notice": None if unavailable else self._waiting_notice(connection),
            "warning": None,
            "unavailable": unavailable,
            "token": new_token(connection.realm),
        }

    def _read(self, connection: Connection) -> tuple[list[MatchRow], Unavailable | None]:
        """The rows, QuickBooks' customers read now; without them, why."""
        try:
            read_lists_with_people(self._services, connection, fresh=True)
            return self._reading.rows(connection), None
        except AddInError as failure:
            return [], present_unavailable(self._services.sentences, failure)

    def _waiting_notice(self, connection: Connection) -> Notice | None:
        """How many customers have payments waiting and no client, with the way to them; nothing when that cannot be read."""
        today = self._services.host.today()
        try:
            context = self._services.context(connection)
            waiting = read_waiting(context, today - timedelta(days=DAYS), today)
            customers = self._services.lists(connection).customers
        except AddInError:
            return None
        matched = frozenset(link.quickbooks_id for link in client_links(context.links, context.realm).values())
        alone = [each for each in customers_without_client(customers, matched, waiting) if each.id in waiting]
        if not alone:
            return None
        text = self._services.sentences.text(Message("customers_waiting", {"n": spell_count(len(alone), "customer")}))
        return {"text": text, "level": "info", "link": {"label": "Show", "form": "match-customers"}}

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """Every client with its linked or suggested customer."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Answer, sort: Sort | None) -> MatchRows:
        values: MatchValues = load_answer(self._schema, answer)
        wanted = MatchFilter(str(answer.get("search") or ""), Tab(values["show"]))
        connection = self._services.connection()
        self._seen.see(answer, connection.realm)
        return MatchRows(self._services, self._reading.rows(connection), wanted, sort)

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Accept suggestions, link the chosen customers, or unlink."""
        return catch_failures(self._services.sentences, partial(self._act, action, answer, ids, edits))

    def _act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        work = {"accept_all": self._accept, "link": self._link, "unlink": self._unlink}.get(action)
        if work is None:
            raise no_such_action(action)
        connection = self._services.connection()
        self._seen.check(answer, connection.realm)  # an id of another company's customer may be another customer's here
        return work(connection, ids, edits)

    def _accept(self, connection: Connection, ids: Sequence[str], edits: Edits) -> ActResult:
        """Link all suggestions above the line that have no rival, whatever is selected or shown."""
        rows = self._reading.rows(connection)
        return self._add(connection, {row.client_id: row.customer_id for row in rows if is_accepted(row)})

    def _link(self, connection: Connection, ids: Sequence[str], edits: Edits) -> ActResult:
        """Link each row to the customer chosen on it, else to the suggested one."""
        rows = {row.id: row for row in self._reading.rows(connection)}
        customers = {customer.id for customer in self._services.lists(connection).customers}
        for change in edits.values():
            check_choice("customer", change.get("customer"), customers)
        picked = {rows[i].client_id: str(edits.get(i, {}).get("customer", rows[i].customer_id)) for i in ids if i in rows}
        return self._add(connection, {client: customer for client, customer in picked.items() if customer})

    def _add(self, connection: Connection, pairs: Mapping[str, str]) -> ActResult:
        """Link each client to its customer; of one that is another client's, too, the notice says whose."""
        matched = link_clients(self._services.links, self._services.context(connection).realm, pairs, self._services.user_name)
        added = spell_count(matched.linked, "client")
        message = (
            Message("customer_shared", {"n": added, "whose": self._name_owners(matched.shared)})
            if matched.shared
            else Message("clients_linked", {"n": added})
        )
        level: Level = "warning" if matched.shared else "info"
        return {"notice": self._services.sentences.text(message), "level": level, "done": matched.linked, "reload": True}

    def _name_owners(self, owners: Mapping[str, str]) -> str:
        """`Jeff's Jalopies (as Cool Cars)`, for each client that shares its customer."""
        names = {client.id: client.name for client in self._services.host.ledger.clients()}
        return "; ".join(f"{names[client]} (as {names[owner]})" for client, owner in owners.items())

    def _unlink(self, connection: Connection, ids: Sequence[str], edits: Edits) -> ActResult:
        realm = self._services.context(connection).realm
        linked = {str(link.source) for link in client_links(self._services.links, realm).values()}
        standing = [Ref.parse(identity) for identity in ids if identity in linked]
        self._services.links.remove(realm, standing, self._services.user_name)
        text = self._services.sentences.text(Message("clients_unlinked", {"n": spell_count(len(standing), "client")}))
        return {"notice": text, "level": "info", "done": len(standing), "reload": True}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Create customers in QuickBooks for the clients that have none; with `dry_run`, say what would become of each."""
        if action != CREATE["id"]:
            return as_summary(self.act(action, answer, ids, edits))
        if answer.get("dry_run"):
            work = partial(foresee_in_quickbooks, self._services)
        else:
            work = partial(self._create, self._seen.of(answer))
        return catch_failures(self._services.sentences, partial(work, ids, edits, task))

    def _create(self, seen: str, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """Create customers, then show their rows, the tabs and the count of suggestions as they are now."""
        heard: dict[str, RowChange] = {}
        summary = create_in_quickbooks(self._services, ids, edits, listen(task, heard), seen=seen)
        with suppress(AddInError):  # what was created is said on its row; which customer it is can be read later
            connection = self._services.connection()
            read_lists_with_people(self._services, connection, fresh=True)
            rows = {row.id: cast(RowChange, present_match(self._services.sentences, row)) for row in self._reading.rows(connection)}
            tell_again(task, heard, rows)
        return {**summary, "reload": True}

    def options(self, name: str, search: str) -> Sequence[Option]:
        """At most fifty customers whose path contains every word."""
        words = comparable(search).split()
        customers = read_lists_or_empty(self._services, self._services.connection()).customers
        found = [c for c in customers if all(word in comparable(c.full_name) for word in words)]
        return [{"value": customer.id, "label": label_customer(customer)} for customer in found[:50]]


def is_accepted(row: MatchRow) -> bool:
    """Whether a row's suggestion is accepted with the others."""
    return row.tab is Tab.SUGGESTED and row.sure
