"""Why a list is empty: nothing in the period, a search without hits, or rows that a filter hides. Each fact has its sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from qb_plugin.forms.descriptions import Answer, EmptyGrid, FormLink
from qb_plugin.messages import Sentences
from qb_plugin.model import Message

CLEAR_SEARCH: FormLink = {"label": "Clear search", "answer": {"search": ""}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hider:
    """A filter that hides rows now, or several together."""

    answer: Answer  # what takes it away
    label: str
    says: str  # key of the sentence when it hides the whole list
    says_found: str  # and when it hides all that fits the search


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyList:
    """A list without rows."""

    nothing: str  # key of the sentence for: there truly is nothing
    values: Mapping[str, object]  # of its sentences
    search: str
    hiders: Sequence[Hider]  # the last takes all of them away
    count: Callable[[str, Answer], int]  # rows with this search and this change of the answer


def explain_empty(sentences: Sentences, empty: EmptyList) -> EmptyGrid:
    """The sentence of the fact, and the way out of it."""
    every: Answer = empty.hiders[-1].answer if empty.hiders else {}
    fitting = empty.count(empty.search, every)
    if fitting:
        hider = next(each for each in empty.hiders if empty.count(empty.search, each.answer) == fitting)
        key = hider.says_found if empty.search else hider.says
        text = sentences.text(Message(key, {**empty.values, "n": fitting, "search": empty.search}))
        return {"text": text, "link": {"label": hider.label, "answer": hider.answer}}
    if empty.search and empty.count("", every):
        return {"text": sentences.text(Message("empty_search", {"search": empty.search})), "link": CLEAR_SEARCH}
    return {"text": sentences.text(Message(empty.nothing, empty.values)), "link": None}
