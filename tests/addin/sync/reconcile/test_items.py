"""Any two ledgers: each entry of the period is in exactly one item, and the groups add up to the whole difference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qb_plugin.model import Kind, Message, Side
from qb_plugin.money import ZERO
from qb_plugin.sync.reconcile.entries import LedgerEntry, Measures
from qb_plugin.sync.reconcile.items import Group, Item, Ledgers, Period, build_items
from qb_plugin.sync.reconcile.pairing import pair_alike
from qb_plugin.sync.reconcile.totals import Summary, Totals, summarize

FIRST = date(2026, 10, 1)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
OURS = {Kind.PAYMENT: "payment", Kind.CREDIT_MEMO: "credit_memo"}
THEIRS = {Kind.PAYMENT: "Payment", Kind.CREDIT_MEMO: "CreditMemo"}


@st.composite
def entries(draw: st.DrawFn, side: Side, number: int) -> LedgerEntry:
    """An entry of few days, amounts and owners, so that many look alike."""
    kind = draw(st.sampled_from([Kind.PAYMENT, Kind.PAYMENT, Kind.CREDIT_MEMO]))
    amount = Decimal(
        draw(st.sampled_from([1, 5000, 9999, 123456789])),
    ).scaleb(-2)
    matched = draw(st.booleans())
    return LedgerEntry(
        side=side,
        key=f"{(OURS if side is Side.WORKSPACE else THEIRS)[kind]}:{number}",
        kind=kind,
        number=str(number),
        date=FIRST + timedelta(days=draw(st.integers(0, 90))),
        amount=amount,
        applied=draw(st.sampled_from([ZERO, amount, Decimal("0.01")])),
        currency=draw(st.sampled_from(["USD", "USD", "EUR"])),
        owner=draw(st.sampled_from(["1", "2"])) if matched else "",
        name="Amy",
        reference=draw(st.sampled_from(["", "4411"])),
        method=draw(st.sampled_from(["", "Check", "Visa"])),
        hidden=side is Side.WORKSPACE and draw(st.booleans()),
        matched=matched,
        same_currency=draw(st.booleans()),
        returned=draw(st.sampled_from([ZERO, ZERO, Decimal("0.01")])) if side is Side.QUICKBOOKS else ZERO,
        problem=draw(st.sampled_from(["", "", "", "odd"])) if side is Side.QUICKBOOKS else "",
    )


@st.composite
def ledgers(draw: st.DrawFn) -> Ledgers:
    """Two ledgers of which some entries are linked, one to one and of one kind, and others are paired by likeness."""
    ours = [draw(entries(Side.WORKSPACE, number)) for number in range(draw(st.integers(0, 9)))]
    theirs = [draw(entries(Side.QUICKBOOKS, number)) for number in range(draw(st.integers(0, 9)))]
    free = draw(st.permutations(theirs))
    pairs: dict[str, str] = {}
    for mine in ours:
        other = next((each for each in free if each.kind is mine.kind and each.key not in pairs.values()), None)
        if other and draw(st.booleans()):
            pairs[mine.key] = other.key
    unlinked = [entry for entry in ours if entry.key not in pairs]
    unclaimed = [entry for entry in theirs if entry.key not in pairs.values() and not entry.problem]
    return Ledgers(
        ours={entry.key: entry for entry in ours},
        theirs={entry.key: entry for entry in theirs},
        pairs=pairs,
        duplicates=pair_alike(unlinked, unclaimed),
        gone={entry.key: Message("reconcile_gone_there", {"id": "1"}) for entry in unlinked[:1]},
    )


periods = st.sampled_from([NOVEMBER, Period(), Period(start=date(2026, 11, 1)), Period(end=date(2026, 11, 30))])


def total(found: Iterable[LedgerEntry], period: Period, currency: str) -> Measures:
    """One side's ledger, added up straight."""
    counted = [entry for entry in found if entry.date in period and entry.currency == currency]
    payments = [entry.amount for entry in counted if entry.kind is Kind.PAYMENT]
    memos = [entry.amount for entry in counted if entry.kind is Kind.CREDIT_MEMO]
    applied = sum((entry.applied for entry in counted), ZERO)
    return Measures(
        payments=len(payments),
        memos=len(memos),
        received=sum(payments, ZERO),
        applied=applied,
        unapplied=sum(payments, ZERO) + sum(memos, ZERO) - applied,
        credits=sum(memos, ZERO),
    )


