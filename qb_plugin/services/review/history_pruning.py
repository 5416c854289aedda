"""The background job that removes runs older than the company's settings keep them."""

from __future__ import annotations

from datetime import timedelta

from qb_plugin.clock import Clock
from qb_plugin.errors import AddInError
from qb_plugin.model import PROGRAM, Pruning
from qb_plugin.services.company import ConnectedCompany
from qb_plugin.store.history.pruning import Prunings

DAYS_A_YEAR = 366  # never a day too early


class PruneHistory:
    """Runs at start and once a day. Without a setting nothing is ever removed; links and intents stay in any case."""

    def __init__(self, company: ConnectedCompany, prunings: Prunings, clock: Clock) -> None:
        self._company, self._prunings, self._clock = company, prunings, clock

    def run(self) -> None:
        """Prune the connected company's history; a database that is away is left to the next time."""
        try:
            self.prune()
        except AddInError:
            return

    def prune(self) -> Pruning | None:
        """Remove what is older than the setting keeps, and say what went; None when nothing did."""
        realm = self._company.connection().realm
        years = str(self._company.settings(realm).get("history_years") or "")
        if not realm or not years.isdigit():
            return None
        return self._prunings.prune(realm, self._clock.now() - timedelta(days=DAYS_A_YEAR * int(years)), PROGRAM)
