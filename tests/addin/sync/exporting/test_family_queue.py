"""Two rows of one paying family that touch invoices are never in flight at once, whoever of the family pays."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from qb_plugin.model import Batch, Customer, Entity, PaymentDraft
from qb_plugin.sync.exporting.dispatch import CustomerQueue, touching
from qb_plugin.sync.exporting.planning import PlannedRow
from tests.support.addin.sync_firm import DAY, Firm, firm_in, invoice, line, part, payment


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
            assert not any(touching(batch) & touching(other) for other in flying)
            flying.append(batch)
            left += [each.id for each in batch]
        if flying and (not batch or pause % 2):
            for family in sorted(touching(flying.pop(0))):
                queue.release(family)
    assert sorted(left) == sorted(each.id for each in rows)


def test_an_answer_to_rows_that_touch_no_invoice_lets_no_second_batch_of_the_family_in(tmp_path: Path) -> None:
    """The first payment is applied to nothing, and its answer comes while the second one's batch is under way."""
    with firm_in(tmp_path) as firm:
        firm.quickbooks.items_a_batch, firm.quickbooks.width = 1, 2
        firm.open(invoice("1", 1, "100.00"), invoice("2", 1, "100.00", day=2))
        together: list[list[str]] = []
        firm.quickbooks.on_submit.append(lambda batch: together.append([intent.payload for intent in batch.intents]))
        flying = count_touching(firm)
        plain, first, second = (
            payment(1),
            payment(2, applications=(part(1, "100.00"),)),
            payment(3, applications=(part(2, "100.00"),)),
        )
        ended = firm.export(plain, first, second, auto_apply=True, apply_as_in_workspace=True)
        assert [len(ended.rows[str(record.ref)].applied) for record in (plain, first, second)] == [0, 1, 1]
        assert max(flying) == 1
        assert len(together) == 3


def count_touching(firm: Firm) -> list[int]:
    """How many batches that touch invoices were under way each time that one was sent."""
    counts: list[int] = []

    def look(batch: Batch) -> None:
        done = len([1 for saved in firm.quickbooks.payments_saved() if saved.lines])
        sent = len([1 for other in (*firm.quickbooks.batches, batch) for intent in other.intents if "LinkedTxn" in intent.payload])
        counts.append(sent - done)

    firm.quickbooks.on_submit.append(look)
    return counts
