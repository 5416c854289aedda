"""Shows a run in the host's task: rows, progress, notices, marks, and the summary at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from qb_plugin.errors import AddInError, CallCancelled, Fatal, RunInProgress
from qb_plugin.forms.descriptions import Level, RunSummary
from qb_plugin.forms.form_sessions import check_company
from qb_plugin.forms.history.summaries import Summaries, Summarize, no_summaries
from qb_plugin.forms.presentation import present_counts, present_result
from qb_plugin.forms.protocol import Task
from qb_plugin.forms.run_marks import SENT, RunMarks
from qb_plugin.forms.services import FormServices
from qb_plugin.model import PROGRAM, SETTLE, Message, RowResult, RunInfo
from qb_plugin.sync.reporting import Reporter
from qb_plugin.sync.run import RunProgress, Work, run_under_lease

COUNT_WORDS = {
    "done": "done",
    "changed": "changed",
    "needs_decision": "need a decision",
    "failed": "failed",
    "not_confirmed": "not confirmed",
    "skipped": "skipped",
    "not_tried": "not tried",
    "ready": "ready",
    "not_ready": "not ready",
}
ONE = {"1 need a decision": "1 needs a decision"}
WARNED = ("changed", "needs_decision", "failed", "not_confirmed", "not_ready")
SENDING = ("export-", "undo")  # what actions begin with that send to QuickBooks
AFTER_CANCEL = ("stopping",)
ALWAYS_TOLD = ("done", "failed")
AFTER_A_WAIT = frozenset(SENT)  # ends of rows of which QuickBooks, or this side, has been asked


@dataclass(frozen=True, slots=True)
class WatchWords:
    """Keys of what is said of a run that is in the way: while it goes on, when it ended, and when it stands still."""

    in_progress: str
    watched: str
    ended: str
    silent: str


#: By whether it is the background job that settles lost answers.
WATCHED = {
    False: WatchWords("run_in_progress", "run_watched", "run_watched_ended", "run_watched_silent"),
    True: WatchWords("settling_in_progress", "settling_watched", "settling_ended", "settling_silent"),
}
LOOK_EVERY = 1.0  # seconds between looks at another workstation's run


class Countdown:
    """Seconds left, reckoned anew every second at most: rows end more often than that."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._end = self._reckoned_at = float("-inf")

    def seconds(self, reckon: Callable[[], float]) -> int:
        """How many there are now."""
        now = self._monotonic()
        if now - self._reckoned_at >= LOOK_EVERY:
            self._reckoned_at, self._end = now, now + reckon()
        return max(0, round(self._end - now))


