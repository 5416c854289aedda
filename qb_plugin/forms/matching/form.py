"""Match Clients: the practice's clients beside QuickBooks' customers; suggestions by exact name, never decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypedDict

from marshmallow import fields

from qb_plugin.errors import AddInError
from qb_plugin.forms.descriptions import (
    Action,
    ActResult,
    Answer,
    Column,
    Edits,
    FormDescription,
    FormRequest,
    Option,
    Rejected,
    RunSummary,
    Sort,
    Unavailable,
)
from qb_plugin.forms.fields import FormSchema, describe_fields, load_answer
from qb_plugin.forms.hiding import rows_in_words
from qb_plugin.forms.matching.rows import MatchRow, MatchRows
from qb_plugin.forms.presentation import answering, as_summary, rows_or_reason, title_of, unavailable
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices, lists_or_empty
from qb_plugin.model import Connection, Customer, Link, Message, Ref
from qb_plugin.sync.linking import client_links, link_clients
from qb_plugin.sync.matching import comparable, suggest_customers

COLUMNS: Sequence[Column] = [
    {"key": "client", "label": "Client", "type": "text", "width": 320, "sortable": True},
    {"key": "customer", "label": "QuickBooks customer", "type": "choice", "width": 340, "search": "customers", "act": "link"},
    {"key": "how", "label": "How", "type": "text", "width": 160, "sortable": True},
]
ACTIONS: Sequence[Action] = [
    {
        "id": "accept_all",
        "label": "Accept All Suggestions",
        "kind": "act",
        "needs": "nothing",
        "right": "match",
        "primary": True,
        "tooltip": "Link every client that has exactly one customer of the same name",
    },
    {"id": "link", "label": "Link Selected", "kind": "act", "needs": "selection", "right": "match"},
    {"id": "unlink", "label": "Unlink Selected", "kind": "act", "needs": "selection", "right": "match"},
]


class MatchAnswer(FormSchema):
    """The form's one filter."""

    hide_matched = fields.Boolean(load_default=False, metadata={"label": "Hide Matched", "refilters": True})


class MatchValues(TypedDict):
    """A checked answer."""

    hide_matched: bool


