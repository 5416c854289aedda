"""QuickBooks in memory for one case: a small company made once, how it answers repeated calls, and trouble on one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

from hostsim.qbo_simulator.base.clock import Clock
from hostsim.qbo_simulator.base.settings import Settings
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.companies.preferences import Beginning
from hostsim.qbo_simulator.companies.start import begin, make
from hostsim.qbo_simulator.simulator import QuickBooks
from tests.faults.harness.shared_time import NOON, ServerClock, SharedTime

EMPTY: Mapping[str, str | bool] = MappingProxyType({})
REALM = "9130347798120306"
OTHER_REALM = "4620816365000009"
ADDRESS = "http://localhost:8401"
LAG = 25.0  # seconds until a query sees a write: within the bound of 30 that the add-in allows for
LONG_LAG = 3600.0  # beyond any bound: here only the request id protects
LATE = 115.0  # seconds until a call whose connection broke is carried out: within QuickBooks' limit of 120

# How the server answers a request id that it has seen, and how soon its queries see what was written.
SERVERS: Mapping[str, Mapping[str, float]] = {
    "replay": {},
    "replay+lag": {"query_lag": LAG},
    "6000": {"replay_6000": 0.0},
    "6000+lag": {"replay_6000": 0.0, "query_lag": LAG},
    "forgets": {"requestid_forgotten": 0.0},
    "forgets+lag": {"requestid_forgotten": 0.0, "query_lag": LAG},
    "replay+longlag": {"query_lag": LONG_LAG},
    "whole": {},
    "whole+replay": {"query_lag": LAG},
}
# What is otherwise than real QuickBooks is thought to be: whole requests known by their ids, and what another body then gets.
SETTINGS: Mapping[str, Mapping[str, str | bool]] = {
    "whole": {"idempotency_key": "request"},
    "whole+replay": {"idempotency_key": "request", "replay_other_body": "replay"},
}
# Trouble that strikes one certain record's batches for ever, or whose answer QuickBooks keeps for ever.
LASTING = {"lasting_500": "status_500_before", "lasting_fault": "item_fault"}
KEPT = "kept_fault"
SECONDS = {"late_commit": LATE, "slow": 200.0}
BATCHES: Mapping[str, str] = MappingProxyType({"path": "batch"})
VOIDS: Mapping[str, str] = MappingProxyType({"operation": "void"})  # they go alone, and not in a batch
NETWORK = "no_connection"  # not the simulator's: the connection never comes about


@dataclass(frozen=True, slots=True)
class Bill:
    """An open invoice: its customer, number, day of October and balance."""

    customer: str
    number: str
    day: int
    amount: str


class FaultyQuickBooks(QuickBooks):
    """The simulator with trouble that stands for ever: how it remembers request ids, how late its queries see."""

    def __init__(self, clock: Clock, standing: Mapping[str, float], settings: Mapping[str, str | bool] = EMPTY) -> None:
        # A request id that comes again with other bytes is refused: a re-send must be the same to the byte.
        super().__init__(clock, 0, replace(Settings(replay_other_body="600"), **settings))  # type: ignore[arg-type]
        self.realm = REALM  # the company that the firm is connected to
        self._standing = standing
        self.stand(BATCHES)

    def stand(self, match: Mapping[str, str]) -> None:
        """Let the trouble that stands concern these calls, too."""
        for kind, seconds in self._standing.items():
            self.add_trouble(kind=kind, seconds=seconds, times=None, match=dict(match))

    @property
    def company(self) -> Company:
        """Its books."""
        return self.realms[self.realm]

    def settle(self) -> None:
        """Let everything happen that is due by now."""
        with self.lock:
            self.run_due(self.clock.now())


@dataclass(frozen=True, slots=True)
class Template:
    """A company as it begins, and the sign-in that the add-in's tables know of."""

    core: FaultyQuickBooks


def make_template(customers: Sequence[str], bills: Sequence[Bill]) -> Template:
    """A company of these customers and invoices, with a grant for the add-in."""
    core = FaultyQuickBooks(Clock(NOON), {})
    company = core.open_realm(REALM)
    begin(company, Beginning(name="Faults", custom_numbers=True), NOON)
    ids = {name: make(company, "Customer", {"DisplayName": name}, NOON)["Id"] for name in customers}
    for bill in bills:
        make(company, "Invoice", invoice_body(bill, ids[bill.customer]), NOON)
    core.credentials(ADDRESS)
    return Template(core)


def invoice_body(bill: Bill, customer: str) -> dict[str, object]:
    """What is sent to make the invoice."""
    line = {
        "Amount": Decimal(bill.amount),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
    }
    day = datetime(2026, 10, bill.day, tzinfo=UTC).date().isoformat()
    return {"CustomerRef": {"value": customer}, "TxnDate": day, "DocNumber": bill.number, "Line": [line]}


def new_server(made: Template, time: SharedTime, server: str, keeps_faults: bool = False) -> FaultyQuickBooks:
    """A server whose company stands as in the template."""
    settings = {**SETTINGS.get(server, EMPTY), "remember_faults": keeps_faults}
    core = FaultyQuickBooks(ServerClock(time), SERVERS[server], settings)
    stand_as(core, made)
    return core


def stand_as(core: FaultyQuickBooks, made: Template) -> None:
    """Give a new server the template's company and sign-in."""
    fill(core.open_realm(REALM), made.core.company)
    core.vault.grants.update(made.core.vault.grants)
    core.vault.accesses.update(made.core.vault.accesses)
    core.vault.random.setstate(made.core.vault.random.getstate())


def fill(company: Company, begun: Company) -> None:
    """Give a new company another one's books."""
    for name, table in begun.tables.items():
        for record, cells in table.rows.items():
            company.tables[name].restore(record, table.raw(record), cells[:-1])
    company.counters.update(begun.counters)
    company.lines.update(begun.lines)
    company.applied.update({document: dict(parts) for document, parts in begun.applied.items()})


def add_strike(core: FaultyQuickBooks, kind: str, strike: str, match: Mapping[str, str] = BATCHES, text: str = "") -> None:
    """Let trouble strike these calls: `2` is the second one, `12` the first two; what lasts strikes all that hold `text`."""
    if kind in LASTING:
        core.add_trouble(kind=LASTING[kind], times=None, match={**match, "text": text})
    elif kind == KEPT:
        core.add_trouble(kind="internal_error", nth=int(strike[0]), times=len(strike), match=dict(match))
    elif kind not in ("none", NETWORK):
        seconds = SECONDS.get(kind, 0.0)
        core.add_trouble(kind=kind, nth=int(strike[0]), times=len(strike), seconds=seconds, match=dict(match))
