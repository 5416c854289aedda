"""A row that stays in doubt, withdrawn from the export form."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from hostsim.qbo_simulator.companies.start import make
from qb_plugin.forms.exporting.columns import ROW_ACTIONS, ROW_EDITS
from qb_plugin.model import IntentState
from qb_plugin.store.database import open_store
from tests.addin.forms.test_text_host import Scene, scene
from tests.support.addin.store_samples import NOON, sample_intent
from tests.support.addin.store_samples import payment as ref

ROW = "payment:1"
PAYLOAD = '{"CustomerRef":{"value":"1"},"TotalAmt":80.00,"TxnDate":"2026-11-22","PrivateNote":"[WS AF-payment-1]"}'

CONFIRMED = {ROW: {"withdraw": True}}

__all__ = ["scene"]


@pytest.fixture
def realm(scene: Scene, tmp_path: Path) -> str:
    """The company in which payment 1 was settled fully, in vain."""
    found = scene.simulator.credentials()["realm"]
    intent = replace(sample_intent(1), realm=found, sent_at=NOON, sends=2, singles=2, payload=PAYLOAD)
    with closing(open_store(f"sqlite:///{tmp_path / 'park.db'}")) as store:
        store.journal.open([intent], fence=10_000)
        store.journal.mark_fully_settled([intent.id])
    scene.host.marks.put([{"ref": ROW, "state": "not_confirmed"}])
    return found


def test_a_row_that_is_not_there_at_the_last_look_is_withdrawn_and_ready_again(scene: Scene, realm: str, tmp_path: Path) -> None:
    [row] = scene.form("export-payments").act("withdraw", scene.opened("export-payments"), [ROW], CONFIRMED)["rows"]
    assert (row["id"], row["outcome"]) == (ROW, "ready")
    assert row["message"].startswith("Withdrawn: P-1001 was not in QuickBooks")
    with closing(open_store(f"sqlite:///{tmp_path / 'park.db'}")) as store:
        assert [(intent.source, intent.state) for intent in store.journal.withdrawn(realm)] == [(ref(1), IntentState.WITHDRAWN)]
        assert store.runs.latest(realm, 1)[0].action == "withdraw"
    rows = scene.form("export-payments").rows(scene.opened("export-payments"), None).page(0, 19)
    assert next(each["outcome"] for each in rows if each["id"] == ROW) == "ready"


def test_the_row_offers_to_look_again_and_to_withdraw(scene: Scene, realm: str) -> None:
    [row] = scene.run("export-payments", "export", scene.opened("export-payments"), [ROW])["rows"]
    assert row["outcome"] == "not_confirmed"
    assert [fix["label"] for fix in row["fixes"]] == ["Look again", "It is not in QuickBooks: withdraw"]


def test_it_asks_first_and_shows_both_records_facts(scene: Scene, realm: str, tmp_path: Path) -> None:
    asked = scene.form("export-payments").act("withdraw", scene.opened("export-payments"), [ROW], {})
    assert asked["edits"] == CONFIRMED
    assert "80.00 on" in asked["question"]
    assert "Amy's Bird Sanctuary" in asked["question"]
    with closing(open_store(f"sqlite:///{tmp_path / 'park.db'}")) as store:
        assert store.journal.withdrawn(realm) == []
        assert len(store.journal.open_intents(realm)) == 1


def test_a_row_withdrawn_for_the_second_time_offers_a_new_number_and_asks_before(scene: Scene, realm: str, tmp_path: Path) -> None:
    scene.form("export-payments").act("withdraw", scene.opened("export-payments"), [ROW], CONFIRMED)
    with closing(open_store(f"sqlite:///{tmp_path / 'park.db'}")) as store:
        [given_up] = store.journal.withdrawn(realm)
        store.journal.reopen(realm, [given_up.id], 10_000)
        store.journal.mark_fully_settled([given_up.id])
    [row] = scene.form("export-payments").act("withdraw", scene.opened("export-payments"), [ROW], CONFIRMED)["rows"]
    [fix] = row["fixes"]
    assert (fix["label"], fix["run"], fix["edit"]) == ("Send under a new number", "export", {"new_number": True})
    assert "80.00 of" in fix["confirm"]
    shown = scene.form("export-payments").rows(scene.opened("export-payments"), None).page(0, 19)
    assert next(each["fixes"] for each in shown if each["id"] == ROW) == [fix]
    [sent] = scene.run("export-payments", "export", scene.opened("export-payments"), [ROW], **{ROW: fix["edit"]})["rows"]
    assert sent["outcome"] == "synchronized"


def test_who_may_not_export_may_not_withdraw() -> None:
    assert {action["id"]: action["right"] for action in ROW_ACTIONS}["withdraw"] == "export"


@pytest.mark.parametrize("option", ["look-again", "withdraw", "new-number"])
def test_a_terminal_has_each_way_out_as_an_option(option: str) -> None:
    assert {edit["option"]: edit["takes"] for edit in ROW_EDITS}[option] == "switch"


def test_at_the_next_start_a_withdrawn_row_that_is_there_after_all_is_linked(scene: Scene, realm: str, tmp_path: Path) -> None:
    scene.form("export-payments").act("withdraw", scene.opened("export-payments"), [ROW], CONFIRMED)
    core = scene.simulator.core
    made = make(core.realms[realm], "Payment", json.loads(PAYLOAD, parse_float=Decimal), NOON + timedelta(hours=1))
    scene.addin.runtime().settle_job._looks_at.clear()  # as a process that starts
    scene.addin.runtime().settle_job.run()
    with closing(open_store(f"sqlite:///{tmp_path / 'park.db'}")) as store:
        assert store.links.by_source(realm, [ref(1)])[ref(1)].quickbooks_id == made["Id"]
        assert store.runs.latest(realm, 1)[0].action == "settle"
