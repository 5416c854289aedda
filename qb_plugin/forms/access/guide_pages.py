"""Which page of the guide (docs/guide) is about which form: a host opens it from there."""

from __future__ import annotations

from collections.abc import Mapping

GUIDE_PAGES: Mapping[str, str] = {
    "connection": "connect",
    "settings": "connect",
    "match-clients": "match",
    "match-customers": "match",
    "export-payments": "export",
    "import-payments": "import",
    "export-preview": "mend",
    "import-preview": "mend",
    "history": "history",
    "history-entries": "history",
    "reconcile": "reconcile",
    "reconcile-items": "reconcile",
    "undo": "undo",
    "changes": "changes",
    "by-itself": "by-itself",
}
