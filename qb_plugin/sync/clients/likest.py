"""How like customers are to a client by name and addresses, in percent and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qb_plugin.model import Customer, Message
from qb_plugin.sync.clients.candidates import CandidateIndex, find_by_contact
from qb_plugin.sync.clients.comparison import Comparison, Difference, Vocabulary, compare_paths, words_of
from qb_plugin.sync.clients.contacts import ContactBook, NamedContact, SharedContact, build_contact_book, compare_contacts

LINE = 95  # percent from which a suggestion that has no rival is accepted with the others
SHOWN = 70  # percent below which a customer is not suggested
BELOW_LINE = LINE - 1
CONFIRMED = 97  # what an e-mail or telephone in common makes of a name that differs only in what people leave out
OTHER_NAME = 75  # an e-mail in common, and another name
#: Differences that tell people of one household, or branches of one business, apart: they share addresses.
TELLING = frozenset({Difference.OTHERS, Difference.OTHER_WORD, Difference.GENERATION, Difference.NUMBER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A customer for a client: likeness in percent, the reasons as messages, and whether it is accepted with the others."""

    client_id: str
    customer: Customer
    percent: int
    reasons: tuple[Message, ...]
    sure: bool = False


Candidates = Mapping[str, Sequence[Suggestion]]


def find_candidates(clients: Sequence[NamedContact], customers: Sequence[Customer]) -> Candidates:
    """For each client the customers that are like it, the likest first; whoever is matched counts among them."""
    index, by_id = CandidateIndex(customers), {customer.id: customer for customer in customers}
    ours, theirs = build_contact_book(clients), build_contact_book(customers)
    vocabulary = Vocabulary(words_of([each.name for each in clients] + [each.full_name for each in customers]))
    found: dict[str, Sequence[Suggestion]] = {}
    for client in clients:
        near = {customer.id: customer for customer in index.find(client.name)}
        for identity in find_by_contact(theirs, ours.emails[client.id], ours.phones[client.id]):
            near.setdefault(identity, by_id[identity])
        judged = [judge(client, customer, vocabulary, ours, theirs) for customer in near.values()]
        found[client.id] = sorted((each for each in judged if each), key=lambda each: -each.percent)
    return found


def judge(
    client: NamedContact, customer: Customer, vocabulary: Vocabulary, ours: ContactBook, theirs: ContactBook
) -> Suggestion | None:
    """How like a customer is to a client, with reasons; None for one that is not suggested."""
    names = compare_paths(client.name, customer.full_name, vocabulary)
    contact = compare_contacts(ours, client.id, theirs, customer.id)
    percent = weigh(names, contact)
    if percent < SHOWN:
        return None
    inactive = [] if customer.active else [Message("match_inactive")]
    return Suggestion(
        client_id=client.id,
        customer=customer,
        percent=percent if customer.active else min(percent, LINE if names.percent == 100 else BELOW_LINE),
        reasons=(*explain(names, contact), *inactive),
    )


def weigh(names: Comparison, contact: SharedContact) -> int:
    """Names and addresses together, in percent."""
    if contact.same_email or contact.same_phone:
        if not names.percent:
            return OTHER_NAME
        if TELLING & set(names.differences):
            return min(max(names.percent, OTHER_NAME) + 5, BELOW_LINE)
        return max(names.percent, CONFIRMED)
    against = 2 * contact.other_email + contact.other_phone + 3 * (contact.other_email and contact.other_phone)
    return max(names.percent - against, 0)


def explain(names: Comparison, contact: SharedContact) -> Iterator[Message]:
    """The reasons, what speaks for the pair first."""
    if contact.same_email:
        yield Message("match_same_email")
    if contact.same_phone:
        yield Message("match_same_phone")
    if names.percent == 100:
        yield Message("match_same_name")
    elif not names.percent:
        yield Message("match_other_name")
    yield from (Message(difference.value) for difference in names.differences)
    if contact.other_email and not contact.same_phone:
        yield Message("match_other_email")
    if contact.other_phone and not contact.same_email:
        yield Message("match_other_phone")
