"""Wiring: the only file that knows every part of the add-in. What the parts do stands in `services/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial

from qb_plugin.host import Host, User
from qb_plugin.messages import CORRECTING, load_sentences
from qb_plugin.model import Connection, Message, Reach, ReferenceLists, RunInfo
from qb_plugin.quickbooks.http.call_scope import calls_of_run
from qb_plugin.quickbooks.http.faults import numbers_of
from qb_plugin.services.app_keys import AppKeys
from qb_plugin.services.browser_sign_in import BrowserSignIn
from qb_plugin.services.company import ConnectedCompany
from qb_plugin.services.mark_queue import MarkQueue
from qb_plugin.services.notices import Notices
from qb_plugin.services.parts import Parts, open_or_refuse
from qb_plugin.services.reference_lists import ReferenceListCache
from qb_plugin.services.review.change_check import ChangeCheck
from qb_plugin.services.review.history_pruning import PruneHistory
from qb_plugin.services.review.ledger_readings import LedgerReadings
from qb_plugin.services.said_waits import SaidWaits
from qb_plugin.services.settle_job import SettleJob
from qb_plugin.services.status.acting_user import ActingUser, as_program
from qb_plugin.services.status.reachability import Reachability
from qb_plugin.store.leasing.heartbeat import HeartbeatLeases
from qb_plugin.support import SupportParts, support_parts
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.ports import History, Leases, Links, Notes
from qb_plugin.sync.run import RunPorts


class Runtime:
    """The running add-in: its services, and the forms' view of them (`forms.services.FormServices`)."""

    def __init__(self, host: Host, parts: Parts | None = None) -> None:
        self.host = host
        self.parts = parts or Parts()
        self.sentences = load_sentences(host.program, frozenset() if "update" in host.ledger.can else CORRECTING)
        self.notices = Notices()
        self.mark_queue = MarkQueue(host.marks)
        self.store = open_or_refuse(self.parts, host.database_url, self.sentences)
        self.links: Links = self.store.links
        self.history: History = self.store.history
        self.notes: Notes = self.store.notes
        self.turns: Leases = HeartbeatLeases(self.store.turns)
        self.run_ports = RunPorts(HeartbeatLeases(self.store.leases), self.store.runs, self.parts.clock)
        app_keys = AppKeys(host, self.store.settings)
        self.app_keys = app_keys
        self.ledger = self.store.open_ledger(self.parts.stand_in_clock)
        self.acting_user = ActingUser(host)
        self.waits = SaidWaits(self.notices, host, self.sentences)
        self.company = ConnectedCompany(
            host=host,
            user=self.acting_user,
            parts=self.parts,
            store=self.store,
            app_keys=app_keys,
            ledger=self.ledger,
            publish=self._publish,
        )
        self.reachability = Reachability(self.context, self.parts.clock)
        self.reference_lists = ReferenceListCache(self.context, self.parts.clock)
        self.ledger_readings = LedgerReadings(
            host=host, clock=self.parts.clock, open_context=self.context, lists=self.lists, settings=self.settings
        )
        self.change_check = ChangeCheck(host, self.store.settings, self.context)
        self.sign_in = BrowserSignIn(
            host=host, sentences=self.sentences, app_keys=app_keys, company=self.company, lists=self.reference_lists
        )
        self.prune_history = PruneHistory(self.company, self.store.prunings, self.parts.clock)
        self.settle_job = SettleJob(
            company=self.company,
            open_context=self.context,
            run_ports=self.run_ports,
            marks=host.marks,
            waiting=self.mark_queue,
            links=self.links,
        )

    def _publish(self, message: Message) -> None:
        self.reachability.hear(message)
        self.waits.publish(message)

    def reach(self) -> Reach:
        """See Reachability.now."""
        return self.reachability.now()

    def repair_marks(self, realm: str) -> None:
        """See SettleJob.repair."""
        self.settle_job.repair(realm)

    def repair_after_cut_short(self, realm: str) -> None:
        """See SettleJob.repair_after_cut_short."""
        self.settle_job.repair_after_cut_short(realm)

    def look_at_quickbooks(self) -> None:
        """The background job of the light: see Reachability.look."""
        self.reachability.look(self.connection())

    def connection(self) -> Connection:
        """See ConnectedCompany.connection."""
        return self.company.connection()

    def context(self, connection: Connection, signed_in: bool = True) -> SyncContext:
        """See ConnectedCompany.context."""
        return self.company.context(connection, signed_in)

    def record_page(self, connection: Connection, entity: str, identity: str) -> str:
        """See ConnectedCompany.record_page."""
        return self.company.record_page(connection, entity, identity)

    def lists(
        self, connection: Connection, fresh: bool = False, settings: bool = False, people: bool = False, *, tax_codes: bool = False
    ) -> ReferenceLists:
        """See ReferenceListCache.read; the light hears how it went."""
        with self.reachability.hearing(asked=fresh):
            return self.reference_lists.read(connection, fresh, settings, people, tax_codes=tax_codes)

    def settings(self, realm: str) -> Mapping[str, object]:
        """See ConnectedCompany.settings."""
        return self.company.settings(realm)

    def company_name(self, realm: str) -> str:
        """See ConnectedCompany.company_name."""
        return self.company.company_name(realm)

    def save_settings(self, realm: str, values: Mapping[str, object]) -> None:
        """See ConnectedCompany.save_settings."""
        self.company.save_settings(realm, values)

    def use_saved_pace(self, realm: str) -> None:
        """See ConnectedCompany.use_saved_pace."""
        self.company.use_saved_pace(realm)

    def calls_of_run(self, stop: Callable[[], bool], hasty: Callable[[], bool]) -> AbstractContextManager[None]:
        """While it lasts, this thread calls QuickBooks for a run: forms go first, `stop` calls back what waits, and `hasty` gives
        up what is on its way."""
        return calls_of_run(stop, hasty)

    def seconds_until_sent(self, rows: int) -> float:
        """See ConnectedCompany.seconds_until_sent."""
        return self.company.seconds_until_sent(rows)

    def new_run(self, action: str, total: int) -> RunInfo:
        """See ConnectedCompany.new_run."""
        return self.company.new_run(action, total)

    @property
    def user_name(self) -> str:
        """The name of who acts."""
        return self.acting_user.name

    def may(self, right: str) -> bool:
        """Whether who acts has this right."""
        return self.acting_user.may(right)

    def as_program(self, call: Callable[[], None]) -> Callable[[], None]:
        """The background job, done as the program: in the history it stands where a person would."""
        return partial(as_program, self.acting_user, call)

    def acting(self, user: User) -> AbstractContextManager[None]:
        """See ActingUser.acting."""
        return self.acting_user.acting(user)

    def support_parts(self) -> SupportParts:
        """What a support bundle shows of the add-in."""
        return support_parts(self.store, self.connection(), numbers_of)

    def close(self) -> None:
        """Close the database connections; the ledger's first, so that it is never the last to leave a SQLite file."""
        self.company.close()
        self.ledger.close()
        self.store.close()
