"""Paying families: the QuickBooks customers that bill together, and who among them may pay whose invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cached_property

from qb_plugin.model import Customer


def standing_for(customer_id: str, customers: Mapping[str, Customer], matched: Container[str]) -> str:
    """The matched customer whose client a customer is of: itself, or the nearest above it; itself where there is none."""
    seen: list[str] = []
    at: str | None = customer_id
    while at and at not in seen:
        if at in matched:
            return at
        seen.append(at)
        customer = customers.get(at)
        at = customer.parent_id if customer else None
    return customer_id


def clientless_above(customer_id: str, customers: Mapping[str, Customer], matched: Container[str]) -> Sequence[str]:
    """The customers above this one that are no client's, the nearest first, up to one that is: what is entered on them may be meant
    for this one, since nobody else's it is."""
    found: list[str] = []
    customer = customers.get(customer_id)
    while customer and customer.parent_id and customer.parent_id not in matched and customer.parent_id not in {customer_id, *found}:
        found.append(customer.parent_id)
        customer = customers.get(customer.parent_id)
    return found


def matched_below(customers: Mapping[str, Customer], matched: Container[str]) -> Mapping[str, frozenset[str]]:
    """By each customer that is no client's, the matched customers below it that no other client's stands between."""
    found: dict[str, set[str]] = defaultdict(set)
    for identity in customers:
        for above in clientless_above(identity, customers, matched) if identity in matched else ():
            found[above].add(identity)
    return {above: frozenset(below) for above, below in found.items()}


class PayingFamilies:
    """The trees of customers that bill with their parent (docs/architecture.md rule M4).

    A family's root is reached by ParentRef while BillWithParent is true. A customer that bills by itself, or that is not
    among `customers`, is a family of one.
    """

    def __init__(self, customers: Mapping[str, Customer]) -> None:
        self._customers = customers

    def root(self, customer_id: str) -> str:
        """The id of the customer at the top of this customer's family."""
        return [customer_id, *self._payers_above(customer_id)][-1]

    def pays_for(self, payer: str, owner: str) -> bool:
        """Whether a payment of `payer` may be applied to an invoice of `owner`: its own, or one that is billed to it."""
        return payer == owner or payer in self._payers_above(owner)

    def with_families(self, customer_ids: Iterable[str]) -> list[str]:
        """These customers and all members of their families, in order of their ids' text, each once."""
        found = set(customer_ids)
        for root in {self.root(identity) for identity in found}:
            found |= self._members.get(root, frozenset())
        return sorted(found)

    def currency_of(self, customer_id: str) -> str | None:
        """The currency a customer is kept in, where QuickBooks says so."""
        customer = self._customers.get(customer_id)
        return customer.currency if customer else None

    def _payers_above(self, customer_id: str) -> list[str]:
        """The customers that this one is billed to, the nearest first; a circle, which QuickBooks does not allow, ends."""
        found: list[str] = []
        customer = self._customers.get(customer_id)
        while customer and customer.bills_with_parent and customer.parent_id and customer.parent_id not in {customer_id, *found}:
            found.append(customer.parent_id)
            customer = self._customers.get(customer.parent_id)
        return found

    @cached_property
    def _members(self) -> Mapping[str, frozenset[str]]:
        """The members of each family of more than one, by its root."""
        found: dict[str, set[str]] = defaultdict(set)
        for customer in self._customers.values():
            if customer.bills_with_parent:
                root = self.root(customer.id)
                found[root] |= {customer.id, root}
        return {root: frozenset(members) for root, members in found.items()}
