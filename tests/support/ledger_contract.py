"""What every ledger and its marks must do, whoever wrote them: inherit `LedgerContract` and give it a `books` fixture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qb_plugin.host import Ledger, Marks

DAY = date(2026, 11, 18)


@dataclass(frozen=True, slots=True)
class Books:
    """A ledger with nothing paid yet and two clients at least: `client` has the invoice of 100.00, `other` that of 80.00.

    `ledger` filters by `marks`.
    """

    ledger: Ledger
    marks: Marks
    client: str
    other: str
    invoice: str
    other_invoice: str

    def payment(self, key: str, amount: str = "10.00", share: str | None = None, **rest: Any) -> Mapping[str, Any]:
        """A payment of `client`, `share` of it applied to `invoice`."""
        applied = [] if share is None else [{"invoice_id": self.invoice, "amount": Decimal(share)}]
        given = {"external_key": key, "client_id": self.client, "date": DAY, "amount": Decimal(amount), "method": "Check"}
        return given | {"reference": "", "memo": "", "applications": applied} | rest

    def record(self, *payments: Mapping[str, Any]) -> Sequence[str]:
        """Record payments that must be good; gives their refs."""
        outcomes = self.ledger.record_payments(payments)
        assert [outcome.status for outcome in outcomes] == ["recorded"] * len(payments)
        return [f"payment:{outcome.id}" for outcome in outcomes]

    def balance(self) -> Decimal:
        """What the invoice has open."""
        (invoice,) = self.ledger.invoices([self.invoice])
        return invoice.balance

    def refs(self, **query: Any) -> Sequence[str]:
        """All refs the query leaves."""
        snapshot = self.ledger.snapshot(query)
        return snapshot.refs(0, snapshot.count)


class LedgerContract:
    """The tests themselves."""

    def test_a_recorded_payment_is_read_back_as_given(self, books: Books) -> None:
        (ref,) = books.record(books.payment("k1", "45.50", method="Visa", reference="R-9", memo="thanks"))
        (record,) = books.ledger.records([ref])
        assert (record.kind, record.client_id, record.date, record.amount) == ("payment", books.client, DAY, Decimal("45.50"))
        assert (record.method, record.reference, record.memo, record.external_key) == ("Visa", "R-9", "thanks", "k1")
        assert list(record.applications) == []

    def test_an_application_lowers_the_balance_of_its_invoice(self, books: Books) -> None:
        (ref,) = books.record(books.payment("k1", "60.00", "40.00"))
        assert books.balance() == Decimal("60.00")
        (record,) = books.ledger.records([ref])
        assert [(part.invoice_id, part.amount) for part in record.applications] == [(books.invoice, Decimal("40.00"))]

    def test_a_key_that_exists_gives_the_id_it_has_and_changes_nothing(self, books: Books) -> None:
        (ref,) = books.record(books.payment("k1", "60.00", "40.00"))
        (again,) = books.ledger.record_payments([books.payment("k1", "70.00", "30.00")])
        assert (again.status, f"payment:{again.id}", again.reason) == ("exists", ref, None)
        assert books.balance() == Decimal("60.00")
        assert len(books.refs()) == 1

    def test_a_key_given_twice_at_once_is_recorded_once(self, books: Books) -> None:
        first, second = books.ledger.record_payments([books.payment("k1"), books.payment("k1")])
        assert (first.status, second.status, second.id) == ("recorded", "exists", first.id)
        assert len(books.refs()) == 1

    def test_outcomes_come_in_the_order_given_and_one_refusal_stops_no_other(self, books: Books) -> None:
        given = [books.payment("k1"), books.payment("k2", client_id="nobody"), books.payment("k3")]
        outcomes = books.ledger.record_payments(given)
        assert [(outcome.external_key, outcome.status) for outcome in outcomes] == [
            ("k1", "recorded"),
            ("k2", "refused"),
            ("k3", "recorded"),
        ]

    @pytest.mark.parametrize("amount", ["0.00", "-5.00", "10.005"])
    def test_an_amount_that_is_none_is_refused_with_a_sentence(self, books: Books, amount: str) -> None:
        (outcome,) = books.ledger.record_payments([books.payment("k1", amount)])
        assert (outcome.status, outcome.id) == ("refused", None)
        assert outcome.reason is not None
        assert outcome.reason.endswith(".")
        assert books.refs() == []

    def test_more_than_an_invoice_has_left_is_refused_and_nothing_is_half_written(self, books: Books) -> None:
        (outcome,) = books.ledger.record_payments([books.payment("k1", "100.01", "100.01")])
        assert outcome.status == "refused"
        assert books.balance() == Decimal("100.00")
        assert books.refs() == []
        assert books.ledger.payments_by_external_key(["k1"]) == {}

    def test_two_payments_of_one_list_never_spend_the_same_balance(self, books: Books) -> None:
        outcomes = books.ledger.record_payments([books.payment("k1", "70.00", "70.00"), books.payment("k2", "70.00", "70.00")])
        assert [outcome.status for outcome in outcomes] == ["recorded", "refused"]
        assert books.balance() == Decimal("30.00")

    def test_more_applied_than_paid_is_refused(self, books: Books) -> None:
        (outcome,) = books.ledger.record_payments([books.payment("k1", "40.00", "41.00")])
        assert outcome.status == "refused"
        assert books.balance() == Decimal("100.00")

    def test_an_unknown_invoice_is_refused(self, books: Books) -> None:
        unknown = [{"invoice_id": "999999", "amount": Decimal("1.00")}]
        (outcome,) = books.ledger.record_payments([books.payment("k1", applications=unknown)])
        assert outcome.status == "refused"

    def test_external_keys_are_found(self, books: Books) -> None:
        (ref,) = books.record(books.payment("k1"))
        assert books.ledger.payments_by_external_key(["k1", "k2"]) == {"k1": ref.removeprefix("payment:")}

    def test_records_come_in_the_order_asked_and_unknown_ones_are_left_out(self, books: Books) -> None:
        one, two = books.record(books.payment("k1"), books.payment("k2"))
        asked = [two, "payment:999999", "payment:x", one]
        assert [f"{record.kind}:{record.id}" for record in books.ledger.records(asked)] == [two, one]

    def test_look_alikes_are_found_by_client_date_and_amount(self, books: Books) -> None:
        one, _ = books.record(books.payment("k1", "12.00"), books.payment("k2", "13.00"))
        found = books.ledger.find_payments([(books.client, DAY, Decimal("12.00")), (books.other, DAY, Decimal("13.00"))])
        assert [f"payment:{record.id}" for record in found] == [one]

    def test_invoices_are_found_by_id_and_by_number(self, books: Books) -> None:
        (invoice,) = books.ledger.invoices([books.invoice])
        assert (invoice.client_id, invoice.total, invoice.balance) == (books.client, Decimal("100.00"), Decimal("100.00"))
        assert [found.id for found in books.ledger.invoices_by_number([invoice.number, "none"])] == [books.invoice]
        assert list(books.ledger.invoices(["none"])) == []

    def test_a_snapshot_includes_both_ends_of_its_dates(self, books: Books) -> None:
        days = [date(2026, 11, day) for day in (1, 2, 3, 4)]
        refs = books.record(*(books.payment(f"k{day}", date=day) for day in days))
        assert set(books.refs(**{"from": days[1], "to": days[2]})) == {refs[1], refs[2]}

    def test_a_snapshot_counts_and_sums_what_it_lists_newest_first(self, books: Books) -> None:
        refs = books.record(books.payment("k1", "1.10"), books.payment("k2", "2.20", date=date(2026, 11, 19)))
        snapshot = books.ledger.snapshot({"kinds": ["payment"]})
        assert (snapshot.count, snapshot.total) == (2, Decimal("3.30"))
        assert list(snapshot.refs(0, 2)) == [refs[1], refs[0]]

    def test_a_snapshot_stays_as_it_was_taken(self, books: Books) -> None:
        books.record(books.payment("k1"))
        snapshot = books.ledger.snapshot({})
        books.record(books.payment("k2"))
        assert snapshot.count == 1
        assert len(snapshot.refs(0, 10)) == 1

    def test_chosen_records_are_shown_whatever_the_filters_say(self, books: Books) -> None:
        one, two = books.record(books.payment("k1"), books.payment("k2"))
        books.marks.put([{"ref": one, "state": "synchronized", "hidden": True}])
        query = {"refs": [one], "hide_synchronized": True, "show_hidden": False, "from": date(2027, 1, 1), "search": "nothing"}
        assert books.refs(**query) == [one]
        assert books.refs(refs=[one, two], kinds=["credit_memo"]) == []

    def test_synchronized_and_hidden_records_are_filtered_by_their_marks(self, books: Books) -> None:
        one, two, three = books.record(*(books.payment(key) for key in ("k1", "k2", "k3")))
        books.marks.put([{"ref": one, "state": "synchronized"}, {"ref": two, "hidden": True}])
        assert set(books.refs(hide_synchronized=True, show_hidden=False)) == {three}
        assert set(books.refs(hide_synchronized=True, show_hidden=True)) == {two, three}
        assert set(books.refs(hide_synchronized=False, show_hidden=False)) == {one, three}
        assert set(books.refs(hide_synchronized=False, show_hidden=True)) == {one, two, three}

    def test_a_mark_changes_only_what_is_named(self, books: Books) -> None:
        (one,) = books.record(books.payment("k1"))
        books.marks.put([{"ref": one, "state": "failed"}])
        books.marks.put([{"ref": one, "hidden": True}])
        mark = books.marks.get([one])[one]
        assert (mark.ref, mark.state, mark.hidden) == (one, "failed", True)
        books.marks.put([{"ref": one, "state": "synchronized"}])
        assert books.marks.get([one])[one].hidden

    def test_marked_records_are_listed_by_state(self, books: Books) -> None:
        one, two, _ = books.record(*(books.payment(key) for key in ("k1", "k2", "k3")))
        books.marks.put([{"ref": one, "state": "synchronized"}, {"ref": two, "state": "not_confirmed"}])
        assert list(books.marks.marked("synchronized")) == [one]
        assert list(books.marks.marked("not_confirmed")) == [two]
        books.marks.put([{"ref": one, "state": ""}])
        assert list(books.marks.marked("synchronized")) == []

    def test_a_search_finds_reference_and_amount(self, books: Books) -> None:
        one, two = books.record(books.payment("k1", "12.34", reference="ABC-777"), books.payment("k2", "56.78", reference="XYZ"))
        assert books.refs(search="abc-7") == [one]
        assert books.refs(search="56.78") == [two]

    def test_a_list_in_a_group_of_many_is_recorded_whole(self, books: Books) -> None:
        refs = books.record(*(books.payment(f"k{n}", "0.01") for n in range(1_100)))
        assert len(set(refs)) == 1_100
        assert books.ledger.snapshot({}).total == Decimal("11.00")
