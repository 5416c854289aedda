"""Export, import, hand entry, copies, deletions, unlinking, backups and another company in any order: money stands once, nothing is
hidden that is not there, and nothing is linked that differs. 2,000 lives in `make slow`, a few in `make test`."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hostsim.practice.model import Kind
from hostsim.qbo_simulator.books.lists.merge import merge_customers
from hostsim.qbo_simulator.companies import BUILDERS
from hostsim.qbo_simulator.companies.start import make
from qb_plugin.forms.descriptions import RowChange
from qb_plugin.forms.exporting.form import ExportPayments
from qb_plugin.forms.importing.form import ImportPayments
from qb_plugin.forms.matching.form import MatchClients
from qb_plugin.model import Entity
from tests.faults.harness.firm_lifecycle import DAY, EVERY_DATE, Firm, Listener, begin, copy_of
from tests.faults.harness.server import ADDRESS, REALM
from tests.support.hosts.practice_samples import CLIENTS, add_records, new_record
from tests.support.simulator.simulator_calls import Books

OTHER = "4620816365000009"
STEPS = 16
#: Each real payment of a kind is like its others in all but its day; the client, the amount and the reference.
KINDS = ((1, "1001.10", "4411"), (1, "1002.20", ""), (2, "1003.30", "CHK 77"), (2, "1004.40", ""))
REFERENCES: Mapping[str, tuple[str, ...]] = {"4411": ("4411", "CHK 4411", ""), "": ("",), "CHK 77": ("77", "#0077", "CHK 77")}


@cache
def begun() -> tuple[tempfile.TemporaryDirectory[str], Sequence[str]]:
    """The folder with the database that every life is a copy of, and its rows."""
    folder = tempfile.TemporaryDirectory(prefix="books-")
    return folder, begin(f"sqlite:///{folder.name}/begun.db")


@dataclass(slots=True)
class Life:
    """A firm, its two companies, and what people did: how many payments of each kind there really are, and extra ones they made."""

    firm: Firm
    random: random.Random
    realm: str = REALM
    real: Counter[str] = field(default_factory=Counter)
    extra_there: Counter[tuple[str, str]] = field(default_factory=Counter)
    extra_here: Counter[str] = field(default_factory=Counter)  # copies that nothing tells from a payment of their own
    names: dict[tuple[str, int], str] = field(default_factory=dict)  # of the customers that clients' were merged into
    backup: Path | None = None
    story: list[str] = field(default_factory=list)

    # --- what stands ---------------------------------------------------------------------------------

    @property
    def books(self) -> Books:
        found = Books(self.firm.core)
        found.realm = self.realm
        self.firm.core.credentials(ADDRESS, self.realm)
        found.refresh()
        return found

    def there(self, amount: str, realm: str | None = None) -> list[Mapping[str, Any]]:
        """The payments of this amount in a company."""
        every = self.firm.core.realms[realm or self.realm].all("Payment")
        return [each for each in every if Decimal(str(each["TotalAmt"])) == Decimal(amount)]

    def here(self, amount: str = "") -> list[Any]:
        """The payments here of this amount, or of all these kinds."""
        ledger = self.firm.practice.ledger
        found = ledger.snapshot({"kinds": ["payment"]})
        wanted = {Decimal(amount)} if amount else {Decimal(each) for _, each, _ in KINDS}
        return [record for record in ledger.records(found.refs(0, found.count)) if record.amount in wanted]

    # --- what people do -------------------------------------------------------------------------------

    def enter_here(self, client: int, amount: str, reference: str) -> None:
        """A payment comes in, or one that was forgotten or lost is entered."""
        if len(self.here(amount)) >= self.real[amount]:
            self.real[amount] += 1
        day = DAY - timedelta(days=self.random.randrange(3))
        used = self.random.choice(REFERENCES[reference])
        add_records(self.firm.practice, new_record(Kind.PAYMENT, client, day, amount, reference=used))

    def enter_there(self, client: int, amount: str, reference: str) -> None:
        """Somebody enters in QuickBooks what is not there."""
        if len(self.there(amount)) >= self.real[amount]:
            self.real[amount] += 1
        day, used = DAY - timedelta(days=self.random.randrange(3)), self.random.choice(REFERENCES[reference])
        body = {"CustomerRef": {"value": self.customer_of(client)}, "TotalAmt": amount, "TxnDate": day.isoformat()}
        make(
            self.firm.core.realms[self.realm],
            "Payment",
            {**body, **({"PaymentRefNum": used} if used else {})},
            self.firm.core.clock.now(),
        )

    def customer_of(self, client: int) -> str:
        """The id of the customer that the client's name, or what became of it in a merge, has in this company."""
        name = self.names.get((self.realm, client), CLIENTS[client - 1])
        return next(str(c["Id"]) for c in self.firm.core.realms[self.realm].all("Customer") if c["DisplayName"] == name)

    def merge_there(self, client: int, amount: str, reference: str) -> None:
        """Somebody merges the client's customer into another, which has its transactions from then on."""
        company, loser = self.firm.core.realms[self.realm], self.customer_of(client)
        name = f"{CLIENTS[client - 1]} ({len(self.story)})"
        winner = make(company, "Customer", {"DisplayName": name}, self.firm.core.clock.now())
        merge_customers(company, int(loser), int(winner["Id"]), self.firm.core.clock.now())
        self.names[self.realm, client] = name

    def copy_there(self, client: int, amount: str, reference: str) -> None:
        """Somebody copies a payment in QuickBooks by mistake."""
        for each in self.there(amount)[:1]:
            kept = ("CustomerRef", "TotalAmt", "TxnDate", "PaymentRefNum", "PrivateNote")
            make(
                self.firm.core.realms[self.realm],
                "Payment",
                {name: each[name] for name in kept if name in each},
                self.firm.core.clock.now(),
            )
            self.extra_there[self.realm, amount] += 1
            self.extra_here[amount] += "[WS " not in each.get("PrivateNote", "")

    def delete_there(self, client: int, amount: str, reference: str) -> None:
        """Somebody deletes or voids a payment in QuickBooks."""
        for each in self.there(amount)[-1:]:
            void = self.random.random() < 0.5
            parameters = {"operation": "update", "include": "void"} if void else {"operation": "delete"}
            self.books.post("Payment", {"Id": each["Id"], "SyncToken": each["SyncToken"], "sparse": True}, **parameters)

    def delete_here(self, client: int, amount: str, reference: str) -> None:
        """Somebody deletes a payment here."""
        for record in self.here(amount)[:1]:
            change = {"key": f"remove-{record.id}", "ref": f"payment:{record.id}", "version": record.version}
            self.firm.practice.ledger.remove([change])  # type: ignore[list-item]

    def unlink(self, client: int, amount: str, reference: str) -> None:
        """Somebody unlinks a payment."""
        rows = [f"payment:{record.id}" for record in self.here(amount)[:1]]
        if rows:
            ExportPayments(self.firm.runtime).act("unlink", {}, rows, {})

    def back_up(self, *_: object) -> None:
        """The firm's database is copied, or put back as it was copied."""
        path = Path(self.firm.url.removeprefix("sqlite:///"))
        if self.backup is None:
            self.firm.close()
            self.backup = path.with_suffix(".backup")
            shutil.copyfile(path, self.backup)
            self.firm.start()
        elif self.realm == REALM:
            self.firm.close()
            for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
                each.unlink(missing_ok=True)
            shutil.copyfile(self.backup, path)
            self.firm.start()
            self.sign_in(REALM)

    def change_company(self, *_: object) -> None:
        """The firm is connected to its other company."""
        self.sign_in(OTHER if self.realm == REALM else REALM)

    def sign_in(self, realm: str) -> None:
        """Connect, and match the clients by name."""
        self.realm = realm
        quickbooks = self.firm.runtime.company.open_quickbooks()
        token = self.firm.core.credentials(ADDRESS, realm)["refresh_token"]
        self.firm.runtime.sign_in.prepare(quickbooks.accept_refresh_token(realm, token))
        MatchClients(self.firm.runtime).act("accept_all", {}, [], {})

    def wait(self, *_: object) -> None:
        """Time goes by."""
        self.firm.time.sleep(1000.0)

    def export(self, *_: object) -> None:
        """Every row that the filters leave is sent; clients whose customer was merged are matched to the new one. What is asked is
        answered *Send anyway* where it truly lacks, and otherwise *Same one: link* or *Not now*."""
        rows = [f"payment:{record.id}" for record in self.here()]
        offered = set(self.firm.left("payments"))
        ends = self.firm.export([row for row in rows if row in offered])["rows"] if offered & set(rows) else []
        amounts = {f"payment:{record.id}": str(record.amount) for record in self.here()}
        for row in (row for row in ends if row["outcome"] == "needs_decision"):
            if len(self.there(amounts[row["id"]])) < self.real[amounts[row["id"]]]:
                self._answer(row["id"], "force")
            elif self.random.random() < 0.5:
                ExportPayments(self.firm.runtime).act("link_possible_duplicate", {}, [row["id"]], {})
        for row in ends:
            self._match(row)

    def _match(self, row: RowChange) -> None:
        """Match a row's client by the row's own button, or by hand where that only opens Match Clients."""
        fixes = row.get("fixes", ())
        if any(fix.get("act") == "relink_client" for fix in fixes):
            ExportPayments(self.firm.runtime).act("relink_client", {}, [row["id"]], {})
        elif any(fix.get("form") == "match-clients" for fix in fixes):
            client = next(record.client_id for record in self.here() if f"payment:{record.id}" == row["id"])
            form, identity = MatchClients(self.firm.runtime), f"client:{client}"
            form.open({})  # reads the customers anew
            form.act("link", {}, [identity], {identity: {"customer": self.customer_of(int(client))}})

    def _answer(self, row: str, answer: str) -> None:
        answered = self.firm.export_answer("payments")
        ExportPayments(self.firm.runtime).run("export", answered, [row], {row: {answer: True}}, Listener())

    def import_(self, *_: object) -> None:
        """Every row that is ready comes in."""
        self.firm.import_all()

    # --- what must hold -------------------------------------------------------------------------------

    def check(self) -> None:
        """Money stands at most as often as there really are payments, but for what people doubled themselves."""
        for _, amount, _ in KINDS:
            assert len(self.here(amount)) <= self.real[amount] + self.extra_here[amount], (amount, self.story)
            for realm in (REALM, OTHER):
                allowed = self.real[amount] + self.extra_there[realm, amount]
                assert len(self.there(amount, realm)) <= allowed, (amount, realm, self.story)
        self._check_links()
        self._check_hidden()

    def _check_links(self) -> None:
        """Two that are linked are the same money, wherever both stand."""
        for realm in (REALM, OTHER):
            amounts = {each["Id"]: Decimal(str(each["TotalAmt"])) for each in self.firm.core.realms[realm].all("Payment")}
            ours = {record.id: record.amount for record in self.here()}
            for link in self.firm.runtime.store.links.all_of(realm, Entity.PAYMENT):
                there = amounts.get(link.quickbooks_id)
                if there and link.source.id in ours:
                    assert there == ours[link.source.id], (link, self.story)

    def _check_hidden(self) -> None:
        """What Import Payments hides is here as often, and what Export Payments hides is linked."""
        form = ImportPayments(self.firm.runtime)
        answer = {**EVERY_DATE, "hide_synchronized": True, "token": form.open({})["token"]}
        rows = form.rows(answer, None)
        assert not isinstance(rows, dict), (rows, self.story)
        shown = {row["id"].partition(":")[2] for row in rows.page(0, rows.count)}
        for _, amount, _ in KINDS:
            hidden = [each for each in self.there(amount) if each["Id"] not in shown]
            assert len(hidden) <= len(self.here(amount)), (amount, self.story)
        offered = set(self.firm.left("payments"))
        linked = {str(link.source) for link in self.firm.runtime.store.links.all_of(self.realm, Entity.PAYMENT)}
        assert {f"payment:{record.id}" for record in self.here()} - offered <= linked, self.story


