"""The connected company: its sign-in, its settings, and the ports of a run."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from threading import Lock

from qb_plugin.errors import NotConnected, ReconnectNeeded
from qb_plugin.host import Host, PaymentLedger
from qb_plugin.model import Connection, ConnectionState, Message, RunInfo
from qb_plugin.quickbooks.auth.oauth import App
from qb_plugin.quickbooks.factory import QuickBooks
from qb_plugin.quickbooks.fault_messages import message_for
from qb_plugin.quickbooks.http.call_ledger import CallLedger
from qb_plugin.services.app_keys import AppKeys, is_same_app
from qb_plugin.services.company_settings import pace_of
from qb_plugin.services.parts import Parts
from qb_plugin.services.status.acting_user import ActingUser
from qb_plugin.store.database import Store
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.exporting.drafting.mapped_names import SAVED
from qb_plugin.sync.sources import read_sources


class ConnectedCompany:
    """The company that is connected, or that was until QuickBooks signed the firm out.

    Several processes share the database, so the connection and the settings are read there each time they are asked for;
    callers read the connection once and pass it on.
    """

    def __init__(
        self,
        *,
        host: Host,
        user: ActingUser,
        parts: Parts,
        store: Store,
        app_keys: AppKeys,
        ledger: CallLedger,
        publish: Callable[[Message], None],
    ) -> None:
        self._host, self._user, self._parts, self._store, self._ledger = host, user, parts, store, ledger
        self._app_keys, self._publish = app_keys, publish
        self._firm_id = host.firm_id  # never changes; a host may keep it in its database, so it is asked for once
        self._process = secrets.token_hex(4)
        self._lock = Lock()
        self._opened: tuple[str, App, QuickBooks] | None = None

    @cached_property
    def _records(self) -> PaymentLedger:
        """The ledger to read records from, whatever this add-in's marks on them are."""
        return self._host.ledger

    def connection(self) -> Connection:
        """The sign-in as a person sees it, read from the database."""
        return self._store.tokens.connection()

    def context(self, connection: Connection, signed_in: bool = True) -> SyncContext:
        """The ports of this company; NotConnected without one, ReconnectNeeded when QuickBooks has signed the firm out.

        `signed_in=False` gives the ports after a sign-out as well: journal and links can be read without QuickBooks.
        """
        if connection.state is ConnectionState.NONE:
            raise NotConnected(Message("connection_none"))
        if signed_in and connection.state is ConnectionState.RECONNECT:
            raise ReconnectNeeded(Message("connection_reconnect", {"company": connection.company}))
        return SyncContext(
            realm=connection.realm,
            firm_id=self._firm_id,
            quickbooks=self.open_quickbooks().open_company(connection),
            journal=self._store.journal,
            links=self._store.links,
            clock=self._parts.clock,
            ids=self._parts.ids,
            fault_message=message_for,
            waits=self._parts.waits_in_doubt,
            read_records=partial(read_sources, self._records),
            mapped_names=partial(self.mapped_names, connection.realm),
        )

    def record_page(self, connection: Connection, entity: str, identity: str) -> str:
        """The address of a record's page in QuickBooks, for a browser; NotConnected without a company."""
        if connection.state is ConnectionState.NONE:
            raise NotConnected(Message("connection_none"))
        return self.open_quickbooks().environment.record_page(connection.realm, entity, identity)

    def open_quickbooks(self) -> QuickBooks:
        """The QuickBooks side for the current app keys: the one that is open, or a new one at the saved pace."""
        environment, app = self._app_keys.read()
        with self._lock:
            if self._opened and self._opened[0] == environment and is_same_app(self._opened[1], app):
                return self._opened[2]
            quickbooks = self._open(environment, app)
            self._opened = (environment, app, quickbooks)
        self.use_saved_pace(self.connection().realm)
        return quickbooks

    def seconds_until_sent(self, rows: int) -> float:
        """Seconds until the last of so many rows more may leave at QuickBooks' pace; 0 before QuickBooks was opened."""
        return self._opened[2].seconds_until_sent(rows) if self._opened else 0.0

    def close(self) -> None:
        """Call QuickBooks no more; the other processes of the firm need not wait until this one has not been seen for a while."""
        if self._opened:
            self._opened[2].close()

    def open_proposed(self) -> QuickBooks:
        """The QuickBooks side for the app keys of a sign-in that goes on: the one that is open when they are the same."""
        environment, app = self._app_keys.read_proposed()
        with self._lock:
            if self._opened and self._opened[0] == environment and is_same_app(self._opened[1], app):
                return self._opened[2]
        return self._open(environment, app)

    def _open(self, environment: str, app: App) -> QuickBooks:
        return self._parts.connect(
            environment=environment,
            app=app,
            redirect_uri=self._host.redirect_uri,
            tokens=self._store.tokens,
            data_key=self._host.data_key,
            clock=self._parts.clock,
            publish=self._publish,
            limits=self._parts.limits,
            ledger=self._ledger,
            process=self._process,
        )

    def settings(self, realm: str) -> Mapping[str, object]:
        """A company's settings by name; empty before it was connected for the first time, and without a company."""
        return self._store.settings.get(realm) if realm else {}

    def mapped_names(self, realm: str) -> Mapping[str, str]:
        """What the company's settings call the accounts, methods and the like that they choose."""
        found = self.settings(realm).get(SAVED)
        return {str(key): str(name) for key, name in found.items()} if isinstance(found, Mapping) else {}

    def company_name(self, realm: str) -> str:
        """The name of a company that was connected once; its realm when it is not known."""
        return str(self._store.settings.get(realm).get("company_name") or realm)

    def save_settings(self, realm: str, values: Mapping[str, object]) -> None:
        """Save a company's settings and use their pace from the next call on; what is not named stays."""
        self._store.settings.put(realm, values)
        self.use_saved_pace(realm)

    def use_saved_pace(self, realm: str) -> None:
        """Call QuickBooks at the pace of the company's settings from now on.

        Runs call this, too: another workstation may have saved a different pace since.
        """
        opened = self._opened
        if opened:
            opened[2].pace = pace_of(self.settings(realm))

    def new_run(self, action: str, total: int) -> RunInfo:
        """A run of the acting user that starts now; not written to the history yet."""
        connection = self.connection()
        return RunInfo(
            id=uuid.uuid4().hex,
            realm=connection.realm,
            company=connection.company,
            action=action,
            user=self._user.name,
            started=self._parts.clock.now(),
            total=total,
        )
