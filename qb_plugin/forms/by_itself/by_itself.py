"""What runs by itself: every minute a look at the timetable; what is due is done once, by one process, as the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from qb_plugin.errors import AddInError, CallCancelled, Fatal, NotConnected, ReconnectNeeded, RunInProgress
from qb_plugin.forms.by_itself.comparing import check_by_itself, reconcile_by_itself
from qb_plugin.forms.by_itself.fields import LABELS
from qb_plugin.forms.by_itself.finding import Finding, JobWork
from qb_plugin.forms.by_itself.importing import import_by_itself
from qb_plugin.forms.by_itself.job_task import JobTask
from qb_plugin.forms.by_itself.saved import found_values, read_state, read_timetable, seen_name, state_values
from qb_plugin.forms.services import FormServices
from qb_plugin.model import Connection, ConnectionState, JobNote, Message
from qb_plugin.sync.scheduling.timetable import Job

TROUBLE = "trouble"
WORK: Mapping[Job, JobWork] = {
    Job.IMPORT: import_by_itself,
    Job.CHANGES: check_by_itself,
    Job.RECONCILE: reconcile_by_itself,
}


@dataclass(frozen=True, slots=True)
class Begun:
    """A job at work: when it began, and the slot that it does; None for one that a person began."""

    job: Job
    at: datetime
    slot: datetime | None = None


class ByItself:
    """The jobs of the connected company. `zone` is whose times of day the timetable means: without one, this machine's."""

    def __init__(self, services: FormServices, zone: tzinfo | None = None) -> None:
        self._services, self._zone = services, zone

    def run(self) -> None:
        """The background job: do what is due. A database that is away is left to the next minute."""
        try:
            self._run(self._services.connection())
        except AddInError:
            return

    def _run(self, connection: Connection) -> None:
        due = self._due(connection.realm)
        if not due:
            return
        if connection.state is not ConnectionState.CONNECTED:
            self._leave_trouble(connection.realm, Message("by_itself_signed_out", {"company": connection.company}))
            return
        with self._turn(connection.realm) as is_ours:
            # Read again: another process may have done it while this one waited for its turn.
            for job in self._due(connection.realm) if is_ours else ():
                self._carry_out(connection, Begun(job, self._now(), self._slot(connection.realm, job)))

    def run_now(self, job: Job) -> Finding:
        """Do a job at a person's press, whatever the timetable says. Raises what stopped it; RunInProgress while others run."""
        connection = self._services.connection()
        if connection.state is not ConnectionState.CONNECTED:
            self._services.context(connection)  # raises, with the sentence that says what to do
            raise NotConnected(Message("connection_none"))
        with self._turn(connection.realm) as is_ours:
            if not is_ours:
                raise RunInProgress(Message("by_itself_at_work"))
            begun = Begun(job, self._now())
            found = self._do(connection, begun)
            if found.failure:
                raise found.failure
            self._keep(connection.realm, begun, found)
            return found

    @contextmanager
    def _turn(self, realm: str) -> Iterator[bool]:
        """Whether it is this process's turn, while the block lasts."""
        turns = self._services.turns
        try:
            lease = turns.take(realm, self._services.new_run("by-itself", 0))
        except RunInProgress:
            yield False
            return
        try:
            yield True
        finally:
            turns.release(lease)

    def _due(self, realm: str) -> list[Job]:
        return [job for job in Job if self._slot(realm, job)] if realm else []

    def _slot(self, realm: str, job: Job) -> datetime | None:
        settings = self._services.settings(realm)
        return read_timetable(settings).due_slot(job, read_state(settings, job), self._now(), self._zone)

    def _now(self) -> datetime:
        return self._services.run_ports.clock.now()

    def _carry_out(self, connection: Connection, begun: Begun) -> None:
        """Do one job that is due. What puts it off leaves it due; what fails is said, and tried again later."""
        try:
            found = self._do(connection, begun)
        except (RunInProgress, CallCancelled):
            return  # a person's run goes first
        except AddInError as failure:
            self._fail(connection, begun, failure)
            return
        except Exception as problem:  # the host's own trouble: its text may hold client data, its name does not
            self._fail(connection, begun, Fatal(Message("host_trouble", details=type(problem).__name__)))
            return
        self._keep(connection.realm, begun, found)
        if found.failure and not isinstance(found.failure, RunInProgress):
            self._fail(connection, begun, found.failure)

    def _do(self, connection: Connection, begun: Begun) -> Finding:
        task = JobTask(self._services, connection.realm, begun.job.value, self._over(connection.realm, begun))
        if task.cancelled:
            raise CallCancelled(Message("cancelled_row"))
        state = read_state(self._services.settings(connection.realm), begun.job)
        return WORK[begun.job](self._services, task, state)

    def _over(self, realm: str, begun: Begun) -> Callable[[], bool]:
        """Whether a job must end: another company is connected, or, unless a person began it, quiet hours have begun."""
        quiet = read_timetable(self._services.settings(realm))
        return lambda: (
            self._services.connection().realm != realm or (begun.slot is not None and quiet.is_quiet(self._now(), self._zone))
        )

    def _keep(self, realm: str, begun: Begun, found: Finding) -> None:
        """Write down what was found, and leave a note where that is news. What was left unfinished stays due."""
        settings, now = self._services.settings(realm), self._now()
        values = found_values(begun.job, now, found.lines)
        if not found.unfinished:
            state = read_state(settings, begun.job)
            values |= state_values(begun.job, replace(state, slot=begun.slot or state.slot, tried=None))
            values[seen_name(TROUBLE)] = ""
            self._services.notes.withdraw(realm, TROUBLE)
        told = settings.get(seen_name(begun.job)) == found.seen
        values[seen_name(begun.job)] = found.seen
        if found.news or (found.seen and not told):
            self._services.notes.leave(
                JobNote(
                    realm=realm,
                    topic=begun.job.value,
                    at=now,
                    lines=found.lines,
                    warns=found.warns,
                    opens=found.opens,
                    replaces=not found.news,
                )
            )
        elif not found.seen:
            self._withdraw(realm, begun.job)
        self._services.save_settings(realm, values)

    def _withdraw(self, realm: str, job: Job) -> None:
        """What a note said of a state is not true any more; what came in stays said until somebody has read it."""
        if job is not Job.IMPORT:
            self._services.notes.withdraw(realm, job.value)

    def _fail(self, connection: Connection, begun: Begun, failure: AddInError) -> None:
        """Say why a job did not end, once; a sign-out is not tried again before somebody has connected."""
        signed_out = isinstance(failure, ReconnectNeeded | NotConnected)
        if not signed_out or self._services.connection().state is ConnectionState.CONNECTED:
            state = read_state(self._services.settings(connection.realm), begun.job)
            self._services.save_settings(connection.realm, state_values(begun.job, replace(state, tried=self._now())))
        if signed_out:
            self._leave_trouble(connection.realm, Message("by_itself_signed_out", {"company": connection.company}))
            return
        self._leave_trouble(connection.realm, Message("by_itself_failed", {"what": LABELS[begun.job], "reason": failure.message}))

    def _leave_trouble(self, realm: str, message: Message) -> None:
        name = seen_name(TROUBLE)
        about = f"{message.key} {message.values.get('what', '')}"
        if self._services.settings(realm).get(name) == about:
            return
        self._services.notes.leave(JobNote(realm=realm, topic=TROUBLE, at=self._now(), lines=(message,), warns=True))
        self._services.save_settings(realm, {name: about})
