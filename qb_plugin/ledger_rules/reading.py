"""Rules of reading, of snapshots and of marks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qb_plugin.host import LedgerQuery
from qb_plugin.ledger_rules.rule import DAY, LedgerUnderTest, expect, rules


def listed(subject: LedgerUnderTest, query: LedgerQuery) -> list[str]:
    """All refs that the query leaves."""
    snapshot = subject.ledger.snapshot(query)
    return list(snapshot.refs(0, snapshot.count))


def records_in_order(subject: LedgerUnderTest) -> None:
    """Records come in the order asked; unknown ones are left out."""
    one, two = subject.record(subject.payment("k1"), subject.payment("k2"))
    found = [f"{record.kind}:{record.id}" for record in subject.ledger.records([two, "payment:999999", "payment:x", one])]
    expect(found, [two, one], "records")


def payments_by_amount(subject: LedgerUnderTest) -> None:
    """Payments are found by client, date and amount, all three."""
    one, _ = subject.record(subject.payment("k1", "12.00"), subject.payment("k2", "13.00"))
    keys = [(subject.client, DAY, Decimal("12.00")), (subject.other, DAY, Decimal("13.00"))]
    expect([f"payment:{record.id}" for record in subject.ledger.find_payments(keys)], [one], "payments found")


def invoices_are_found(subject: LedgerUnderTest) -> None:
    """Invoices are found by id and by number, with client, total and balance; unknown ones are left out."""
    (invoice,) = subject.ledger.invoices([subject.invoice])
    hundred = Decimal("100.00")
    expect((invoice.client_id, invoice.total, invoice.balance), (subject.client, hundred, hundred), "client, total, balance")
    numbered = [found.id for found in subject.ledger.invoices_by_number([invoice.number, "none"])]
    expect((numbered, list(subject.ledger.invoices(["none"]))), ([subject.invoice], []), "invoices by number, unknown ones")


def numbers_in_any_case(subject: LedgerUnderTest) -> None:
    """An invoice is found by its number whatever the number's case and the blanks around it."""
    (invoice,) = subject.ledger.invoices([subject.invoice])
    written = [invoice.number.lower(), invoice.number.upper(), f"  {invoice.number} "]
    for number in written:
        found = [each.id for each in subject.ledger.invoices_by_number([number, "none"])]
        expect(found, [subject.invoice], f"invoices by the number {number!r}")


def clients_have_currencies(subject: LedgerUnderTest) -> None:
    """Every client has a currency, the three capital letters of ISO 4217."""
    codes = {client.id: client.currency for client in subject.ledger.clients()}
    good = [len(code) == 3 and code.isascii() and code.isupper() for code in codes.values()]
    expect((subject.client in codes, all(good)), (True, True), f"clients listed, with currencies ({codes})")


def both_ends_included(subject: LedgerUnderTest) -> None:
    """A snapshot includes both ends of its dates."""
    days = [date(2026, 11, day) for day in (1, 2, 3, 4)]
    refs = subject.record(*(subject.payment(f"k{day}", day=day) for day in days))
    expect(set(listed(subject, {"from": days[1], "to": days[2]})), {refs[1], refs[2]}, "records from the 2nd to the 3rd")


def counted_and_summed(subject: LedgerUnderTest) -> None:
    """A snapshot counts and sums what it lists, newest first."""
    refs = subject.record(subject.payment("k1", "1.10"), subject.payment("k2", "2.20", day=date(2026, 11, 19)))
    snapshot = subject.ledger.snapshot({"kinds": ["payment"]})
    expect((snapshot.count, snapshot.total), (2, Decimal("3.30")), "count and total")
    expect(list(snapshot.refs(0, 2)), [refs[1], refs[0]], "order")


def snapshot_stays(subject: LedgerUnderTest) -> None:
    """A snapshot stays as it was taken, whatever is recorded later."""
    subject.record(subject.payment("k1"))
    snapshot = subject.ledger.snapshot({})
    subject.record(subject.payment("k2"))
    expect((snapshot.count, len(snapshot.refs(0, 10))), (1, 1), "count and records")


def chosen_records(subject: LedgerUnderTest) -> None:
    """Records that are asked for by ref are listed whatever the other filters say, but for the kind."""
    one, two = subject.record(subject.payment("k1"), subject.payment("k2"))
    subject.marks.put([{"ref": one, "state": "synchronized", "hidden": True}])
    query: LedgerQuery = {"refs": [one], "hide_synchronized": True, "show_hidden": False, "from": date(2027, 1, 1)}
    expect(listed(subject, query), [one], "records")
    expect(listed(subject, {"refs": [one, two], "kinds": ["credit_memo"]}), [], "credit memos among them")


