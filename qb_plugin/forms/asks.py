"""What a button asks before it does what cannot be taken back: both records side by side, and what is about to happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qb_plugin.messages import Sentences
from qb_plugin.model import Message

#: Keys of the questions of fixes that have none of their own in FIXES.
QUESTIONS: Mapping[str, str] = {
    "force_import": "force_import_question",
    "import_rest": "import_rest_question",
    "link_possible_duplicate": "link_question",
}
EXPORTED = frozenset({"number", "here", "here_ref", "here_amount", "customer", "date", "ref", "amount"})
IMPORTED = frozenset({"number", "date", "ref", "there", "there_ref", "there_amount", "amount"})
#: What is compared of two records: its name in a message, and what follows `here` or `there` in that of the other record's.
COMPARED: Mapping[str, str] = {"date": "", "ref": "_ref", "amount": "_amount"}


def ask_first(sentences: Sentences, fix: str, question: str, message: Message) -> str:
    """What is asked before the fix of a row's message is done; "" for a fix that never asks. `question` is the fix's own."""
    if fix == "link_possible_duplicate" and are_alike(message):
        return ""
    asked = question or (sentences.text(Message(QUESTIONS[fix], message.values)) if fix in QUESTIONS else "")
    return f"{tell_facts(sentences, message)}\n{asked}" if asked else ""


def join_asked(first: str, second: str) -> str:
    """What two questions ask that one press answers, a line that both have at its later place: the question follows the facts."""
    lines = [*first.splitlines(), *second.splitlines()]
    return "\n".join(reversed(dict.fromkeys(reversed(lines))))


def are_alike(message: Message) -> bool:
    """Whether the two records of a question agree in date, reference and amount: linking them says nothing that is not there."""
    values = message.values
    other = "here" if values.keys() >= EXPORTED else "there" if values.keys() >= IMPORTED else ""
    return bool(other) and all(values[name] == values[f"{other}{end}"] for name, end in COMPARED.items())


def tell_facts(sentences: Sentences, message: Message) -> str:
    """Both records side by side where the message holds them; else what the message says."""
    names = message.values.keys()
    if names >= EXPORTED:
        return sentences.text(replace(message, key="side_by_side_export"))
    return sentences.text(replace(message, key="side_by_side_import") if names >= IMPORTED else message)
