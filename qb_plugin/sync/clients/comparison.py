"""How like two names are, in percent, and in which ways they differ."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from qb_plugin.sync.clients.names import DESCRIPTIONS, Name, variants

SHORT_WORD = 5  # in a shorter word another letter makes another word as often as a mistake
LONG_WORD = 8
LEAF = 3  # what a path loses of which only the last part is named


class Difference(StrEnum):
    """A way in which two names differ, and with its value the key of its words in messages.toml."""

    SPELLING = "match_spelling"  # case, blanks, punctuation, accents
    ORDER = "match_order"
    LEGAL_FORM = "match_legal_form"
    OTHER_FORM = "match_other_form"
    TYPO = "match_typo"
    OTHER_WORD = "match_other_word"
    INITIAL = "match_initial"
    FIRST_INITIAL = "match_first_initial"
    SORT = "match_sort"
    WORDS = "match_words"  # one side has words more
    OTHERS = "match_others"  # each side has words that the other lacks
    GENERATION = "match_generation"
    NUMBER = "match_number"
    LEAF = "match_leaf"


#: Percent that a difference costs. Together they stay at 95 or above only where a person would not hesitate.
COSTS: Mapping[Difference, int] = {
    Difference.SPELLING: 1,
    Difference.ORDER: 1,
    Difference.LEGAL_FORM: 1,
    Difference.OTHER_FORM: 10,
    Difference.TYPO: 3,
    Difference.OTHER_WORD: 10,
    Difference.INITIAL: 2,
    Difference.FIRST_INITIAL: 8,
    Difference.SORT: 7,
    Difference.WORDS: 14,
    Difference.OTHERS: 14,
    Difference.GENERATION: 25,
    Difference.NUMBER: 40,
    Difference.LEAF: LEAF,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The likeness of two names in percent, and their differences; none where they are the same, case and blanks aside."""

    percent: int
    differences: tuple[Difference, ...] = ()


UNLIKE = Comparison(0)


