"""The cases of an update: payments and credit memos that are in QuickBooks were edited here and are sent again, a death at every
commit and send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from hostsim.qbo_simulator.base.http import Record
from hostsim.qbo_simulator.base.money import amount as in_money
from qb_plugin.forms.changes.form import ChangesForm
from qb_plugin.model import (
    ConnectionState,
    CreditMemoUpdate,
    Entity,
    Intent,
    Link,
    Message,
    PaymentDraft,
    QboCreditMemo,
    QboPayment,
    SalesLine,
    SourceRecord,
)
from qb_plugin.store.sql.tables import leases
from qb_plugin.sync.changes import updating
from qb_plugin.sync.changes.doubt import UpdateDoubt
from qb_plugin.sync.changes.memo_updates import plan_memo_update
from qb_plugin.sync.changes.payment_updates import plan_update
from qb_plugin.sync.exporting.settlement import refused
from tests.faults.cases.case import TROUBLES, Case, World
from tests.faults.cases.controls import PLAIN, Control, patched
from tests.faults.cases.run_case import LATER, SETTLED, Played
from tests.faults.harness.databases import Databases
from tests.faults.harness.firm_lifecycle import NOBODY, Firm, Listener, begin, company
from tests.faults.harness.server import KEPT, LASTING, NETWORK, SERVERS, FaultyQuickBooks, Template, add_strike, new_server
from tests.faults.harness.shared_time import SharedTime

NAME = "update"
ENTITIES = (Entity.PAYMENT, Entity.CREDIT_MEMO)
#: By reference: the amount that the record is given here, and what the payment's lines must put on which invoice then.
WANTED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "P0": ("6.00", {"INV-1": "6.00"}),
    "P1": ("26.00", {"INV-1": "15.00", "INV-3": "5.00"}),
    "P2": ("31.00", {"INV-3": "20.00"}),
    "P3": ("38.00", {"INV-2": "25.00", "INV-4": "13.00"}),
}
AMOUNTS_THERE = ("10.00", "20.00", "30.00", "40.00", "15.00", "15.00")  # as they were sent, the credit memos last
#: The amounts that the credit memos are given, and how much of each pays invoices: the first was found none to pay.
MEMOS: Sequence[tuple[str, str]] = (("12.00", "0.00"), ("18.00", "10.00"))
#: Trouble of creates alone, or that has no end for a person who only sends again.
LEFT_OUT = frozenset({"links_dropped", KEPT, NETWORK, *LASTING})
UPDATE_TROUBLES = tuple(trouble for trouble in TROUBLES if trouble not in LEFT_OUT)


class _Begun:
    """What the cases begin with: the books after the first export, and the rows that were sent."""

    core: FaultyQuickBooks
    refs: Sequence[str] = ()


def set_up(url: str) -> None:
    """A firm that has exported four payments and two credit memos with Auto Apply, and then edited them."""
    begun = list(begin(url))
    refs = [*begun[: len(WANTED)], *begun[-len(MEMOS) :]]
    time = SharedTime()
    firm = Firm(url, new_server(company(), time, "replay"), time, refs)
    firm.sign_in()
    for group in (refs[: len(WANTED)], refs[len(WANTED) :]):
        ended = firm.export(group, auto_apply=True)
        if ended["counts"]["done"] != len(group):
            raise RuntimeError(f"the first export ended with {ended['text']}")
    for ref, (amount, _) in zip(refs, (*WANTED.values(), *MEMOS), strict=True):
        firm.edit(ref, amount)
    firm.close()
    _Begun.core, _Begun.refs = firm.core, refs


class UpdateFirm(Firm):
    """The firm; what a death leaves is settled by the next press."""

    def bury(self) -> None:
        """What a dead process held is seen to be a dead one's."""
        self.points.turn()
        with self.runtime.store.database.write() as connection:
            connection.execute(update(leases).values(pid=NOBODY, process_started="1"))
        self.close()
        self.start()


