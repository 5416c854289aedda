"""Export, import, hide, edit, cancel, crash, sign out in any order: the books always agree, and pressing again finishes."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hostsim.qbo_simulator.companies.start import make
from qb_plugin.forms.exporting.rows import present_records
from qb_plugin.model import ConnectionState, Entity, Kind, Link, LinkOrigin, Outcome, Ref
from qb_plugin.sync.markers import find_marker
from tests.faults.cases.controls import CONTROLS, PLAIN
from tests.faults.harness.firm_lifecycle import DAY, Firm, begin, copy_of
from tests.faults.harness.server import REALM, SERVERS, add_strike
from tests.faults.harness.shared_time import NOON

ENTITY = {Kind.PAYMENT: "Payment", Kind.CREDIT_MEMO: "CreditMemo"}
TROUBLES = ("answer_lost_before", "answer_lost_after", "status_500_after", "late_commit", "html", "batch_half", "token_expired")
SETTLED = 4000.0
NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Press:
    """A button, the rows picked, when the process dies of it, when the person loses patience, and what goes wrong meanwhile."""

    button: str
    rows: Sequence[int]
    auto_apply: bool
    point: int | None
    patience: int | None
    trouble: str


PRESSES = st.builds(
    Press,
    st.sampled_from(("export_some", "export_some", "export_memos", "export_all", "import_all")),
    st.lists(st.integers(0, 11), min_size=1, max_size=3, unique=True),
    st.booleans(),
    st.integers(0, 31).map(lambda point: point if point < 16 else None),
    st.integers(0, 15).map(lambda rows: rows if rows < 3 else None),
    st.sampled_from((*TROUBLES, "none")),
)
HAPPENINGS = (
    "",
    "edit",
    "hide",
    "expect_trouble",
    "type_a_payment_into_quickbooks",
    "let_time_go_by",
    "be_signed_out",
    "reconnect",
    "start_again",
)


@cache
def begun() -> tuple[tempfile.TemporaryDirectory[str], Sequence[str]]:
    """The folder with the database that every life is a copy of, and its rows."""
    folder = tempfile.TemporaryDirectory(prefix="lives-")
    return folder, begin(f"sqlite:///{folder.name}/begun.db")


class Life(RuleBasedStateMachine):
    """One firm's life; `control` is a way of sending that is known to be wrong, if there is one."""

    control = PLAIN

    @initialize(server=st.sampled_from(sorted(set(SERVERS) - {"replay+longlag"})))
    def open(self, server: str) -> None:
        folder, refs = begun()
        self.firm: Firm = copy_of(Path(folder.name) / "begun.db", f"life-{next(NUMBERS)}", refs, server, control=self.control)
        self.payments = [ref for ref in refs if ref.startswith("payment")]
        self.memos = [ref for ref in refs if ref not in self.payments]
        self.amounts: dict[str, set[str]] = {ref: {amount} for ref, amount in self._amounts().items()}
        self.hidden: set[str] = set()

    def _amounts(self) -> Mapping[str, str]:
        return {record.ref: str(record.amount) for record in self.firm.practice.ledger.records(self.firm.refs)}

    @rule(happening=st.sampled_from(HAPPENINGS), row=st.integers(0, 11), number=st.integers(0, 99), press=PRESSES)
    def live_on(self, happening: str, row: int, number: int, press: Press) -> None:
        """Something happens, and then a button is pressed.

        One rule for all of it: of several, hypothesis leaves some out in each life, and in most lives nothing was sent at all.
        """
        if happening:
            getattr(self, happening)(self.payments[row], number)
        add_strike(self.firm.core, press.trouble, "1")
        getattr(self, press.button)(press)

    def export_some(self, press: Press) -> None:
        left = self.firm.left("payments") or self.payments
        self._export(list(dict.fromkeys(left[row % len(left)] for row in press.rows)), press)

    def export_memos(self, press: Press) -> None:
        self._export(self.memos, press)

    def export_all(self, press: Press) -> None:
        """As `--all`: every row that the filters leave."""
        before, rows = self._sent(), self.firm.left("payments")
        assert not set(rows) & self.hidden
        self._export(rows, press)
        assert not (self._sent() - before) & self.hidden - self._waiting() - self._late()

    def _export(self, rows: Sequence[str], press: Press) -> None:
        before = self._sent()
        ended = self.firm.dies_at(press.point, lambda: self.firm.export(rows, press.auto_apply, press.patience))
        if ended:
            self._check_told(ended["rows"], before)

    def _check_told(self, rows: Sequence[Mapping[str, Any]], before: set[str]) -> None:
        """What a person reads of each row is true: done is there, failed is not there and not coming, not tried is as it was."""
        sent, open_ends = self._sent(), self._waiting() | self._late()
        told = {outcome: {row["id"] for row in rows if row["outcome"] == outcome} for outcome in Outcome}
        assert told[Outcome.SYNCHRONIZED] | told[Outcome.CHANGED] <= sent
        assert not told[Outcome.FAILED] & (sent | open_ends)
        assert not told[Outcome.NOT_TRIED] & ((sent - before) | open_ends)

    def import_all(self, press: Press) -> None:
        self.firm.dies_at(press.point, lambda: self.firm.import_all(press.patience))

    def hide(self, row: str, number: int) -> None:
        self.firm.hide(row, hidden=number % 3 > 0)
        (self.hidden.add if number % 3 else self.hidden.discard)(row)

    def edit(self, row: str, number: int) -> None:
        self.firm.edit(row, f"{number + 100}.11")
        self.amounts[row].add(f"{number + 100}.11")

    def expect_trouble(self, row: str, number: int) -> None:
        add_strike(self.firm.core, TROUBLES[number % len(TROUBLES)], ("1", "2", "12")[number % 3])

    def type_a_payment_into_quickbooks(self, row: str, number: int) -> None:
        customers = sorted(int(record["Id"]) for record in self.firm.core.company.all("Customer"))
        body = {"CustomerRef": {"value": str(customers[number % 2])}, "TotalAmt": f"{number}.37", "TxnDate": DAY.isoformat()}
        make(self.firm.core.company, "Payment", body, NOON + timedelta(seconds=self.firm.time.monotonic()))

    def let_time_go_by(self, row: str, number: int) -> None:
        self.firm.time.sleep((1.0, 40.0, 130.0, SETTLED)[number % 4])

    def be_signed_out(self, row: str, number: int) -> None:
        add_strike(self.firm.core, "token_revoked", "1")

    def reconnect(self, row: str, number: int) -> None:
        if self.firm.runtime.connection().state is ConnectionState.RECONNECT:
            self.firm.try_quietly(self.firm.sign_in)

    def start_again(self, row: str, number: int) -> None:
        self.firm.bury()

    def _waiting(self) -> set[str]:
        """Records in doubt."""
        return {str(intent.source) for intent in self.firm.runtime.store.journal.open_intents(REALM)}

    def _late(self) -> set[str]:
        """Records in calls that QuickBooks is still to carry out."""
        waiting = " ".join(visit.request.body.decode() for _, visit in self.firm.core.late)
        return {ref for ref in self.firm.refs if f"-{ref.replace(':', '-')}]" in waiting}

    def _books(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Every transaction with a marker, and the record it names."""
        company = self.firm.core.company
        records = [(entity, record) for entity in ENTITY.values() for record in company.all(entity)]
        marked = [(find_marker(record.get("PrivateNote")), entity, record) for entity, record in records]
        return [(f"{marker.source}/{marker.operation}", record) for marker, _, record in marked if marker]

    def _sent(self) -> set[str]:
        return {name.removesuffix("/create") for name, _ in self._books() if name.endswith("/create")}

    @invariant()
    def each_record_stands_once_with_an_amount_it_had(self) -> None:
        times = Counter(name for name, _ in self._books())
        assert [name for name, number in times.items() if number > 1] == []
        for name, record in self._books():
            if name.endswith("/create"):
                assert str(record["TotalAmt"]) in self.amounts[name.removesuffix("/create")]

    @invariant()
    def every_link_names_what_is_there(self) -> None:
        for entity in (Entity.PAYMENT, Entity.CREDIT_MEMO):
            for link in self.firm.runtime.store.links.all_of(REALM, entity):
                record = self.firm.core.company.get(entity, link.quickbooks_id)
                assert record is not None
                self._check_link(link, record.get("PrivateNote"))

    def _check_link(self, link: Link, note: str | None) -> None:
        marker = find_marker(note)
        assert (marker.source == link.source) if marker else link.origin == "imported"

    @invariant()
    def no_row_is_shown_as_synchronized_that_is_not_there(self) -> None:
        sent = self._sent()
        shown = {row["id"]: row["outcome"] for row in present_records(self.firm.runtime, self.firm.refs)}
        assert {ref for ref, outcome in shown.items() if outcome == Outcome.SYNCHRONIZED} <= sent
        marked = set(self.firm.runtime.host.marks.marked("synchronized")) & set(self.firm.refs)
        assert marked <= sent

    @invariant()
    def each_payment_of_quickbooks_is_here_once(self) -> None:
        ledger = self.firm.practice.ledger
        every = ledger.snapshot({"kinds": ["payment"]})
        keys = Counter(record.external_key for record in ledger.records(every.refs(0, every.count)) if record.external_key)
        assert [key for key, number in keys.items() if number > 1] == []

    def teardown(self) -> None:
        """Pressing again finishes, whatever came before."""
        if not hasattr(self, "firm"):
            return
        self._finish()
        self.firm.close()

    def _finish(self) -> None:
        firm = self.firm
        firm.time.sleep(SETTLED)
        firm.core.clear_trouble()
        firm.core.settle()
        if firm.runtime.connection().state is not ConnectionState.CONNECTED:
            firm.sign_in()
        for _ in range(2):
            ends = [*firm.export(self.payments)["rows"], *firm.export(self.memos)["rows"]]
            firm.import_all()
        self._judge_end({row["id"]: row for row in ends})

    def _judge_end(self, ends: Mapping[str, Mapping[str, Any]]) -> None:
        """Every row of a known customer is in QuickBooks; the third client is not matched, which is a true reason."""
        firm, sent = self.firm, self._sent()
        known = {record.ref for record in firm.practice.ledger.records(firm.refs) if record.client_id != "3"}
        assert sent == known
        changed = {row for row, end in ends.items() if end["outcome"] == Outcome.CHANGED}
        assert changed <= {ref for ref, amounts in self.amounts.items() if len(amounts) > 1}  # edited since it was sent
        assert changed | {row for row, end in ends.items() if end["outcome"] == Outcome.SYNCHRONIZED} == known
        assert all("not matched" in end["message"] for row, end in ends.items() if row not in known)
        links = firm.runtime.store.links.by_source(REALM, [Ref.parse(ref) for ref in firm.refs])
        assert {str(ref) for ref in links} == known
        assert set(firm.runtime.host.marks.marked("synchronized")) & set(firm.refs) == known
        assert not firm.runtime.store.journal.open_intents(REALM)
        typed = {record["Id"] for record in firm.core.company.all("Payment") if not find_marker(record.get("PrivateNote"))}
        here = {
            link.quickbooks_id
            for link in firm.runtime.store.links.all_of(REALM, Entity.PAYMENT)
            if link.origin == LinkOrigin.IMPORTED
        }
        assert here == typed


TestLife = pytest.mark.filterwarnings(
    # What a dead process would still do in its generators' `finally` blocks dies too, and Python says so.
    "ignore::pytest.PytestUnraisableExceptionWarning"
)(Life.TestCase)
TestLife.settings = settings(
    max_examples=20,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


class BlindLife(Life):
    """A life in which doubt is settled without looking it up."""

    control = CONTROLS["look-up off"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_few_lives_notice_that_the_look_up_is_switched_off() -> None:
    lives = seed(11)(BlindLife).TestCase
    lives.settings = settings(TestLife.settings, max_examples=40, derandomize=False, phases=[Phase.generate])
    with pytest.raises(AssertionError):
        lives("runTest").runTest()