class Vocabulary:
    """Words that occur in the names of more than one: such a word is no mistake for another."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = counts

    def is_word(self, word: str) -> bool:
        """Whether others have it, too."""
        return self._counts.get(word, 0) > 1

    def is_typo(self, one: str, other: str) -> bool:
        """Whether one of the two is most likely the other with a mistake in its middle; ends tell words apart (Daniel, Daniela)."""
        if min(len(one), len(other)) < SHORT_WORD or one[0] != other[0] or one[-1] != other[-1]:
            return False
        return not (self.is_word(one) and self.is_word(other))


@dataclass(slots=True)
class Alignment:
    """The words of two names side by side: what is left of each, and the differences found on the way."""

    ours: list[str]
    theirs: list[str]
    same: int
    found: list[Difference]


def compare_names(ours: str, theirs: str, vocabulary: Vocabulary) -> Comparison:
    """The best comparison over the spellings of two names."""
    best = UNLIKE
    for one in variants(ours):
        for other in variants(theirs):
            found = compare(one, other, vocabulary)
            best = found if found.percent > best.percent else best
    return best


def compare(ours: Name, theirs: Name, vocabulary: Vocabulary) -> Comparison:
    """The likeness of two names, taken apart."""
    if ours.literal == theirs.literal:
        return Comparison(100)
    aligned = align(ours, theirs, vocabulary)
    if not aligned.same:
        return UNLIKE
    found = [*aligned.found, *_left_over(aligned), *_forms(ours, theirs), *_tokens_apart(ours, theirs)]
    if not aligned.ours and not aligned.theirs and ours.words != theirs.words and sorted(ours.words) == sorted(theirs.words):
        found.append(Difference.ORDER)
    percent = 100 - sum(COSTS[each] for each in found)
    if percent == 100:
        return Comparison(100 - COSTS[Difference.SPELLING], (Difference.SPELLING,))
    return Comparison(max(percent, 0), tuple(dict.fromkeys(found)))


def align(ours: Name, theirs: Name, vocabulary: Vocabulary) -> Alignment:
    """Match the words: the same ones, then initials, then mistakes, then words that differ in one letter."""
    aligned = Alignment(list(ours.words), list(theirs.words), 0, [])
    for word in ours.words:
        if word in aligned.theirs:
            aligned.ours.remove(word)
            aligned.theirs.remove(word)
            aligned.same += 1
    if aligned.same == 0 and ours.compact == theirs.compact:  # blanks only
        return Alignment([], [], 1, [Difference.SPELLING])
    if aligned.ours and aligned.theirs:
        _join_parts(aligned)
        _match_rest(aligned, vocabulary)
    return aligned


def _join_parts(aligned: Alignment) -> None:
    """Words that are one word on the other side: `blue bird` and `bluebird`."""
    if "".join(aligned.ours) == "".join(aligned.theirs):
        aligned.ours.clear()
        aligned.theirs.clear()
        aligned.found.append(Difference.SPELLING)


def _match_rest(aligned: Alignment, vocabulary: Vocabulary) -> None:
    for word in list(aligned.ours):
        for other in aligned.theirs:
            difference = _word_difference(word, other, vocabulary, aligned.same)
            if difference:
                aligned.ours.remove(word)
                aligned.theirs.remove(other)
                aligned.found.append(difference)
                aligned.same += difference is Difference.TYPO
                break


def _word_difference(word: str, other: str, vocabulary: Vocabulary, same: int) -> Difference | None:
    """How a word differs from another that may stand for it; None where it does not."""
    if word.isdecimal() or other.isdecimal():
        return None
    if min(len(word), len(other)) == 1:
        if word[0] != other[0] or not same:
            return None
        return Difference.INITIAL if same > 1 else Difference.FIRST_INITIAL
    allowed = 2 if min(len(word), len(other)) > LONG_WORD else 1
    if OSA.distance(word, other, score_cutoff=allowed) > allowed:
        return None
    return Difference.TYPO if vocabulary.is_typo(word, other) else Difference.OTHER_WORD


def _left_over(aligned: Alignment) -> list[Difference]:
    """What one side has more: a middle initial, what sort of business it is, or words that tell it from others."""
    if aligned.ours and aligned.theirs:  # each has words that the other lacks
        return [Difference.OTHERS] * (len(aligned.ours) + len(aligned.theirs))
    rest = aligned.ours or aligned.theirs
    initials = [word for word in rest if len(word) == 1 and not word.isdecimal()]
    sorts = [word for word in rest if word in DESCRIPTIONS]
    others = len(rest) - len(initials) - len(sorts)
    middle = Difference.INITIAL if aligned.same > 1 else Difference.WORDS
    return [*[middle] * len(initials), *[Difference.SORT] * len(sorts), *[Difference.WORDS] * others]


def _forms(ours: Name, theirs: Name) -> list[Difference]:
    if ours.forms == theirs.forms:
        return []
    return [Difference.LEGAL_FORM if ours.forms <= theirs.forms or theirs.forms <= ours.forms else Difference.OTHER_FORM]


def _tokens_apart(ours: Name, theirs: Name) -> list[Difference]:
    generation = [Difference.GENERATION] if ours.generations != theirs.generations else []
    return [*generation, *([Difference.NUMBER] if ours.numbers != theirs.numbers else [])]


def compare_paths(name: str, path: str, vocabulary: Vocabulary) -> Comparison:
    """The likeness of a client's name and a customer's path `Parent:Child`, or the last part of it."""
    whole = compare_names(name, path, vocabulary)
    leaf = path.rpartition(":")[2]
    if leaf == path:
        return whole
    part = compare_names(name, leaf, vocabulary)
    shortened = Comparison(max(part.percent - LEAF, 0), (*part.differences, Difference.LEAF))
    return max(whole, shortened, key=lambda each: each.percent)


def words_of(names: Collection[str]) -> dict[str, int]:
    """How many of the names have each word."""
    counts: dict[str, int] = {}
    for name in names:
        for word in set(variants(name)[0].words):
            counts[word] = counts.get(word, 0) + 1
    return counts