class MatchClients:
    """The form behind Match Clients."""

    id = "match-clients"

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema = services, MatchAnswer()

    def open(self, request: FormRequest) -> FormDescription:
        """Describe the form; QuickBooks' customers are read afresh."""
        connection = self._services.connection()
        return {
            "id": self.id,
            "title": "Match Clients",
            "subtitle": title_of(self._services.host.firm, connection),
            "fields": describe_fields(self._schema),
            "answer": {"hide_matched": False, **(request.get("answer") or {})},
            "columns": COLUMNS,
            "actions": ACTIONS,
            "row_actions": [{"id": "unlink", "label": "Unlink", "kind": "act", "right": "match"}],
            "search": True,
            "notice": None,
            "warning": None,
            "unavailable": self._unavailable(connection),
            "token": "",
        }

    def _unavailable(self, connection: Connection) -> Unavailable | None:
        try:
            self._services.lists(connection, fresh=True)
        except AddInError as failure:
            return unavailable(self._services.sentences, failure)
        return None

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """Every client with its customer, or the one suggested."""
        return rows_or_reason(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Answer, sort: Sort | None) -> MatchRows:
        values: MatchValues = load_answer(self._schema, answer)
        words = str(answer.get("search") or "").casefold().split()
        rows = [row for row in self._all(self._services.connection()) if not (values["hide_matched"] and row.linked)]
        return MatchRows(self._services, [row for row in rows if all(word in row.text for word in words)], sort)

    def _all(self, connection: Connection) -> list[MatchRow]:
        lists, links = self._services.lists(connection), self._links(connection.realm)
        customers = {customer.id: customer for customer in lists.customers}
        clients = self._services.host.ledger.clients()
        free = [client for client in clients if client.id not in links]
        suggested = suggest_customers(free, lists.customers, [link.quickbooks_id for link in links.values()])
        return [match_row(client.id, client.name, links.get(client.id), suggested.get(client.id), customers) for client in clients]

    def _links(self, realm: str) -> dict[str, Link]:
        return client_links(self._services.links, realm)

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Accept suggestions, link what was picked, or unlink."""
        return answering(self._services.sentences, partial(self._act, action, ids, edits))

    def _act(self, action: str, ids: Sequence[str], edits: Edits) -> ActResult:
        work = {"accept_all": self._accept, "link": self._link, "unlink": self._unlink}[action]
        return work(self._services.connection(), ids, edits)

    def _accept(self, connection: Connection, ids: Sequence[str], edits: Edits) -> ActResult:
        """Link all suggestions, or those of the rows named."""
        rows = [row for row in self._all(connection) if row.suggested and (not ids or row.id in ids)]
        return self._add(connection, {row.client_id: row.customer_id for row in rows})

    def _link(self, connection: Connection, ids: Sequence[str], edits: Edits) -> ActResult:
        """Link the rows to what was picked on them, else to what was suggested."""
        rows = {row.id: row for row in self._all(connection)}
        picked = {rows[i].client_id: str(edits.get(i, {}).get("customer", rows[i].customer_id)) for i in ids if i in rows}
        return self._add(connection, {client: customer for client, customer in picked.items() if customer})

    def _add(self, connection: Connection, pairs: Mapping[str, str]) -> ActResult:
        """Link each client to its customer; one that belongs to another client stays there, and the notice says whose it is."""
        matched = link_clients(self._services.links, self._services.context(connection).realm, pairs)
        added = rows_in_words(matched.linked, "client")
        message = (
            Message("customer_taken", {"n": added, "whose": self._whose(matched.owners)})
            if matched.owners
            else Message("clients_linked", {"n": added})
        )
        return {"notice": self._services.sentences.text(message), "level": "warning" if matched.owners else "info", "reload": True}

    def _whose(self, owners: Mapping[str, str]) -> str:
        """`Jeff's Jalopies (that customer is Cool Cars')`, for each client that was not linked."""
        names = {client.id: client.name for client in self._services.host.ledger.clients()}
        return "; ".join(f"{names[client]} (its customer is linked to {names[owner]})" for client, owner in owners.items())

    def _unlink(self, connection: Connection, ids: Sequence[str], edits: Edits) -> ActResult:
        self._services.links.remove(self._services.context(connection).realm, [Ref.parse(identity) for identity in ids])
        text = self._services.sentences.text(Message("clients_unlinked", {"n": rows_in_words(len(ids))}))
        return {"notice": text, "level": "info", "reload": True}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """All of this form is done at once; a run of it is the same."""
        return as_summary(self.act(action, answer, ids, edits))

    def options(self, name: str, search: str) -> Sequence[Option]:
        """Customers whose name has all the words, fifty at most."""
        words = comparable(search).split()
        customers = lists_or_empty(self._services, self._services.connection()).customers
        found = [c for c in customers if all(word in comparable(c.full_name) for word in words)]
        return [{"value": customer.id, "label": customer_label(customer)} for customer in found[:50]]


def customer_label(customer: Customer) -> str:
    """The customer's path, and whether QuickBooks has made it inactive."""
    return customer.full_name + ("" if customer.active else " (inactive)")


def match_row(
    client_id: str, name: str, link: Link | None, suggested: Customer | None, customers: Mapping[str, Customer]
) -> MatchRow:
    """A client beside its customer, or beside the suggested one."""
    if link:
        customer = customers.get(link.quickbooks_id)
        label = customer_label(customer) if customer else "(no longer in QuickBooks)"
        return MatchRow(client_id=client_id, name=name, customer_id=link.quickbooks_id, customer=label, linked=True)
    if suggested:
        return MatchRow(client_id=client_id, name=name, customer_id=suggested.id, customer=customer_label(suggested), linked=False)
    return MatchRow(client_id=client_id, name=name, customer_id="", customer="", linked=False)
