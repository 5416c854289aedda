"""Alterations: objects that are read otherwise than they are kept, for tests of clients that meet what they cannot read."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hostsim.qbo_simulator.base.http import Record, dump, load


@dataclass(slots=True)
class Alterations:
    """What is removed from objects and put into them on their way out, by keys like Payment:5; what is kept stays."""

    given: dict[str, Record] = field(default_factory=dict)

    def alter(self, key: str, remove: Sequence[str], values: Record) -> None:
        """Let an object be read without some properties and with others; with neither, as it is kept."""
        self.given.pop(key, None)
        if remove or values:
            self.given[key] = {"remove": list(remove), "set": values}

    def applied(self, key: str, text: bytes) -> bytes:
        """The bytes of an object as they are read."""
        alteration = self.given.get(key)
        if alteration is None:
            return text
        record: Record = load(text)
        return dump({**{name: value for name, value in record.items() if name not in alteration["remove"]}, **alteration["set"]})
