"""What settles an item from here, and which items are listed as not settled from here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qb_plugin.model import Kind, Message, Side
from qb_plugin.money import ZERO
from qb_plugin.sync.reconcile.entries import LedgerEntry
from qb_plugin.sync.reconcile.items import Item, Ledgers, Period, build_items
from qb_plugin.sync.reconcile.remedies import find_remedies, is_unsettled, row_of

EVERY = frozenset({"apply", "update", "remove"})
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
MINE = LedgerEntry(
    side=Side.WORKSPACE,
    key="payment:1",
    kind=Kind.PAYMENT,
    number="P-1",
    date=date(2026, 11, 5),
    amount=Decimal("100.00"),
    applied=Decimal("60.00"),
    currency="USD",
    owner="58",
    name="Amy",
)
OTHER = replace(MINE, side=Side.QUICKBOOKS, key="Payment:698", number="698")
MY_MEMO = replace(MINE, key="credit_memo:1", kind=Kind.CREDIT_MEMO)
OTHER_MEMO = replace(OTHER, key="CreditMemo:698", kind=Kind.CREDIT_MEMO)
LATER = date(2026, 12, 2)
MERGED = replace(MINE, customer_stands=False)


def item_of(ours: LedgerEntry | None, theirs: LedgerEntry | None, how: str) -> Item:
    """The one item of these entries: linked, alike, alone, or alone because the other is gone."""
    joined = {ours.key: theirs.key} if ours and theirs else {}
    gone = {entry.key: Message("reconcile_gone_there", {"id": "1"}) for entry in (ours, theirs) if entry and how == "gone"}
    [item] = build_items(
        Ledgers(
            ours={ours.key: ours} if ours else {},
            theirs={theirs.key: theirs} if theirs else {},
            pairs=joined if how == "linked" else {},
            duplicates=joined if how == "alike" else {},
            gone=gone,
        ),
        NOVEMBER,
    )
    return item


@pytest.mark.parametrize(
    ("ours", "theirs", "how", "can", "remedies"),
    [
        (MINE, None, "alone", EVERY, "export"),
        (replace(MINE, hidden=True), None, "alone", EVERY, "export"),
        (replace(MINE, amount=ZERO), None, "alone", EVERY, "export"),  # whose amount the export lets correct
        (replace(MINE, amount=ZERO), None, "alone", frozenset(), ""),
        (MINE, None, "gone", EVERY, "export take"),
        (MINE, None, "gone", frozenset(), "export"),
        (replace(MINE, matched=False, owner=""), None, "alone", EVERY, "match"),
        (replace(MINE, customer_stands=False), None, "alone", EVERY, "match"),
        (replace(MINE, problem="10.005"), None, "alone", EVERY, "export"),
        (replace(MINE, problem="10.005"), None, "alone", frozenset(), ""),
        (replace(MINE, same_currency=False), None, "alone", EVERY, ""),
        (None, OTHER, "alone", EVERY, "import"),
        (None, OTHER, "gone", EVERY, "import"),
        (None, OTHER_MEMO, "alone", EVERY, ""),
        (None, replace(OTHER, returned=Decimal(30)), "alone", EVERY, "import"),
        (None, replace(OTHER, returned=Decimal(100)), "alone", EVERY, ""),
        (None, replace(OTHER, problem="odd"), "alone", EVERY, ""),
        (None, replace(OTHER, same_currency=False), "alone", EVERY, ""),
        (None, replace(OTHER, matched=False, owner=""), "alone", EVERY, "match"),
        (MINE, OTHER, "alike", EVERY, "export"),
        (MY_MEMO, OTHER_MEMO, "alike", EVERY, "export"),
        (MINE, replace(OTHER, amount=Decimal(90)), "linked", EVERY, "take send"),
        (MINE, replace(OTHER, amount=Decimal(90)), "linked", frozenset(), "send"),
        (MINE, replace(OTHER, date=LATER), "linked", EVERY, "take send"),
        (MY_MEMO, replace(OTHER_MEMO, amount=Decimal(90), applied=ZERO), "linked", EVERY, "take send"),
        (MY_MEMO, replace(OTHER_MEMO, date=LATER), "linked", EVERY, "take send"),
        (
            replace(MY_MEMO, amount=Decimal(10)),
            replace(OTHER_MEMO, amount=Decimal(90), applied=Decimal(50)),
            "linked",
            EVERY,
            "take",
        ),
        (MINE, replace(OTHER, applied=ZERO), "linked", EVERY, "take"),
        (MINE, replace(OTHER, applied=Decimal(90)), "linked", frozenset({"apply"}), "take"),
        (MINE, replace(OTHER, applied=Decimal(90), elsewhere=Decimal(30)), "linked", EVERY, ""),
        (MY_MEMO, replace(OTHER_MEMO, applied=ZERO), "linked", EVERY, ""),
        (MINE, replace(OTHER, currency="EUR"), "linked", EVERY, ""),
        (MINE, replace(OTHER, amount=Decimal(130), returned=Decimal(30)), "linked", EVERY, ""),
        (MINE, OTHER, "linked", EVERY, ""),
        (MERGED, OTHER, "linked", EVERY, ""),  # equal on both sides, whoever's it is
        (MERGED, replace(OTHER, owner="", amount=Decimal(90)), "linked", EVERY, "match"),
        (MERGED, replace(OTHER, owner="60", applied=ZERO), "linked", EVERY, "match"),
        (MERGED, replace(OTHER, owner="60", date=LATER), "linked", EVERY, "match"),
        (MERGED, replace(OTHER, amount=Decimal(90)), "linked", EVERY, "take send"),  # made inactive: it is of its customer still
        (MINE, replace(OTHER, owner="60", amount=Decimal(90)), "linked", EVERY, "take send"),
    ],
)
def test_each_item_has_the_remedies_that_settle_it(
    ours: LedgerEntry | None, theirs: LedgerEntry | None, how: str, can: frozenset[str], remedies: str
) -> None:
    item = item_of(ours, theirs, how)
    assert " ".join(find_remedies(item, can)) == remedies
    equal = item.reason is None
    assert is_unsettled(item, can, {}) == (not remedies and not equal)


@pytest.mark.parametrize(
    ("ours", "theirs", "how", "row", "listed"),
    [
        (MINE, None, "alone", "payment:1", True),
        (None, OTHER, "alone", "quickbooks_payment:698", True),
        (MINE, replace(OTHER, amount=Decimal(90)), "linked", "payment:1", True),
        (replace(MINE, matched=False, owner=""), None, "alone", "payment:1", False),  # what was refused is not what settles it
        (MINE, OTHER, "alike", "payment:1", False),
        (MINE, OTHER, "linked", "payment:1", False),
    ],
)
def test_what_was_refused_is_listed_where_the_refused_is_what_settles_it(
    ours: LedgerEntry | None, theirs: LedgerEntry | None, how: str, row: str, listed: bool
) -> None:
    item = item_of(ours, theirs, how)
    assert row_of(item) == row
    assert is_unsettled(item, EVERY, {row: Message("still_waiting", {"number": "P-1"})}) is listed
