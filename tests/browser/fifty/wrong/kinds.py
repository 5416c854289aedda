"""What can be wrong with a row, and what a person does about it: a sentence, its button, and what is entered or chosen then."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """What pressing a button leads to."""

    CORRECT = "correct"  # asks for a value of the record
    SETTINGS = "settings"  # opens Settings
    MATCH = "match"  # opens Match Clients
    COMPARE = "compare"  # opens the changes since linking
    PRESS = "press"  # does it
    ASK = "ask"  # does it after a question


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A sentence on the row, the button that it has, what is entered or chosen, and the row's outcome then."""

    key: str  # in messages.toml
    says: str
    button: str
    how: How
    entered: str = ""
    field: str = ""  # of Settings
    ends: str = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A record with something wrong, and the steps that mend it; `late` shows only when QuickBooks is asked or answers."""

    steps: tuple[Step, ...]
    late: bool = False
    kind: str = "payment"
    name: str = ""  # of the client, where it matters
    becomes: str = ""  # the customer's name, where it is another
    currency: str = ""  # of the client, where it is not the firm's own
    amount: str = ""
    day: str = "2026-11-10"
    method: str = "Check"
    reference: str = ""
    memo: str = ""
    invoiced: bool = False  # applied here to an invoice that is open in QuickBooks, too
    billed: bool = False  # QuickBooks has an open invoice that the ledger does not know


def correct(key: str, says: str, field: str, entered: str) -> tuple[Step, ...]:
    """A value of the record is corrected in place."""
    return (Step(key=key, says=says, button=f"Correct {field}…", how=How.CORRECT, entered=entered),)


def settings(key: str, says: str, field: str, entered: str, ends: str = "ready") -> tuple[Step, ...]:
    """Another choice is made in Settings: the row turns ready by itself."""
    return (Step(key=key, says=says, button="Settings…", how=How.SETTINGS, field=field, entered=entered, ends=ends),)


def match(key: str, says: str, entered: str) -> tuple[Step, ...]:
    """The client is matched to another customer."""
    return (Step(key=key, says=says, button="Match client…", how=How.MATCH, entered=entered),)


def compare(key: str, says: str, entered: str) -> tuple[Step, ...]:
    """Both sides are shown side by side, and one is made what the other is."""
    return (Step(key=key, says=says, button="Compare the two…", how=How.COMPARE, entered=entered, ends="synchronized"),)


def press(key: str, says: str, button: str, how: How = How.PRESS, ends: str = "synchronized") -> tuple[Step, ...]:
    """The button alone mends the row."""
    return (Step(key=key, says=says, button=button, how=how, ends=ends),)


def ask(key: str, says: str, button: str, ends: str = "synchronized") -> tuple[Step, ...]:
    """The button mends the row once its question was answered yes."""
    return press(key, says, button, How.ASK, ends)


def create(name: str, ends: str = "ready") -> tuple[Step, ...]:
    """A customer is created for the client."""
    says = f"{name} is not matched to a QuickBooks customer yet"
    return ask("client_not_matched", says, f"Create “{name}” in QuickBooks", ends)
