"""Menu entries and context actions as a tree of labels, ready to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hostsim.addins.registrars import MENUS, ContextAction, MenuEntry

Node = dict[str, Any]
"""`label`, and either `items` or what it does: `form`, `page`, `command`, `index`; `disabled` says which right is missing."""


def menu_tree(entries: Iterable[MenuEntry], may: Callable[[str], bool]) -> list[Node]:
    """File, View, Setup and Help, each with its entries nested by path."""
    roots: list[Node] = [{"label": label, "items": []} for label in MENUS]
    for entry in entries:
        target = {key: value for key in ("form", "page", "command") if (value := getattr(entry, key))}
        _place(roots, entry.path, {**target, **_allowed(entry.right, may)})
    return [root for root in roots if root["items"]]


def context_tree(actions: Sequence[ContextAction], may: Callable[[str], bool]) -> list[Node]:
    """A context menu; `index` finds the action again."""
    roots: list[Node] = []
    for index, action in enumerate(actions):
        target: Node = {"form": action.form} if action.form else {"index": index}
        _place(roots, action.path, {**target, **_allowed(action.right, may)})
    return roots


def _allowed(right: str, may: Callable[[str], bool]) -> Node:
    return {} if may(right) else {"disabled": f"You may not {right} here."}


def _place(nodes: list[Node], path: Sequence[str], leaf: Node) -> None:
    for label in path[:-1]:
        found = next((node for node in nodes if node["label"] == label and "items" in node), None)
        if found is None:
            found = {"label": label, "items": []}
            nodes.append(found)
        nodes = found["items"]
    nodes.append({"label": path[-1], **leaf})