class RunTask:
    """One run as the host sees it."""

    def __init__(self, services: FormServices, task: Task) -> None:
        self._services, self._task = services, task
        self._marks: RunMarks | None = None  # a preview sets none
        self._noticed = False
        self._cut_short = False  # whether the run before was: it may have left out marks of what it did
        self._marked: bool | None = None  # whether the last marks were set, once that was tried
        self._sends, self._left = False, Countdown(services.run_ports.clock.monotonic)
        self.failure: AddInError | None = None  # why the run ended early, once it has
        self._processed = -1  # so that the first row gives the bar its length, before any has ended

    def run(
        self,
        action: str,
        ids: Sequence[str],
        work: Work,
        *,
        filters: Mapping[str, str] | None = None,
        summarize: Summarize = no_summaries,
        seen: str = "",
    ) -> RunSummary:
        """Carry out the work; every row ends with an outcome, whatever happens.

        For the history: `filters` are the form's fields by label, `summarize` gives what rows of QuickBooks show. Nothing is done
        where another company is connected than the one whose list the person saw (`seen`).
        """
        progress = RunProgress(tuple(ids))
        run = replace(self._services.new_run(action, len(ids)), filters=filters or {})
        self._marks = marks = RunMarks(self._services, run)
        self._sends = action.startswith(SENDING)
        failure: AddInError | None = None
        try:
            check_company(self._services, seen, run.realm)
            stop, ports = lambda: self._task.cancelled, self._services.run_ports
            with (
                self._services.notices.subscribed(partial(self._waits, progress)),
                self._services.calls_of_run(stop, lambda: self._task.hasty),
            ):
                self._cut_short = ports.leases.lapsed(run.realm) is not None
                listener = Reporter(
                    partial(self._report, progress), self._report_notice, partial(self._mark_the_last, marks, run.realm)
                )
                describe = Summaries(self._services.host.ledger, summarize).describe
                begin = partial(
                    run_under_lease, ports, run, work, progress=progress, listener=listener, stop=stop, describe=describe
                )
                self._begin_after_program(run.realm, begin)
        except RunInProgress as error:
            failure = self._watch(run, error)
        except CallCancelled:  # it was waiting to leave: nothing has failed
            failure = None
        except AddInError as error:
            failure = error
        except Exception as error:  # the host's own trouble, say its database: its text may hold client data, its name does not
            failure = Fatal(Message("host_trouble", details=type(error).__name__))
        for end in progress.finish_remaining(failure.message if failure else Message("cancelled_row")):
            self._show(progress, end)  # only when the run could not even begin, or the host raised: else it has ended its rows
        if self._marked is None:  # it never had the lease, or nobody could be told of its rows
            self._mark_the_last(marks, run.realm)
        trouble, self.failure = None if self._marked else Fatal(Message("marks_wait")), failure
        self._services.ledger_readings.forget()
        return self._summary(run.id, progress, failure or trouble)

    def _begin_after_program(self, realm: str, begin: Callable[[], None]) -> None:
        """Begin the run; one that goes on by itself gives way to it first. Raises RunInProgress while a person's goes on."""
        try:
            begin()
        except RunInProgress:
            if not self._program_gave_way(realm):
                raise
            begin()

    def _program_gave_way(self, realm: str) -> bool:
        """Whether what ran by itself has ended because a person waits for the lease; False at once when a person has it."""
        leases, asked = self._services.run_ports.leases, False
        while (lease := leases.current(realm)) and not self._task.cancelled:
            if not gives_way(lease.run) or self._services.user_name == PROGRAM:
                return False
            if not asked:
                leases.ask(realm)
                self._notice(Message("by_itself_gives_way"))
                asked = True
            self._services.run_ports.clock.sleep(LOOK_EVERY)
        return asked and not self._task.cancelled

    def _watch(self, run: RunInfo, refused: RunInProgress) -> AddInError:
        """Show the progress of another workstation's run until it has ended or the person cancels; nothing is sent meanwhile."""
        words, values = WATCHED[refused.message.key == "settling_in_progress"], refused.message.values
        try:
            for theirs in self._looks(run.realm):
                words, values = WATCHED[theirs.action == SETTLE], progress_of(theirs)
                self._notice(Message(words.watched, values))
                self._task.progress(theirs.done, theirs.total)
            if self._task.cancelled:
                return RunInProgress(Message(words.in_progress, values))
            silent = self._services.run_ports.leases.lapsed(run.realm)
        except AddInError as error:
            return error
        return RunInProgress(Message(words.silent if silent else words.ended, values))

    def _looks(self, realm: str) -> Iterator[RunInfo]:
        """The company's run each time it has got further, until there is none or the person cancels."""
        leases, seen = self._services.run_ports.leases, ("", -1)
        while not self._task.cancelled and (lease := leases.current(realm)) and lease.run:
            if seen != (lease.run.id, lease.run.done):
                seen = (lease.run.id, lease.run.done)
                yield lease.run
            self._services.run_ports.clock.sleep(LOOK_EVERY)

    def preview(
        self, ids: Sequence[str], plan: Callable[[], Iterator[RowResult]], told: Callable[[], Message] | None = None
    ) -> RunSummary:
        """Show what would become of each row: nothing is sent, marked or written to the history, and the lease is not taken.
        `told` says it of all rows together."""
        progress = RunProgress(tuple(ids))
        failure: AddInError | None = None
        try:
            for result in plan():
                if progress.take(result):
                    self._report(progress, result)
        except AddInError as error:
            failure = error
        for end in progress.finish_remaining(failure.message if failure else Message("cancelled_row")):
            self._report(progress, end)
        summary = self._summary("", progress, failure)
        return {**summary, "text": self._services.sentences.text(told())} if told and not failure else summary

    def _report(self, progress: RunProgress, result: RowResult) -> None:
        self._show(progress, result)
        if self._marks:
            self._marks.write_if_due()

    def _show_progress(self, progress: RunProgress) -> None:
        done, total = progress.processed, len(progress.ids)
        known = self._left.seconds(lambda: self._services.seconds_until_sent(total - done)) if self._sends else 0
        self._task.progress(done, total, known or None)

    def _report_notice(self, message: Message) -> None:
        self._notice(message)
        if self._marks:
            self._marks.write_if_due()

    def _show(self, progress: RunProgress, result: RowResult) -> None:
        if result.id not in progress:
            return
        self._task.row(present_result(self._services.sentences, result))
        if progress.processed != self._processed:
            self._processed = progress.processed
            self._show_progress(progress)
        if self._noticed and result.outcome in AFTER_A_WAIT:  # what was waited for is over
            self._noticed = False
            self._task.notice("")
        if self._marks:
            self._marks.add(result)

    def _waits(self, progress: RunProgress, message: Message) -> None:
        self._notice(message)
        self._show_progress(progress)

    def _notice(self, message: Message) -> None:
        if self._task.cancelled and message.key not in AFTER_CANCEL:
            return  # what it would have waited for is not waited for any more
        self._noticed = True
        self._task.notice(self._services.sentences.text(message))

    def _mark_the_last(self, marks: RunMarks, realm: str) -> None:
        """Set the marks that wait; where the host fails to, the settle job sets them when the host can be written to."""
        self._marked = not marks.write_last() and self._mark_the_earlier(realm)

    def _mark_the_earlier(self, realm: str) -> bool:
        """Set right what a run that was cut short left unmarked, as in a terminal no background job does; whether it could be."""
        try:
            if self._cut_short:
                self._services.repair_marks(realm)
        except Exception:  # the host's own trouble
            return False
        return True

    def _summary(self, run_id: str, progress: RunProgress, failure: AddInError | None) -> RunSummary:
        sentences = self._services.sentences
        counts = progress.counts()
        message = failure.message if failure else summary_message(counts, self._task.cancelled)
        level: Level = "error" if failure else "warning" if any(counts[name] for name in WARNED) else "info"
        return {"run": run_id, "counts": present_counts(counts), "text": sentences.text(message), "level": level}


