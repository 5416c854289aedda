"""The entities and operations of a call, in the terms of trouble rules."""

import re
from functools import partial

from hostsim.qbo_simulator.base.entities import BY_PATH, KINDS
from hostsim.qbo_simulator.base.http import Request, load
from hostsim.qbo_simulator.fault_injection.content import parts_of
from hostsim.qbo_simulator.fault_injection.trouble import Described

_ENTITY = re.compile(r"\bfrom\s+(\w+)", re.IGNORECASE)


def describe(request: Request, parts: list[str]) -> Described:
    """The entities and operations of a call."""
    rest = parts[3:] if parts[:2] == ["v3", "company"] else []
    match (request.method, rest):
        case (_, ["batch"]):
            entities, operations = _batch(request.body)
        case (_, ["query"]):
            entities, operations = _queried(request), {"query"}
        case ("GET", ["cdc"]):
            entities, operations = set((request.parameter("entities") or "").split(",")), {"cdc"}
        case ("POST", [path]) if path in BY_PATH:
            entities, operations = {BY_PATH[path].name}, {_operation(request)}
        case (_, [path, *_more]) if path in BY_PATH:
            entities, operations = {BY_PATH[path].name}, {rest[2] if len(rest) > 2 else "read"}
        case _:
            entities, operations = set(), {"token"} if parts[-1:] == ["bearer"] else {"other"}
    content = partial(parts_of, request, rest)
    return Described(request.method, request.path, frozenset(entities), frozenset(operations), content)


def _operation(request: Request) -> str:
    asked = (request.parameter("operation") or "").lower()
    if "void" in (request.parameter("include") or "").lower():
        return "void"
    return asked or ("update" if b'"Id"' in request.body else "create")


def _queried(request: Request) -> set[str]:
    text = request.parameter("query") or request.body.decode("utf-8", "replace")
    return set(_ENTITY.findall(text)[:1])


def _batch(body: bytes) -> tuple[set[str], set[str]]:
    try:
        items = load(body)["BatchItemRequest"]
    except (ValueError, KeyError, TypeError):
        return set(), {"batch"}
    known = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    entities = {key for item in known for key in item if key in KINDS}
    return entities, {"batch", *(str(item.get("operation") or "query").lower() for item in known)}
