"""Connection: which company is connected, connecting through the browser, and letting go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from marshmallow import fields

from qb_plugin.errors import AnswerRejected
from qb_plugin.forms.fields import FormSchema, describe_fields, load_answer
from qb_plugin.forms.presentation import answering, title_of
from qb_plugin.forms.services import FormServices
from qb_plugin.host import Task
from qb_plugin.model import ConnectionState, Message

CONNECT = {
    "id": "connect",
    "label": "Connect…",
    "kind": "act",
    "needs": "nothing",
    "right": "configure",
    "primary": True,
    "tooltip": "Sign in to QuickBooks in the browser and choose a company",
}
FINISH = {
    "id": "finish",
    "label": "Use Pasted Address",
    "kind": "act",
    "needs": "nothing",
    "right": "configure",
    "tooltip": "For production companies, whose sign-in cannot come back to this computer by itself",
}
DISCONNECT = {
    "id": "disconnect",
    "label": "Disconnect",
    "kind": "act",
    "needs": "nothing",
    "right": "configure",
    "confirm": "Disconnect from QuickBooks? Links and history stay, and connecting again goes on where it was.",
}


class ConnectionAnswer(FormSchema):
    """The app's keys; they come from the environment or the simulator where those are set."""

    environment = fields.String(
        load_default="",
        metadata={
            "label": "Company is in",
            "type": "choice",
            "choices": [
                {"value": "", "label": "As started"},
                {"value": "sandbox", "label": "Sandbox"},
                {"value": "production", "label": "Production"},
            ],
        },
    )
    client_id = fields.String(load_default="", metadata={"label": "Client ID", "help": "Leave empty to use the one set at start"})
    client_secret = fields.String(
        load_default="", metadata={"label": "Client secret", "type": "secret", "help": "Kept sealed, never shown again"}
    )
    callback = fields.String(
        load_default="",
        metadata={"label": "Address after consent", "help": "Paste here the address the browser ended on, if it did not come back"},
    )


class ConnectionForm:
    """The form behind Connection."""

    id = "connection"

    def __init__(self, services: FormServices) -> None:
        self._services, self._schema = services, ConnectionAnswer()

    def open(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Say which company is connected, and offer what can be done."""
        connection = self._services.connection()
        message = Message(
            f"connection_{connection.state.value}", {"company": connection.company, "environment": connection.environment}
        )
        connected = connection.state is ConnectionState.CONNECTED
        return {
            "id": self.id,
            "title": "QuickBooks Connection",
            "subtitle": title_of(self._services.host.firm, connection),
            "fields": describe_fields(self._schema),
            "answer": {"environment": "", "client_id": "", "client_secret": "", "callback": ""},
            "columns": None,
            "actions": [CONNECT, FINISH, *([DISCONNECT] if connection.realm else [])],
            "row_actions": [],
            "notice": {"text": self._services.sentences.text(message), "level": "info" if connected else "warning", "link": None},
            "warning": None,
            "unavailable": None,
            "token": "",
        }

    def rows(self, answer: Mapping[str, Any], sort: Mapping[str, Any] | None) -> Any:
        """No grid here."""
        return {}

    def act(self, action: str, answer: Mapping[str, Any], ids: Sequence[str], edits: Mapping[str, Any]) -> dict[str, Any]:
        """Connect, finish with a pasted address, or disconnect."""
        work = {"connect": self._connect, "finish": self._finish, "disconnect": self._disconnect}[action]
        found: dict[str, Any] = answering(self._services.sentences, partial(work, answer))
        return found

    def _connect(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        values = load_answer(self._schema, answer)
        url = self._services.sign_in.begin(values["client_id"], values["client_secret"], values["environment"])
        return {"open_url": url, "notice": self._services.sentences.text(Message("consent_opened")), "level": "info"}

    def _finish(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        pasted = load_answer(self._schema, answer)["callback"]
        if not pasted:
            raise AnswerRejected(Message("answer_rejected"), {"callback": Message("field_callback")})
        connection = self._services.sign_in.finish({"url": pasted})
        return self._said(Message("connection_connected", {"company": connection.company, "environment": connection.environment}))

    def _disconnect(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        self._services.sign_in.disconnect()
        return self._said(Message("connection_none"))

    def _said(self, message: Message) -> dict[str, Any]:
        return {"notice": self._services.sentences.text(message), "level": "info", "form": self.id, "reload": True}

    def run(
        self, action: str, answer: Mapping[str, Any], ids: Sequence[str], edits: Mapping[str, Any], task: Task
    ) -> dict[str, Any]:
        """All of this form is done at once; a run of it is the same."""
        return self.act(action, answer, ids, edits)

    def options(self, name: str, search: str) -> list[dict[str, str]]:
        """No cell of this form is chosen."""
        return []
