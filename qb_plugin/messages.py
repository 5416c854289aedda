"""Sentences for messages: the key and the values of a message give the text a person reads (messages.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files

from qb_plugin.model import Message
from qb_plugin.money import show_amount

#: Fixes that update records of the host.
CORRECTING = frozenset(["correct_reference", "correct_amount", "correct_date", "correct_memo", "correct_text"])
HOST = "your practice program"  # for a host that has no name


#: Patterns that dates are written by; the first is that of data.
DATE_PATTERNS = ("YYYY-MM-DD", "MM/DD/YYYY", "DD/MM/YYYY", "DD.MM.YYYY")
WRITTEN = re.compile(r"(?<![\w-])(\d{4})-(\d\d)-(\d\d)(?![\w-])")
#: Values that people or QuickBooks have given: what looks like a date in them is left as it was given.
VERBATIM = frozenset({"client", "customer", "name", "number", "ref", "reference", "search", "there", "value", "details"})


def write_dates(text: str, pattern: str) -> str:
    """The text with the dates in it, `YYYY-MM-DD`, written by the pattern."""
    if pattern == DATE_PATTERNS[0]:
        return text
    return WRITTEN.sub(lambda d: pattern.replace("YYYY", d[1]).replace("MM", d[2]).replace("DD", d[3]), text)


def end_once(text: str, values: Iterable[object]) -> str:
    """The text without the full stop that follows a value which brings one of its own, as `Acme Inc.` at the end of a sentence."""
    for value in values:
        if isinstance(value, str) and value.endswith("."):
            text = text.replace(f"{value}.", value)
    return text


class Count(int):
    """A number in a sentence. `{n:# row was|# rows were}` says the part that fits it, with the number in the place of #."""

    def __format__(self, spec: str) -> str:
        """The part for one, or the part for any other number; without parts the number as it is."""
        one, several, many = spec.partition("|")
        return (one if self == 1 else many).replace("#", f"{int(self):,}") if several else format(int(self), spec)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with placeholders, the names of the fixes that forms offer beside it, separated by blanks, and the cause in a
    few words, for many rows of it."""

    text: str
    fix: str = ""
    short: str = ""


class Sentences:
    """All sentences by key; KeyError for a key that is not in the file. `program` is what people call the host, `withheld` are
    fixes that it cannot do: they are not offered."""

    def __init__(self, table: Mapping[str, Sentence], program: str, withheld: frozenset[str] = frozenset()) -> None:
        self._table, self._program, self._withheld = table, program, withheld
        self._dates = DATE_PATTERNS[0]

    def write_dates_as(self, pattern: str) -> None:
        """Write dates by this pattern from now on: the host's, which every call of a form brings along."""
        self._dates = pattern

    def dates(self, text: str) -> str:
        """A text of ours with its dates as people write them."""
        return write_dates(text, self._dates)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __getitem__(self, key: str) -> Sentence:
        return self._table[key]

    def text(self, message: Message) -> str:
        """The sentence with its values; KeyError for a placeholder without one, which is a defect of ours."""
        values = {name: self._format(name, value) for name, value in message.values.items()}
        text = self._table[message.key].text.format_map({"program": self._program, **values})
        return end_once(text, values.values()) if ".." in text else text

    def _format(self, name: str, value: object) -> object:
        """A value as the sentence shows it: money with separators, a date as people write it, messages as sentences."""
        if isinstance(value, Message):
            return self.text(value)
        if isinstance(value, tuple):
            return " ".join(self.text(each) for each in value if isinstance(each, Message))
        if isinstance(value, Decimal):
            return show_amount(value)
        if isinstance(value, date):
            return self.dates(value.isoformat())
        if isinstance(value, int):
            return Count(value)
        return self.dates(value) if isinstance(value, str) and name not in VERBATIM else value

    def fix(self, message: Message) -> str:
        """The names of the fixes for this message that are offered, or ""."""
        return " ".join(name for name in self._table[message.key].fix.split() if name not in self._withheld)

    def short(self, message: Message) -> str:
        """The cause in a few words, or ""."""
        return self._table[message.key].short


def load_sentences(program: str = HOST, withheld: frozenset[str] = frozenset()) -> Sentences:
    """All sentences of messages.toml, read from the package; they call the host by this name."""
    table = tomllib.loads(files("qb_plugin").joinpath("messages.toml").read_text(encoding="utf-8"))
    return Sentences({key: Sentence(**entry) for key, entry in table.items()}, program, withheld)
