"""Each rule by which an undo leaves something alone, one by one, at its edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from qb_plugin.model import Company, Entity, Kind, Line, Link, LinkOrigin, Message, Operation, QboCreditMemo, QboPayment, Ref
from qb_plugin.sync.undoing.created import Created, UndoRow
from qb_plugin.sync.undoing.planning import (
    SAME_MOMENT,
    PlannedUndo,
    applied_elsewhere,
    describe,
    opened,
    refuse_here,
    refuse_locked,
    refuse_touched,
    refuse_used,
)
from tests.support.addin.sync_firm import book_payment
from tests.support.ledgers.fake_ledger import FakeLedger
from tests.support.ledgers.fake_ledger_values import FakeRecord

SEEN = datetime(2026, 11, 22, 20, tzinfo=UTC)
DAY = date(2026, 11, 20)
SECOND = timedelta(seconds=1)
PAID, MEMO_REF = Ref(Kind.PAYMENT, "17"), Ref(Kind.CREDIT_MEMO, "18")
MEMO = QboCreditMemo(
    id="40",
    sync_token="2",
    customer_id="58",
    customer_name="Amy",
    date=DAY,
    total=Decimal("60.00"),
    remaining=Decimal("60.00"),
    updated=SEEN,
)
COMPANY = Company(realm="1", name="Sandbox")


def made(entity: Entity = Entity.PAYMENT, identity: str = "41", token: str = "0", updated: datetime | None = SEEN) -> Created:
    """What a run made, as it was last seen."""
    operation = Operation.APPLY if identity == "41" and entity is Entity.PAYMENT else Operation.CREATE
    source = MEMO_REF if entity is Entity.CREDIT_MEMO else PAID
    return Created(source=source, operation=operation, entity=entity, quickbooks_id=identity, sync_token=token, updated=updated)


def memo_row(*, application: bool = False, unapplied_at: datetime | None = None) -> UndoRow:
    """A memo that was sent, with the payment that applies it, or that applied it once."""
    applies = made(updated=SEEN + 5 * SECOND) if application else None
    record = made(Entity.CREDIT_MEMO, "40", "2")
    return UndoRow(id=str(MEMO_REF), source=MEMO_REF, record=record, application=applies, unapplied_at=unapplied_at)


PAID_ROW = UndoRow(id=str(PAID), source=PAID, record=made(identity="17"))


def key(message: Message | None) -> str | None:
    """The key of a refusal."""
    return message.key if message else None


@pytest.mark.parametrize(
    ("deposit", "closed", "said"),
    [
        (None, None, None),
        ("9", None, "undo_deposited"),
        (None, DAY - timedelta(days=1), None),
        (None, DAY, "undo_closed"),
        (None, DAY + timedelta(days=1), "undo_closed"),
        ("9", DAY, "undo_deposited"),
    ],
)
def test_a_deposit_and_a_closed_period_lock(deposit: str | None, closed: date | None, said: str | None) -> None:
    payment = book_payment("17", date=DAY, deposit_id=deposit)
    assert key(refuse_locked(payment, replace(COMPANY, closed_until=closed))) == said


def test_a_memo_is_locked_by_a_closed_period_and_nothing_without_a_company() -> None:
    closed = replace(COMPANY, closed_until=DAY)
    assert key(refuse_locked(MEMO, closed)) == "undo_closed"
    assert refuse_locked(MEMO, COMPANY) is None
    assert refuse_locked(MEMO, None) is None


@pytest.mark.parametrize(("voided", "said"), [(False, None), (True, "undo_voided")])
def test_what_is_void_already_stays(voided: bool, said: str | None) -> None:
    assert key(refuse_used(PAID_ROW, book_payment("17", voided=voided))) == said


@pytest.mark.parametrize("remaining", ["59.99", "0.00"])
def test_a_memo_that_is_used_without_us_stays(remaining: str) -> None:
    used = replace(MEMO, remaining=Decimal(remaining))
    refusal = refuse_used(memo_row(), used)
    assert refusal
    assert (refusal.key, refusal.values["amount"]) == ("undo_applied_elsewhere", Decimal("60.00") - Decimal(remaining))
    assert refuse_used(memo_row(application=True), used) is None
    assert refuse_used(memo_row(), MEMO) is None


@pytest.mark.parametrize(
    ("token", "updated", "noted", "touched"),
    [
        ("0", SEEN, SEEN, False),
        ("1", SEEN, SEEN, True),
        ("0", SEEN + SECOND, SEEN, True),
        ("0", SEEN - SECOND, SEEN, True),  # put back to an older version
        ("0", SEEN + SECOND, None, False),  # an older version of this program noted no time
        ("1", SEEN, None, True),
        ("0", None, SEEN, False),
    ],
)
def test_a_payment_is_touched_when_its_version_or_its_time_is_another(
    token: str, updated: datetime | None, noted: datetime | None, touched: bool
) -> None:
    part = made(identity="17", updated=noted)
    refusal = refuse_touched(PAID_ROW, part, book_payment("17", sync_token=token, updated=updated))
    assert key(refusal) == ("undo_edited" if touched else None)
    assert not refusal or refusal.values["type"] == "payment"


@pytest.mark.parametrize(("token", "later", "touched"), [("2", 0, False), ("3", 0, True), ("2", 1, True)])
def test_a_memo_that_nothing_of_ours_applied_is_judged_as_a_payment(token: str, later: int, touched: bool) -> None:
    row = memo_row()
    now = replace(MEMO, sync_token=token, updated=SEEN + later * SECOND)
    assert row.record
    refusal = refuse_touched(row, row.record, now)
    assert key(refusal) == ("undo_edited" if touched else None)
    assert not refusal or refusal.values["type"] == "credit memo"


@pytest.mark.parametrize("way", ["applied", "unapplied"])
@pytest.mark.parametrize(("beyond", "touched"), [(timedelta(0), False), (SAME_MOMENT, False), (SAME_MOMENT + SECOND, True)])
def test_a_memo_may_be_as_new_as_our_own_application_or_its_end(way: str, beyond: timedelta, touched: bool) -> None:
    ours = SEEN + 5 * SECOND
    row = memo_row(application=True) if way == "applied" else memo_row(unapplied_at=ours)
    now = replace(MEMO, sync_token="7", updated=ours + beyond)
    assert row.record
    assert key(refuse_touched(row, row.record, now)) == ("undo_edited" if touched else None)


def test_an_application_itself_is_judged_by_its_version() -> None:
    row = memo_row(application=True)
    assert row.application
    now = book_payment("41", sync_token="0", updated=row.application.updated)
    assert refuse_touched(row, row.application, now) is None
    assert key(refuse_touched(row, row.application, replace(now, sync_token="1"))) == "undo_edited"


@pytest.mark.parametrize(
    ("used", "mine", "elsewhere"), [("25.00", "25.00", None), ("60.00", "25.00", "35.00"), ("0.00", "25.00", "-25.00")]
)
def test_more_of_a_memo_is_used_than_our_own_application_uses(used: str, mine: str, elsewhere: str | None) -> None:
    memo = replace(MEMO, remaining=MEMO.total - Decimal(used))
    other = Line(Entity.CREDIT_MEMO, "99", Decimal("5.00"))  # another memo on the same payment counts for nothing
    ours = book_payment("41", amount="0.00", lines=(Line(Entity.CREDIT_MEMO, "40", Decimal(mine)), other))
    refusal = applied_elsewhere(PlannedUndo(row=memo_row(application=True), record=memo, application=ours))
    assert (refusal and str(refusal.values["amount"])) == elsewhere
    assert applied_elsewhere(PlannedUndo(row=memo_row(), record=memo)) is None
    assert applied_elsewhere(PlannedUndo(row=PAID_ROW, record=book_payment("17"), application=ours)) is None


def imported(version: str | None) -> UndoRow:
    """A payment that was recorded here in this version."""
    link = Link(realm="1", source=PAID, entity=Entity.PAYMENT, quickbooks_id="17", origin=LinkOrigin.IMPORTED, own_version=version)
    return UndoRow(id="quickbooks_payment:17", source=PAID, imported=link)


def recorded(version: int) -> FakeRecord:
    """The payment as it is here."""
    return FakeRecord("payment", "17", "P-17", "1", "Amy", DAY, Decimal("5.00"), version=version)


@pytest.mark.parametrize(
    ("noted", "now", "said"),
    [
        ("3", 3, None),
        ("3", 4, "undo_edited_here"),
        ("0", 4, "undo_not_noted"),
        (None, 4, "undo_not_noted"),
        ("3", None, None),  # gone already: only unlinked
    ],
)
def test_an_imported_payment_stays_unless_it_is_as_it_came(noted: str | None, now: int | None, said: str | None) -> None:
    record = None if now is None else recorded(now)
    assert key(refuse_here(imported(noted), record, FakeLedger([], [], []))) == said


def test_a_host_that_cannot_remove_is_asked_for_nothing() -> None:
    lasting = FakeLedger([], [], [], can=frozenset({"apply", "update"}))
    assert key(refuse_here(imported("3"), recorded(3), lasting)) == "undo_host_cannot"


@pytest.mark.parametrize(("void", "said"), [(False, "undo_would_delete"), (True, "undo_would_void")])
def test_what_would_happen_names_what_goes_and_what_opens(void: bool, said: str) -> None:
    lines = (Line(Entity.INVOICE, "7", Decimal("1150.00"), "1001"), Line(Entity.CREDIT_MEMO, "40", Decimal("5.00")))
    plan = PlannedUndo(row=PAID_ROW, record=book_payment("17", lines=(*lines, Line(Entity.INVOICE, "8", Decimal("2.00")))))
    assert list(opened(plan)) == ["1001 1,150.00", "8 2.00"]
    told = describe(plan, void)
    assert (told.key, told.values["what"], told.values["opens"]) == (said, "payment 17", "1001 1,150.00, 8 2.00")


def test_a_memo_goes_after_its_application_and_is_never_void() -> None:
    ours: QboPayment = book_payment("41", amount="0.00")
    told = describe(PlannedUndo(row=memo_row(application=True), record=MEMO, application=ours), True)
    assert (told.key, told.values["what"], told.values["opens"]) == (
        "undo_would_delete",
        "payment 41 then credit memo 40",
        "nothing",
    )


def test_a_memo_that_only_loses_its_application_is_said_to_stay() -> None:
    row = replace(memo_row(application=True), record=None)
    told = describe(PlannedUndo(row=row, application=book_payment("41", amount="0.00")), False)
    assert (told.key, told.values["what"]) == ("undo_would_take_off", "payment 41")


@pytest.mark.parametrize(("here", "said"), [(True, "undo_would_remove"), (False, "undo_would_unlink")])
def test_what_was_imported_is_removed_or_only_unlinked(here: bool, said: str) -> None:
    plan = PlannedUndo(row=imported("3"), host_record=recorded(3) if here else None)
    assert describe(plan, False).key == said
