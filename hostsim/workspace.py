"""The host put together: practice data, add-ins, tasks and the feed, the same for the pages and the terminal."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from hostsim.addins.background_jobs import JobRunner
from hostsim.addins.form_protocol import Form
from hostsim.addins.host_services import Callbacks, Options, Services, User
from hostsim.addins.loader import AddIn, Source, load_all, load_own, stop_all, unique
from hostsim.addins.manifest import Manifest
from hostsim.addins.offered_actions import ActionsSeen
from hostsim.addins.registrars import ContextAction, Job, MenuEntry
from hostsim.builtin.addin import OwnAddIn
from hostsim.event_feed import Feed
from hostsim.exception_log import ExceptionLog
from hostsim.grid_snapshots import Snapshots
from hostsim.practice.database import Practice
from hostsim.tasks import Tasks


def new_id() -> str:
    """An id nobody can guess."""
    return secrets.token_urlsafe(12)


@dataclass(slots=True)
class Workspace:
    """One firm's host while it runs."""

    practice: Practice
    user: User
    options: Options
    addins: list[AddIn]
    own: AddIn
    callbacks: Callbacks
    feed: Feed
    tasks: Tasks
    snapshots: Snapshots
    actions_seen: ActionsSeen = field(default_factory=ActionsSeen)
    troubles: ExceptionLog = field(default_factory=ExceptionLog)
    runner: JobRunner | None = field(default=None)

    @property
    def everyone(self) -> list[AddIn]:
        """Our own menus first, then the add-ins'."""
        return [self.own, *self.addins]

    @property
    def failures(self) -> list[AddIn]:
        """Add-ins that could not be loaded."""
        return [each for each in self.everyone if each.failure]

    def form(self, id: str) -> Form | None:
        """The form of this id, whosever it is."""
        return next((each.forms.forms[id] for each in self.everyone if id in each.forms.forms), None)

    def owner(self, form: str) -> str:
        """Whose form it is, by name."""
        return next((each.name for each in self.everyone if form in each.forms.forms), "WorkSpace")

    def menu(self) -> list[MenuEntry]:
        """Every menu entry; our own stand below the add-ins'."""
        return [entry for each in (*self.addins, self.own) for entry in each.menu.entries]

    def actions(self, grid: str) -> list[ContextAction]:
        """The context-menu entries for this place."""
        return [action for each in self.everyone for action in each.actions.actions if action.grid == grid]

    def jobs(self) -> list[Job]:
        """Every background job."""
        return [job for each in self.everyone for job in each.jobs.jobs]

    def may(self, right: str) -> bool:
        """Whether the person at work has this right."""
        return right in self.user.rights

    def start_jobs(self) -> None:
        """Begin the background jobs (the pages do; the terminal does not)."""
        self.runner = JobRunner(self.jobs())
        self.runner.start()

    def close(self) -> None:
        """Stop the jobs and let the add-ins and the practice go."""
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
    user: User | None = None,
    clock: Callable[[], date] = date.today,
    ids: Callable[[], str] = new_id,
) -> Workspace:
    """Load everything. An add-in that fails is kept with its reason; the rest works."""
    person, callbacks, feed = user or User(), Callbacks(), Feed(ids())

    def services(manifest: Manifest) -> Services:
        return Services(manifest.id, practice, person, options, callbacks, key, clock)

    addins = unique(load_all(sources, services))
    own = load_own(OwnAddIn(practice, labels(addins), person, lambda: describe(addins)))
    return Workspace(practice, person, options, addins, own, callbacks, feed, Tasks(feed.publish, ids), Snapshots(ids))


def labels(addins: Iterable[AddIn]) -> Mapping[str, str]:
    """The heading of each loaded add-in's mark column, by add-in id."""
    return {each.id: each.manifest.label for each in addins if each.manifest and not each.failure}


def describe(addins: Iterable[AddIn]) -> list[tuple[str, str, str]]:
    """Name, version and state of each add-in, for the list of add-ins."""
    return [(each.name, each.manifest.version if each.manifest else "", each.failure or "works") for each in addins]
