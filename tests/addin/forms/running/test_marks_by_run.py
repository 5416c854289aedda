"""Which mark of the host each end of a row may set, by kind of run; what is linked is *synchronized*, however its row ended, unless
that is in doubt: a list that hides what is synchronized must not hide it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from qb_plugin.forms.history.words import ACTIONS
from qb_plugin.forms.run_marks import MARKS, marks_of
from qb_plugin.forms.run_task import RunTask
from qb_plugin.model import SETTLE, Entity, Link, LinkOrigin, Outcome, Ref
from qb_plugin.runtime import Runtime
from tests.support.addin.reported_rows import REALM, ended, reporting
from tests.support.hosts.text_host import TextHost

ENDS: list[Outcome] = [each for each in Outcome if each not in {Outcome.WAITING, Outcome.RUNNING, Outcome.HIDDEN}]
SETTLED = {Outcome.SYNCHRONIZED: "synchronized", Outcome.CHANGED: "synchronized", Outcome.NOT_CONFIRMED: "not_confirmed"}
UNDONE = {**SETTLED, Outcome.UNDONE: ""}
SENT = {**UNDONE, Outcome.FAILED: "failed", Outcome.REMOVED: "failed"}
#: By action, the marks of what is linked to nothing; all else leaves the mark as it was.
NOT_LINKED: Mapping[str, Mapping[Outcome, str]] = {
    "export-payments": SENT,
    "export-credit_memos": SENT,
    "withdraw": {**SENT, Outcome.READY: "", Outcome.NEEDS_DECISION: ""},
    "import-payments": UNDONE,
    "undo": UNDONE,
    "take-changes": UNDONE,
    "send-changes": UNDONE,
    "leave-changes": UNDONE,
    "create-customers": {},
    "changes": {},
    "reconcile": {},
}


REFS: dict[Outcome, str] = {outcome: f"payment:{number}" for number, outcome in enumerate(ENDS, 1)}


def link(runtime: Runtime) -> None:
    """Each of the payments is linked."""
    runtime.store.links.add(
        [
            Link(
                source=Ref.parse(ref),
                realm=REALM,
                entity=Entity.PAYMENT,
                quickbooks_id=f"69{number}",
                origin=LinkOrigin.EXPORTED,
            )
            for number, ref in enumerate(REFS.values())
        ]
    )


def expected(action: str, linked: bool) -> dict[str, str]:
    """The marks that a run sets, by record."""
    sets = NOT_LINKED[action]
    doubt = Outcome.NOT_CONFIRMED
    return {REFS[outcome]: "synchronized" if linked and outcome is not doubt else mark for outcome, mark in sets.items()}


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("before", ["", "failed", "synchronized"])
@pytest.mark.parametrize("action", NOT_LINKED)
def test_a_rows_end_sets_the_mark_of_its_kind_of_run_and_never_against_a_link(
    runtime: Runtime, task: RunTask, host: TextHost, action: str, before: str, linked: bool
) -> None:
    if linked:
        link(runtime)
    host.marks.put([{"ref": ref, "state": before, "scope": REALM} for ref in REFS.values()])
    task.run(action, list(REFS.values()), reporting(*(ended(ref, outcome) for outcome, ref in REFS.items())))
    found = {ref: host.marks.marks[ref].state for ref in REFS.values()}
    assert found == {**dict.fromkeys(REFS.values(), before), **expected(action, linked)}


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("action", ["withdraw", "undo"])
def test_a_press_that_marks_at_once_sets_the_same(runtime: Runtime, action: str, linked: bool) -> None:
    if linked:
        link(runtime)
    found = marks_of(runtime.links, runtime.new_run(action, 1), [ended(ref, outcome) for outcome, ref in REFS.items()])
    assert {each["ref"]: each["state"] for each in found} == expected(action, linked)


def test_the_last_end_of_a_row_decides(task: RunTask, host: TextHost) -> None:
    rows = [
        ended("payment:1", Outcome.FAILED),
        ended("payment:1", quickbooks_id="698"),
        ended("payment:2"),
        ended("payment:2", Outcome.FAILED),
    ]
    task.run("export-payments", ["payment:1", "payment:2"], reporting(*rows))
    assert [host.marks.marks[ref].state for ref in ("payment:1", "payment:2")] == ["synchronized", "failed"]


def test_every_kind_of_run_that_the_history_names_is_in_the_table() -> None:
    assert {action.partition("-")[0] for action in ACTIONS} - {SETTLE} <= set(MARKS)
