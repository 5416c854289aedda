"""Rules of `record_payments`."""

from __future__ import annotations

from decimal import Decimal

from qb_plugin.ledger_rules.rule import DAY, LedgerUnderTest, expect, expect_refused, rules

BAD_AMOUNTS = ("0.00", "-5.00", "10.005")


def read_back(subject: LedgerUnderTest) -> None:
    """A recorded payment is read back as it was given."""
    given = subject.payment("k1", "45.50", reference="R-9")
    given["method"], given["memo"] = "Visa", "thanks"
    record = subject.read(*subject.record(given))
    seen = (record.kind, record.client_id, record.date, record.amount, list(record.applications))
    expect(seen, ("payment", subject.client, DAY, Decimal("45.50"), []), "kind, client, date, amount, applications")
    texts = (record.method, record.reference, record.memo, record.external_key)
    expect(texts, ("Visa", "R-9", "thanks", "k1"), "method, reference, memo, key")


def application_lowers_balance(subject: LedgerUnderTest) -> None:
    """What is applied to an invoice lowers its balance and stands on the record."""
    record = subject.record_one("k1", "60.00", "40.00")
    expect(subject.balance(), Decimal("60.00"), "balance")
    parts = [(part.invoice_id, part.amount) for part in record.applications]
    expect(parts, [(subject.invoice, Decimal("40.00"))], "applications")


def known_key_changes_nothing(subject: LedgerUnderTest) -> None:
    """A key that exists is answered `exists` with the id it has, and nothing is changed."""
    (ref,) = subject.record(subject.payment("k1", "60.00", "40.00"))
    (again,) = subject.ledger.record_payments([subject.payment("k1", "70.00", "30.00")])
    expect((again.status, f"payment:{again.id}", again.reason), ("exists", ref, None), "status, id and reason")
    expect((subject.balance(), list(subject.refs())), (Decimal("60.00"), [ref]), "balance and records")


def key_twice_in_a_list(subject: LedgerUnderTest) -> None:
    """A key that comes twice in one list is recorded once."""
    first, second = subject.ledger.record_payments([subject.payment("k1"), subject.payment("k1")])
    expect((first.status, second.status, second.id), ("recorded", "exists", first.id), "statuses and second id")
    expect(len(subject.refs()), 1, "records")


def refusal_stops_no_other(subject: LedgerUnderTest) -> None:
    """There is one outcome for each payment, in the order given, and a refusal stops no other."""
    given = [subject.payment("k1"), subject.payment("k2", client="999999"), subject.payment("k3")]
    outcomes = [(outcome.external_key, outcome.status) for outcome in subject.ledger.record_payments(given)]
    expect(outcomes, [("k1", "recorded"), ("k2", "refused"), ("k3", "recorded")], "keys and statuses")


def refusal_has_a_sentence(subject: LedgerUnderTest) -> None:
    """What is refused has a reason, a sentence that people can read."""
    (outcome,) = subject.ledger.record_payments([subject.payment("k1", "5.00", "6.00")])
    reason = outcome.reason or ""
    expect((outcome.status, reason.endswith("."), " " in reason), ("refused", True, True), f"status and sentence ({reason!r})")


def unknown_client(subject: LedgerUnderTest) -> None:
    """A payment of an unknown client is refused."""
    expect_refused(subject, subject.payment("k1", client="999999"))


def zero_amount(subject: LedgerUnderTest) -> None:
    """A payment of zero is refused."""
    expect_refused(subject, subject.payment("k1", "0.00"))


def negative_amount(subject: LedgerUnderTest) -> None:
    """A negative payment is refused."""
    expect_refused(subject, subject.payment("k1", "-5.00"))


def fractional_amount(subject: LedgerUnderTest) -> None:
    """A payment with more decimals than its currency is refused, never rounded."""
    expect_refused(subject, subject.payment("k1", "10.005"))


def bad_parts(subject: LedgerUnderTest) -> None:
    """An applied part that is zero, negative or has too many decimals is refused with its payment."""
    for amount in BAD_AMOUNTS:
        expect_refused(subject, subject.payment("k1", "60.00", amount))


