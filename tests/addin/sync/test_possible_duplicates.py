"""Of a long run only the records are compared that some transaction may be."""

from __future__ import annotations

import pytest

from qb_plugin.model import Entity, Line, Pair, PairAnswer, Ref
from qb_plugin.sync.possible_duplicates import Candidates, worth_comparing
from tests.support.addin.sync_firm import book_payment, memo, payment

RECORDS = [payment(1, amount="100.00"), payment(2, amount="70.00"), payment(3, amount="55.00")]
WENT_BACK = book_payment("900", lines=(Line("Check", "41", RECORDS[0].amount - RECORDS[1].amount, None),))
PLAIN = book_payment("901", amount="55.00")


@pytest.mark.parametrize(
    ("free", "linked", "answered", "compared"),
    [
        ([], [], [], []),
        ([PLAIN], [], [], [3]),
        ([], [PLAIN], [], [3]),
        ([WENT_BACK], [], [], [1, 2]),  # people enter what came in, or what stayed
        ([], [], [1], [1]),
        ([PLAIN], [WENT_BACK], [], [1, 2, 3]),
    ],
)
def test_what_no_transaction_has_the_amount_of_is_not_compared(
    free: list[object], linked: list[object], answered: list[int], compared: list[int]
) -> None:
    candidates = Candidates(
        free={(Entity.PAYMENT, each.id): each for each in (WENT_BACK, PLAIN) if each in free},
        linked={(Entity.PAYMENT, each.id): (each, payment(9).ref) for each in (WENT_BACK, PLAIN) if each in linked},
    )
    answers = {Pair(payment(number).ref, Entity.PAYMENT, "7"): PairAnswer.UNLINKED for number in answered}
    found = worth_comparing(RECORDS, Entity.PAYMENT, candidates, answers)
    assert [record.ref for record in found] == [payment(number).ref for number in compared]


def test_nor_what_only_a_transaction_of_another_kind_has() -> None:
    candidates = Candidates(free={(Entity.PAYMENT, PLAIN.id): PLAIN}, linked={})
    refs: list[Ref] = [each.ref for each in worth_comparing([memo(1, amount="55.00")], Entity.CREDIT_MEMO, candidates, {})]
    assert refs == []
