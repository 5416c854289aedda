"""Two rows of one paying family that touch invoices are never in flight at once, whoever of the family pays."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from qb_plugin.model import Customer, Entity, PaymentDraft
from qb_plugin.sync.exporting.dispatch import CustomerQueue
from qb_plugin.sync.exporting.planning import PlannedRow
from tests.support.addin.sync_firm import DAY, line, payment


def row(number: int, member: int, family: int, applied: bool) -> PlannedRow:
    """A payment of a member of a family."""
    name = f"{family}-{member}"
    draft = PaymentDraft(customer_id=name, date=DAY, total=Decimal(10), lines=(line("1", "10.00"),) if applied else ())
    customer = Customer(id=name, name=name, full_name=name)
    return PlannedRow(
        record=payment(number), customer=customer, draft=draft, entity=Entity.PAYMENT, payload="{}", family=f"family {family}"
    )


def test_the_job_waits_while_its_parents_batch_is_under_way() -> None:
    queue = CustomerQueue([row(1, 0, 1, applied=True), row(2, 1, 1, applied=True), row(3, 0, 2, applied=True)])
    assert [each.id for each in queue.take(1)] == ["payment:1"]
    assert [each.id for each in queue.take(9)] == ["payment:3"]
    queue.release("family 1")
    assert [each.id for each in queue.take(9)] == ["payment:2"]


def test_a_row_without_a_family_is_its_customers_alone() -> None:
    alone = PlannedRow(
        record=payment(1),
        customer=Customer(id="51", name="A", full_name="A"),
        draft=row(1, 0, 0, applied=False).draft,
        entity=Entity.PAYMENT,
        payload="{}",
    )
    assert alone.family == "51"


members = st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans())


@given(st.lists(members, max_size=40), st.lists(st.integers(0, 5), max_size=60))
def test_no_two_batches_in_flight_share_a_family_and_every_row_leaves(
    drawn: list[tuple[int, int, bool]], answered: list[int]
) -> None:
    rows = [row(number, member, family, applied) for number, (member, family, applied) in enumerate(drawn)]
    queue, flying, left = CustomerQueue(rows, ahead=5), list[list[PlannedRow]](), list[str]()
    for pause in [*answered, *[1] * 100]:
        batch = queue.take(3)
        if batch:
            touched = {each.family for each in batch if each.lines}
            assert not any(touched & {each.family for each in other if each.lines} for other in flying)
            flying.append(batch)
            left += [each.id for each in batch]
        if flying and (not batch or pause % 2):
            for family in {each.family for each in flying.pop(0)}:
                queue.release(family)
    assert sorted(left) == sorted(each.id for each in rows)
