"""Rules of `apply`, `update`, `remove` and `create_clients`, for a host that offers them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from qb_plugin.host import Record
from qb_plugin.ledger_changes import ApplyChange, ChangeOutcome, NewClient, RecordChange, UpdateChange
from qb_plugin.ledger_rules.rule import LedgerUnderTest, expect, rules


def aimed(record: Record, key: str = "c1") -> RecordChange:
    """A change of this record as it is."""
    return {"key": key, "ref": f"{record.kind}:{record.id}", "version": record.version}


def to_apply(subject: LedgerUnderTest, record: Record, amount: str, key: str = "c1", invoice: str | None = None) -> ApplyChange:
    """An application of this record to `invoice`."""
    return {**aimed(record, key), "applications": subject.part(amount, invoice)}


def to_update(record: Record, key: str = "c1") -> UpdateChange:
    """An update of this record as it is, that names nothing yet."""
    return {"key": key, "ref": f"{record.kind}:{record.id}", "version": record.version}


def new_reference(record: Record, key: str = "c1", reference: str = "R-2") -> UpdateChange:
    """An update of this record's reference."""
    change = to_update(record, key)
    change["reference"] = reference
    return change


def new_amount(record: Record, key: str, amount: str) -> UpdateChange:
    """An update of this record's amount."""
    change = to_update(record, key)
    change["amount"] = Decimal(amount)
    return change


def new_applications(subject: LedgerUnderTest, record: Record, key: str, amount: str) -> UpdateChange:
    """An update that applies the record to `invoice` alone."""
    change = to_update(record, key)
    change["applications"] = subject.part(amount)
    return change


def expect_statuses(outcomes: Sequence[ChangeOutcome], *wanted: str) -> None:
    """The outcomes must have these statuses, and a sentence where nothing was done."""
    expect([outcome.status for outcome in outcomes], list(wanted), "statuses")
    reasons = [outcome.reason or "" for outcome in outcomes if outcome.status in {"refused", "changed"}]
    expect([reason for reason in reasons if not reason.endswith(".")], [], "reasons that are no sentence")


def expect_unchanged(subject: LedgerUnderTest, before: Record, balance: str) -> None:
    """The record and the invoice's balance must be as they were."""
    now = subject.read(f"{before.kind}:{before.id}")
    expect((now.version, now.amount, now.reference), (before.version, before.amount, before.reference), "the record")
    expect((len(now.applications), subject.balance()), (len(before.applications), Decimal(balance)), "applications, balance")


def apply_adds(subject: LedgerUnderTest) -> None:
    """`apply` adds to what a record is applied to, lowers the balance and raises the version."""
    before = subject.record_one("k1", "60.00", "40.00")
    expect_statuses(subject.ledger.apply([to_apply(subject, before, "15.00")]), "recorded")
    now = subject.read(f"payment:{before.id}")
    expect(sum(part.amount for part in now.applications), Decimal("55.00"), "applied")
    expect((subject.balance(), now.version > before.version), (Decimal("45.00"), True), "balance, version raised")


def apply_no_more_than_the_record(subject: LedgerUnderTest) -> None:
    """`apply` refuses more than the record has left."""
    before = subject.record_one("k1", "60.00", "40.00")
    expect_statuses(subject.ledger.apply([to_apply(subject, before, "20.01")]), "refused")
    expect_unchanged(subject, before, "60.00")


def apply_no_more_than_the_balance(subject: LedgerUnderTest) -> None:
    """`apply` refuses more than the invoice's balance."""
    before = subject.record_one("k1", "200.00", None)
    expect_statuses(subject.ledger.apply([to_apply(subject, before, "100.01")]), "refused")
    expect_unchanged(subject, before, "100.00")


def apply_to_own_invoices(subject: LedgerUnderTest) -> None:
    """`apply` refuses invoices of other clients and unknown ones."""
    before = subject.record_one("k1", "60.00", None)
    changes = [to_apply(subject, before, "1.00", key, id) for key, id in (("c1", subject.other_invoice), ("c2", "999999"))]
    expect_statuses(subject.ledger.apply(changes), "refused", "refused")
    expect(subject.balance(subject.other_invoice), Decimal("80.00"), "the other client's balance")


def apply_bad_amounts(subject: LedgerUnderTest) -> None:
    """`apply` refuses parts that are zero, negative or have too many decimals."""
    before = subject.record_one("k1", "60.00", None)
    changes = [to_apply(subject, before, amount, amount) for amount in ("0.00", "-1.00", "1.005")]
    expect_statuses(subject.ledger.apply(changes), "refused", "refused", "refused")
    expect_unchanged(subject, before, "100.00")


