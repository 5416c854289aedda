"""Rows are told with the buttons that they had, and with what was answered before."""

from __future__ import annotations

from typing import Any

import pytest

from qb_plugin.forms.told_rows import keep_answers, keep_buttons
from tests.browser.demo import SilentTask


class Ear(SilentTask):
    """A task that notes the rows."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def row(self, row: Any, /) -> None:
        self.rows.append(row)


@pytest.mark.parametrize(
    ("given", "fix", "edit"),
    [
        ({}, {"force": True}, {"force": True}),
        ({"client": "2"}, {"force": True}, {"client": "2", "force": True}),
        ({"force": True}, {"client": "2"}, {"client": "2", "force": True}),
        ({"client": "2"}, {"client": "3"}, {"client": "3"}),
        ({"client": "", "force": False}, {"force": True}, {"force": True}),
        ({"skip": True}, {"force": True}, {"force": True}),
        ({"client": "2", "force": True}, {"skip": True}, {"client": "2", "force": True, "skip": True}),
        ({"client": "2"}, {}, {"client": "2"}),
    ],
)
def test_the_next_question_does_not_forget_the_first_answer(
    given: dict[str, Any], fix: dict[str, Any], edit: dict[str, Any]
) -> None:
    ear = Ear()
    row: Any = {"id": "quickbooks_payment:8", "outcome": "needs_decision", "fixes": [{"label": "A", "run": "import", "edit": fix}]}
    keep_answers(ear, {"quickbooks_payment:8": given}).row(row)
    assert ear.rows[0]["fixes"][0]["edit"] == edit


@pytest.mark.parametrize(
    ("outcome", "own", "shown"),
    [
        ("failed", [], ["Take"]),
        ("changed", [], ["Take"]),
        ("not_confirmed", [], ["Take"]),
        ("failed", ["Settings…"], ["Settings…"]),
        ("synchronized", [], []),
    ],
)
def test_a_refused_row_keeps_its_buttons(outcome: str, own: list[str], shown: list[str]) -> None:
    ear = Ear()
    row: Any = {"id": "payment:1", "outcome": outcome, "fixes": [{"label": label} for label in own]}
    keep_buttons(ear, {"payment:1": [{"label": "Take", "run": "take"}]}).row(row)
    assert [fix["label"] for fix in ear.rows[0]["fixes"]] == shown