def prepared(databases: Databases) -> None:
    """Make what the cases begin with, unless it is made."""
    databases.prepare(NAME, set_up)


def begun_firm(databases: Databases) -> UpdateFirm:
    """A firm that has sent four payments and two credit memos, and edited them."""
    time = SharedTime()
    core = new_server(Template(_Begun.core), time, "replay")
    return UpdateFirm(databases.fresh(NAME), core, time, list(_Begun.refs))


class UpdatePlay:
    """One case under way."""

    def __init__(self, case: Case, databases: Databases, control: Control = PLAIN) -> None:
        self._case, self._control, self._time = case, control, SharedTime()
        prepared(databases)
        self._core = new_server(Template(_Begun.core), self._time, case.world.server)
        self._firm = UpdateFirm(databases.fresh(NAME), self._core, self._time, list(_Begun.refs), control)
        add_strike(self._core, case.world.trouble, case.world.strike)
        self._kills = [case.first, case.second]
        self._count = self._count_all()
        self._amounts = dict(zip(self._firm.refs, (amount for amount, _ in (*WANTED.values(), *MEMOS)), strict=True))
        self.played = Played()

    def run(self) -> Played:
        """Play it to the end, in the way of the control."""
        with patched(self._control.patches):
            for pause in (self._case.pause, *LATER):
                if self._press():
                    break
                self._time.sleep(pause)
            else:
                self.played.bad.append("rows do not come to an end")
            self._time.sleep(SETTLED)
            self._core.settle()
            self.played.bad += self._judge_end()
            self._firm.close()
        return self.played

    def _press(self) -> bool:
        """Send what the form shows, else let the background job settle; whether there is nothing left of either."""
        kill_at = self._kills.pop(0) if self._kills else None
        done = self._firm.dies_at(kill_at, self._send)
        if done is None:
            self.played.lives.append(0)
            return False
        if self._firm.runtime.connection().state is ConnectionState.RECONNECT:
            self._firm.sign_in()
        return bool(done)

    def _send(self) -> bool:
        firm, form = self._firm, ChangesForm(self._firm.runtime)
        answer = {"what": "", "token": form.open({})["token"]}
        rows = form.rows(answer, None)
        ids = [] if isinstance(rows, dict) or rows.problem else list(rows.ids(0, rows.count))
        listener = Listener()
        if ids:
            form.run("send", answer, ids, {}, listener)
        else:
            firm.runtime.settle_job.run()
        passed = len(firm.points.passed)
        self.played.first = self.played.first or passed
        self.played.lives.append(passed)
        self._judge_rows(listener)
        unread = not isinstance(rows, dict) and bool(rows.problem)
        return not ids and not unread and not self._open_intents()

    def _open_intents(self) -> Sequence[Intent]:
        return self._firm.runtime.store.journal.open_intents(self._core.realm)

    def _judge_rows(self, listener: Listener) -> None:
        """Told that it is sent: it stands there. Told that it failed or was not tried: it stands as it was."""
        there, links = self._there(), self._links()
        for row, told in listener.rows.items():
            found = there[links[row].quickbooks_id]
            is_saved = found["TotalAmt"] == Decimal(self._amounts[row])
            if told["outcome"] == "synchronized" and not is_saved:
                self.played.bad.append(f"{row} told synchronized, but it stands there with {found['TotalAmt']}")
            if told["outcome"] in {"failed", "not_tried"} and is_saved:
                self.played.bad.append(f"{row} told {told['outcome']}, but it is saved")

    def _count_all(self) -> int:
        return sum(len(self._core.company.all(entity)) for entity in ENTITIES)

    def _there(self) -> Mapping[str, Record]:
        """Payments, with their lines, and credit memos by Id; the two share the numbers of transactions."""
        company = self._core.company
        payments = {each["Id"]: {**each, "Line": company.lines.get(int(each["Id"]), ())} for each in company.all("Payment")}
        return payments | {each["Id"]: each for each in company.all("CreditMemo")}

    def _links(self) -> Mapping[str, Link]:
        links = self._firm.runtime.store.links
        return {str(link.source): link for entity in ENTITIES for link in links.all_of(self._core.realm, entity)}

    def _judge_end(self) -> list[str]:
        """Each is there once, as it is here, with its lines; its link is of the version that it has."""
        there, links, count = self._there(), self._links(), self._count_all()
        wrong = [] if count == self._count else [f"there are {count} payments and credit memos, not {self._count}"]
        found = {ref: there[links[ref].quickbooks_id] for ref in self._firm.refs}
        for ref, each in found.items():
            if each["TotalAmt"] != Decimal(self._amounts[ref]):
                wrong.append(f"{ref} stands there with {each['TotalAmt']}, not {self._amounts[ref]}")
            if each["SyncToken"] != links[ref].sync_token:
                wrong.append(f"{ref} is linked in version {links[ref].sync_token}")
        wrong += self._judge_lines([each for each in found.values() if "PaymentRefNum" in each])
        wrong += judge_memos([each for each in found.values() if "PaymentRefNum" not in each])
        return wrong + [f"{intent.source} is still open" for intent in self._open_intents()]

    def _judge_lines(self, payments: Sequence[Record]) -> Iterator[str]:
        numbers = {each["Id"]: each["DocNumber"] for each in self._core.company.all("Invoice")}
        for each in payments:
            found = {numbers[str(line.id)]: in_money(line.units) for line in each["Line"]}
            meant = {number: Decimal(part) for number, part in WANTED[each["PaymentRefNum"]][1].items()}
            if found != meant:
                yield f"{each['PaymentRefNum']} pays {found}, not {meant}"


