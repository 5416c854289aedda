"""A record's window shows what the host has of it, who did what to it, and what add-ins tell; what one cannot read is said."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import update

from hostsim.addins.acting_user import ActingUser, by_itself
from hostsim.addins.host_services import Options, User
from hostsim.addins.record_sections import Section
from hostsim.addins.registrars import RecordSections, RegistrationError
from hostsim.practice.database import open_practice
from hostsim.practice.exchange.loading import load_firm
from hostsim.practice.exchange.parsing import parse_firm_file
from hostsim.practice.model import Kind
from hostsim.practice.sql import tables
from hostsim.terminal.show_command import find_ref, section_lines, show
from hostsim.testing import KEY
from hostsim.workspace import Workspace, open_workspace
from tests.support.hosts.fake_addin import ParcelAddIn, parcel_source
from tests.support.hosts.practice_samples import add_records, new_record, payment, small_practice


@pytest.fixture
def addin() -> ParcelAddIn:
    """An add-in that knows nothing of records."""
    return ParcelAddIn()


@pytest.fixture
def workspace(database_url: str, tmp_path: Path, addin: ParcelAddIn) -> Iterator[Workspace]:
    """A small practice with the add-in, and Maria at work."""
    with small_practice(database_url):
        source = parcel_source(tmp_path, lambda: addin)
        opened = open_workspace(open_practice(database_url), [source], Options(database_url), lambda _: KEY, user=User())
        yield opened
        opened.close()


class Expected(NamedTuple):
    """The record, and what is and is not read of it."""

    ref: str
    said: Sequence[str]
    unsaid: Sequence[str] = ()


def record(addin: ParcelAddIn, amount: str, *parts: tuple[str, str], **more: Any) -> str:
    """A payment that the add-in records."""
    (outcome,) = addin.host.ledger.record_payments([payment("k1", amount, *parts, **more)])
    assert outcome.id, outcome
    return f"payment:{outcome.id}"


def applied(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    ref = record(addin, "120.00", ("1", "100.00"), ("2", "5.00"))
    said = (
        "Unapplied  15.00",
        "Applied    105.00",
        "INV-1    2026-11-18   100.00  100.00",
        "[invoice:2]",
        "Maria Ortiz  Parcel   recorded",
    )
    return Expected(ref, said, ("Nothing is noted",))


def changed(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    ref = record(addin, "120.00", ("1", "100.00"))
    change = {"key": "c", "ref": ref, "version": 0, "amount": Decimal("130.00"), "date": date(2026, 11, 19), "reference": ""}
    addin.host.ledger.update([change])
    addin.host.ledger.apply([{"key": "d", "ref": ref, "version": 1, "applications": [{"invoice_id": "2", "amount": Decimal(7)}]}])
    words = "date 2026-11-18 → 2026-11-19; amount 120.00 → 130.00; reference R1 → –"
    return Expected(ref, (words, "applied to INV-1 100.00 → INV-1 100.00, INV-2 7.00", "Amount     130.00"))


def removed(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    ref = record(addin, "120.00", ("1", "100.00"))
    addin.host.ledger.remove([{"key": "c", "ref": ref, "version": 0}])
    said = (
        "This payment is not in WorkSpace (any more).",
        "removed",
        "Amy's Bird Sanctuary · 2026-11-18 · 120.00",
        "applied to INV-1 100.00",
    )
    return Expected(ref, said, ("Unapplied",))


def never_there(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    return Expected("credit_memo:77", ("This credit memo is not in WorkSpace (any more).", "Nothing is noted"))


def older(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    [ref] = add_records(workspace.practice, new_record())
    return Expected(ref, ("Nothing is noted: it was there before", "It is applied to no invoice."))


def memo(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    [ref] = add_records(workspace.practice, new_record(Kind.CREDIT_MEMO, amount="40.00", applied=((1, 150_000),)))
    return Expected(ref, ("CM-0001", "Applied    15.00", "Unapplied  25.00", "[invoice:1]"))


def by_the_program(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    with by_itself():
        ref = record(addin, "9.00")
    return Expected(ref, ("WorkSpace, by itself",), ("Maria Ortiz",))


def loaded(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    entry = {"client": "Łukasz Kowalski", "date": "2026-11-01", "amount": "5.00", "number": "P-1700"}
    for amount in ("5.00", "6.00"):
        file = parse_firm_file(json.dumps({"payments": [entry | {"amount": amount}]}))
        ids = load_firm(workspace.practice.database, file)
    return Expected(ids["payments"][0], ("hostsim load  recorded", "amount 5.00 → 6.00", "Łukasz Kowalski"))


def paid_invoice(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    ref = record(addin, "120.00", ("1", "60.00"))
    add_records(workspace.practice, new_record(Kind.CREDIT_MEMO, amount="40.00", applied=((1, 150_000),)))
    return Expected("invoice:1", ("Paid    75.00", "Open    25.00", f"[{ref}]", "Credit memo  CM-0001", "[client:1]"))


def open_invoice(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    return Expected("invoice:3", ("Hernández, López & Söhne", "Nothing is applied to it.", "Open    80.00"))


def client(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    ref = record(addin, "120.00", ("1", "60.00"))
    said = ("Unapplied  60.00", "Open       90.30", f"[{ref}]", "[invoice:4]", "active")
    return Expected("client:1", said, ("INV-3", "inactive"))


def empty_client(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    said = ("State      inactive", "There is no invoice of this client.", "There is no payment or credit memo of this client.")
    return Expected("client:3", said)


def created_client(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    (outcome,) = addin.host.ledger.create_clients([{"key": "n", "name": "Zoë & Co."}])
    return Expected(f"client:{outcome.id}", ("Client Zoë & Co.", "Maria Ortiz  Parcel   created"))


def other_currency(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    with workspace.practice.database.writing() as connection:
        connection.execute(update(tables.clients).where(tables.clients.c.id == 1).values(currency="JPY"))
    return Expected(record(addin, "120"), ("Amount (JPY)", "Unapplied (JPY)"))


def of_many(workspace: Workspace, addin: ParcelAddIn) -> Expected:
    refs = add_records(workspace.practice, *(new_record(amount=f"{n}.00") for n in range(1, 61)))
    return Expected("client:1", ("The newest 50 of 60. The Billing tab lists them all.", f"[{refs[-1]}]"), (f"[{refs[0]}]",))


MEMBERS: tuple[Callable[[Workspace, ParcelAddIn], Expected], ...] = (
    applied,
    changed,
    removed,
    never_there,
    older,
    memo,
    by_the_program,
    loaded,
    paid_invoice,
    open_invoice,
    client,
    empty_client,
    created_client,
    other_currency,
    of_many,
)


def page_of(workspace: Workspace, ref: str) -> str:
    """What is shown, as `hostsim show` prints it."""
    form: Any = workspace.form("record")
    found = form.open({"selection": [ref]}, user=workspace.user)
    return "\n".join([found["title"], *section_lines([*found["sections"], *workspace.addin_sections(ref)])])


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.__name__)
def test_a_record_is_shown(workspace: Workspace, addin: ParcelAddIn, member: Callable[[Workspace, ParcelAddIn], Expected]) -> None:
    expected = member(workspace, addin)
    shown = page_of(workspace, expected.ref)
    assert [text for text in expected.said if text not in shown] == [], shown
    assert [text for text in expected.unsaid if text in shown] == [], shown


def broken(_ref: str, /, *, user: ActingUser | None = None) -> Sequence[Section]:
    """A reader that raises, with a client's name in its text."""
    raise RuntimeError("Amy's Bird Sanctuary")


