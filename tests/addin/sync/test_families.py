"""Paying families: who bills with whom, and that their balances are spent by the rule, each once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from qb_plugin.model import Customer
from qb_plugin.sync.exporting.allocation import OpenBalances
from qb_plugin.sync.families import PayingFamilies, clientless_above, matched_below
from tests.support.addin.sync_firm import invoice

Tree = list[tuple[int, bool]]
NAMES = [f"C{number}" for number in range(6)]
few = st.sampled_from([Decimal("10.00"), Decimal("20.00"), Decimal("30.00"), Decimal("60.00")])
# A tree of six: each with its parent, which comes before it, and whether it bills with it.
trees = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=6, max_size=6)
owned = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5), few), max_size=12)
paid = st.lists(st.tuples(st.integers(0, 5), few), max_size=10)


def family_of(tree: Tree) -> PayingFamilies:
    """The customers of a tree."""
    above = [NAMES[parent] if parent < number else None for number, (parent, _) in enumerate(tree)]
    named = zip(NAMES, above, tree, strict=True)
    found = [Customer(id=n, name=n, full_name=n, parent_id=parent, bills_with_parent=bills) for n, parent, (_, bills) in named]
    return PayingFamilies({customer.id: customer for customer in found})


def billed_to(tree: Tree, owner: int) -> list[int]:
    """The model: whom an invoice is billed to, the owner first."""
    found = [owner]
    while tree[found[-1]][1] and tree[found[-1]][0] < found[-1]:
        found.append(tree[found[-1]][0])
    return found


@given(trees, owned, paid)
def test_in_any_tree_a_payment_goes_to_what_is_billed_to_its_payer_and_no_balance_is_spent_twice(
    tree: Tree, invoices: list[tuple[int, int, Decimal]], payments: list[tuple[int, Decimal]]
) -> None:
    bills = [invoice(str(n), 1, str(amount), day=day) for n, (_, day, amount) in enumerate(invoices)]
    opened = [replace(bill, customer_id=NAMES[owner]) for bill, (owner, _, _) in zip(bills, invoices, strict=True)]
    left = {each.id: each.balance for each in opened}
    balances = OpenBalances(opened, family_of(tree))
    for payer, amount in payments:
        mine = [i for i in opened if payer in billed_to(tree, NAMES.index(i.customer_id)) and left[i.id] > 0]
        lines = balances.allocate(NAMES[payer], amount)
        equal = [i for i in mine if left[i.id] == amount]
        order = sorted(equal or mine, key=lambda i: (i.date, int(i.id)))
        assert [each.id for each in lines] == [i.id for i in order][: len(lines)]
        assert sum(each.amount for each in lines) == min(amount, sum(left[i.id] for i in mine))
        for each in lines:
            left[each.id] -= each.amount
            assert left[each.id] >= 0


@given(trees)
def test_a_family_is_its_root_and_all_who_bill_with_it(tree: Tree) -> None:
    families = family_of(tree)
    roots = {name: NAMES[billed_to(tree, n)[-1]] for n, name in enumerate(NAMES)}
    assert {name: families.root(name) for name in NAMES} == roots
    for name in NAMES:
        assert families.with_families([name]) == sorted(other for other in NAMES if roots[other] == roots[name])


def test_a_circle_of_parents_ends_and_a_stranger_is_a_family_of_one() -> None:
    ring = {
        name: Customer(id=name, name=name, full_name=name, parent_id=parent, bills_with_parent=True)
        for name, parent in (("A", "B"), ("B", "C"), ("C", "A"), ("D", "D"))
    }
    families = PayingFamilies(ring)
    assert families.root("A") == "C"
    assert families.root("D") == "D"
    assert families.root("Z") == "Z"
    assert families.with_families(["Z"]) == ["Z"]
    assert families.currency_of("Z") is None


def test_an_invoice_in_another_currency_than_its_customers_is_left_out() -> None:
    families = PayingFamilies({"51": Customer(id="51", name="A", full_name="A", currency="EUR")})
    found = [replace(invoice(n, 1, "10.00"), currency=code) for n, code in (("1", "USD"), ("2", "EUR"), ("3", None))]
    balances = OpenBalances(found, families)
    assert [line.id for line in balances.allocate("51", Decimal("30.00"))] == ["2", "3"]


@given(trees, st.sets(st.sampled_from(NAMES)))
def test_what_is_no_clients_may_be_of_the_nearest_clients_below_it(tree: Tree, matched: set[str]) -> None:
    customers = {
        name: Customer(id=name, name=name, full_name=name, parent_id=NAMES[parent] if parent < number else None)
        for number, (name, (parent, _)) in enumerate(zip(NAMES, tree, strict=True))
    }
    below = matched_below(customers, matched)
    for name in NAMES:
        above: list[str] = []
        at = customers[name].parent_id
        while at and at not in matched:
            above.append(at)
            at = customers[at].parent_id
        assert clientless_above(name, customers, matched) == above
        assert {each for each in below if name in below[each]} == (set(above) if name in matched else set())


def test_a_circle_of_parents_that_are_no_clients_ends() -> None:
    ring = {name: Customer(id=name, name=name, full_name=name, parent_id=parent) for name, parent in (("A", "B"), ("B", "A"))}
    assert clientless_above("A", ring, {"A"}) == ["B"]
    assert clientless_above("Z", ring, {"A"}) == []
    assert matched_below(ring, {"A"}) == {"B": frozenset({"A"})}