def add_up(found: Iterable[Measures]) -> Measures:
    """Several measures as one."""
    whole = Measures()
    for each in found:
        whole = whole - (Measures() - each)
    return whole


NOTHING = Summary(whole=Totals(), groups={}, months={}, methods={})


@settings(deadline=None)
@given(ledgers(), periods)
def test_the_groups_explain_the_whole_difference(both: Ledgers, period: Period) -> None:
    summaries = summarize(build_items(both, period))
    for currency in ("USD", "EUR"):
        ours, theirs = total(both.ours.values(), period, currency), total(both.theirs.values(), period, currency)
        summary = summaries.get(currency, NOTHING)
        assert (summary.whole.ours, summary.whole.theirs, summary.whole.difference) == (ours, theirs, ours - theirs)
        for parts in (summary.groups, summary.months, summary.methods):
            assert add_up(each.ours for each in parts.values()) == ours
            assert add_up(each.theirs for each in parts.values()) == theirs
            assert add_up(each.difference for each in parts.values()) == ours - theirs


@settings(deadline=None)
@given(ledgers(), periods)
def test_each_entry_of_the_period_stands_in_exactly_one_item(both: Ledgers, period: Period) -> None:
    items = build_items(both, period)
    counted = [e.key for item in items for e, counts in sides_of(item) if e and counts]
    assert sorted(counted) == sorted(e.key for e in (*both.ours.values(), *both.theirs.values()) if e.date in period)
    assert len({item.key for item in items}) == len(items)


def sides_of(item: Item) -> list[tuple[LedgerEntry | None, bool]]:
    return [(item.ours, item.counts_here), (item.theirs, item.counts_there)]


@settings(deadline=None)
@given(ledgers(), periods)
def test_what_is_equal_makes_no_difference_and_everything_else_has_a_reason(both: Ledgers, period: Period) -> None:
    items = build_items(both, period)
    for summary in summarize(items).values():
        assert summary.groups[Group.EQUAL].difference == Measures()
    assert all(item.reason for item in items if item.group is not Group.EQUAL)


@settings(deadline=None)
@given(ledgers(), periods)
def test_being_hidden_changes_no_total_and_no_group(both: Ledgers, period: Period) -> None:
    shown = replace(both, ours={key: replace(entry, hidden=False) for key, entry in both.ours.items()})
    assert [(i.key, i.group) for i in build_items(both, period)] == [(i.key, i.group) for i in build_items(shown, period)]
    for currency, summary in summarize(build_items(both, period)).items():
        assert summary.months == summarize(build_items(shown, period))[currency].months


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
    reference="4411",
)
OTHER = replace(MINE, side=Side.QUICKBOOKS, key="Payment:698", number="698")


