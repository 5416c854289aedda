"""Which clients a QuickBooks customer is here: those linked to it, else to the nearest customer above it that has any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from qb_plugin.model import Customer, Entity
from qb_plugin.sync.context import SyncContext

_LEVELS = 6  # QuickBooks' customers have at most four levels of sub-customers


class Payers:
    """The clients of customers, for one reading: each unknown customer is read once.

    A client that is linked to a customer covers its sub-customers and projects that have no client of their own.
    """

    def __init__(self, context: SyncContext) -> None:
        self._quickbooks = context.quickbooks
        self._read: dict[str, Customer | None] = {}
        self.customers: dict[str, str] = {}
        linked: dict[str, list[str]] = defaultdict(list)
        for link in context.links.all_of(context.realm, Entity.CUSTOMER):
            linked[link.quickbooks_id].append(link.source.id)
            self.customers[link.source.id] = link.quickbooks_id
        self._linked = {customer: tuple(clients) for customer, clients in linked.items()}

    def clients_of(self, customers: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """The clients of each of these customers that has any."""
        found: dict[str, tuple[str, ...]] = {}
        above = {customer: customer for customer in customers if customer}
        for _ in range(_LEVELS):
            found |= {customer: self._linked[at] for customer, at in above.items() if at in self._linked}
            above = {customer: at for customer, at in above.items() if at not in self._linked}
            if not above:
                break
            self.read(above.values())
            above = {customer: parent for customer, at in above.items() if (parent := self._parent(at))}
        return found

    def customer_for(self, client: str, there: str) -> str:
        """The customer that a client's transaction should have where it has this one: this one if the client stands for it, too, as
        for a project, or if it is a parent that is no client's; "" for a client that is not matched."""
        matched = self.customers.get(client, "")
        if not matched or there == matched:
            return matched
        stands = client in self.clients_of([there]).get(there, ())
        return there if stands or self.is_clientless_above(there, matched) else matched

    def is_clientless_above(self, above: str, customer: str) -> bool:
        """Whether `above` is no client's and stands above the customer, with no other client's between."""
        at: str | None = customer
        for _ in range(_LEVELS):
            self.read([at] if at else [])
            at = self._parent(at) if at else None
            if at is None or at in self._linked or at == above:
                break
        return at == above and above not in self._linked

    def read(self, customers: Iterable[str]) -> Mapping[str, Customer | None]:
        """These customers as QuickBooks has them; None for one that is not there."""
        wanted = sorted(set(customers))
        unknown = [customer for customer in wanted if customer not in self._read]
        if unknown:
            self._read |= dict.fromkeys(unknown)
            self._read |= {customer.id: customer for customer in self._quickbooks.customers_by_id(unknown)}
        return {customer: self._read[customer] for customer in wanted}

    def _parent(self, customer: str) -> str | None:
        found = self._read[customer]
        return found.parent_id if found else None
