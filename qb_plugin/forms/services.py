"""What every form works with; the composition root builds it, a test may build another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from qb_plugin.host import Host
from qb_plugin.messages import Sentences
from qb_plugin.model import Connection, Customer, ListEntry, Message, RunInfo
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.ports import Links
from qb_plugin.sync.run import RunPorts


@dataclass(frozen=True, slots=True)
class ReferenceLists:
    """QuickBooks' lists a person picks from, read a few minutes ago at most."""

    customers: Sequence[Customer] = ()
    accounts: Sequence[ListEntry] = ()
    methods: Sequence[ListEntry] = ()
    items: Sequence[ListEntry] = ()


class SignIn(Protocol):
    """Connecting to a company and letting go of it."""

    def begin(self, client_id: str, client_secret: str, environment: str) -> str:
        """The address of the consent page; AnswerRejected when client id or secret is missing."""
        ...

    def finish(self, values: Mapping[str, str]) -> Connection:
        """Complete with the query values of the callback (or of the pasted address)."""
        ...

    def disconnect(self) -> None: ...


class NoticeSource(Protocol):
    """Where waits are told: a throttle, a connection that does not come about."""

    def subscribed(self, listener: Callable[[Message], None]) -> AbstractContextManager[None]:
        """Let a run listen while it lasts; called from any thread."""
        ...


class FormServices(Protocol):
    """The parts of the add-in, as forms see them."""

    @property
    def host(self) -> Host: ...
    @property
    def sentences(self) -> Sentences: ...
    @property
    def sign_in(self) -> SignIn: ...
    @property
    def links(self) -> Links: ...
    @property
    def run_ports(self) -> RunPorts: ...
    @property
    def notices(self) -> NoticeSource: ...
    def connection(self) -> Connection: ...
    def context(self, signed_in: bool = True) -> SyncContext:
        """The ports of the connected company; NotConnected, or ReconnectNeeded unless `signed_in` does not matter."""
        ...

    def lists(self, fresh: bool = False) -> ReferenceLists:
        """QuickBooks' lists, cached for some minutes; Fatal when they cannot be read."""
        ...

    def settings(self) -> Mapping[str, Any]: ...
    def save_settings(self, values: Mapping[str, object]) -> None: ...
    def new_run(self, action: str, total: int) -> RunInfo: ...
