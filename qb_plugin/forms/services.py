"""The services that forms call, as Protocols; `runtime.py` fulfils them, and a test may do so with parts of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from qb_plugin.errors import AddInError
from qb_plugin.host import Host, MarkChange, User
from qb_plugin.messages import Sentences
from qb_plugin.model import Connection, Message, Reach, ReferenceLists, RunInfo
from qb_plugin.sync.changes.pairs import ChangedPair
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.ports import History, Leases, Links, Notes
from qb_plugin.sync.reconcile.items import Ledgers, Period
from qb_plugin.sync.run import RunPorts


class SignIn(Protocol):
    """Connecting to a company, and disconnecting."""

    def begin(self, client_id: str, client_secret: str, environment: str) -> str:
        """The address of the consent page; AnswerRejected when client id or secret is missing."""
        ...

    def finish(self, values: Mapping[str, str]) -> Connection:
        """Complete with the query values of the callback, or with `url`, the address that a person pasted."""
        ...

    def disconnect(self) -> None: ...


class NoticeSource(Protocol):
    """Notices of waits: a throttle, a connection that is not established."""

    def subscribed(self, listener: Callable[[Message], None]) -> AbstractContextManager[None]:
        """Subscribe the listener for the length of the block; it is called from any thread."""
        ...


class MarkQueue(Protocol):
    """Marks that the host has not taken yet, of this process."""

    def __len__(self) -> int: ...
    def add(self, change: MarkChange) -> None: ...
    def write(self) -> None:
        """Set them in the host, and raise what it raises; those it has not taken go on waiting."""
        ...


class LedgerReadings(Protocol):
    """Readings of both ledgers for Reconcile, kept for a short while."""

    def read(self, connection: Connection, period: Period, fresh: bool = False) -> Ledgers:
        """Both ledgers of a period; raises what reading QuickBooks raises."""
        ...

    def forget(self) -> None: ...


class ChangeCheck(Protocol):
    """The check for linked pairs that are not the same any more."""

    def check(self, connection: Connection) -> Sequence[ChangedPair]:
        """The pairs to settle; raises what reading QuickBooks raises."""
        ...


class FormServices(Protocol):
    """The parts of the add-in, as forms see them.

    `connection()` is a query. A form's call asks it once and passes the answer on to whatever needs the company.
    """

    @property
    def host(self) -> Host: ...
    @property
    def sentences(self) -> Sentences: ...
    @property
    def sign_in(self) -> SignIn: ...
    @property
    def links(self) -> Links: ...
    @property
    def history(self) -> History: ...
    @property
    def notes(self) -> Notes: ...
    @property
    def turns(self) -> Leases:
        """Whose turn it is to do what is due by itself: one process of a company's at a time."""
        ...

    @property
    def ledger_readings(self) -> LedgerReadings: ...
    @property
    def change_check(self) -> ChangeCheck: ...
    @property
    def run_ports(self) -> RunPorts: ...
    @property
    def notices(self) -> NoticeSource: ...
    @property
    def mark_queue(self) -> MarkQueue: ...
    def connection(self) -> Connection: ...
    def context(self, connection: Connection, signed_in: bool = True) -> SyncContext:
        """The ports of this company; NotConnected, or with `signed_in` ReconnectNeeded, when it cannot be called."""
        ...

    def record_page(self, connection: Connection, entity: str, identity: str) -> str:
        """The address of a record's page in QuickBooks; NotConnected without a company."""
        ...

    def reach(self) -> Reach:
        """Whether QuickBooks answers, waits included; nothing is called for it."""
        ...

    def lists(
        self, connection: Connection, fresh: bool = False, settings: bool = False, people: bool = False, *, tax_codes: bool = False
    ) -> ReferenceLists:
        """QuickBooks' lists, cached for some minutes: those that rows need, or those of the Settings form; with `people` its
        vendors and employees, too; with `tax_codes` those are read anew, whatever their age.
        Raises like `context`, or what reading QuickBooks raises."""
        ...

    def settings(self, realm: str) -> Mapping[str, object]:
        """The settings of a company; empty without one."""
        ...

    def company_name(self, realm: str) -> str:
        """The name of a company that was connected once; its realm when it is not known."""
        ...

    def save_settings(self, realm: str, values: Mapping[str, object]) -> None: ...
    def use_saved_pace(self, realm: str) -> None:
        """Take over the pace of the settings, which another workstation may have changed; a run does so when it begins."""
        ...

    def calls_of_run(self, stop: Callable[[], bool], hasty: Callable[[], bool]) -> AbstractContextManager[None]:
        """While it lasts, this thread calls QuickBooks for a run; a call that waits is called back when `stop` says so, one that
        is on its way given up when `hasty` does."""
        ...

    def seconds_until_sent(self, rows: int) -> float:
        """Seconds until the last of so many rows more may leave at QuickBooks' pace, as far as that is known."""
        ...

    def repair_marks(self, realm: str) -> None:
        """Set the host's marks of a company right by its links, as after a process that was killed. Raises what the host raises."""
        ...

    def repair_after_cut_short(self, realm: str) -> None:
        """The same, once after each run whose process was killed: what it did is linked, and may not be marked yet."""
        ...

    def new_run(self, action: str, total: int) -> RunInfo: ...
    @property
    def user_name(self) -> str:
        """The name of who acts, for the history."""
        ...

    def may(self, right: str) -> bool:
        """Whether who acts has this right."""
        ...

    def acting(self, user: User) -> AbstractContextManager[None]:
        """While it lasts, what this thread does is this user's: the history names them."""
        ...


def read_lists_with_people(services: FormServices, connection: Connection, fresh: bool = False) -> ReferenceLists:
    """QuickBooks' lists with its vendors and employees; without these where a company does not let them be read: QuickBooks itself
    still refuses a name that one of them has. Raises like `FormServices.lists`."""
    try:
        return services.lists(connection, fresh, people=True)
    except AddInError:
        return services.lists(connection, fresh)


def read_lists_or_empty(services: FormServices, connection: Connection) -> ReferenceLists:
    """QuickBooks' lists, or empty ones while it cannot be reached: rows and options are shown all the same."""
    try:
        return services.lists(connection)
    except AddInError:
        return ReferenceLists()


def use_dates(services: FormServices) -> None:
    """Write dates in sentences as the host does now."""
    services.sentences.write_dates_as(services.host.dates)
