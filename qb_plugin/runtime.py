"""Puts the add-in together: the only file that knows all its parts."""

from __future__ import annotations

import base64
import secrets
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from qb_plugin.errors import AddInError, AnswerRejected, NotConnected, ReconnectNeeded
from qb_plugin.forms.services import ReferenceLists
from qb_plugin.forms.settings import first_settings, pace_of
from qb_plugin.host import Host
from qb_plugin.messages import Sentences, load_sentences
from qb_plugin.model import Connection, ConnectionState, Entity, Message, RunInfo
from qb_plugin.quickbooks.auth.oauth import App
from qb_plugin.quickbooks.auth.sealing import NONCE_BYTES, SealBrokenError, seal, unseal
from qb_plugin.quickbooks.factory import QuickBooks, build_quickbooks
from qb_plugin.quickbooks.fault_messages import message_for
from qb_plugin.quickbooks.http.faults import numbers_of
from qb_plugin.quickbooks.limits import Limits
from qb_plugin.store.database import Store, open_store
from qb_plugin.store.leasing.heartbeat import HeartbeatLeases
from qb_plugin.support import support_parts
from qb_plugin.sync.context import SyncContext, Waits
from qb_plugin.sync.exporting.run_export import settle_open
from qb_plugin.sync.ports import Clock, Links
from qb_plugin.sync.run import RunPorts, RunProgress, run_under_lease

APP_SCOPE = ""  # settings that belong to no company: the app's keys
LISTS_LAST = 300.0
Listener = Callable[[Message], None]


