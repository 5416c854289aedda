"""Checks of a host's call before a form sees it: the acting user's rights, the action, and the shape of everything given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from qb_plugin.errors import AnswerRejected
from qb_plugin.forms.access.offer import Offer
from qb_plugin.host import User
from qb_plugin.model import Message

SHOWN = 40  # characters of a foreign text that a sentence repeats
SELECTABLE = frozenset({"payment", "credit_memo"})  # what the host's own grid may have selected


def refusal(name: str, message: Message) -> AnswerRejected:
    """The refusal of a call, for one of its parts."""
    return AnswerRejected(message, {name: message})


def check_right(user: User, right: str) -> None:
    """Refuse a user who does not have the right."""
    if right not in user.rights:
        raise refusal("user", Message("not_allowed", {"user": user.name, "right": right}))


def check_action(offer: Offer, user: User, action: object, kind: str) -> None:
    """Refuse an action that the form does not list for this kind of call, and one that the user has no right to."""
    right = offer.right_of(action, kind) if isinstance(action, str) else None
    if right is None:
        raise no_such_action(action)
    check_right(user, right)


def check_request(request: object) -> None:
    """Refuse a request to open that has another shape, or selects what is neither payment nor credit memo."""
    if not isinstance(request, Mapping):
        raise misfit("request", request)
    selection, answer = request.get("selection"), request.get("answer")
    check_ids(SELECTABLE, [] if selection is None else selection)
    check_answer({} if answer is None else answer)


def check_answer(answer: object) -> None:
    """Refuse an answer that is no mapping; its fields are the form's own schema's."""
    if not isinstance(answer, Mapping):
        raise misfit("answer", answer)
    for name, kinds in (("search", (str,)), ("token", (str,)), ("dry_run", (bool,))):
        if not isinstance(answer.get(name), (*kinds, type(None))):
            raise misfit(name, answer[name])


def check_sort(offer: Offer, sort: object) -> None:
    """Refuse an order by anything but a sortable column."""
    if sort is None:
        return
    fits = isinstance(sort, Mapping) and isinstance(sort.get("key"), str) and sort["key"] in offer.sorts
    if not (fits and isinstance(sort, Mapping) and isinstance(sort.get("descending", False), bool)):
        raise misfit("sort", sort)


def check_ids(kinds: Collection[str], ids: object) -> None:
    """Refuse ids that are no list of texts, or name rows that are not of this form."""
    if not isinstance(ids, Sequence) or isinstance(ids, str | bytes):
        raise misfit("rows", ids)
    for identity in ids:
        kind, _, rest = identity.partition(":") if isinstance(identity, str) else ("", "", "")
        if kind not in kinds or not rest:
            raise refusal("rows", Message("foreign_row", {"row": shorten(identity)}))


def check_edits(offer: Offer, edits: object, kind: str) -> None:
    """Refuse edits of another shape: foreign rows, keys that no row can be given, values of another type."""
    if not isinstance(edits, Mapping):
        raise misfit("edits", edits)
    check_ids(offer.kinds, list(edits))
    types = offer.edits_of(kind)
    for edit in edits.values():
        if not isinstance(edit, Mapping):
            raise misfit("edits", edit)
        for key, value in edit.items():
            if not (isinstance(key, str) and key in types and isinstance(value, types[key])):
                raise refusal("edits", Message("edit_misfit", {"what": shorten(key), "value": shorten(value)}))


def check_choice(what: str, value: object, offered: Collection[str]) -> None:
    """Refuse a choice that is not offered, where anything is: lists that cannot be read now are checked by the run."""
    if value and offered and value not in offered:
        raise refusal("edits", Message("edit_misfit", {"what": what, "value": shorten(value)}))


def no_such_action(action: object) -> AnswerRejected:
    """The refusal of an action that the form does not list."""
    return refusal("action", Message("no_such_action", {"action": shorten(action)}))


def misfit(name: str, value: object) -> AnswerRejected:
    """The refusal of a value that has another shape than the form takes."""
    return refusal(name, Message("call_misfit", {"name": name, "value": shorten(value)}))


def shorten(value: object) -> str:
    """A foreign value as a sentence shows it: on one line, and not longer than fits."""
    text = " ".join((value if isinstance(value, str) else repr(value)).split())
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