def filtered_by_marks(subject: LedgerUnderTest) -> None:
    """Synchronized and hidden records are left out by this add-in's marks, each when asked."""
    one, two, three = subject.record(*(subject.payment(key) for key in ("k1", "k2", "k3")))
    subject.marks.put([{"ref": one, "state": "synchronized"}, {"ref": two, "hidden": True}])
    wanted = {(True, False): {three}, (True, True): {two, three}, (False, False): {one, three}, (False, True): {one, two, three}}
    for (hide, show), refs in wanted.items():
        seen = set(listed(subject, {"hide_synchronized": hide, "show_hidden": show}))
        expect(seen, refs, f"records with hide_synchronized={hide}, show_hidden={show}")


def marks_keep_the_rest(subject: LedgerUnderTest) -> None:
    """A change of a mark changes what it names and nothing else."""
    (one,) = subject.record(subject.payment("k1"))
    subject.marks.put([{"ref": one, "state": "failed"}])
    subject.marks.put([{"ref": one, "hidden": True}])
    mark = subject.marks.get([one])[one]
    expect((mark.ref, mark.state, mark.hidden), (one, "failed", True), "ref, state, hidden")
    subject.marks.put([{"ref": one, "state": "synchronized"}])
    expect(subject.marks.get([one])[one].hidden, True, "hidden after a new state")


def marks_by_company(subject: LedgerUnderTest) -> None:
    """States are a company's; what is hidden is hidden for all. The first company named takes over what was marked before."""
    one, two = subject.record(subject.payment("k1"), subject.payment("k2"))
    subject.marks.put([{"ref": one, "state": "synchronized", "external_id": "7"}])
    expect(list(subject.marks.marked("synchronized", "first")), [one], "synchronized for the first company")
    subject.marks.put([{"ref": two, "hidden": True}, {"ref": two, "state": "synchronized", "scope": "second"}])
    seen = [list(subject.marks.marked("synchronized", scope)) for scope in ("first", "second")]
    expect(seen, [[one], [two]], "synchronized by company")
    expect(subject.marks.get([two], "first")[two].hidden, True, "hidden for the first company")
    left = [set(listed(subject, {"hide_synchronized": True, "show_hidden": True, "scope": scope})) for scope in ("first", "second")]
    expect(left, [{two}, {one}], "records left by company")
    expect(listed(subject, {"show_hidden": False, "scope": "second"}), [one], "records that are not hidden")


def company_in_use(subject: LedgerUnderTest) -> None:
    """Without a company, marks are those of the one in use."""
    (one,) = subject.record(subject.payment("k1"))
    subject.marks.put([{"ref": one, "state": "failed", "scope": "first"}])
    subject.marks.use("second")
    expect(list(subject.marks.marked("failed")), [], "failed for the second company")
    subject.marks.use("first")
    expect(list(subject.marks.marked("failed")), [one], "failed for the first company")


def marked_by_state(subject: LedgerUnderTest) -> None:
    """Marked records are listed by their state, as it is now."""
    one, two, _ = subject.record(*(subject.payment(key) for key in ("k1", "k2", "k3")))
    subject.marks.put([{"ref": one, "state": "synchronized"}, {"ref": two, "state": "not_confirmed"}])
    seen = (list(subject.marks.marked("synchronized")), list(subject.marks.marked("not_confirmed")))
    expect(seen, ([one], [two]), "synchronized and not confirmed")
    subject.marks.put([{"ref": one, "state": ""}])
    expect(list(subject.marks.marked("synchronized")), [], "synchronized after the state was taken back")


def search_finds(subject: LedgerUnderTest) -> None:
    """A search finds records by reference and by amount."""
    given = [subject.payment("k1", "12.34", reference="ABC-777"), subject.payment("k2", "56.78", reference="XYZ")]
    one, two = subject.record(*given)
    expect((listed(subject, {"search": "abc-7"}), listed(subject, {"search": "56.78"})), ([one], [two]), "records found")


READING_RULES = rules(
    (
        records_in_order,
        payments_by_amount,
        invoices_are_found,
        numbers_in_any_case,
        clients_have_currencies,
        both_ends_included,
        counted_and_summed,
        snapshot_stays,
        chosen_records,
        filtered_by_marks,
        marks_keep_the_rest,
        marked_by_state,
        marks_by_company,
        company_in_use,
        search_finds,
    )
)
