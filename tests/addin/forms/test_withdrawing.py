"""A row that stays in doubt, withdrawn from the export form."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from qb_plugin.model import IntentState
from qb_plugin.store.database import open_store
from tests.addin.forms.test_text_host import Scene, scene
from tests.support.addin.store_samples import NOON, sample_intent
from tests.support.addin.store_samples import payment as ref

ROW = "payment:1"
PAYLOAD = '{"CustomerRef":{"value":"1"},"TotalAmt":80.00,"TxnDate":"2026-11-22","PrivateNote":"[WS AF-payment-1]"}'

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
    [row] = scene.form("export-payments").act("withdraw", scene.opened("export-payments"), [ROW], {})["rows"]
    assert (row["id"], row["outcome"]) == (ROW, "ready")
    with closing(open_store(f"sqlite:///{tmp_path / 'park.db'}")) as store:
        assert [(intent.source, intent.state) for intent in store.journal.withdrawn(realm)] == [(ref(1), IntentState.WITHDRAWN)]
        assert store.runs.latest(realm, 1)[0].action == "withdraw"
    rows = scene.form("export-payments").rows(scene.opened("export-payments"), None).page(0, 19)
    assert next(each["outcome"] for each in rows if each["id"] == ROW) == "ready"


def test_the_row_offers_to_look_again_and_to_withdraw(scene: Scene, realm: str) -> None:
    [row] = scene.run("export-payments", "export", scene.opened("export-payments"), [ROW])["rows"]
    assert row["outcome"] == "not_confirmed"
    assert [fix["label"] for fix in row["fixes"]] == ["Look again", "It is not in QuickBooks: withdraw"]