def test_an_addin_that_raises_takes_nothing_away_and_says_so(
    workspace: Workspace, addin: ParcelAddIn, capsys: pytest.CaptureFixture[str]
) -> None:
    ref = record(addin, "120.00")
    workspace.addins[0].sections.add(kinds=("payment",), read=broken)
    shown = page_of(workspace, ref)
    assert "! Parcel post stopped with an error: RuntimeError. What it knows of this record could not be read." in shown
    assert "Unapplied  120.00" in shown
    assert show(workspace, ref, as_json=True) == 1
    page = json.loads(capsys.readouterr().out)
    assert (page["record"], page["sections"][-1]["facts"]) == (ref, [])
    assert show(workspace, "invoice:1", as_json=False) == 0


def test_who_may_not_view_sees_nothing_of_it(workspace: Workspace, addin: ParcelAddIn) -> None:
    form: Any = workspace.form("record")
    found = form.open({"selection": [record(addin, "120.00")]}, user=User("Ann", frozenset({"export"})))
    assert (found["sections"], found["record"]) == ((), "")
    assert found["notice"]["text"] == "Ann may not view. Ask whoever manages users."


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("P-1001", "payment:1"),
        ("p-1001", "payment:1"),
        ("payment:1", "payment:1"),
        ("INV-2", "invoice:2"),
        (" inv-2 ", "invoice:2"),
        ("invoice:3", "invoice:3"),
        ("client:9", "client:9"),
        ("hernández, lópez & söhne", "client:2"),
    ],
)
def test_a_person_names_a_record_in_their_own_words(workspace: Workspace, addin: ParcelAddIn, name: str, ref: str) -> None:
    record(addin, "120.00")
    assert find_ref(workspace.practice, name) == ref


@pytest.mark.parametrize("kinds", [("journal",), ("payment", "payment"), ("",)])
def test_a_kind_has_one_reader_of_an_addin(kinds: Sequence[str]) -> None:
    with pytest.raises(RegistrationError, match="has one reader"):
        RecordSections().add(kinds=kinds, read=broken)


def test_a_database_of_version_4_gets_what_came_since(workspace: Workspace, database_url: str, addin: ParcelAddIn) -> None:
    with workspace.practice.database.writing() as connection:
        tables.record_events.drop(connection)
        tables.mark_sets.drop(connection)
        connection.execute(update(tables.schema).values(version=4))
    later = open_practice(database_url)
    assert later.marks("parcel").get([]) == {}
    assert later.related.events("payment:1") == []
    later.close()
