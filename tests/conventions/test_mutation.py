"""How the results of `make mutants` are read and judged, and that the explanations are about what there is."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.mutation.run import (
    EXPLANATIONS,
    Place,
    Ran,
    changed_place,
    find_problems,
    not_killed,
    read_explanations,
    read_states,
    settings,
    table,
)
from tests.mutation.targets import TARGETS
from tests.support.paths import ROOT

MONEY, JOURNAL = TARGETS["money"].module, TARGETS["journal"].module
MUTMUT_WRITES = {"None", "True", "False", "and", "or", "not", "in", "is", "continue", "break", "return"}
NAMES = re.compile(r"[A-Za-z_]\w*")
HERE, THERE = Place(MONEY, "exact", "return amount"), Place(JOURNAL, "Journal.look", "pass")
LISTING = """
    qb_plugin.money.x_exact__mutmut_1: killed
    qb_plugin.money.x_exact__mutmut_2: survived
    qb_plugin.store.journal.xǁJournalǁ_change__mutmut_12: timeout
    qb_plugin.money.x_parse_amount__mutmut_3: no tests
"""
DIFFERENCE = """# qb_plugin.money.x_exact__mutmut_2: survived
--- qb_plugin/money.py
+++ qb_plugin/money.py
@@ -1,5 +1,5 @@
 def exact(amount: Decimal) -> Decimal:
     if not amount.is_finite():
-        raise BadAmountError(str(amount))
+        raise BadAmountError(None)
"""


def ran(module: str = MONEY, mutants: int = 100, survived: tuple[Place, ...] = (), timed_out: tuple[Place, ...] = ()) -> Ran:
    return Ran(module, mutants, survived, timed_out, 9.0)


def test_all_killed_is_well() -> None:
    assert find_problems([ran()], {}, {}) == []


def test_an_explained_survivor_is_well_and_another_is_not() -> None:
    other = Place(MONEY, "exact", "return cents")
    assert find_problems([ran(survived=(HERE,))], {HERE: "equivalent"}, {}) == []
    assert find_problems([ran(survived=(HERE, other))], {HERE: "equivalent"}, {}) == [f"survived, and nobody says why: {other}"]


def test_an_explanation_of_what_does_not_survive_is_told_for_the_modules_that_were_run() -> None:
    explained = {HERE: "equivalent", THERE: "equivalent"}
    assert find_problems([ran()], explained, {}) == [f"explained, but does not survive: {HERE}"]


def test_one_that_ran_out_of_time_says_why_it_never_ends() -> None:
    late = [ran(timed_out=(HERE,))]
    assert find_problems(late, {}, {}) == [f"ran out of time, and nobody says why: {HERE}"]
    assert find_problems(late, {}, {HERE: "it goes round"}) == find_problems([ran()], {}, {HERE: "it goes round"}) == []


def test_a_reason_for_never_ending_explains_no_survivor() -> None:
    assert find_problems([ran(survived=(HERE,))], {}, {HERE: "it goes round"}) == [f"survived, and nobody says why: {HERE}"]


def test_a_survivor_that_once_ran_out_of_time_keeps_its_explanation() -> None:
    assert find_problems([ran(timed_out=(HERE,))], {HERE: "equivalent"}, {}) == []


@pytest.mark.parametrize(("survivors", "problems"), [(10, []), (11, [f"below 90 %: {MONEY}"])])
def test_explanations_do_not_help_below_ninety_percent(survivors: int, problems: list[str]) -> None:
    places = tuple(Place(MONEY, "exact", str(number)) for number in range(survivors))
    assert find_problems([ran(survived=places)], dict.fromkeys(places, "equivalent"), {}) == problems


def test_a_module_without_mutants_is_below_ninety_percent() -> None:
    assert find_problems([ran(mutants=0)], {}, {}) == [f"below 90 %: {MONEY}"]


def test_whatever_no_test_killed_is_alive() -> None:
    states = read_states(LISTING)
    assert list(states.values()) == ["killed", "survived", "timeout", "no tests"]
    assert [states[name] for name in not_killed(states)] == ["survived", "timeout", "no tests"]


def test_a_mutant_is_named_by_its_function_and_its_changed_line() -> None:
    name, method = list(read_states(LISTING))[1:3]
    assert changed_place(MONEY, name, DIFFERENCE) == Place(MONEY, "exact", "raise BadAmountError(None)")
    assert changed_place(JOURNAL, method, "+++ x\n+    one,\n-    zero\n+    two\n") == Place(
        JOURNAL, "Journal._change", "one, two"
    )


def test_the_table_counts_each_kind() -> None:
    line = table([ran(survived=(HERE,), timed_out=(HERE, HERE))]).splitlines()[1]
    assert line.split() == [MONEY, "100", "97", "1", "2", "99.0", "9", "s"]


@pytest.mark.parametrize("name", TARGETS)
def test_the_settings_name_a_module_and_tests_that_exist(name: str) -> None:
    chosen = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8") + settings(TARGETS[name]))["tool"]["mutmut"]
    named = [*chosen["only_mutate"], *chosen["pytest_add_cli_args_test_selection"], *chosen["also_copy"]]
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("kind", ["survivor", "endless"])
def test_every_explanation_gives_a_reason_and_names_a_function_that_exists(kind: str) -> None:
    explained = read_explanations(EXPLANATIONS.read_text(encoding="utf-8"), kind)
    assert explained
    assert all(explained.values())
    assert {place.module for place in explained} <= {target.module for target in TARGETS.values()}
    assert [place for place in explained if place.function not in texts(place.module)] == []


@pytest.mark.parametrize("kind", ["survivor", "endless"])
def test_every_explanation_is_in_the_words_of_its_function(kind: str) -> None:
    """A name that was changed since would show only after the minutes that the mutants take."""
    for place in read_explanations(EXPLANATIONS.read_text(encoding="utf-8"), kind):
        names = set(NAMES.findall(re.sub(r"([\"']).*?\1|  #.*", "", place.becomes)))
        assert names - set(NAMES.findall(texts(place.module)[place.function])) <= MUTMUT_WRITES, place


@pytest.mark.parametrize("name", TARGETS)
def test_the_tests_of_a_module_are_all_that_bear_its_name(name: str) -> None:
    module = Path(TARGETS[name].module)
    others = {path for other in TARGETS if other != name for path in TARGETS[other].tests}
    named = {found.relative_to(ROOT).as_posix() for found in (ROOT / "tests/addin").rglob(f"test_{module.stem}*.py")}
    assert named <= {*TARGETS[name].tests, *others}


def texts(module: str) -> dict[str, str]:
    """The text of every function of a module and of every method of its classes."""
    source = (ROOT / module).read_text(encoding="utf-8")
    body = ast.parse(source).body
    owned = [("", node) for node in body]
    owned += [(f"{owner.name}.", node) for owner in body if isinstance(owner, ast.ClassDef) for node in owner.body]
    return {f"{o}{f.name}": str(ast.get_source_segment(source, f)) for o, f in owned if isinstance(f, ast.FunctionDef)}
