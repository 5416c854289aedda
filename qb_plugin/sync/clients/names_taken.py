"""Names that QuickBooks has given away: each is one customer's, vendor's or employee's, inactive ones included."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from qb_plugin.errors import AddInError
from qb_plugin.model import ListEntry, Message
from qb_plugin.sync.matching import comparable
from qb_plugin.sync.ports import QuickBooksApi


@dataclass(slots=True)
class NamesTaken:
    """Who has each name, in words."""

    who: dict[str, str] = field(default_factory=dict)

    def problem(self, name: str) -> Message | None:
        """Why a new customer cannot have this name; None where it is free."""
        who = self.who.get(comparable(name))
        return Message("customer_name_taken", {"client": name, "who": who}) if who else None

    def take(self, name: str) -> None:
        """Note that a client of this press gets the name."""
        self.who[comparable(name)] = "another of the clients that were selected"


def describe(kind: str, active: bool) -> str:
    """`a vendor`, `an employee`, `an inactive customer`."""
    words = kind if active else f"inactive {kind}"
    return f"{'an' if words[0] in 'aeio' else 'a'} {words}"


def read_names_taken(quickbooks: QuickBooksApi) -> NamesTaken:
    """All names as they are now."""
    taken = NamesTaken()
    # Where a company does not let vendors and employees be read, QuickBooks itself still refuses their names.
    people: Sequence[ListEntry] = ()
    with suppress(AddInError):
        people = quickbooks.people()
    for entry in people:
        taken.who[comparable(entry.name)] = describe(entry.type.lower(), entry.active)
    for customer in quickbooks.customers():
        taken.who[comparable(customer.name)] = describe("customer", customer.active)
    return taken