def apply_once(subject: LedgerUnderTest) -> None:
    """`apply` with a key that was used before changes nothing and is answered `exists`, whatever the version is by then."""
    before = subject.record_one("k1", "60.00", "40.00")
    (first,) = subject.ledger.apply([to_apply(subject, before, "5.00")])
    (again,) = subject.ledger.apply([to_apply(subject, before, "5.00")])
    seen = (first.status, again.status, again.id, again.version)
    expect(seen, ("recorded", "exists", before.id, first.version), "statuses, id, version")
    expect(subject.balance(), Decimal("55.00"), "balance")


def apply_to_what_was_seen(subject: LedgerUnderTest) -> None:
    """`apply` to a record that has changed meanwhile, or is gone, writes nothing and is answered `changed`."""
    before = subject.record_one("k1", "60.00", None)
    (first,) = subject.ledger.apply([to_apply(subject, before, "5.00")])
    gone: ApplyChange = {**to_apply(subject, before, "1.00", "c3"), "ref": "payment:999999"}
    outcomes = subject.ledger.apply([to_apply(subject, before, "5.00", "c2"), gone])
    expect_statuses(outcomes, "changed", "changed")
    expect((outcomes[0].version, outcomes[1].id), (first.version, None), "version now, id of what is gone")
    expect(subject.balance(), Decimal("95.00"), "balance")


def update_what_is_named(subject: LedgerUnderTest) -> None:
    """`update` changes what is named and nothing else, keeps birth, number and key, and raises the version."""
    before = subject.record_one("k1", "60.00", "40.00")
    expect_statuses(subject.ledger.update([new_reference(before)]), "recorded")
    now = subject.read(f"payment:{before.id}")
    expect((now.reference, now.version > before.version), ("R-2", True), "reference, version raised")
    kept = [(each.birth, each.number, each.external_key, each.amount, each.method, each.memo) for each in (before, now)]
    expect(kept[1], kept[0], "birth, number, key, amount, method, memo")
    expect((len(now.applications), subject.balance()), (1, Decimal("60.00")), "applications and balance")


def update_bad_amounts(subject: LedgerUnderTest) -> None:
    """`update` refuses an amount that is zero, negative, has too many decimals or is less than what is applied."""
    before = subject.record_one("k1", "60.00", "40.00")
    amounts = ("0.00", "-1.00", "60.005", "39.99")
    changes = [new_amount(before, amount, amount) for amount in amounts]
    expect_statuses(subject.ledger.update(changes), *["refused"] * len(amounts))
    expect_unchanged(subject, before, "60.00")


def update_applications(subject: LedgerUnderTest) -> None:
    """`update` with applications puts them in place of those there are, within amount and balance."""
    before = subject.record_one("k1", "60.00", "40.00")
    changes = [new_applications(subject, before, "c1", "60.01"), new_applications(subject, before, "c2", "60.00")]
    expect_statuses(subject.ledger.update(changes), "refused", "recorded")
    parts = [part.amount for part in subject.read(f"payment:{before.id}").applications]
    expect((parts, subject.balance()), ([Decimal("60.00")], Decimal("40.00")), "applications and balance")


def update_once(subject: LedgerUnderTest) -> None:
    """`update` with a key that was used before changes nothing and is answered `exists`."""
    before = subject.record_one()
    (first,) = subject.ledger.update([new_reference(before)])
    (again,) = subject.ledger.update([new_reference(before, reference="R-3")])
    seen = (first.status, again.status, again.id, again.version)
    expect(seen, ("recorded", "exists", before.id, first.version), "statuses, id, version")
    expect(subject.read(f"payment:{before.id}").reference, "R-2", "reference")


def update_what_was_seen(subject: LedgerUnderTest) -> None:
    """`update` of a record that has changed meanwhile writes nothing and is answered `changed` with its version now."""
    before = subject.record_one()
    (first,) = subject.ledger.update([new_reference(before)])
    outcomes = subject.ledger.update([new_reference(before, "c2", "R-3")])
    expect_statuses(outcomes, "changed")
    seen = (outcomes[0].version, subject.read(f"payment:{before.id}").reference)
    expect(seen, (first.version, "R-2"), "version and reference now")


def update_refusal_stops_no_other(subject: LedgerUnderTest) -> None:
    """Of several changes each has its outcome, in order, and none stops another; one without a key is refused."""
    one, two = subject.record_one("k1", "10.00", None), subject.record_one("k2", "10.00", None)
    changes = [new_reference(one, ""), new_reference(one, "c1"), new_amount(two, "c2", "0.00"), new_reference(two, "c3")]
    outcomes = subject.ledger.update(changes)
    expect_statuses(outcomes, "refused", "recorded", "refused", "recorded")
    expect([outcome.key for outcome in outcomes], ["", "c1", "c2", "c3"], "keys")


def remove_gives_back(subject: LedgerUnderTest) -> None:
    """`remove` takes a record out with its key and its applications; its invoices are open again."""
    before = subject.record_one("k1", "60.00", "40.00")
    expect_statuses(subject.ledger.remove([aimed(before)]), "recorded")
    seen = (list(subject.refs()), subject.balance(), dict(subject.ledger.payments_by_external_key(["k1"])))
    expect(seen, ([], Decimal("100.00"), {}), "records, balance, keys")