def judge_memos(memos: Sequence[Record]) -> Iterator[str]:
    """What is used of each credit memo stays, and so does the item that its one line sells."""
    for each, (_, used) in zip(memos, MEMOS, strict=True):
        items = [line["SalesItemLineDetail"]["ItemRef"]["value"] for line in each["Line"] if "SalesItemLineDetail" in line]
        if each["TotalAmt"] - each["RemainingCredit"] != Decimal(used) or items != ["1"]:
            yield f"credit memo {each['Id']} sells {items}, and {each['RemainingCredit']} of {each['TotalAmt']} is left"


def update_worlds(database: str) -> Iterator[World]:
    """All worlds of updates."""
    for trouble in UPDATE_TROUBLES:
        for server in SERVERS:
            for strike in ("1",) if trouble == "none" else ("1", "12"):
                yield World(database, "update", "batch", trouble, strike, server)


def without_lines(pair: Any, lines: Any = None) -> tuple[SourceRecord, QboPayment, PaymentDraft]:
    """An update that names no lines, and so drops those there are."""
    record, now, draft = plan_update(pair, lines)
    return record, now, replace(draft, lines=())


def with_another_line(pair: Any, forms: Any) -> tuple[SourceRecord, QboCreditMemo, CreditMemoUpdate]:
    """An update of a credit memo with a line that is made anew, of the first item at hand."""
    record, now, change = plan_memo_update(pair, forms)
    text = f'{{"Amount":{record.amount},"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{{"ItemRef":{{"value":"2"}}}}}}'
    return record, now, replace(change, form=replace(change.form, lines=(SalesLine(text, record.amount, sells=True),)))


def take_doubt_for_refusal(self: UpdateDoubt, intents: Sequence[Intent]) -> None:
    """Doubt that is closed as a refusal, unread."""
    self._settle([(intent, refused(intent, Message("quickbooks_no_reason"))) for intent in intents])


UPDATE_CONTROLS: Mapping[str, Control] = {
    "update without its lines": Control(
        "update without its lines", lambda context: context, ((updating, "plan_update", without_lines),)
    ),
    "memo update without its item": Control(
        "memo update without its item", lambda context: context, ((updating, "plan_memo_update", with_another_line),)
    ),
    "update doubt unread": Control(
        "update doubt unread", lambda context: context, ((UpdateDoubt, "settle", take_doubt_for_refusal),)
    ),
}
