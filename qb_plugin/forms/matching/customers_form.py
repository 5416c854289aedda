"""The form that starts from QuickBooks: customers without a client here, which to link or to create a client for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypedDict

from marshmallow import fields

from qb_plugin.errors import AddInError, AnswerRejected
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
    Level,
    Option,
    Rejected,
    RunSummary,
    Sort,
    Unavailable,
)
from qb_plugin.forms.fields import FormSchema, describe_fields, load_answer
from qb_plugin.forms.form_sessions import SeenCompanies, new_token
from qb_plugin.forms.matching.customer_rows import CustomerFilter, CustomerRow, CustomerRows, read_customer_rows
from qb_plugin.forms.matching.reading import CandidateCache
from qb_plugin.forms.presentation import (
    as_summary,
    catch_failures,
    catch_row_failures,
    present_title,
    present_unavailable,
    spell_count,
)
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Connection, Message
from qb_plugin.sync.clients.new_clients import CREATE_CLIENTS, create_clients
from qb_plugin.sync.linking import link_clients
from qb_plugin.sync.matching import comparable

COLUMNS: Sequence[Column] = [
    {"key": "customer", "label": "QuickBooks customer", "type": "text", "width": 320, "sortable": True},
    {"key": "client", "label": "Client", "type": "choice", "width": 300, "search": "clients", "act": "link"},
    {"key": "why", "label": "Why", "type": "text", "width": 330},
    {"key": "waiting", "label": "Payments waiting", "type": "number", "width": 130, "sortable": True},
    {"key": "amount", "label": "Amount", "type": "money", "width": 120, "sortable": True},
]
CREATE: Action = {
    "id": CREATE_CLIENTS,
    "label": "Create Clients…",
    "kind": "act",
    "needs": "selection",
    "right": "match",
    "tooltip": "Create a client here for each selected customer, and link the two",
    "confirm": "Create a client here for each selected customer, with its name, e-mail and phone, and link the two?",
}
LINK: Action = {"id": "link", "label": "Link Selected", "kind": "act", "needs": "selection", "right": "match", "primary": True}


class CustomersAnswer(FormSchema):
    """The one filter: only customers whose payments wait."""

    waiting = fields.Boolean(
        load_default=True,
        metadata={
            "label": "Only with payments waiting",
            "refilters": True,
            "help": "Payments of the last 30 days that are not here",
        },
    )


class CustomersValues(TypedDict):
    """A checked answer."""

    waiting: bool


class MatchCustomers:
    """The form behind *From QuickBooks, without a client*."""

    id = "match-customers"
    offer = Offer(
        title="Customers without a Client", right="match", kinds=frozenset({"customer"}), actions=[LINK, CREATE], columns=COLUMNS
    )

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema, self._cache = services, CustomersAnswer(), CandidateCache()
        self._seen = SeenCompanies(services)

    def open(self, request: FormRequest) -> FormDescription:
        """The form's description; QuickBooks' customers are read again, not from the cache."""
        connection = self._services.connection()
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
            "fields": describe_fields(self._schema),
            "answer": {"waiting": True, **(request.get("answer") or {})},
            "columns": COLUMNS,
            "actions": [LINK, *([CREATE] if self._can_create else [])],
            "row_actions": [],
            "search": True,
            "notice": None,
            "warning": None,
            "unavailable": self._unavailable(connection),
            "token": new_token(connection.realm),
        }

    @property
    def _can_create(self) -> bool:
        return CREATE_CLIENTS in self._services.host.ledger.can

    def _unavailable(self, connection: Connection) -> Unavailable | None:
        try:
            self._services.lists(connection, fresh=True)
        except AddInError as failure:
            return present_unavailable(self._services.sentences, failure)
        return None

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """The customers that have no client, by name; those whose payments wait, unless all are wanted."""
        return catch_row_failures(self._services.sentences, partial(self._rows, answer, sort))

    def _rows(self, answer: Answer, sort: Sort | None) -> CustomerRows:
        values: CustomersValues = load_answer(self._schema, answer)
        wanted = CustomerFilter(str(answer.get("search") or ""), values["waiting"])
        connection = self._services.connection()
        self._seen.see(answer, connection.realm)
        return CustomerRows(self._services, self._read(connection), wanted, sort)

    def _read(self, connection: Connection) -> list[CustomerRow]:
        return read_customer_rows(self._services, connection, self._cache)

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Link the chosen or suggested clients, or create clients."""
        return catch_failures(self._services.sentences, partial(self._act, action, answer, ids, edits))

    def _act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        work = {"link": self._link, CREATE_CLIENTS: self._create}.get(action)
        if work is None or (action == CREATE_CLIENTS and not self._can_create):
            raise no_such_action(action)
        connection = self._services.connection()
        self._seen.check(answer, connection.realm)
        rows = [row for row in self._read(connection) if row.id in set(ids)]
        return work(connection, rows, edits)

    def _link(self, connection: Connection, rows: Sequence[CustomerRow], edits: Edits) -> ActResult:
        """Link each customer to the client chosen on its row, else to the suggested one."""
        clients = {client.id for client in self._services.host.ledger.clients()}
        for change in edits.values():
            check_choice("client", change.get("client"), clients)
        chosen = {row.customer.id: str(edits.get(row.id, {}).get("client", row.client_id)) for row in rows}
        pairs = {client: customer for customer, client in chosen.items() if client}
        if len(pairs) < len([client for client in chosen.values() if client]):
            raise AnswerRejected(Message("answer_rejected"), {"edits": Message("client_chosen_twice")})
        linked = link_clients(
            self._services.links, self._services.context(connection).realm, pairs, self._services.user_name
        ).linked
        text = self._services.sentences.text(Message("clients_linked", {"n": spell_count(linked, "client")}))
        return {"notice": text, "level": "info", "done": linked, "reload": True}

    def _create(self, connection: Connection, rows: Sequence[CustomerRow], edits: Edits) -> ActResult:
        realm = self._services.context(connection).realm
        done = create_clients(self._services.host.ledger, self._services.links, realm, [row.customer for row in rows])
        names = {row.customer.id: row.customer.full_name for row in rows}
        said = [Message("clients_created", {"n": spell_count(len(done.clients), "client")})]
        said += [Message("client_refused", {"customer": names[each], "reason": reason}) for each, reason in done.refused.items()]
        text = " ".join(self._services.sentences.text(message) for message in said)
        level: Level = "warning" if done.refused else "info"
        return {"notice": text, "level": level, "done": len(done.clients), "reload": True}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """The same as `act`: no action of this form takes long enough for a run."""
        return as_summary(self.act(action, answer, ids, edits))

    def options(self, name: str, search: str) -> Sequence[Option]:
        """At most fifty clients whose name contains every word."""
        words = comparable(search).split()
        found = [c for c in self._services.host.ledger.clients() if all(word in comparable(c.name) for word in words)]
        return [{"value": client.id, "label": client.name} for client in found[:50]]
