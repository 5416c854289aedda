"""What is modelled, and how deeply: derived from the table of entities and from the schema."""

from typing import Any

from hostsim.qbo_simulator.base.entities import KINDS, NOT_MODELLED, Kind
from hostsim.qbo_simulator.base.schema import schema

_MISSING = {name.lower(): name for name in NOT_MODELLED}
_RESOURCES = {
    "query": "GET and POST; one entity, AND, no OR",
    "batch": "up to 30 items: writes, queries, change data capture",
    "cdc": "1,000 objects",
    "preferences": "read and update",
    "pdf": "one plain page",
    "send": "no e-mail leaves the machine",
}
_NOT_MODELLED_RESOURCES = ("reports", "upload", "download", "taxservice", "webhooks", "XML bodies and answers")


def not_modelled(name: str) -> str | None:
    """An entity of QuickBooks that the simulator lacks, in the words of a refusal; None for any other name."""
    known = _MISSING.get(name.lower())
    return f"{known} (not modelled by this simulator, see GET /_control/coverage)" if known else None


def coverage() -> dict[str, Any]:
    """Modelled entities with what can be done to them, and what is missing."""
    return {
        "entities": {name: _entity(kind) for name, kind in KINDS.items()},
        "resources": _RESOURCES,
        "not_modelled": {"entities": sorted(NOT_MODELLED), "resources": list(_NOT_MODELLED_RESOURCES)},
        "refused_with": {
            "query": "400, 4001 (QueryValidationError: invalid context declaration)",
            "read, create, update, delete": "400, 500 (Unsupported Operation)",
            "batch item": "2010 for the item",
            "cdc": "200, 10000 (Invalid entity supplied)",
        },
    }


def _entity(kind: Kind) -> dict[str, Any]:
    return {
        "type": "transaction" if kind.posts else "list",
        "operations": sorted(kind.operations),
        "filter": [column.name for column in kind.columns if column.filterable],
        "sort": [column.name for column in kind.columns if column.sortable],
        "lengths": dict(kind.limits),
        "properties": list(schema().entities[kind.name]),
    }
