"""Signing in to QuickBooks through the browser."""

from __future__ import annotations

from collections.abc import Mapping

from qb_plugin.errors import AddInError, AnswerRejected
from qb_plugin.host import CallbackAnswer, Host
from qb_plugin.messages import Sentences
from qb_plugin.model import Connection, Message
from qb_plugin.services.app_keys import AppKeys
from qb_plugin.services.company import ConnectedCompany
from qb_plugin.services.company_settings import first_settings
from qb_plugin.services.reference_lists import ReferenceListCache


class BrowserSignIn:
    """The steps of a sign-in: the consent page, the callback, and the first settings of a new company."""

    def __init__(
        self, *, host: Host, sentences: Sentences, app_keys: AppKeys, company: ConnectedCompany, lists: ReferenceListCache
    ) -> None:
        self._host, self._sentences = host, sentences
        self._app_keys, self._company, self._lists = app_keys, company, lists

    def begin(self, client_id: str, client_secret: str, environment: str) -> str:
        """Propose the app keys and return the address of the consent page; AnswerRejected when a key is missing."""
        self._app_keys.propose(client_id.strip(), client_secret.strip(), environment)
        _, app = self._app_keys.read_proposed()
        if not app.client_id or not app.secret:
            missing = Message("keys_missing")
            raise AnswerRejected(missing, {"client_id": missing})
        return self._company.open_proposed().sign_in.authorize_url()

    def finish(self, values: Mapping[str, str]) -> Connection:
        """Complete the sign-in with the query values of the callback, or with `url`, the address that a person pasted. Until
        QuickBooks has answered with it, connection and app keys stay as they were."""
        quickbooks = self._company.open_proposed()
        pasted = values.get("url")
        connection = quickbooks.finish_pasted(pasted) if pasted else quickbooks.finish(values)
        self._app_keys.accept_proposed()
        self.prepare(connection)
        return connection

    def prepare(self, connection: Connection) -> None:
        """Save first settings for a company that has none, and use its pace and its marks."""
        if self._company.settings(connection.realm) or self._save_first_settings(connection):
            self._company.save_settings(connection.realm, {"company_name": connection.company})
        self._host.marks.use(connection.realm)

    def _save_first_settings(self, connection: Connection) -> bool:
        """Whether QuickBooks' lists could be read for them; where not, the sign-in stands and the next one makes them."""
        try:
            lists = self._lists.read(connection, fresh=True, settings=True)
        except AddInError:
            return False
        self._company.save_settings(connection.realm, first_settings(self._host.ledger.methods(), lists))
        return True

    def receive_callback(self, values: Mapping[str, str]) -> CallbackAnswer:
        """Complete the sign-in with what arrived at the redirect address: `ok`, and the text for the browser's page."""
        try:
            connection = self.finish(values)
        except AddInError as failure:
            return {"ok": False, "text": self._sentences.text(failure.message)}
        connected = Message("connection_connected", {"company": connection.company, "environment": connection.environment})
        return {"ok": True, "text": self._sentences.text(connected)}

    def disconnect(self) -> None:
        """Revoke the access and delete the tokens; links and history stay."""
        self._company.open_quickbooks().sign_in.disconnect()
