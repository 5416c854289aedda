"""The workspace: practice data, add-ins, tasks and the feed of one host, the same for the pages and the terminal."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.background_jobs import JobRunner
from hostsim.addins.form_protocol import Form
from hostsim.addins.host_services import Callbacks, Options, Services
from hostsim.addins.loader import AddIn, Source, load_all, load_builtin, stop_all, unique
from hostsim.addins.manifest import Manifest
from hostsim.addins.offered_actions import OfferedActions
from hostsim.addins.record_sections import Section, SectionReader
from hostsim.addins.registrars import ContextAction, Job, MenuEntry
from hostsim.addins.user_at_work import choose_user
from hostsim.addins.wait_notices import WaitNotices
from hostsim.builtin.addin import BuiltinAddIn
from hostsim.event_feed import Feed
from hostsim.exception_log import ExceptionLog
from hostsim.grid_snapshots import Snapshots
from hostsim.practice.database import Practice
from hostsim.tasks import Tasks


def new_id() -> str:
    """An id that cannot be guessed."""
    return secrets.token_urlsafe(12)


@dataclass(slots=True)
class Workspace:
    """One firm's host while it runs."""

    practice: Practice
    user: ActingUser
    options: Options
    addins: list[AddIn]
    builtin: AddIn
    callbacks: Callbacks
    feed: Feed
    tasks: Tasks
    snapshots: Snapshots
    wait_notices: WaitNotices
    offered_actions: OfferedActions = field(default_factory=OfferedActions)
    exceptions: ExceptionLog = field(default_factory=ExceptionLog)
    runner: JobRunner | None = field(default=None)

    @property
    def all_addins(self) -> list[AddIn]:
        """The host's own first, then the others."""
        return [self.builtin, *self.addins]

    @property
    def failures(self) -> list[AddIn]:
        """Add-ins that could not be loaded."""
        return [each for each in self.all_addins if each.failure]

    def form(self, id: str) -> Form | None:
        """The form of this id."""
        return next((each.forms.forms[id] for each in self.all_addins if id in each.forms.forms), None)

    def owner(self, form: str) -> str:
        """Name of the add-in whose form it is."""
        return next((each.name for each in self.all_addins if form in each.forms.forms), "WorkSpace")

    def menu(self) -> list[MenuEntry]:
        """Every menu entry; the host's own stand below the add-ins'."""
        return [entry for each in (*self.addins, self.builtin) for entry in each.menu.entries]

    def actions(self, grid: str) -> list[ContextAction]:
        """The context-menu entries of this grid."""
        return [action for each in self.all_addins for action in each.actions.actions if action.grid == grid]

    def addin_sections(self, ref: str) -> list[Section]:
        """What the add-ins tell of a record; of one that raises, that it could not be read."""
        kind = ref.partition(":")[0]
        readers = [(each, each.sections.readers[kind]) for each in self.addins if kind in each.sections.readers]
        return [section for addin, read in readers for section in self._read_sections(addin, read, ref)]

    def _read_sections(self, addin: AddIn, read: SectionReader, ref: str) -> Sequence[Section]:
        try:
            return read(ref, user=self.user)
        except Exception as problem:  # an add-in may raise anything
            self.exceptions.add("record", problem)
            said = f"{addin.name} stopped with an error: {type(problem).__name__}. What it knows of this record could not be read."
            return [{"title": addin.manifest.label if addin.manifest else addin.name, "facts": [], "problem": said}]

    def jobs(self) -> list[Job]:
        """Every background job."""
        return [job for each in self.all_addins for job in each.jobs.jobs]

    def may(self, right: str) -> bool:
        """Whether the user has this right."""
        return right in self.user.rights

    def right_to_open(self, form: str) -> str:
        """The right that opens the form: of the entries that lead to it the first that the user may follow, else the first."""
        entries = [entry.right for entry in self.menu() if entry.form == form]
        entries += [action.right for each in self.all_addins for action in each.actions.actions if action.form == form]
        return next(filter(self.may, entries), next(iter(entries), "view"))

    def start_jobs(self) -> None:
        """Start the background jobs (the pages do; the terminal does not)."""
        self.runner = JobRunner(self.jobs())
        self.runner.start()

    def close(self) -> None:
        """Stop the jobs and the add-ins, and close the practice."""
        self.feed.interrupt()
        if self.runner:
            self.runner.stop()
        stop_all(self.addins)
        self.practice.close()


def open_workspace(
    practice: Practice,
    sources: Iterable[Source],
    options: Options,
    key: Callable[[str], bytes],
    *,
    user: ActingUser | None = None,
    clock: Callable[[], date] = date.today,
    ids: Callable[[], str] = new_id,
) -> Workspace:
    """Open the workspace. An add-in that fails to load is listed with its reason; the rest works."""
    person, callbacks, feed = user or choose_user(practice.people, None), Callbacks(), Feed(ids())
    wait_notices = WaitNotices([lambda text: feed.publish({"waiting": text})])

    def services(manifest: Manifest) -> Services:
        return Services(manifest.id, practice, person, options, callbacks, key, clock, wait_notices)

    addins = unique(load_all(sources, services))
    builtin = load_builtin(BuiltinAddIn(practice, labels(addins), person, lambda: describe(addins)))
    return Workspace(
        practice, person, options, addins, builtin, callbacks, feed, Tasks(feed.publish, ids), Snapshots(ids), wait_notices
    )


def labels(addins: Iterable[AddIn]) -> Mapping[str, str]:
    """The heading of each loaded add-in's mark column, by add-in id."""
    return {each.id: each.manifest.label for each in addins if each.manifest and not each.failure}


def describe(addins: Iterable[AddIn]) -> list[tuple[str, str, str]]:
    """Name, version and state of each add-in, for the list of add-ins."""
    return [(each.name, each.manifest.version if each.manifest else "", each.failure or "works") for each in addins]
