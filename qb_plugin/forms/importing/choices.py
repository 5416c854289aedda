"""What a person chose on the rows of the import form, as the rules take it."""

from __future__ import annotations

from collections.abc import Mapping

from qb_plugin.forms.descriptions import Edits
from qb_plugin.sync.importing.row import ImportRow
from qb_plugin.sync.importing.run_import import ImportOptions


def build_options(edits: Edits, methods: Mapping[str, str], user: str) -> ImportOptions:
    """The options of a run from what was chosen on its rows."""
    return ImportOptions(
        methods=methods,
        force=frozenset(row for row, change in edits.items() if change.get("force")),
        asked_about={row: str(change["about_here"]) for row, change in edits.items() if change.get("about_here")},
        skip=frozenset(row for row, change in edits.items() if change.get("skip")),
        whose={row: str(change["client"]) for row, change in edits.items() if change.get("client")},
        user=user,
    )


def is_linkable(row: ImportRow) -> bool:
    """Whether a person may say that the row is the payment here that it is asked about."""
    other = row.possible_duplicate
    return other is not None and row.existing is not None and (not other.linked_to or bool(other.gone))
