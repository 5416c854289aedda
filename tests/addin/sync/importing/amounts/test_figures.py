"""What each line of a payment does follows from its type and, for a journal entry's, from what is unapplied."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qb_plugin.model import Line
from qb_plugin.sync.importing.amounts.figures import Role, choose, read_figures
from tests.support.addin.sync_firm import book_payment

V, C, D, J, K, E = "Invoice", "CreditMemo", "Deposit", "JournalEntry", "Check", "Expense"
INVOICE, CREDIT, ENTRY, BACK = Role.INVOICE, Role.CREDIT, Role.ENTRY, Role.BACK
# Total, unapplied, lines, the roles, and what does not add up.
CASES: list[tuple[int, int, list[tuple[str, int]], list[Role], int]] = [
    (100, 100, [], [], 0),
    (100, 0, [(V, 100)], [INVOICE], 0),
    (98, 0, [(V, 100), (C, 2)], [INVOICE, CREDIT], 0),
    (80, 0, [(J, 80)], [ENTRY], 0),
    (80, 0, [(V, 100), (J, 20)], [INVOICE, CREDIT], 0),
    (80, 0, [(V, 60), (J, 20)], [INVOICE, ENTRY], 0),
    (50, 0, [(V, 50), (J, 10), (J, 10)], [INVOICE, ENTRY, CREDIT], 0),
    (50, 0, [(J, 30), (V, 40), (J, 20)], [ENTRY, INVOICE, CREDIT], 0),
    (100, 10, [(K, 30), (V, 60)], [BACK, INVOICE], 0),
    (100, 0, [(E, 100)], [BACK], 0),
    (60, 0, [(V, 100), (D, 40)], [INVOICE, CREDIT], 0),
    (100, 50, [("RefundReceipt", 50)], [BACK], 0),
    (100, 50, [("Nobody knows", 50)], [BACK], 0),
    (100, 0, [(V, 60)], [INVOICE], 40),
    (100, 0, [(V, 120)], [INVOICE], 20),
    (100, 7, [(J, 30), (J, 40)], [ENTRY, ENTRY], 23),
    (100, 130, [(C, 30)], [CREDIT], 30),
]


@pytest.mark.parametrize(("total", "unapplied", "lines", "roles", "missing"), CASES)
def test_the_roles_of_lines_and_what_does_not_add_up(
    total: int, unapplied: int, lines: list[tuple[str, int]], roles: list[Role], missing: int
) -> None:
    found = tuple(Line(kind, str(number), Decimal(amount)) for number, (kind, amount) in enumerate(lines))
    figures = read_figures(book_payment("900", amount=str(total), lines=found, unapplied=Decimal(unapplied)))
    assert ([role for _, role in figures.lines], figures.missing) == (roles, Decimal(missing))


def test_very_many_different_entries_are_left_to_a_person() -> None:
    amounts = [Decimal(2) ** power for power in range(40)]
    assert choose(amounts, Decimal(1)) == frozenset()
    assert choose(amounts, Decimal(2) ** 39) == frozenset({39})
