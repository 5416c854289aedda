"""A slice of the runs with real processes (`make faults`): killed at random moments, and many at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from hostsim.practice.model import Kind, Record
from qb_plugin.model import Entity, Link, LinkOrigin, Ref
from tests.faults.processes import crowd
from tests.faults.processes.books_process import Booked
from tests.faults.processes.crowd import Crowd, is_kind
from tests.faults.processes.inspection import judge_row
from tests.faults.processes.kills import Scene, on_postgres, play, preload


@pytest.fixture(autouse=True)
def quick_starts() -> None:
    preload()


def test_killed_processes_lose_nothing_and_send_nothing_twice(tmp_path: Path) -> None:
    scene = Scene("slice", payments=160, kills=5, workers=2, exclusive=False, seconds=60.0, insist=True)
    outcome = play(scene, 3, tmp_path, f"sqlite:///{tmp_path / 'firm.db'}")
    assert list(outcome.found.bad) == []
    assert outcome.kills == scene.kills
    assert outcome.found.saved + outcome.found.refused == scene.payments
    assert outcome.found.saved > scene.payments / 2


@pytest.mark.postgres
def test_killed_processes_and_a_restarted_server_lose_nothing(tmp_path: Path) -> None:
    scene = Scene("slice", payments=120, kills=2, workers=2, restarts=2, seconds=60.0, insist=True)
    with on_postgres() as (server, address):
        outcome = play(scene, 4, tmp_path, address, server)
    assert list(outcome.found.bad) == []
    assert (outcome.kills, outcome.restarts) == (2, 1)
    assert outcome.found.saved + outcome.found.refused == scene.payments


@pytest.mark.parametrize("exclusive", [True, False], ids=["lease on", "lease off"])
def test_three_processes_at_once_send_each_row_once_and_stay_signed_in(tmp_path: Path, exclusive: bool) -> None:
    outcome = crowd.play(Crowd("slice", 150, 3, exclusive), tmp_path, f"sqlite:///{tmp_path / 'firm.db'}")
    assert list(outcome.bad) == []
    assert outcome.found.saved + outcome.found.refused == 150
    assert outcome.figures.rotations == outcome.figures.token_calls >= 2
    assert bool(outcome.found.said) == exclusive


def test_what_the_second_person_reads_says_who_since_when_and_how_far() -> None:
    told = "Person 2 started a run for this company at 09:14 (140 of 150 done). Nothing was sent. Try again when it has ended."
    assert is_kind(told)
    assert not is_kind(told.replace("Person 2", "Somebody"))
    assert not is_kind(told.replace("140 of 150", "160 of 150"))
    watched = told.replace(
        "Nothing was sent. Try again when it has ended.", "Watching it: nothing of yours is sent. Cancel stops watching."
    )
    assert is_kind(watched)
    assert not is_kind(watched.replace(" (140 of 150 done)", ""))


RECORD = Record(
    kind=Kind.PAYMENT,
    id="17",
    number="P-17",
    client_id="1",
    client_name="Amy",
    date=date(2026, 11, 18),
    amount=Decimal("12.50"),
    method="Check",
    reference="",
    memo="",
    unapplied=Decimal("12.50"),
    applications=(),
    external_key=None,
    version=0,
)
BOOKED = Booked("345", "payment:17", "58", Decimal("12.50"), "2026-11-18")
LINK = Link(realm="realm", source=Ref.parse("payment:17"), entity=Entity.PAYMENT, quickbooks_id="345", origin=LinkOrigin.EXPORTED)


def test_the_inspection_sees_what_is_wrong_with_a_row() -> None:
    def wrong(there: list[Booked], link: Link | None) -> int:
        return len(list(judge_row(RECORD, "payment:17", "58", there, link)))

    assert wrong([BOOKED], LINK) == wrong([], None) == 0
    assert wrong([BOOKED, replace(BOOKED, id="346")], LINK) > 0
    assert wrong([], LINK) == wrong([BOOKED], None) == 1
    for other in ({"customer": "59"}, {"amount": Decimal("12.51")}, {"date": "2026-11-19"}):
        assert wrong([replace(BOOKED, **other)], LINK) == 1
