"""The cache of the company and of QuickBooks' reference lists, which forms offer to choose from and judge rows by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from qb_plugin.clock import Clock
from qb_plugin.model import Connection, ReferenceLists
from qb_plugin.quickbooks.http.call_scope import calls_of_form
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.ports import QuickBooksApi

LIFETIME = 300.0  # seconds; a person who has just added an account in QuickBooks gets it by opening the form again
RECEIVABLE = "Accounts Receivable"
BUILT_IN_CODE = "NON"  # every company in the United States has this tax code, and no other


class Part(StrEnum):
    """One call's worth of the lists."""

    COMPANY = "company"
    CUSTOMERS = "customers"
    ACCOUNTS = "accounts"
    METHODS = "methods"
    ITEMS = "items"
    TAX_CODES = "tax_codes"
    PEOPLE = "people"


# Opening a form costs four calls at most, and one more where the company taxes and its codes were not read for a while.
FOR_ROWS = frozenset({Part.COMPANY, Part.CUSTOMERS, Part.ACCOUNTS, Part.METHODS})
FOR_SETTINGS = frozenset({Part.COMPANY, Part.ACCOUNTS, Part.METHODS, Part.ITEMS})


@dataclass(frozen=True, slots=True)
class CachedLists:
    """One company's lists as far as they were read, and when each part was."""

    realm: str
    lists: ReferenceLists = field(default_factory=ReferenceLists)
    read_at: Mapping[Part, float] = field(default_factory=dict)

    def is_stale(self, part: Part, now: float) -> bool:
        """Whether a part was never read, or too long ago."""
        return part not in self.read_at or now - self.read_at[part] >= LIFETIME


class ReferenceListCache:
    """One company's lists, each read again when it is older than LIFETIME or when a form opens that needs it."""

    def __init__(self, open_context: Callable[[Connection], SyncContext], clock: Clock) -> None:
        self._open_context, self._clock = open_context, clock
        self._cached = CachedLists("")

    def read(
        self, connection: Connection, fresh: bool = False, settings: bool = False, people: bool = False, *, tax_codes: bool = False
    ) -> ReferenceLists:
        """The lists of this company that rows need, or with `settings` those of the Settings form; with `people` vendors and
        employees, too. `fresh` reads them now, with `tax_codes` the tax codes, too.
        Raises what opening or reading QuickBooks raises."""
        context, now = self._open_context(connection), self._clock.monotonic()
        cached = self._cached if self._cached.realm == context.realm else CachedLists(context.realm)
        wanted = (FOR_SETTINGS if settings else FOR_ROWS) | ({Part.PEOPLE} if people else set())
        parts = [part for part in sorted(wanted) if fresh or cached.is_stale(part, now)]
        if parts:
            with calls_of_form():
                cached = read_parts(context, without_tax_codes(cached) if tax_codes else cached, parts, now)
            cached = replace(cached, lists=in_its_country(cached.lists, connection))
        self._cached = cached
        return cached.lists


def without_tax_codes(cached: CachedLists) -> CachedLists:
    """The lists as if their tax codes had never been read."""
    return replace(cached, read_at={part: at for part, at in cached.read_at.items() if part is not Part.TAX_CODES})


def read_parts(context: SyncContext, cached: CachedLists, parts: Sequence[Part], now: float) -> CachedLists:
    """Read these parts, and the tax codes where the company turns out to tax and they are not at hand."""
    lists = cached.lists
    for part in parts:
        lists = READERS[part](context.quickbooks, lists)
    taxes = lists.company is not None and lists.company.taxes
    if taxes and cached.is_stale(Part.TAX_CODES, now):
        lists, parts = READERS[Part.TAX_CODES](context.quickbooks, lists), [*parts, Part.TAX_CODES]
    return CachedLists(context.realm, lists, {**cached.read_at, **dict.fromkeys(parts, now)})


def read_accounts(quickbooks: QuickBooksApi, lists: ReferenceLists) -> ReferenceLists:
    """The lists with the accounts that take deposits, and those of what customers owe."""
    accounts = quickbooks.accounts()
    receivables = [account for account in accounts if account.type == RECEIVABLE]
    return replace(lists, accounts=[account for account in accounts if account.type != RECEIVABLE], receivables=receivables)


def in_its_country(lists: ReferenceLists, connection: Connection) -> ReferenceLists:
    """The lists with what the preferences do not say of the company: its name, and by its tax codes whether it is in the US."""
    if lists.company is None:
        return lists
    at_home = not lists.tax_codes or any(code.id == BUILT_IN_CODE for code in lists.tax_codes)
    return replace(lists, company=replace(lists.company, name=connection.company, in_united_states=at_home))


READERS: Mapping[Part, Callable[[QuickBooksApi, ReferenceLists], ReferenceLists]] = {
    Part.COMPANY: lambda quickbooks, lists: replace(lists, company=quickbooks.preferences()),
    Part.CUSTOMERS: lambda quickbooks, lists: replace(lists, customers=quickbooks.customers()),
    Part.ACCOUNTS: read_accounts,
    Part.METHODS: lambda quickbooks, lists: replace(lists, methods=quickbooks.methods()),
    Part.ITEMS: lambda quickbooks, lists: replace(lists, items=quickbooks.items()),
    Part.PEOPLE: lambda quickbooks, lists: replace(lists, people=quickbooks.people()),
    Part.TAX_CODES: lambda quickbooks, lists: replace(lists, tax_codes=quickbooks.tax_codes()),
}