class SystemClock:
    """This machine's clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class RandomIds:
    """Request ids nobody has used before."""

    def requestid(self) -> str:
        """32 hexadecimal digits."""
        return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Parts:
    """What tests replace: the clock, ids, waits, limits, and how QuickBooks is connected."""

    clock: Clock
    ids: RandomIds
    waits: Waits = field(default_factory=Waits)
    limits: Limits = field(default_factory=Limits)
    exclusive: bool = True
    connect: Callable[..., QuickBooks] = build_quickbooks


class Notices:
    """Where waits are told: to every run that listens now."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._lock = Lock()

    def publish(self, message: Message) -> None:
        """Tell everybody who listens; from any thread."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(message)

    @contextmanager
    def subscribed(self, listener: Listener) -> Iterator[None]:
        """Let a run listen while it lasts."""
        with self._lock:
            self._listeners.append(listener)
        try:
            yield
        finally:
            with self._lock:
                self._listeners.remove(listener)


class Runtime:
    """The running add-in: what forms call their office."""

    def __init__(self, host: Host, parts: Parts | None = None) -> None:
        self.host = host
        self.parts = parts or Parts(SystemClock(), RandomIds())
        self.sentences: Sentences = load_sentences()
        self.notices = Notices()
        self.store: Store = open_store(host.database_url, exclusive=self.parts.exclusive)
        self.links: Links = self.store.links
        self.run_ports = RunPorts(HeartbeatLeases(self.store.leases), self.store.runs, self.parts.clock)
        self.sign_in = BrowserSignIn(self)
        self._lock = Lock()
        self._quickbooks: tuple[str, App, QuickBooks] | None = None
        self._lists: tuple[str, float, ReferenceLists] | None = None
        self._mended = ""

    def connection(self) -> Connection:
        """The sign-in as a person sees it."""
        return self.store.tokens.connection()

    def context(self, signed_in: bool = True) -> SyncContext:
        """The ports of the connected company; without `signed_in` of one that has signed us out, too."""
        connection = self.connection()
        if connection.state is ConnectionState.NONE:
            raise NotConnected(Message("connection_none"))
        if signed_in and connection.state is ConnectionState.RECONNECT:
            raise ReconnectNeeded(Message("connection_reconnect", {"company": connection.company}))
        quickbooks = self.quickbooks()
        quickbooks.pace = pace_of(self.store.settings.get(connection.realm))
        return SyncContext(
            realm=connection.realm,
            firm_id=self.host.firm_id,
            quickbooks=quickbooks.adapter(),
            journal=self.store.journal,
            links=self.store.links,
            clock=self.parts.clock,
            ids=self.parts.ids,
            fault_message=message_for,
            waits=self.parts.waits,
        )

    def quickbooks(self) -> QuickBooks:
        """QuickBooks' side for the app's keys as they are now."""
        environment, app = self.environment(), self.app()
        with self._lock:
            if self._quickbooks is None or self._quickbooks[0] != environment or not same_app(self._quickbooks[1], app):
                self._quickbooks = (environment, app, self._connect(environment, app))
            return self._quickbooks[2]

    def _connect(self, environment: str, app: App) -> QuickBooks:
        return self.parts.connect(
            environment=environment,
            app=app,
            redirect_uri=self.host.redirect_uri,
            tokens=self.store.tokens,
            data_key=self.host.data_key,
            clock=self.parts.clock,
            publish=self.notices.publish,
            limits=self.parts.limits,
        )

    def environment(self) -> str:
        """production, sandbox or a simulator's address: as started, else as chosen when connecting."""
        return self.host.option("quickbooks") or str(self.store.settings.get(APP_SCOPE).get("environment") or "") or "sandbox"

    def app(self) -> App:
        """The app's keys: as kept when connecting, else as started."""
        kept = self.store.settings.get(APP_SCOPE)
        sealed = str(kept.get("client_secret") or "")
        client_id = str(kept.get("client_id") or "") or self.host.option("client_id") or ""
        return App(client_id, self._open_secret(sealed) or self.host.option("client_secret") or "")

    def keep_app(self, client_id: str, secret: str, environment: str) -> None:
        """Keep what was entered, the secret sealed; what was left empty stays as it was."""
        kept = dict(self.store.settings.get(APP_SCOPE))
        if client_id:
            kept["client_id"] = client_id
        if secret:
            sealed = seal(self.host.data_key(), APP_SCOPE, secret.encode(), secrets.token_bytes(NONCE_BYTES))
            kept["client_secret"] = base64.b64encode(sealed).decode()
        if environment:
            kept["environment"] = environment
        self.store.settings.put(APP_SCOPE, kept)

    def _open_secret(self, sealed: str) -> str:
        if not sealed:
            return ""
        try:
            return unseal(self.host.data_key(), APP_SCOPE, base64.b64decode(sealed)).decode()
        except SealBrokenError:
            return ""

    def lists(self, fresh: bool = False) -> ReferenceLists:
        """QuickBooks' lists, read again when they are older than some minutes."""
        context, now = self.context(), self.parts.clock.monotonic()
        kept = self._lists
        if not fresh and kept and kept[0] == context.realm and now - kept[1] < LISTS_LAST:
            return kept[2]
        quickbooks = context.quickbooks
        lists = ReferenceLists(quickbooks.customers(), quickbooks.accounts(), quickbooks.methods(), quickbooks.items())
        self._lists = (context.realm, now, lists)
        return lists

    def settings(self) -> Mapping[str, Any]:
        """The connected company's settings."""
        realm = self.connection().realm
        return self.store.settings.get(realm) if realm else {}

    def save_settings(self, values: Mapping[str, Any]) -> None:
        """Keep the connected company's settings."""
        self.store.settings.put(self.context().realm, values)

    def ready_settings(self) -> None:
        """Give a company that is connected for the first time its first settings."""
        if not self.settings():
            self.save_settings(first_settings(self.host.ledger.methods(), self.lists(fresh=True)))

    def new_run(self, action: str, total: int) -> RunInfo:
        """A run of the current user's, starting now."""
        clock, realm = self.parts.clock, self.connection().realm
        return RunInfo(uuid.uuid4().hex, realm, action, self.host.user.name, clock.now(), total)

    def settle_open(self) -> None:
        """Settle what a lost answer or a killed process left open; quietly, when nobody else is at work."""
        try:
            realm = self.connection().realm
            if realm and realm != self._mended:  # once a process and company: a killed one may have linked and not marked
                self.mend_marks()
                self._mended = realm
            if self.store.journal.open_intents(self.context().realm):
                self._settle()
        except AddInError:
            return

    def _settle(self) -> None:
        """A run of its own, so that its outcomes stand in the history and in the host's marks."""
        context = self.context()
        progress = RunProgress([str(intent.source) for intent in self.store.journal.open_intents(context.realm)])
        run = self.new_run("settle", len(progress.ids))
        deque(run_under_lease(self.run_ports, run, lambda leased: settle_open(context, leased), progress), maxlen=0)
        self.mend_marks()

    def mend_marks(self) -> None:
        """Set the host's marks by our own links, which are the truth (design section 3, Marks)."""
        realm = self.connection().realm
        marked = set(self.host.marks.marked("synchronized"))  # first: a run that goes on meanwhile links, then marks
        linked = {
            str(link.source) for entity in (Entity.PAYMENT, Entity.CREDIT_MEMO) for link in self.store.links.all_of(realm, entity)
        }
        changes = [{"ref": ref, "state": "synchronized"} for ref in sorted(linked - marked)]
        changes += [{"ref": ref, "state": ""} for ref in sorted(marked - linked)]
        if changes:
            self.host.marks.put(changes)

    def receive_callback(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Complete a sign-in with what arrived at the redirect address."""
        try:
            connection = self.sign_in.finish(values)
        except AddInError as failure:
            return {"ok": False, "text": self.sentences.text(failure.message)}
        said = Message("connection_connected", {"company": connection.company, "environment": connection.environment})
        return {"ok": True, "text": self.sentences.text(said)}

    def support_parts(self) -> Mapping[str, Any]:
        """What a support bundle shows of this add-in."""
        return support_parts(self.store, self.connection(), numbers_of)

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()


class BrowserSignIn:
    """Connecting through the browser."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def begin(self, client_id: str, client_secret: str, environment: str) -> str:
        """Keep the keys and give the address of the consent page."""
        self._runtime.keep_app(client_id.strip(), client_secret.strip(), environment)
        app = self._runtime.app()
        if not app.client_id or not app.secret:
            missing = Message("keys_missing")
            raise AnswerRejected(missing, {"client_id": missing})
        return self._runtime.quickbooks().sign_in.authorize_url()

    def finish(self, values: Mapping[str, str]) -> Connection:
        """Complete the sign-in and give a new company its first settings."""
        quickbooks = self._runtime.quickbooks()
        pasted = values.get("url")
        connection = quickbooks.finish_pasted(pasted) if pasted else quickbooks.finish(values)
        self._runtime.ready_settings()
        return replace(connection)

    def disconnect(self) -> None:
        """Take the access back and forget the tokens; links and history stay."""
        self._runtime.quickbooks().sign_in.disconnect()


def same_app(one: App, other: App) -> bool:
    """Whether these are the same keys."""
    return (one.client_id, one.secret) == (other.client_id, other.secret)
