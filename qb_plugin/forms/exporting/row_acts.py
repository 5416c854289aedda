"""Acts of Export Payments' rows that end a question about them: withdrawn, the later of two deleted, unlinked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from qb_plugin.forms.descriptions import ActResult, Edits
from qb_plugin.forms.exporting.withdrawal import withdraw_rows
from qb_plugin.forms.links.unlinking import unlink_rows
from qb_plugin.forms.services import FormServices
from qb_plugin.forms.undoing.twice import delete_later_rows

SETTLING: Mapping[str, Callable[[FormServices, Sequence[str], Edits], ActResult]] = {
    "withdraw": withdraw_rows,
    "delete_later": delete_later_rows,
    "unlink": lambda services, ids, _: unlink_rows(services, ids),
}
