"""Turns a message's key and placeholders into the sentence a person reads; the sentences stand in messages.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files

from qb_plugin.model import Message
from qb_plugin.money import show_amount


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with placeholders, and what mends the trouble it tells of (a name the forms know), if anything."""

    text: str
    fix: str = ""


class Sentences:
    """All sentences by key; KeyError for one that is not in the file."""

    def __init__(self, table: Mapping[str, Sentence]) -> None:
        self._table = table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __getitem__(self, key: str) -> Sentence:
        return self._table[key]

    def text(self, message: Message) -> str:
        """The sentence, filled in; a placeholder without a value is a defect and raises KeyError."""
        return self._table[message.key].text.format_map({name: self._shown(value) for name, value in message.values.items()})

    def _shown(self, value: object) -> object:
        """Money with separators, dates as dates, a sentence within a sentence as its text; everything else as it is."""
        if isinstance(value, Message):
            return self.text(value)
        if isinstance(value, Decimal):
            return show_amount(value)
        return value.isoformat() if isinstance(value, date) else value

    def fix(self, message: Message) -> str:
        """The name of what mends it, or ""."""
        return self._table[message.key].fix


def load_sentences() -> Sentences:
    """Read messages.toml of this package."""
    table = tomllib.loads(files("qb_plugin").joinpath("messages.toml").read_text(encoding="utf-8"))
    return Sentences({key: Sentence(**entry) for key, entry in table.items()})