@pytest.mark.parametrize(
    ("ours", "theirs", "linked", "group"),
    [
        (MINE, OTHER, True, Group.EQUAL),
        (MINE, replace(OTHER, applied=ZERO), True, Group.APPLIED_DIFFERS),
        (MINE, replace(OTHER, amount=Decimal("99.99"), applied=ZERO), True, Group.AMOUNT_DIFFERS),
        (MINE, replace(OTHER, date=date(2026, 11, 30)), True, Group.EQUAL),
        (MINE, replace(OTHER, date=date(2026, 12, 1)), True, Group.DATE_DIFFERS),
        (replace(MINE, date=date(2026, 10, 31)), OTHER, True, Group.DATE_DIFFERS),
        (MINE, replace(OTHER, date=date(2026, 12, 1), amount=Decimal("1.00")), True, Group.DATE_DIFFERS),
        (MINE, replace(OTHER, currency="EUR"), True, Group.NEEDS_DECISION),
        (MINE, OTHER, False, Group.NEEDS_DECISION),
        (MINE, replace(OTHER, date=date(2026, 11, 12)), False, Group.NEEDS_DECISION),
        (MINE, None, False, Group.ONLY_HERE),
        (replace(MINE, hidden=True), None, False, Group.ONLY_HERE),
        (replace(MINE, matched=False, owner=""), None, False, Group.NOT_MATCHED),
        (replace(MINE, same_currency=False), None, False, Group.NEEDS_DECISION),
        (None, OTHER, False, Group.ONLY_THERE),
        (None, replace(OTHER, matched=False, owner=""), False, Group.NOT_MATCHED),
        (None, replace(OTHER, returned=Decimal("10.00")), False, Group.NEEDS_DECISION),
        (None, replace(OTHER, problem="TotalAmt is odd"), False, Group.NEEDS_DECISION),
        (None, replace(OTHER, same_currency=False), False, Group.NEEDS_DECISION),
    ],
)
def test_an_item_stands_in_the_first_group_that_fits(
    ours: LedgerEntry | None, theirs: LedgerEntry | None, linked: bool, group: Group
) -> None:
    both = Ledgers(
        ours={ours.key: ours} if ours else {},
        theirs={theirs.key: theirs} if theirs else {},
        pairs={ours.key: theirs.key} if ours and theirs and linked else {},
        duplicates=pair_alike([ours] if ours else [], [theirs] if theirs else []) if not linked else {},
    )
    assert [item.group for item in build_items(both, NOVEMBER)] == [group]


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        ({}, True),
        ({"date": date(2026, 11, 12)}, True),
        ({"date": date(2026, 11, 13)}, False),
        ({"amount": Decimal("100.01")}, False),
        ({"amount": Decimal("130.00"), "returned": Decimal("30.00")}, True),
        ({"amount": Decimal("100.00"), "returned": Decimal("30.00")}, True),
        ({"amount": Decimal("130.00"), "returned": Decimal("20.00")}, False),
        ({"owner": "59"}, False),
        ({"owner": ""}, False),
        ({"currency": "EUR"}, False),
        ({"kind": Kind.CREDIT_MEMO}, False),
        ({"reference": ""}, True),
        ({"reference": " 4411 "}, True),
        ({"reference": "4412"}, False),
    ],
)
def test_two_are_alike_within_a_week_unless_their_references_differ(change: dict[str, object], alike: bool) -> None:
    assert bool(pair_alike([MINE], [replace(OTHER, **change)])) is alike  # type: ignore[arg-type]


def test_the_likest_are_paired_first_and_none_twice() -> None:
    late = replace(MINE, key="payment:2", reference="", date=date(2026, 11, 6))
    far = replace(OTHER, key="Payment:699", date=date(2026, 11, 7), reference="")
    assert pair_alike([late, MINE], [far, OTHER]) == {"payment:1": "Payment:698", "payment:2": "Payment:699"}
    assert pair_alike([late, MINE], [OTHER]) == {"payment:1": "Payment:698"}


def test_both_sides_counts_and_whether_they_agree() -> None:
    pair = Ledgers(ours={MINE.key: MINE}, theirs={OTHER.key: OTHER}, pairs={MINE.key: OTHER.key})
    summary = summarize(build_items(pair, NOVEMBER))["USD"]
    assert (summary.whole.ours.count, summary.whole.theirs.count, summary.whole.items) == (1, 1, 1)
    assert summary.whole.difference.is_zero
    assert not summary.whole.ours.is_zero
