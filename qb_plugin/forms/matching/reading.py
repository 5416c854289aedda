"""What Match Clients shows, read: clients with their links, their suggestions, and who has a name that is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qb_plugin.forms.matching.columns import Tab
from qb_plugin.forms.matching.rows import MatchRow
from qb_plugin.forms.services import FormServices, read_lists_with_people
from qb_plugin.host import Client
from qb_plugin.messages import Sentences
from qb_plugin.model import Connection, Customer, Link, Message, ReferenceLists
from qb_plugin.sync.clients.likest import Candidates, Suggestion, find_candidates
from qb_plugin.sync.clients.names_taken import describe
from qb_plugin.sync.clients.suggestions import suggest
from qb_plugin.sync.linking import client_links
from qb_plugin.sync.matching import comparable

Traits = tuple[str, str, str, str]  # a client as it is compared: id, name, e-mail, phone


@dataclass(frozen=True, slots=True)
class Compared:
    """Candidates, and the clients and customers they were found among."""

    clients: Sequence[Traits] = ()
    customers: Sequence[Customer] = ()
    candidates: Candidates = field(default_factory=dict)


class CandidateCache:
    """The candidates of the last comparison; clients and customers are compared again only when either have changed."""

    def __init__(self) -> None:
        self._compared = Compared()

    def find(self, clients: Sequence[Client], customers: Sequence[Customer]) -> Candidates:
        """The candidates among these."""
        compared, traits = self._compared, [(client.id, client.name, client.email, client.phone) for client in clients]
        if traits != compared.clients or customers != compared.customers:
            compared = self._compared = Compared(traits, customers, find_candidates(clients, customers))
        return compared.candidates


class MatchReading:
    """Reads the rows of Match Clients."""

    def __init__(self, services: FormServices) -> None:
        self._services, self._cache = services, CandidateCache()

    def rows(self, connection: Connection) -> list[MatchRow]:
        """Every client with its linked or suggested customer."""
        lists = read_lists_with_people(self._services, connection)
        links = client_links(self._services.links, connection.realm)
        clients = self._services.host.ledger.clients()
        free = {client.id: client.name for client in clients if client.id not in links}
        suggested = suggest(self._cache.find(clients, lists.customers), free, {link.quickbooks_id for link in links.values()})
        builder = RowBuilder(self._services.sentences, lists)
        return [builder.build(client, links.get(client.id), suggested.get(client.id)) for client in clients]


class RowBuilder:
    """Builds rows from what was read."""

    def __init__(self, sentences: Sentences, lists: ReferenceLists) -> None:
        self._sentences = sentences
        self._customers: Mapping[str, Customer] = {customer.id: customer for customer in lists.customers}
        self._others = {comparable(entry.name): entry for entry in lists.people}

    def build(self, client: Client, link: Link | None, suggestion: Suggestion | None) -> MatchRow:
        """The row of a client."""
        if link:
            return self._linked(client, link)
        if suggestion:
            return self._suggested(client, suggestion)
        other = self._others.get(comparable(client.name))
        why, problem = Message("match_none"), Message("match_nobody", {"client": client.name})
        if other:
            who = describe(other.type.lower(), other.active)
            why, problem = Message("match_none_used", {"who": who}), Message("match_name_used", {"client": client.name, "who": who})
        return MatchRow(client_id=client.id, name=client.name, tab=Tab.UNMATCHED, why=self._join([why]), problem=problem)

    def _linked(self, client: Client, link: Link) -> MatchRow:
        customer = self._customers.get(link.quickbooks_id)
        reasons = [Message("match_linked"), *([] if not customer or customer.active else [Message("match_inactive")])]
        return MatchRow(
            client_id=client.id,
            name=client.name,
            tab=Tab.MATCHED,
            customer_id=link.quickbooks_id,
            customer=label_customer(customer) if customer else "(no longer in QuickBooks)",
            why=self._join(reasons),
        )

    def _suggested(self, client: Client, suggestion: Suggestion) -> MatchRow:
        return MatchRow(
            client_id=client.id,
            name=client.name,
            tab=Tab.SUGGESTED,
            customer_id=suggestion.customer.id,
            customer=label_customer(suggestion.customer),
            percent=suggestion.percent,
            sure=suggestion.sure,
            why=self._join(suggestion.reasons),
        )

    def _join(self, reasons: Sequence[Message]) -> str:
        """The reasons as one line."""
        return "; ".join(self._sentences.text(reason).rstrip(".") for reason in reasons)


def label_customer(customer: Customer) -> str:
    """The customer's path, marked when it is inactive or under another one."""
    return customer.full_name + ("" if customer.active else " (inactive)")
