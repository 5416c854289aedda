"""The cache of QuickBooks' reference lists, which forms offer to choose from."""

from __future__ import annotations

from collections.abc import Callable

from qb_plugin.clock import Clock
from qb_plugin.model import Connection, ReferenceLists
from qb_plugin.quickbooks.http.call_scope import calls_of_form
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.ports import QuickBooksApi

LIFETIME = 300.0  # seconds; a person who has just added an account in QuickBooks gets it by opening the form again


class ReferenceListCache:
    """One company's lists, read again when they are older than LIFETIME or when a form opens."""

    def __init__(self, open_context: Callable[[Connection], SyncContext], clock: Clock) -> None:
        self._open_context, self._clock = open_context, clock
        self._cached: tuple[str, float, ReferenceLists] | None = None

    def read(self, connection: Connection, fresh: bool = False) -> ReferenceLists:
        """The lists of this company; `fresh` reads them now. Raises what opening or reading QuickBooks raises."""
        context, now = self._open_context(connection), self._clock.monotonic()
        cached = self._cached
        if not fresh and cached and cached[0] == context.realm and now - cached[1] < LIFETIME:
            return cached[2]
        with calls_of_form():
            lists = read_lists(context.quickbooks)
        self._cached = (context.realm, now, lists)
        return lists


def read_lists(quickbooks: QuickBooksApi) -> ReferenceLists:
    """Customers, accounts, payment methods and items, in four queries."""
    return ReferenceLists(
        customers=quickbooks.customers(),
        accounts=quickbooks.accounts(),
        methods=quickbooks.methods(),
        items=quickbooks.items(),
    )
