"""The host's services for an add-in: ledger, marks, user, key, options and OAuth callback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict

from hostsim.addins.acting_user import ActingUser, author_name
from hostsim.addins.registrars import RIGHTS
from hostsim.addins.wait_notices import WaitNotices
from hostsim.practice.database import Practice
from hostsim.practice.ledger import PracticeLedger
from hostsim.practice.marks import PracticeMarks
from hostsim.practice.writing.record_events import Author

PROGRAM = "WorkSpace"
DATE_PATTERNS = ("YYYY-MM-DD", "MM/DD/YYYY", "DD/MM/YYYY", "DD.MM.YYYY")


class CallbackAnswer(TypedDict):
    """How a sign-in went, for the page that the browser shows."""

    ok: bool
    text: str


Handler = Callable[[Mapping[str, str]], CallbackAnswer]


@dataclass(frozen=True, slots=True)
class User:
    """The user and their rights."""

    name: str = "Maria Ortiz"
    rights: frozenset[str] = frozenset(RIGHTS)


@dataclass(frozen=True, slots=True)
class Options:
    """Start-up options; `values` are for add-ins, such as `quickbooks` (an address); `fallback` gives what they lack."""

    database: str
    port: int = 8400
    values: Mapping[str, str] = field(default_factory=dict)
    today: date | None = None
    fallback: Callable[[str], str | None] = lambda _: None


@dataclass(slots=True)
class Callbacks:
    """Handlers of OAuth answers. The `state` in an answer says whose it is: each handler knows its own."""

    handlers: list[Handler] = field(default_factory=list)

    def receive(self, query: Mapping[str, str]) -> CallbackAnswer:
        """Give the query values to each handler until one takes them."""
        answer: CallbackAnswer = {"ok": False, "text": "Nobody here is waiting for this answer. Start again from WorkSpace."}
        for handler in self.handlers:
            answer = handler(query)
            if answer["ok"]:
                break
        return answer


@dataclass(frozen=True, slots=True)
class Services:
    """The Host object of one add-in (docs/writing-a-host.md; the add-in states what it needs in its own Protocol)."""

    addin: str
    practice: Practice
    user: ActingUser
    options: Options
    callbacks: Callbacks
    key: Callable[[str], bytes]
    clock: Callable[[], date]
    wait_notices: WaitNotices = field(default_factory=WaitNotices)

    @property
    def program(self) -> str:
        """What people call this host."""
        return PROGRAM

    @property
    def firm(self) -> str:
        """The firm's name."""
        return self.practice.firm.name

    @property
    def firm_id(self) -> str:
        """Short and stable: letters and digits."""
        return self.practice.firm.id

    @property
    def dates(self) -> str:
        """How people write dates here, such as `YYYY-MM-DD`."""
        return self.practice.firm.dates

    def write_dates_as(self, pattern: str) -> None:
        """Write dates on screens by this pattern from now on; ValueError for one that there is not."""
        if pattern not in DATE_PATTERNS:
            raise ValueError(f"dates are written as {', '.join(DATE_PATTERNS)}")
        self.practice.write_dates_as(pattern)

    @property
    def ledger(self) -> PracticeLedger:
        """The practice's billing records; filters go by this add-in's marks, and who acts is noted with what is written."""
        return self.practice.ledger_for(self.addin, Author(author_name(self.user.name), self.addin))

    @property
    def marks(self) -> PracticeMarks:
        """This add-in's marks."""
        return self.practice.marks(self.addin)

    @property
    def database_url(self) -> str:
        """The database for the add-in's tables: the practice's, so that one backup holds both."""
        return self.options.database

    @property
    def redirect_uri(self) -> str:
        """The fixed OAuth redirect. Intuit takes `http://localhost` for development, not a bare address."""
        return f"http://localhost:{self.options.port}/addins/callback"

    def today(self) -> date:
        """Today, or the day given at start."""
        return self.options.today or self.clock()

    def data_key(self) -> bytes:
        """32 bytes, one per firm."""
        return self.key(self.firm_id)

    def option(self, name: str) -> str | None:
        """A start-up option, such as `quickbooks`."""
        return self.options.values.get(name) or self.options.fallback(name)

    def say_wait(self, text: str, /) -> None:
        """Show why a form's call takes longer."""
        self.wait_notices.say(text)

    def on_callback(self, handler: Handler) -> None:
        """Call the handler with the query values that arrive at `redirect_uri`."""
        self.callbacks.handlers.append(handler)
