"""Suggestions: for each client that is free the likest customer that is free; what has a rival is never accepted by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from qb_plugin.model import Message
from qb_plugin.sync.clients.likest import BELOW_LINE, LINE, Candidates, Suggestion

APART = 4  # percent by which the likest must lead: what is nearer is a twin
Pairs = Mapping[str, Sequence[Suggestion]]


@dataclass(slots=True)
class PairTable:
    """The pairs of free clients and customers, from both sides; which of them are settled, and which customers are taken."""

    by_client: Pairs
    by_customer: Pairs
    customer_of: dict[str, str] = field(default_factory=dict)
    client_of: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def settle(self, pairs: Collection[Suggestion]) -> None:
        """Note that these belong together, so that they rival nobody else."""
        for pair in pairs:
            self.customer_of[pair.client_id] = pair.customer.id
            self.client_of[pair.customer.id] = pair.client_id

    def rival(self, pair: Suggestion) -> Suggestion | None:
        """Another pair of this client, or else of this customer, that is nearly as like or more."""
        for each in self.by_client[pair.client_id]:
            taken = self.client_of.get(each.customer.id, pair.client_id) != pair.client_id
            if each is not pair and not taken and each.percent > pair.percent - APART:
                return each
        for each in self.by_customer[pair.customer.id]:
            taken = self.customer_of.get(each.client_id, pair.customer.id) != pair.customer.id
            if each is not pair and not taken and each.percent > pair.percent - APART:
                return each
        return None


def suggest(candidates: Candidates, names: Mapping[str, str], taken: Collection[str]) -> dict[str, Suggestion]:
    """The suggestion of each of these clients, given by id with their names; customers that are taken are left out.

    Sure is what reaches the line, is likest on both sides and leads by `APART` on both. Twins are not: where two clients are like
    one customer, or two customers like one client, the rival is named. Who has the same name, one to one, rivals nobody else, nor
    does what is sure already.
    """
    free = [each for client in names for each in candidates.get(client, ()) if each.customer.id not in taken]
    table = PairTable(_group(free, lambda each: each.client_id), _group(free, lambda each: each.customer.id))
    table.settle(_same_by_name(table))
    sure = _find_sure(table)
    found = {client: _open_choice(client, table, names) for client in table.by_client if client not in sure}
    return sure | {client: suggestion for client, suggestion in found.items() if suggestion}


def _find_sure(table: PairTable) -> dict[str, Suggestion]:
    """What is sure; found in rounds, because what is settled rivals nobody in the next."""
    sure: dict[str, Suggestion] = {}
    while True:
        open_pairs = [_first_free(found, table) for client, found in table.by_client.items() if client not in sure]
        new = [each for each in open_pairs if each and each.percent >= LINE and table.rival(each) is None]
        if not new:
            return sure
        sure |= {each.client_id: replace(each, sure=True) for each in new}
        table.settle(new)
        table.taken |= {each.customer.id for each in new}


def _first_free(found: Sequence[Suggestion], table: PairTable) -> Suggestion | None:
    return next((each for each in found if table.client_of.get(each.customer.id, each.client_id) == each.client_id), None)


def _open_choice(client: str, table: PairTable, names: Mapping[str, str]) -> Suggestion | None:
    """The likest customer that is nobody else's, below the line, with the rival that keeps it there."""
    best = next((each for each in table.by_client[client] if each.customer.id not in table.taken), None)
    rival = best and table.rival(best)
    if not best or not rival:
        return best
    other = rival.customer.full_name if rival.client_id == client else names.get(rival.client_id, "")
    key = "match_customer_twin" if rival.client_id == client else "match_client_twin"
    reasons = (*best.reasons, Message(key, {"other": other}))
    return replace(best, percent=min(best.percent, BELOW_LINE), reasons=reasons)


def _same_by_name(table: PairTable) -> list[Suggestion]:
    """Pairs of the same name of which neither half has that name in common with another."""
    found = [[each for each in pairs if each.percent == 100] for pairs in table.by_client.values()]
    single = [pairs[0] for pairs in found if len(pairs) == 1]
    return [each for each in single if sum(other.percent == 100 for other in table.by_customer[each.customer.id]) == 1]


def _group(pairs: Sequence[Suggestion], key: Callable[[Suggestion], str]) -> dict[str, list[Suggestion]]:
    groups: dict[str, list[Suggestion]] = defaultdict(list)
    for pair in pairs:
        groups[key(pair)].append(pair)
    return groups
