"""Menu entries and context actions as a tree of labels, ready to draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NotRequired, TypedDict

from hostsim.addins.acting_user import ActingUser, may_not
from hostsim.addins.registrars import MENUS, ContextAction, MenuEntry


class Node(TypedDict):
    """An entry of a menu: a submenu with `items`, or one of `form`, `page`, `command`, `index` that it leads to."""

    label: str
    items: NotRequired[list[Node]]
    form: NotRequired[str]
    page: NotRequired[str]
    command: NotRequired[str]  # of the page
    index: NotRequired[int]  # of the context action
    disabled: NotRequired[str]  # sentence that says which right is missing


def menu_tree(entries: Iterable[MenuEntry], user: ActingUser) -> list[Node]:
    """File, View, Setup and Help, each with its entries nested by path."""
    roots: list[Node] = [{"label": label, "items": []} for label in MENUS]
    for entry in entries:
        _insert(roots, entry.path, _restricted(_menu_leaf(entry), entry.right, user))
    return [root for root in roots if root["items"]]


def context_tree(actions: Sequence[ContextAction], user: ActingUser) -> list[Node]:
    """A context menu; `index` finds the action again."""
    roots: list[Node] = []
    for index, action in enumerate(actions):
        label = action.path[-1]
        leaf: Node = {"label": label, "form": action.form} if action.form else {"label": label, "index": index}
        _insert(roots, action.path, _restricted(leaf, action.right, user))
    return roots


def _menu_leaf(entry: MenuEntry) -> Node:
    leaf: Node = {"label": entry.path[-1]}
    if entry.form:
        leaf["form"] = entry.form
    if entry.page:
        leaf["page"] = entry.page
    if entry.command:
        leaf["command"] = entry.command
    return leaf


def _restricted(leaf: Node, right: str, user: ActingUser) -> Node:
    if right not in user.rights:
        leaf["disabled"] = may_not(user.name, right)
    return leaf


def _insert(nodes: list[Node], path: Sequence[str], leaf: Node) -> None:
    for label in path[:-1]:
        found = next((node for node in nodes if node["label"] == label and "items" in node), None)
        if found is None:
            found = {"label": label, "items": []}
            nodes.append(found)
        nodes = found["items"]
    nodes.append(leaf)