DEEDS: Sequence[Callable[..., None]] = (
    *(Life.export, Life.export, Life.export, Life.import_, Life.import_, Life.import_),
    *(Life.enter_here, Life.enter_here, Life.enter_there, Life.enter_there, Life.wait, Life.wait),
    *(Life.copy_there, Life.delete_there, Life.delete_here, Life.unlink, Life.back_up, Life.change_company, Life.merge_there),
)


@pytest.fixture
def new_life() -> Iterator[Callable[[int], Life]]:
    lives: list[Life] = []

    def make_life(seed: int) -> Life:
        folder, refs = begun()
        firm = copy_of(Path(folder.name) / "begun.db", f"life-{seed}", refs, "replay")
        company = firm.core.open_realm(OTHER)
        BUILDERS["empty"](company, DAY, firm.core.clock.now())
        for name in CLIENTS[:2]:
            make(company, "Customer", {"DisplayName": name}, firm.core.clock.now())
        lives.append(Life(firm, random.Random(seed)))
        return lives[-1]

    yield make_life
    for life in lives:
        with suppress(Exception):
            life.firm.close()


def live(life: Life, steps: int = STEPS) -> None:
    """Do something at random, and look at both sides, again and again."""
    for _ in range(steps):
        deed, kind = life.random.choice(DEEDS), life.random.choice(KINDS)
        life.story.append(f"{deed.__name__} {kind[1]}")
        deed(life, *kind)
        life.check()


@pytest.mark.parametrize("seed", range(8))
def test_money_stands_once_whatever_people_do(new_life: Callable[[int], Life], seed: int) -> None:
    live(new_life(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 3000))
def test_money_stands_once_in_two_thousand_lives(new_life: Callable[[int], Life], seed: int) -> None:
    live(new_life(seed))
