"""Candidates: the customers that a client's name, e-mail or telephone could mean, found without comparing all with all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import fuzz, process

from qb_plugin.model import Customer
from qb_plugin.sync.clients.comparison import SHORT_WORD
from qb_plugin.sync.clients.contacts import ContactBook
from qb_plugin.sync.clients.names import variants

MOST_FOUND = 300  # customers looked at for one client; the rarest words of its name come first
MOST_COMPARED = 6
CUTOFF = 60.0  # of rapidfuzz's token_set_ratio, below which two names have nothing to do with each other


class CandidateIndex:
    """Customers by the words of their paths, by those words run together, and by the words with a letter missing."""

    def __init__(self, customers: Sequence[Customer]) -> None:
        self._customers = customers
        self._texts = [_text_of(customer.full_name) for customer in customers]
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_compact: dict[str, list[int]] = defaultdict(list)
        for position, customer in enumerate(customers):
            for word in _words_of(customer.full_name):
                self._by_word[word].append(position)
            for compact in _compacts_of(customer.full_name):
                self._by_compact[compact].append(position)
        self._by_shortened: dict[str, list[str]] = defaultdict(list)
        for word in self._by_word:
            for shortened in _shortened(word):
                self._by_shortened[shortened].append(word)

    def find(self, name: str) -> list[Customer]:
        """The customers of the same words run together, and the six likest of the others."""
        positions = self._positions(name)
        texts = {position: self._texts[position] for position in positions}
        found = process.extract(
            _text_of(name), texts, scorer=fuzz.token_set_ratio, processor=None, score_cutoff=CUTOFF, limit=MOST_COMPARED
        )
        same = [position for compact in _compacts_of(name) for position in self._by_compact.get(compact, ())]
        chosen = dict.fromkeys([*same[:MOST_COMPARED], *(position for _, _, position in found)])
        return [self._customers[position] for position in chosen]

    def _positions(self, name: str) -> set[int]:
        """The customers that have one of the name's words, or one a letter away from it, the rarest words first."""
        words = {near for word in _words_of(name) for near in self._near(word)}
        found: set[int] = set()
        for word in sorted(words, key=lambda each: (len(self._by_word[each]), each)):
            if len(found) + len(self._by_word[word]) > MOST_FOUND and found:
                break
            found.update(self._by_word[word])
        return found

    def _near(self, word: str) -> Iterator[str]:
        if word in self._by_word:
            yield word
        for shortened in _shortened(word):
            yield from self._by_shortened.get(shortened, ())


def _words_of(name: str) -> set[str]:
    return {word for variant in variants(name) for word in variant.words}


def _compacts_of(path: str) -> Iterable[str]:
    """The words run together of a path, and of its last part."""
    return {variant.compact for part in {path, path.rpartition(":")[2]} for variant in variants(part)}


def _text_of(name: str) -> str:
    return " ".join(variants(name)[0].words)


def _shortened(word: str) -> Iterator[str]:
    """The word, and the word with each of its letters missing: two words one mistake apart have one of these in common."""
    if len(word) >= SHORT_WORD:
        yield word
        yield from {word[:place] + word[place + 1 :] for place in range(len(word))}


def find_by_contact(book: ContactBook, email: str, phone: str) -> list[str]:
    """The ids of the customers that alone have this address or number."""
    found = (book.by_email.get(email, ""), book.by_phone.get(phone, ""))
    return [identity for identity in dict.fromkeys(found) if identity]
