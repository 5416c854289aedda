"""Ledgers in memory that break one rule of changes each, by the rule's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.support.ledgers.broken_recording import OverdrawsInvoices, PaysForOthers
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_ledger_values import FakeClient, FakeOutcome, FakeRecord

Given = Mapping[str, Any]


class ReplacesInApply(FakeLedger):
    def do_apply(self, change: Given) -> tuple[str, int]:
        return super().do_update(change)


class AppliesTooMuch(FakeLedger):
    def do_apply(self, change: Given) -> tuple[str, int]:
        entry = self.seen(change)
        added = self.parts(change["applications"], self.client(entry.client_id))
        self.spend(added)
        return self.write(entry, applications=(*entry.applications, *added))


class AppliesNegatives(FakeLedger):
    def do_apply(self, change: Given) -> tuple[str, int]:
        parts = [{**part, "amount": abs(part["amount"]) or Decimal("0.01")} for part in change["applications"]]
        return super().do_apply({**change, "applications": parts})


class ForgetsKeys(FakeLedger):
    """Makes a change again, whatever its key, at whatever version."""

    def change(self, action: str, change: Given) -> FakeOutcome:
        self.done.clear()
        now = next((entry.version for entry in self.entries if entry.ref == change.get("ref")), 0)
        return super().change(action, change if "version" not in change else {**change, "version": now})


class IgnoresVersions(FakeLedger):
    def seen(self, change: Given) -> FakeRecord:
        now = next((entry.version for entry in self.entries if entry.ref == change["ref"]), 0)
        return super().seen({**change, "version": now})


class GivesNewBirths(FakeLedger):
    def do_update(self, change: Given) -> tuple[str, int]:
        return super().do_update({**change, "birth": "new"})


class UpdatesBelowApplied(FakeLedger):
    def do_update(self, change: Given) -> tuple[str, int]:
        entry = self.seen(change)
        if change.get("amount") == Decimal("39.99"):
            return self.write(entry, amount=change["amount"])
        return super().do_update(change)


class AddsInUpdate(FakeLedger):
    def do_update(self, change: Given) -> tuple[str, int]:
        if "applications" not in change:
            return super().do_update(change)
        entry = self.seen(change)
        parts = self.parts(change["applications"], self.client(entry.client_id))
        self.spend(parts)
        return self.write(entry, applications=(*entry.applications, *parts))


class ChangesWithoutKeys(FakeLedger):
    def change(self, action: str, change: Given) -> FakeOutcome:
        return super().change(action, {**change, "key": change.get("key") or "none"})


class RemovesWithoutGivingBack(FakeLedger):
    def do_remove(self, change: Given) -> tuple[str, None]:
        entry = self.seen(change)
        self.entries.remove(entry)
        return entry.id, None


class ReusesIds(FakeLedger):
    def do_remove(self, change: Given) -> tuple[str, None]:
        done = super().do_remove(change)
        self.highest = 0
        return done


class CreatesInactive(FakeLedger):
    def clients(self) -> Sequence[FakeClient]:
        return [replace(person, active=False) for person in super().clients()]


class CreatesTwins(FakeLedger):
    def do_create_clients(self, given: Given) -> tuple[str, None]:
        taken = given["name"].strip() in {person.name for person in self.people}
        number, _ = super().do_create_clients({**given, "name": f"{given['name']} 2"} if taken else given)
        return number, None


class RefusesKnownClients(FakeLedger):
    def change(self, action: str, change: Given) -> FakeOutcome:
        self.done.clear()
        return super().change(action, change)


class IgnoresCurrency(FakeLedger):
    def do_create_clients(self, given: Given) -> tuple[str, None]:
        return super().do_create_clients({**given, "currency": "USD"})


BROKEN_CHANGES: Mapping[str, type[FakeLedger]] = {
    "apply_adds": ReplacesInApply,
    "apply_no_more_than_the_record": AppliesTooMuch,
    "apply_no_more_than_the_balance": OverdrawsInvoices,
    "apply_to_own_invoices": PaysForOthers,
    "apply_bad_amounts": AppliesNegatives,
    "apply_once": ForgetsKeys,
    "apply_to_what_was_seen": IgnoresVersions,
    "update_what_is_named": GivesNewBirths,
    "update_bad_amounts": UpdatesBelowApplied,
    "update_applications": AddsInUpdate,
    "update_once": ForgetsKeys,
    "update_what_was_seen": IgnoresVersions,
    "update_refusal_stops_no_other": ChangesWithoutKeys,
    "remove_gives_back": RemovesWithoutGivingBack,
    "remove_once": ForgetsKeys,
    "remove_what_was_seen": IgnoresVersions,
    "removed_ids_are_not_reused": ReusesIds,
    "created_client_is_listed": CreatesInactive,
    "client_is_created_once": RefusesKnownClients,
    "client_names_are_given_once": CreatesTwins,
    "client_has_its_currency": IgnoresCurrency,
}