def more_applied_than_paid(subject: LedgerUnderTest) -> None:
    """More applied to invoices than was paid is refused."""
    expect_refused(subject, subject.payment("k1", "40.00", "41.00"))


def more_than_the_balance(subject: LedgerUnderTest) -> None:
    """More than an invoice's balance is refused, and nothing of the payment is written."""
    expect_refused(subject, subject.payment("k1", "200.00", "100.01"))


def parts_are_added_up(subject: LedgerUnderTest) -> None:
    """Several parts on one invoice are added up before they are compared with its balance."""
    given = subject.payment("k1", "200.00")
    given["applications"] = [*subject.part("60.00"), *subject.part("60.00")]
    expect_refused(subject, given)


def balance_is_spent_once(subject: LedgerUnderTest) -> None:
    """Two payments of one list never spend the same balance."""
    given = [subject.payment("k1", "70.00", "70.00"), subject.payment("k2", "70.00", "70.00")]
    expect([outcome.status for outcome in subject.ledger.record_payments(given)], ["recorded", "refused"], "statuses")
    expect(subject.balance(), Decimal("30.00"), "balance")


def unknown_invoice(subject: LedgerUnderTest) -> None:
    """A part on an unknown invoice is refused with its payment."""
    expect_refused(subject, subject.payment("k1", "10.00", "1.00", invoice="999999"))


def invoice_of_another(subject: LedgerUnderTest) -> None:
    """A part on another client's invoice is refused with its payment."""
    expect_refused(subject, subject.payment("k1", "10.00", "1.00", invoice=subject.other_invoice))
    expect(subject.balance(subject.other_invoice), Decimal("80.00"), "the other client's balance")


def keys_are_found(subject: LedgerUnderTest) -> None:
    """External keys that exist are found, with the payment's id; others are left out."""
    (ref,) = subject.record(subject.payment("k1"))
    found = dict(subject.ledger.payments_by_external_key(["k1", "k2"]))
    expect(found, {"k1": ref.removeprefix("payment:")}, "keys found")


def long_lists(subject: LedgerUnderTest) -> None:
    """A long list is recorded whole, one id each."""
    refs = subject.record(*(subject.payment(f"k{n}", "0.01") for n in range(1_100)))
    expect((len(set(refs)), subject.ledger.snapshot({}).total), (1_100, Decimal("11.00")), "ids and total")


def births(subject: LedgerUnderTest) -> None:
    """A record keeps its birth, and no two records have the same; a host that keeps none gives none at all."""
    refs = subject.record(subject.payment("k1"), subject.payment("k2"))
    one, two = (subject.read(ref).birth for ref in refs)
    expect((one == two, one == ""), (one == "", one == ""), f"births {one!r} and {two!r}: equal, empty")
    expect([subject.read(ref).birth for ref in refs], [one, two], "births read again")
    expect((one + two).isalnum() or not one + two, True, "births of letters and digits")


def version_of_what_was_recorded(subject: LedgerUnderTest) -> None:
    """A payment that was just recorded comes with its version; one that exists or was refused with none."""
    (made,) = subject.ledger.record_payments([subject.payment("k1")])
    expect(made.version, subject.read(f"payment:{made.id}").version, "version")
    again, refused = subject.ledger.record_payments([subject.payment("k1"), subject.payment("k2", "0.00")])
    expect((again.version, refused.version), (None, None), "versions of what exists and of what was refused")


RECORDING_RULES = rules(
    (
        read_back,
        application_lowers_balance,
        known_key_changes_nothing,
        key_twice_in_a_list,
        refusal_stops_no_other,
        refusal_has_a_sentence,
        unknown_client,
        zero_amount,
        negative_amount,
        fractional_amount,
        bad_parts,
        more_applied_than_paid,
        more_than_the_balance,
        parts_are_added_up,
        balance_is_spent_once,
        unknown_invoice,
        invoice_of_another,
        keys_are_found,
        long_lists,
        births,
        version_of_what_was_recorded,
    )
)
