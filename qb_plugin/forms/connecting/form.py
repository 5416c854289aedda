"""The Connection form: the connected company, signing in through the browser, and disconnecting."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypedDict

from marshmallow import fields

from qb_plugin.errors import AnswerRejected
from qb_plugin.forms.access.call_checks import no_such_action
from qb_plugin.forms.access.offer import Offer
from qb_plugin.forms.by_itself.notes import PUT_AWAY, present_notes, put_away
from qb_plugin.forms.connecting.light import present_light
from qb_plugin.forms.descriptions import (
    Action,
    ActResult,
    Answer,
    Edits,
    FormDescription,
    FormLink,
    FormRequest,
    Notice,
    Option,
    Rejected,
    RunSummary,
    Sort,
)
from qb_plugin.forms.fields import FormSchema, describe_fields, load_answer
from qb_plugin.forms.presentation import as_summary, catch_failures, present_title
from qb_plugin.forms.protocol import Rows, Task
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Connection, ConnectionState, Entity, Message

CONNECT: Action = {
    "id": "connect",
    "label": "Connect…",
    "kind": "act",
    "needs": "nothing",
    "right": "configure",
    "primary": True,
    "tooltip": "Sign in to QuickBooks in the browser and choose a company",
}
FINISH: Action = {
    "id": "finish",
    "label": "Use Pasted Address",
    "kind": "act",
    "needs": "nothing",
    "right": "configure",
    "tooltip": "For production companies, whose sign-in cannot come back to this computer by itself",
}
DISCONNECT: Action = {
    "id": "disconnect",
    "label": "Disconnect",
    "kind": "act",
    "needs": "nothing",
    "right": "configure",
    "confirm": "Disconnect from QuickBooks? Links and history stay, and connecting again goes on where it was.",
}


class ConnectionAnswer(FormSchema):
    """The app keys and the pasted address; a host may bring keys when it starts."""

    environment = fields.String(
        load_default="",
        metadata={
            "label": "Company is in",
            "type": "choice",
            "choices": [
                {"value": "", "label": "As this program was set up"},
                {"value": "sandbox", "label": "A test company (Intuit calls it sandbox)"},
                {"value": "production", "label": "The company you work with (Intuit calls it production)"},
            ],
        },
    )
    client_id = fields.String(
        load_default="", metadata={"label": "Client ID", "help": "Leave both empty to use those of this program"}
    )
    client_secret = fields.String(
        load_default="", metadata={"label": "Client secret", "type": "secret", "help": "Kept sealed, never shown again"}
    )
    callback = fields.String(
        load_default="",
        metadata={"label": "Address after consent", "help": "Paste here the address the browser ended on, if it did not come back"},
    )


class ConnectionValues(TypedDict):
    """A checked answer."""

    environment: str
    client_id: str
    client_secret: str
    callback: str  # the address the browser ended on


class ConnectionForm:
    """The form behind Connection."""

    id = "connection"
    offer = Offer(title="QuickBooks Connection", right="view", actions=[CONNECT, FINISH, DISCONNECT, PUT_AWAY])

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema = services, ConnectionAnswer()

    def open(self, request: FormRequest) -> FormDescription:
        """The connected company, and the actions that fit its state."""
        connection = self._services.connection()
        message = Message(
            f"connection_{connection.state.value}", {"company": connection.company, "environment": connection.environment}
        )
        connected = connection.state is ConnectionState.CONNECTED
        return {
            "id": self.id,
            "title": self.offer.title,
            "subtitle": present_title(self._services.host, connection),
            "fields": describe_fields(self._schema),
            "answer": {"environment": "", "client_id": "", "client_secret": "", "callback": ""},
            "columns": None,
            "actions": [CONNECT, FINISH, *([DISCONNECT] if connection.realm else [])],
            "row_actions": [PUT_AWAY],
            "notice": self._connected(connection, message)
            if connected
            else {"text": self._services.sentences.text(message), "level": "warning", "link": None},
            "warning": None,
            "unavailable": None,
            "light": present_light(
                self._services.sentences, connection, self._services.reach(), self._services.run_ports.clock.now()
            ),
            "notes": present_notes(self._services, connection.realm),
            "leads_to": self._next_form(connection),
            "token": "",
        }

    def _connected(self, connection: Connection, message: Message) -> Notice:
        """Which company, for how many days, and what is next while no client is matched."""
        said, now = [message], self._services.run_ports.clock.now()
        if connection.ends:
            said.append(Message("connection_days", {"day": connection.ends.date(), "days": (connection.ends - now).days}))
        if self._services.links.all_of(connection.realm, Entity.CUSTOMER):
            return {"text": "\n".join(map(self._services.sentences.text, said)), "level": "info", "link": None}
        text = "\n".join(map(self._services.sentences.text, [*said, Message("connection_next")]))
        return {"text": text, "level": "info", "link": {"label": "Match Clients…", "form": "match-clients"}}

    def rows(self, answer: Answer, sort: Sort | None) -> Rows | Rejected:
        """No rows: the form has no grid."""
        return {}

    def act(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits) -> ActResult:
        """Connect, finish a sign-in with a pasted address, or disconnect."""
        return catch_failures(self._services.sentences, partial(self._act, action, answer))

    def _act(self, action: str, answer: Answer) -> ActResult:
        match action:
            case "connect":
                return self._connect(answer)
            case "finish":
                return self._finish(answer)
            case "disconnect":
                return self._disconnect(answer)
            case "put_away_note":
                put_away(self._services, self._services.connection().realm, str(answer.get("note")))
                return {}
        raise no_such_action(action)

    def _connect(self, answer: Answer) -> ActResult:
        values: ConnectionValues = load_answer(self._schema, answer)
        url = self._services.sign_in.begin(values["client_id"], values["client_secret"], values["environment"])
        return {"open_url": url, "notice": self._services.sentences.text(Message("consent_opened")), "level": "info"}

    def _finish(self, answer: Answer) -> ActResult:
        values: ConnectionValues = load_answer(self._schema, answer)
        if not values["callback"]:
            raise AnswerRejected(Message("answer_rejected"), {"callback": Message("field_callback")})
        connection = self._services.sign_in.finish({"url": values["callback"]})
        return self._said(Message("connection_connected", {"company": connection.company, "environment": connection.environment}))

    def _disconnect(self, answer: Answer) -> ActResult:
        self._services.sign_in.disconnect()
        return self._said(Message("connection_none"))

    def _next_form(self, connection: Connection) -> FormLink | None:
        """Match Clients, while a company is connected, there are clients, and none of them is matched to a customer of it."""
        connected = connection.state is ConnectionState.CONNECTED
        if (
            not connected
            or self._services.links.all_of(connection.realm, Entity.CUSTOMER)
            or not self._services.host.ledger.clients()
        ):
            return None
        return {"label": "Match Clients…", "form": "match-clients"}

    def _said(self, message: Message) -> ActResult:
        return {"notice": self._services.sentences.text(message), "level": "info", "form": self.id, "reload": True}

    def run(self, action: str, answer: Answer, ids: Sequence[str], edits: Edits, task: Task) -> RunSummary:
        """The same as `act`: no action of this form takes long enough for a run."""
        return as_summary(self.act(action, answer, ids, edits))

    def options(self, name: str, search: str) -> Sequence[Option]:
        """No entries: the form has no choice cells with a search."""
        return []
