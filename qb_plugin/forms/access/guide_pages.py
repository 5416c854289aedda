"""Which page of the guide (docs/guide) is about which form: a host opens it from there."""

from __future__ import annotations

from collections.abc import Mapping

GUIDE_PAGES: Mapping[str, str] = {
    "connection": "connect",
    "settings": "connect",
    "match-clients": "match",
    "export-payments": "export",
    "import-payments": "import",
    "history": "reconcile",
    "history-entries": "reconcile",
    "reconcile": "reconcile",
    "reconcile-items": "reconcile",
    "changes": "changes",
    "by-itself": "by-itself",
}