def remove_once(subject: LedgerUnderTest) -> None:
    """`remove` with a key that was used before removes nothing more and is answered `exists`."""
    before = subject.record_one("k1", "60.00", "40.00")
    (first,), (again,) = subject.ledger.remove([aimed(before)]), subject.ledger.remove([aimed(before)])
    expect((first.status, again.status, again.id), ("recorded", "exists", before.id), "statuses and id")
    expect(subject.balance(), Decimal("100.00"), "balance")


def remove_what_was_seen(subject: LedgerUnderTest) -> None:
    """`remove` of a record that has changed meanwhile, or is gone, removes nothing and is answered `changed`."""
    before = subject.record_one("k1", "60.00", "40.00")
    stale: RecordChange = {**aimed(before), "version": before.version - 1}
    gone: RecordChange = {"key": "c2", "ref": "payment:999999", "version": 0}
    expect_statuses(subject.ledger.remove([stale, gone]), "changed", "changed")
    expect_unchanged(subject, before, "60.00")


def removed_ids_are_not_reused(subject: LedgerUnderTest) -> None:
    """A record that is entered again after `remove` has another id and another birth."""
    before = subject.record_one("k1", "60.00", "40.00")
    subject.ledger.remove([aimed(before)])
    after = subject.record_one("k1", "60.00", "40.00")
    same_birth = bool(before.birth) and before.birth == after.birth
    expect((after.id == before.id, same_birth), (False, False), "same id, same birth")


def created_client_is_listed(subject: LedgerUnderTest) -> None:
    """`create_clients` creates an active client as given, who can pay at once."""
    given: NewClient = {"key": "c1", "name": "Nova Works", "email": "pay@nova.example", "phone": "555 0100"}
    (outcome,) = subject.ledger.create_clients([given])
    found = [(each.name, each.active, each.email, each.phone) for each in subject.ledger.clients() if each.id == outcome.id]
    expect((outcome.status, found), ("recorded", [("Nova Works", True, "pay@nova.example", "555 0100")]), "status, client")
    subject.record(subject.payment("k1", client=outcome.id))


def client_is_created_once(subject: LedgerUnderTest) -> None:
    """`create_clients` with a key that was used before creates nobody and is answered `exists` with the id."""
    (first,) = subject.ledger.create_clients([{"key": "c1", "name": "Nova Works"}])
    (again,) = subject.ledger.create_clients([{"key": "c1", "name": "Nova Works"}])
    expect((first.status, again.status, again.id), ("recorded", "exists", first.id), "statuses and id")
    expect(sum(each.name == "Nova Works" for each in subject.ledger.clients()), 1, "clients of this name")


def client_names_are_given_once(subject: LedgerUnderTest) -> None:
    """`create_clients` refuses a name that a client has already, and one that is empty; others go on."""
    taken = next(each.name for each in subject.ledger.clients() if each.id == subject.client)
    outcomes = subject.ledger.create_clients(
        [{"key": "c1", "name": taken}, {"key": "c2", "name": " "}, {"key": "c3", "name": "Nova"}]
    )
    expect_statuses(outcomes, "refused", "refused", "recorded")


def client_has_its_currency(subject: LedgerUnderTest) -> None:
    """A client created with a currency has it, and its payments no more decimals than it."""
    (outcome,) = subject.ledger.create_clients([{"key": "c1", "name": "Nova Works", "currency": "JPY"}])
    codes = [each.currency for each in subject.ledger.clients() if each.id == outcome.id]
    expect(codes, ["JPY"], "currency")
    given = [subject.payment("k1", "500.50", client=outcome.id), subject.payment("k2", "500", client=outcome.id)]
    statuses = [each.status for each in subject.ledger.record_payments(given)]
    expect(statuses, ["refused", "recorded"], "statuses of JPY 500.50 and JPY 500")


APPLY_RULES = rules(
    (
        apply_adds,
        apply_no_more_than_the_record,
        apply_no_more_than_the_balance,
        apply_to_own_invoices,
        apply_bad_amounts,
        apply_once,
        apply_to_what_was_seen,
    ),
    "apply",
)
UPDATE_RULES = rules(
    (
        update_what_is_named,
        update_bad_amounts,
        update_applications,
        update_once,
        update_what_was_seen,
        update_refusal_stops_no_other,
    ),
    "update",
)
REMOVE_RULES = rules((remove_gives_back, remove_once, remove_what_was_seen, removed_ids_are_not_reused), "remove")
CLIENT_RULES = rules(
    (created_client_is_listed, client_is_created_once, client_names_are_given_once, client_has_its_currency), "create_clients"
)
CHANGING_RULES = (*APPLY_RULES, *UPDATE_RULES, *REMOVE_RULES, *CLIENT_RULES)
