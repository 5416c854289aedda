"""From any history of both sides the groups explain the whole difference to the cent; what the rows' own buttons leave is what is
listed as *cannot be settled here*, each with its reason, and adds up to the rest. 1,000 histories in `make slow`."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from tests.addin.reconciling.bookkeeper import Bookkeeper, Row
from tests.addin.reconciling.books_of_two import MEASURES, TwoBooks
from tests.faults.harness.firm_lifecycle import begin, copy_of

STEPS = 24
DEEDS: Sequence[Callable[[TwoBooks], None]] = (
    *(TwoBooks.export, TwoBooks.export, TwoBooks.export, TwoBooks.import_, TwoBooks.import_, TwoBooks.undo),
    *(
        TwoBooks.bill_both,
        TwoBooks.bill_both,
        TwoBooks.bill_there,
        TwoBooks.bill_follows,
        TwoBooks.pay_here,
        TwoBooks.pay_bill_here,
    ),
    *(TwoBooks.pay_bill_here, TwoBooks.pay_there, TwoBooks.pay_bill_there, TwoBooks.twin, TwoBooks.memo_here, TwoBooks.memo_there),
    *(TwoBooks.refund_there, TwoBooks.deposit_there, TwoBooks.edit_here, TwoBooks.edit_there, TwoBooks.edit_memo_there),
    *(TwoBooks.end_there, TwoBooks.delete_here, TwoBooks.merge_there, TwoBooks.hide_here, TwoBooks.unlink, TwoBooks.wait),
)


@cache
def begun() -> tuple[tempfile.TemporaryDirectory[str], Sequence[str]]:
    """The folder with the database that every history begins with, and its rows."""
    folder = tempfile.TemporaryDirectory(prefix="month-")
    return folder, begin(f"sqlite:///{folder.name}/begun.db")


@pytest.fixture
def new_month() -> Iterator[Callable[[int], TwoBooks]]:
    made: list[TwoBooks] = []

    def make_month(seed: int) -> TwoBooks:
        folder, refs = begun()
        firm = copy_of(Path(folder.name) / "begun.db", f"month-{seed}", refs, "replay")
        firm.runtime.store.database.clock = firm.time  # how old a link is, is told by the clock that waiting moves
        made.append(TwoBooks(firm, random.Random(seed)))
        return made[-1]

    yield make_month
    for month in made:
        with suppress(Exception):
            month.firm.close()


def check_explained(month: TwoBooks, keeper: Bookkeeper) -> None:
    """The totals are the ledgers' own, and groups and items add up to the difference."""
    rows = {row["id"]: row for row in keeper.rows("reconcile")}
    ours, theirs = month.ledger_here(), month.ledger_there()
    assert {name: amount(rows[f"total:USD:{name}"], "here") for name in MEASURES} == ours, month.story
    assert {name: amount(rows[f"total:USD:{name}"], "there") for name in MEASURES} == theirs, month.story
    groups = [row for identity, row in rows.items() if identity.startswith("group:USD:")]
    for name, column in (("received", "difference"), ("applied", "applied_difference"), ("credits", "credits_difference")):
        assert total(groups, column) == ours[name] - theirs[name], month.story
    items = keeper.rows("reconcile-items", group="different")
    assert total(items, "difference") == ours["received"] + ours["credits"] - theirs["received"] - theirs["credits"], month.story
    assert all(item["message"] for item in items)


def check_settled(month: TwoBooks, keeper: Bookkeeper) -> None:
    """What is left is what is listed as not settled from here, and adds up to the whole difference."""
    left = keeper.settle()
    told = (month.story, keeper.pressed, [(row["id"], row["message"]) for row in left])
    listed = {row["id"] for row in keeper.rows("reconcile-items", group="unsettled")}
    assert {row["id"] for row in left} == listed, told
    check_explained(month, keeper)
    rows = {row["id"]: row for row in keeper.rows("reconcile")}
    ours, theirs = month.ledger_here(), month.ledger_there()
    rest = rows.get("rest:USD")
    for name, column in (("received", "difference"), ("applied", "applied_difference"), ("credits", "credits_difference")):
        assert (amount(rest, column) if rest else Decimal()) == ours[name] - theirs[name], told
    for row in left:
        assert any(re.search(reason, row["message"]) for reason in REASONS), (row["id"], row["message"], told)


#: Why something cannot be settled here; nothing else may be left.
REASONS = (
    r"went back to ",
    r"Credit memo \d+ of .* is in QuickBooks only",
    r"Of credit memo .* is applied here",
    r"What this credit memo was here has been removed",
    r"its invoice is not here yet, is another client's here, or has nothing open",
    r"no more is open of its invoices here",
)


def amount(row: Row, name: str) -> Decimal:
    return Decimal(str(row["cells"][name]))


def total(rows: Sequence[Row] | Mapping[str, Row], name: str) -> Decimal:
    return sum((amount(row, name) for row in rows), Decimal())  # type: ignore[arg-type]


def live(month: TwoBooks, steps: int = STEPS) -> None:
    """Do something at random, again and again; then settle what differs."""
    keeper = Bookkeeper(month.firm.runtime)
    for step in range(steps):
        deed = month.random.choice(DEEDS)
        month.story.append(deed.__name__)
        deed(month)
        if step % 6 == 5:
            check_explained(month, keeper)
    month.wait()
    check_settled(month, keeper)


@pytest.mark.parametrize("seed", range(12))
def test_any_month_is_explained_and_settled(new_month: Callable[[int], TwoBooks], seed: int) -> None:
    live(new_month(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 2000))
def test_a_thousand_months_are_explained_and_settled(new_month: Callable[[int], TwoBooks], seed: int) -> None:
    live(new_month(seed))
