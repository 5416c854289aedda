"""The oracle of where money lies: exact, and another table only for a customer one of whose rows ended in doubt."""

from __future__ import annotations

import pytest

from qb_plugin.model import Kind, Ref
from tests.faults.cases.expected import expected_shares, in_turn
from tests.faults.cases.scenarios import SCENARIOS, Applied

FIRST, SECOND, THIRD = (Ref(Kind.PAYMENT, str(number)) for number in (1, 2, 3))
PLANNED: dict[Ref, Applied] = {FIRST: (("A2", "60.00"),), SECOND: (("A1", "100.00"),), THIRD: (("B1", "50.00"),)}
LATE: dict[Ref, Applied] = {**PLANNED, FIRST: (("A2", "40.00"),), SECOND: (("A1", "100.00"), ("A2", "20.00"))}
ENDED = {"payment:1": {"not_confirmed:doubt_settled", "synchronized:"}}


def expected(stands: dict[Ref, int], real: dict[Ref, Applied], said: dict[str, set[str]]) -> dict[Ref, Applied]:
    return dict(expected_shares(SCENARIOS["applied"], stands, real, said))


def test_rows_are_applied_in_their_order() -> None:
    assert in_turn(SCENARIOS["applied"].records[:2]) == {FIRST: PLANNED[FIRST], SECOND: PLANNED[SECOND]}


def test_a_row_whose_doubt_had_ended_may_come_after_its_customers_others() -> None:
    assert expected({FIRST: 9, SECOND: 7, THIRD: 8}, LATE, ENDED) == LATE


@pytest.mark.parametrize(
    ("stands", "real", "said"),
    [
        ({FIRST: 9, SECOND: 7, THIRD: 8}, LATE, {"payment:1": {"not_confirmed:not_confirmed", "synchronized:"}}),
        ({FIRST: 9, SECOND: 7, THIRD: 8}, LATE, {"payment:3": {"not_confirmed:doubt_settled"}}),
        ({FIRST: 7, SECOND: 9, THIRD: 8}, LATE, ENDED),
        ({FIRST: 9, SECOND: 7, THIRD: 8}, {**LATE, FIRST: ()}, ENDED),
        ({FIRST: 9, SECOND: 7, THIRD: 8}, {**LATE, SECOND: PLANNED[SECOND]}, ENDED),
        ({FIRST: 9, SECOND: 7, THIRD: 8}, PLANNED, ENDED),
    ],
    ids=["never ended", "another customer's", "it came first", "money lost", "half of each", "as planned"],
)
def test_all_else_is_held_to_the_order_of_the_rows(
    stands: dict[Ref, int], real: dict[Ref, Applied], said: dict[str, set[str]]
) -> None:
    assert expected(stands, real, said) == PLANNED
