"""docs/architecture.md is about this code: its paths exist, its tables are the tested ones, the cited rules stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qb_plugin.model import Outcome
from tests.conventions.imports.import_pages import PAGE, TABLES, block, render, with_tables
from tests.support.paths import ROOT

TEXT = PAGE.read_text(encoding="utf-8")
CITED = re.compile(r"docs/architecture\.md,? rules? ([MP]?\d+)(?:(?: to | and |, )([MP]?\d+))?")
QUESTIONS = (
    "Where is it decided that a payment is a possible duplicate?",
    "What happens to a row whose answer was lost?",
    "What must I change for a new column in the export grid?",
)


def named_paths(text: str) -> list[str]:
    """Everything in backticks that looks like a path of this repository."""
    return [name for name in re.findall(r"`([\w./-]+)`", text) if re.match(r"(qb_plugin|hostsim|tests|docs)/", name)]


def cited_files() -> list[Path]:
    """Every source that may cite a rule."""
    return [path for package in ("qb_plugin", "hostsim", "tests") for path in sorted((ROOT / package).rglob("*.py"))]


def rules_cited() -> dict[str, set[str]]:
    """The rules that the code cites, each with the files that do."""
    found: dict[str, set[str]] = {}
    for path in cited_files():
        for rules in CITED.findall(path.read_text(encoding="utf-8")):
            for rule in filter(None, rules):
                found.setdefault(rule, set()).add(str(path.relative_to(ROOT)))
    return found


def test_the_paths_exist() -> None:
    paths = named_paths(TEXT)
    assert len(paths) > 40
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_newcomers_question_is_answered_by_files(question: str) -> None:
    (answer,) = re.findall(rf"\*\*{re.escape(question)}\*\*(.*?)\n\n", TEXT, re.DOTALL)
    assert len(named_paths(answer)) >= 3


@pytest.mark.parametrize("package", TABLES)
def test_an_import_table_is_the_tested_one(package: str) -> None:
    (found,) = block(package).findall(TEXT)
    assert found[1].strip() == render(TABLES[package])


def test_a_changed_table_changes_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLES, "qb_plugin", {"forms": {"forms", "sync"}, "sync": set(), "__init__": set()})
    page = with_tables(TEXT)
    assert "| `forms` | `sync` |\n| `sync` | nothing |\n<!-- end -->" in page
    assert page != TEXT


def test_every_cited_rule_stands_there() -> None:
    rules = set(re.findall(r"^- \*\*([MP]?\d+)\.", TEXT, re.MULTILINE))
    assert {str(number) for number in range(1, 15)} <= rules
    assert {"1", "M2", "P1"} <= set(rules_cited())
    assert set(rules_cited()) - rules == set()


def test_nothing_cites_a_page_that_is_not_here() -> None:
    elsewhere = re.compile(r"design section|\bsection \d, rule|\bdesign\.md|\bnames\.md")
    here = Path(__file__)
    found = [str(path.relative_to(ROOT)) for path in cited_files() if path != here and elsewhere.search(path.read_text("utf-8"))]
    assert found == []


def test_every_outcome_has_its_word() -> None:
    words = set(re.findall(r"^\| `(\w+)` \|", TEXT.partition("| Outcome | When |")[2], re.MULTILINE))
    assert {outcome.value for outcome in Outcome} <= words


def test_no_word_is_explained_twice() -> None:
    words = re.findall(r"^\| ([a-z][^|]*) \|", TEXT.partition("## Words")[2].partition("## Where")[0], re.MULTILINE)
    assert len(words) > 25
    assert len(words) == len(set(words))