def gives_way(run: RunInfo | None) -> bool:
    """Whether a run ends soon when a person asks for its lease: what goes on by itself, but for the settling of lost answers."""
    return run is not None and run.user == PROGRAM and run.action != SETTLE


def progress_of(run: RunInfo) -> Mapping[str, object]:
    """Who runs, since when, and how far it is."""
    return {"user": run.started_by, "time": f"{run.started.astimezone():%H:%M}", "done": run.done, "total": run.total}


def summary_message(counts: Mapping[str, int], cancelled: bool) -> Message:
    """The run's last sentence."""
    if cancelled:
        return Message("cancelled", {"n": counts["done"], "m": counts["not_tried"]})
    return Message("run_ended", {"tried": counts["tried"], "ends": counts_in_words(counts)})


def counts_in_words(counts: Mapping[str, int]) -> str:
    """`106 done (2 of them not applied), 12 failed, 3 need a decision`; zeros are left out, but for done and failed."""
    shown = ((word, counts.get(name, 0)) for name, word in COUNT_WORDS.items())
    told = {word: f"{number} {word}" for word, number in shown if number or word in ALWAYS_TOLD}
    told = {word: ONE.get(text, text) for word, text in told.items()}
    if counts.get("not_applied"):
        told["done"] += f" ({counts['not_applied']} of them not applied)"
    return ", ".join(told.values())
