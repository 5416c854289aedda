"""The Match Clients form: clients with their QuickBooks customers. Equal names are suggested, never linked by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypedDict

from marshmallow import fields

from qb_plugin.errors import AddInError
from qb_plugin.forms.access.call_checks import check_choice, no_such_action
from qb_plugin.forms.access.offer import Offer
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
from qb_plugin.forms.matching.rows import MatchFilter, MatchRow, MatchRows
from qb_plugin.forms.presentation import (
    as_summary,
    catch_failures,
    catch_row_failures,
    present_title,
    present_unavailable,
    spell_count,
)
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices, read_lists_or_empty
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
    """The one filter, Hide Matched."""

    hide_matched = fields.Boolean(load_default=False, metadata={"label": "Hide Matched", "refilters": True})


class MatchValues(TypedDict):
    """A checked answer."""

    hide_matched: bool


class MatchClients:
    """The form behind Match Clients."""

    id = "match-clients"
    offer = Offer(title="Match Clients", right="match", kinds=frozenset({"client"}), actions=ACTIONS, columns=COLUMNS)

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema = services, MatchAnswer()

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description; QuickBooks' customers are read again, not from the cache."""
        connection = self._services.connection()
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
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
            return present_unavailable(self._services.sentences, failure)
        return None

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """Every client with its linked or suggested customer."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Answer, sort: Sort | None) -> MatchRows:
        values: MatchValues = load_answer(self._schema, answer)
        wanted = MatchFilter(str(answer.get("search") or ""), values["hide_matched"])
        return MatchRows(self._services, self._read_all(self._services.connection()), wanted, sort)

    def _read_all(self, connection: Connection) -> list[MatchRow]:
        lists, links = self._services.lists(connection), self._read_links(connection.realm)
        customers = {customer.id: customer for customer in lists.customers}
        clients = self._services.host.ledger.clients()
        free = [client for client in clients if client.id not in links]
        suggested = suggest_customers(free, lists.customers, [link.quickbooks_id for link in links.values()])
        return [
            build_match_row(client.id, client.name, links.get(client.id), suggested.get(client.id), customers) for client in clients
        ]

    def _read_links(self, realm: str) -> dict[str, Link]:
        return client_links(self._services.links, realm)

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Accept suggestions, link the chosen customers, or unlink."""
        return catch_failures(self._services.sentences, partial(self._act, action, ids, edits))

    def _act(self, action: str, ids: Sequence[str], edits: Edits) -> ActResult:
        work = {"accept_all": self._accept, "link": self._link, "unlink": self._unlink}.get(action)
        if work is None:
            raise no_such_action(action)
        return work(self._services.connection(), ids, edits)

    def _accept(self, connection: Connection, ids: Sequence[str], edits: Edits) -> ActResult:
        """Link all suggestions, or those of the given rows."""
        rows = [row for row in self._read_all(connection) if row.suggested and (not ids or row.id in ids)]
        return self._add(connection, {row.client_id: row.customer_id for row in rows})

    def _link(self, connection: Connection, ids: Sequence[str], edits: Edits) -> ActResult:
        """Link each row to the customer chosen on it, else to the suggested one."""
        rows = {row.id: row for row in self._read_all(connection)}
        customers = {customer.id for customer in self._services.lists(connection).customers}
        for change in edits.values():
            check_choice("customer", change.get("customer"), customers)
        picked = {rows[i].client_id: str(edits.get(i, {}).get("customer", rows[i].customer_id)) for i in ids if i in rows}
        return self._add(connection, {client: customer for client, customer in picked.items() if customer})

    def _add(self, connection: Connection, pairs: Mapping[str, str]) -> ActResult:
        """Link each client to its customer; of one that is another client's, too, the notice says whose."""
        matched = link_clients(self._services.links, self._services.context(connection).realm, pairs)
        added = spell_count(matched.linked, "client")
        message = (
            Message("customer_shared", {"n": added, "whose": self._name_owners(matched.shared)})
            if matched.shared
            else Message("clients_linked", {"n": added})
        )
        return {"notice": self._services.sentences.text(message), "level": "warning" if matched.shared else "info", "reload": True}

    def _name_owners(self, owners: Mapping[str, str]) -> str:
        """`Jeff's Jalopies (as Cool Cars)`, for each client that shares its customer."""
        names = {client.id: client.name for client in self._services.host.ledger.clients()}
        return "; ".join(f"{names[client]} (as {names[owner]})" for client, owner in owners.items())

    def _unlink(self, connection: Connection, ids: Sequence[str], edits: Edits) -> ActResult:
        self._services.links.remove(self._services.context(connection).realm, [Ref.parse(identity) for identity in ids])
        text = self._services.sentences.text(Message("clients_unlinked", {"n": spell_count(len(ids))}))
        return {"notice": text, "level": "info", "reload": True}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """The same as `act`: no action of this form takes long enough for a run."""
        return as_summary(self.act(action, answer, ids, edits))

    def options(self, name: str, search: str) -> Sequence[Option]:
        """At most fifty customers whose path contains every word."""
        words = comparable(search).split()
        customers = read_lists_or_empty(self._services, self._services.connection()).customers
        found = [c for c in customers if all(word in comparable(c.full_name) for word in words)]
        return [{"value": customer.id, "label": label_customer(customer)} for customer in found[:50]]


def label_customer(customer: Customer) -> str:
    """The customer's path, marked when it is inactive."""
    return customer.full_name + ("" if customer.active else " (inactive)")


def build_match_row(
    client_id: str, name: str, link: Link | None, suggested: Customer | None, customers: Mapping[str, Customer]
) -> MatchRow:
    """The row of a client with its linked or suggested customer."""
    if link:
        customer = customers.get(link.quickbooks_id)
        label = label_customer(customer) if customer else "(no longer in QuickBooks)"
        return MatchRow(client_id=client_id, name=name, customer_id=link.quickbooks_id, customer=label, linked=True)
    if suggested:
        return MatchRow(client_id=client_id, name=name, customer_id=suggested.id, customer=label_customer(suggested), linked=False)
    return MatchRow(client_id=client_id, name=name, customer_id="", customer="", linked=False)
