"""E-mail addresses and telephone numbers as evidence: those that one client and one customer have, and nobody else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

_EXTENSION = re.compile(r"(?i)(?:x|ext\.?|extension)\s*\d+\s*$")
_NO_DIGIT = re.compile(r"\D")
SHORTEST_PHONE, LONGEST_PHONE = 7, 10  # digits; a country's code before them is left out


class Contact(Protocol):
    """Who can be written to and called."""

    @property
    def id(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...


class NamedContact(Contact, Protocol):
    """A client, as far as names and addresses say who it is."""

    @property
    def name(self) -> str: ...


def comparable_email(text: str) -> str:
    """An address as it is compared; several are one text, which no other has by chance."""
    return text.strip().casefold()


def comparable_phone(text: str) -> str:
    """The last ten digits of a number without its extension; empty for what is too short to be one."""
    digits = _NO_DIGIT.sub("", _EXTENSION.sub("", text.strip()))
    return digits[-LONGEST_PHONE:] if len(digits) >= SHORTEST_PHONE else ""


@dataclass(frozen=True, slots=True)
class ContactBook:
    """Addresses and numbers of one side by id, and whose each of them is where it is one's alone."""

    emails: Mapping[str, str]
    phones: Mapping[str, str]
    by_email: Mapping[str, str] = field(default_factory=dict)
    by_phone: Mapping[str, str] = field(default_factory=dict)


def build_contact_book(contacts: Iterable[Contact]) -> ContactBook:
    """The addresses and numbers of these."""
    emails, phones = dict[str, str](), dict[str, str]()
    for each in contacts:
        emails[each.id], phones[each.id] = comparable_email(each.email), comparable_phone(each.phone)
    return ContactBook(emails, phones, _owners(emails), _owners(phones))


def _owners(values: Mapping[str, str]) -> dict[str, str]:
    """Whose each value is; what several share, as an office's telephone, is left out."""
    counts = Counter(values.values())
    return {value: identity for identity, value in values.items() if value and counts[value] == 1}


@dataclass(frozen=True, slots=True)
class SharedContact:
    """What a client and a customer have in common, and in what they differ although both have it."""

    same_email: bool
    same_phone: bool
    other_email: bool
    other_phone: bool


def compare_contacts(ours: ContactBook, client: str, theirs: ContactBook, customer: str) -> SharedContact:
    """The evidence of addresses and numbers for a pair."""
    email, phone = ours.emails[client], ours.phones[client]
    their_email, their_phone = theirs.emails[customer], theirs.phones[customer]
    return SharedContact(
        same_email=bool(email) and ours.by_email.get(email) == client and theirs.by_email.get(email) == customer,
        same_phone=bool(phone) and ours.by_phone.get(phone) == client and theirs.by_phone.get(phone) == customer,
        other_email=bool(email and their_email) and email != their_email,
        other_phone=bool(phone and their_phone) and phone[-SHORTEST_PHONE:] != their_phone[-SHORTEST_PHONE:],
    )
