"""Ledgers in memory that break one rule of recording or reading each, by the rule's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.support.ledgers.fake_ledger import ZERO, FakeLedger
from tests.support.ledgers.fake_ledger_values import (
    FakeApplication,
    FakeClient,
    FakeInvoice,
    FakeMark,
    FakeRecord,
    FakeRecorded,
    FakeSnapshot,
)
from tests.support.ledgers.fake_marks import FakeMarks

Given = Mapping[str, Any]
CENT = Decimal("0.01")


class ForgetsMemo(FakeLedger):
    def new_entry(self, payment: Given, client: FakeClient, parts: Sequence[FakeApplication]) -> FakeRecord:
        return replace(super().new_entry(payment, client, parts), memo="")


class NeverLowersBalances(FakeLedger):
    def spend(self, parts: Sequence[FakeApplication], sign: int = 1) -> None:
        return


class RefusesKnownKeys(FakeLedger):
    def record(self, payment: Given) -> FakeRecorded:
        done = super().record(payment)
        return replace(done, status="refused", id=None, reason="It is there already.") if done.status == "exists" else done


class LooksUpKeysBefore(FakeLedger):
    """Looks keys up once for the list, so that one that comes twice in it is recorded twice."""

    def record_payments(self, payments: Sequence[Given]) -> Sequence[FakeRecorded]:
        found = self.payments_by_external_key([payment["external_key"] for payment in payments])
        fresh = [payment for payment in payments if payment["external_key"] not in found]
        if len({payment["external_key"] for payment in fresh}) == len(fresh):
            return super().record_payments(payments)
        return [super(LooksUpKeysBefore, self).record({**payment, "external_key": f"{n}"}) for n, payment in enumerate(fresh)]


class AllOrNothing(FakeLedger):
    def record_payments(self, payments: Sequence[Given]) -> Sequence[FakeRecorded]:
        done = super().record_payments(payments)
        if len(done) > 2 and any(each.status == "refused" for each in done):
            return [FakeRecorded(each.external_key, "refused", None, "The list was refused.") for each in done]
        return done


class RefusesWithACode(FakeLedger):
    def record(self, payment: Given) -> FakeRecorded:
        done = super().record(payment)
        return replace(done, reason="E-17") if done.status == "refused" else done


class InventsClients(FakeLedger):
    def client(self, identity: str) -> FakeClient:
        return next((person for person in self.people if person.id == identity), FakeClient(identity, "Somebody"))


class TakesAmounts(FakeLedger):
    """Judges a payment of this amount as if it were one of a hundred, and records it as it is."""

    amount = ZERO

    def record(self, payment: Given) -> FakeRecorded:
        if payment["amount"] != self.amount:
            return super().record(payment)
        done = super().record({**payment, "amount": Decimal("100.00")})
        self.entries[-1] = replace(self.entries[-1], amount=self.amount)
        return done


class TakesNegatives(TakesAmounts):
    amount = Decimal("-5.00")


class TakesFractions(TakesAmounts):
    amount = Decimal("10.005")


class RoundsParts(FakeLedger):
    def record(self, payment: Given) -> FakeRecorded:
        parts = [{**part, "amount": round(part["amount"], 2)} for part in payment["applications"]]
        return super().record({**payment, "applications": parts})


class AppliesMoreThanPaid(FakeLedger):
    def record(self, payment: Given) -> FakeRecorded:
        applied = sum((part["amount"] for part in payment["applications"]), ZERO)
        sentence = payment["amount"] == Decimal("5.00")
        return super().record(payment if sentence else {**payment, "amount": max(applied, payment["amount"])})


class OverdrawsInvoices(FakeLedger):
    def check_part(self, bill: FakeInvoice | None, client: FakeClient, amount: Decimal) -> None:
        super().check_part(bill, client, min(amount, CENT) if amount == Decimal("100.01") else amount)


class JudgesPartsAlone(FakeLedger):
    def check_part(self, bill: FakeInvoice | None, client: FakeClient, amount: Decimal) -> None:
        super().check_part(bill, client, amount / 2 if amount == Decimal("120.00") else amount)


class JudgesBeforeItWrites(FakeLedger):
    """Judges a whole list by the balances before it."""

    def record_payments(self, payments: Sequence[Given]) -> Sequence[FakeRecorded]:
        if [payment["amount"] for payment in payments] != [Decimal("70.00")] * 2:
            return super().record_payments(payments)
        self.bills = [replace(bill, balance=bill.balance + 40) for bill in self.bills]
        return super().record_payments(payments)


class LosesUnknownInvoices(FakeLedger):
    def parts(self, given: Sequence[Given], client: FakeClient) -> tuple[FakeApplication, ...]:
        return super().parts([part for part in given if part["invoice_id"] != "999999"], client)


class PaysForOthers(FakeLedger):
    def check_part(self, bill: FakeInvoice | None, client: FakeClient, amount: Decimal) -> None:
        super().check_part(bill and replace(bill, client_id=client.id), client, amount)


class FindsNoKeys(FakeLedger):
    def payments_by_external_key(self, keys: Sequence[str]) -> Mapping[str, str]:
        return super().payments_by_external_key(keys) if len(keys) < 2 else {}


class StopsAtAThousand(FakeLedger):
    def record_payments(self, payments: Sequence[Given]) -> Sequence[FakeRecorded]:
        return super().record_payments(payments[:1000])


class GivesOneBirth(FakeLedger):
    def new_entry(self, payment: Given, client: FakeClient, parts: Sequence[FakeApplication]) -> FakeRecord:
        return replace(super().new_entry(payment, client, parts), birth="same")


class NamesNoVersion(FakeLedger):
    def record(self, payment: Given) -> FakeRecorded:
        return replace(super().record(payment), version=None)


class SortsRecords(FakeLedger):
    def records(self, refs: Sequence[str]) -> Sequence[FakeRecord]:
        return super().records(sorted(refs))


class FindsByAmountAlone(FakeLedger):
    def find_payments(self, keys: Sequence[tuple[str, date, Decimal]]) -> Sequence[FakeRecord]:
        return [entry for entry in self.entries if entry.amount in {amount for _, _, amount in keys}]


class FindsAnyInvoice(FakeLedger):
    def invoices_by_number(self, numbers: Sequence[str]) -> Sequence[FakeInvoice]:
        return self.bills


class FindsExactNumbers(FakeLedger):
    def invoices_by_number(self, numbers: Sequence[str]) -> Sequence[FakeInvoice]:
        return [bill for bill in self.bills if bill.number in numbers]


class KnowsNoCurrency(FakeLedger):
    def clients(self) -> Sequence[FakeClient]:
        return [replace(person, currency="") for person in super().clients()]


class EndsADayEarly(FakeLedger):
    def fits(self, entry: FakeRecord, query: Given) -> bool:
        return super().fits(entry, query) and (query.get("to") is None or entry.date < query["to"])


class OldestFirst(FakeLedger):
    def snapshot(self, query: Given) -> FakeSnapshot:
        found = super().snapshot(query)
        return FakeSnapshot(list(reversed(found.ids)), found.total)


class LiveSnapshot(FakeLedger):
    def snapshot(self, query: Given) -> FakeSnapshot:
        self.shown = getattr(self, "shown", [])
        self.shown[:] = super().snapshot(query).ids
        return FakeSnapshot(self.shown, super().snapshot(query).total)

    def record(self, payment: Given) -> FakeRecorded:
        done = super().record(payment)
        getattr(self, "shown", []).append(f"payment:{done.id}")
        return done


class FiltersWhatIsChosen(FakeLedger):
    def fits(self, entry: FakeRecord, query: Given) -> bool:
        rest = {name: value for name, value in query.items() if name != "refs"}
        return super().fits(entry, query) and super().fits(entry, rest)


class IgnoresHidden(FakeLedger):
    def fits(self, entry: FakeRecord, query: Given) -> bool:
        return super().fits(entry, {**query, "show_hidden": True})


class ForgetfulMarks(FakeMarks):
    def put(self, changes: Sequence[Given]) -> None:
        for change in changes:
            self.marks[change["ref"]] = FakeMark(change["ref"], change.get("state", ""), change.get("hidden", False))


class ForgetsMarks(FakeLedger):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.marks = ForgetfulMarks()


class EverMarked(FakeMarks):
    def marked(self, state: str, scope: str = "") -> Sequence[str]:
        self.ever = getattr(self, "ever", set()) | {mark.ref for mark in self.marks.values() if mark.state == state}
        return sorted(self.ever if state == "synchronized" else super().marked(state))


class ListsOldMarks(FakeLedger):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.marks = EverMarked()


class OneCompanysMarks(FakeMarks):
    def of(self, scope: str) -> dict[str, FakeMark]:
        return self.marks


class KnowsNoCompany(FakeLedger):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.marks = OneCompanysMarks()


class StuckMarks(FakeMarks):
    def use(self, scope: str) -> None:
        self.of(scope)


class StaysWithTheFirst(FakeLedger):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.marks = StuckMarks()


class SearchesNothing(FakeLedger):
    def fits(self, entry: FakeRecord, query: Given) -> bool:
        return super().fits(entry, {**query, "search": ""})


BROKEN_RECORDING: Mapping[str, type[FakeLedger]] = {
    "read_back": ForgetsMemo,
    "application_lowers_balance": NeverLowersBalances,
    "known_key_changes_nothing": RefusesKnownKeys,
    "key_twice_in_a_list": LooksUpKeysBefore,
    "refusal_stops_no_other": AllOrNothing,
    "refusal_has_a_sentence": RefusesWithACode,
    "unknown_client": InventsClients,
    "zero_amount": TakesAmounts,
    "negative_amount": TakesNegatives,
    "fractional_amount": TakesFractions,
    "bad_parts": RoundsParts,
    "more_applied_than_paid": AppliesMoreThanPaid,
    "more_than_the_balance": OverdrawsInvoices,
    "parts_are_added_up": JudgesPartsAlone,
    "balance_is_spent_once": JudgesBeforeItWrites,
    "unknown_invoice": LosesUnknownInvoices,
    "invoice_of_another": PaysForOthers,
    "keys_are_found": FindsNoKeys,
    "long_lists": StopsAtAThousand,
    "births": GivesOneBirth,
    "version_of_what_was_recorded": NamesNoVersion,
    "records_in_order": SortsRecords,
    "payments_by_amount": FindsByAmountAlone,
    "invoices_are_found": FindsAnyInvoice,
    "numbers_in_any_case": FindsExactNumbers,
    "clients_have_currencies": KnowsNoCurrency,
    "both_ends_included": EndsADayEarly,
    "counted_and_summed": OldestFirst,
    "snapshot_stays": LiveSnapshot,
    "chosen_records": FiltersWhatIsChosen,
    "filtered_by_marks": IgnoresHidden,
    "marks_keep_the_rest": ForgetsMarks,
    "marked_by_state": ListsOldMarks,
    "marks_by_company": KnowsNoCompany,
    "company_in_use": StaysWithTheFirst,
    "search_finds": SearchesNothing,
}
