"""The cases hold every sentence with a button that a create can meet, but for those that are left out with a reason."""

from __future__ import annotations

import itertools

from qb_plugin.forms.presentation import FIXES
from qb_plugin.messages import load_sentences
from tests.browser.fifty.test_many_invoices import STEPS as OF_MANY
from tests.browser.fifty.wrong.cases import ABROAD, CASES
from tests.browser.fifty.wrong.kinds import Step
from tests.browser.fifty.wrong.left_out import LEFT_OUT
from tests.browser.fifty.wrong.wrong_firm import SENT_EARLIER
from tests.support.paths import ROOT

STEPS: list[Step] = [*itertools.chain(*(case.steps for case in CASES)), *itertools.chain(*ABROAD.values()), *OF_MANY]
MET = {step.key for step in STEPS}
NAMED = [key for keys in LEFT_OUT.values() for key in keys]


def test_every_sentence_with_a_button_is_met_or_left_out_with_a_reason() -> None:
    sentences = load_sentences()
    with_buttons = {key for key in sentences if sentences[key].fix}
    assert with_buttons - MET - {*NAMED} == set()
    assert {*NAMED} - with_buttons == set()
    assert {*NAMED} & MET == set()
    assert len(NAMED) == len({*NAMED})


def test_each_step_presses_a_button_that_its_sentence_has() -> None:
    sentences = load_sentences()
    for step in STEPS:
        labels = {FIXES[name]["label"].split("…")[0] for name in sentences[step.key].fix.split()}
        named = {"Correct", "Create", "Match"}  # these name what they do
        assert step.button.split("…")[0] in labels or step.button.split()[0] in named & {each.split()[0] for each in labels}, step


def test_files_that_reasons_name_are_there() -> None:
    names = [word.rstrip(",.") for reason in LEFT_OUT for word in reason.split() if ".py" in word]
    found = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert names
    assert {name.rpartition("/")[2] for name in names} <= found


def test_the_cases_are_fifty_and_of_many_kinds() -> None:
    assert len(CASES) >= 50
    assert len(MET) >= 48
    assert {case.reference.casefold() for case in CASES} >= {each.casefold() for each in SENT_EARLIER} - {"earlier"}
