"""The ledger contract holds for the ledgers in memory, and finds each rule that a ledger breaks by its sentence."""

from __future__ import annotations

from datetime import date

import pytest

from qb_plugin.ledger_rules.rule import Seen
from qb_plugin.testing import RULES, LedgerContract, LedgerUnderTest, Rule, RuleBroken
from tests.support.hosts.text_host import TextHost
from tests.support.ledgers.broken_changes import BROKEN_CHANGES
from tests.support.ledgers.broken_recording import BROKEN_RECORDING
from tests.support.ledgers.contract_subject import fake_ledger, subject_over
from tests.support.ledgers.fake_ledger import FakeLedger

BROKEN = {**BROKEN_RECORDING, **BROKEN_CHANGES}
BY_NAME = {rule.name: rule for rule in RULES}


@pytest.fixture(params=["alone", "text host"])
def subject(request: pytest.FixtureRequest) -> LedgerUnderTest:
    """The ledger in memory, by itself and as the text host gives it to an add-in."""
    ledger = fake_ledger()
    return subject_over(ledger if request.param == "alone" else TextHost(ledger, "", {}, date(2026, 11, 20)).ledger)


class TestFakeLedger(LedgerContract):
    """The contract, on the ledger in memory."""


def test_every_rule_has_a_ledger_that_breaks_it() -> None:
    assert list(BROKEN) == [rule.name for rule in RULES]


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_broken_rule_is_found_and_its_sentence_is_said(name: str) -> None:
    rule = BY_NAME[name]
    with pytest.raises(RuleBroken) as caught:
        rule.apply_to(subject_over(fake_ledger(BROKEN[name])))
    assert str(caught.value).startswith(f"{rule.sentence} Seen: ")
    assert isinstance(caught.value.__cause__, Seen)


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_every_rule_is_a_sentence_of_its_own(rule: Rule) -> None:
    assert rule.sentence.endswith(".")
    assert [other.name for other in RULES if other.sentence == rule.sentence] == [rule.name]


def reads_methods(subject: LedgerUnderTest) -> None:
    """The methods are listed."""
    subject.ledger.methods()


class RaisesError(FakeLedger):
    """A ledger with a mistake in it."""

    def methods(self) -> list[str]:
        """Break."""
        raise LookupError("no table")


def test_what_a_ledger_raises_is_named_with_the_rule() -> None:
    with pytest.raises(RuleBroken, match="LookupError: no table"):
        Rule(reads_methods).apply_to(subject_over(fake_ledger(RaisesError)))


def test_rules_of_changes_that_are_not_offered_are_left_out() -> None:
    small = fake_ledger(BROKEN["apply_once"])
    small.can = frozenset()
    BY_NAME["apply_once"].apply_to(subject_over(small))
    with pytest.raises(NotImplementedError):
        small.apply([{"key": "k", "ref": "payment:1", "version": 0, "applications": []}])
