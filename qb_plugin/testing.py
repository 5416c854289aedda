"""For the tests of a host: every rule of `qb_plugin/host.py` for a ledger, run by the host's own pytest.

One line, beside a fixture `subject` that gives a `LedgerUnderTest` over a ledger in which nothing is paid yet:

    class TestOurLedger(LedgerContract): ...

A failure names the rule that is broken and what was seen. Rules of changes that the ledger does not offer are left out.
"""

from __future__ import annotations

import pytest

from qb_plugin.ledger_rules.changing import CHANGING_RULES
from qb_plugin.ledger_rules.reading import READING_RULES
from qb_plugin.ledger_rules.recording import RECORDING_RULES
from qb_plugin.ledger_rules.rule import LedgerUnderTest, Rule, RuleBroken

__all__ = ["RULES", "LedgerContract", "LedgerUnderTest", "Rule", "RuleBroken"]

RULES: tuple[Rule, ...] = (*RECORDING_RULES, *READING_RULES, *CHANGING_RULES)


class LedgerContract:
    """Inherit it in a class named `Test…`, in a module that has a fixture `subject`."""

    @pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
    def test_rule(self, subject: LedgerUnderTest, rule: Rule) -> None:
        """Try one rule on a fresh ledger."""
        rule.apply_to(subject)
