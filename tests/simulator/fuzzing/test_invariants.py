"""Random bookkeeping: after every step the money adds up, both ends of a link agree, and the change feed is right."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from tests.support.simulator.simulator_calls import Books, new_books, payment, sale

AMOUNTS = st.integers(1, 50_000).map(lambda cents: Decimal(cents).scaleb(-2))
KINDS = ("Payment", "Invoice", "CreditMemo", "Customer")


class Bookkeeping(RuleBasedStateMachine):
    """A company, random changes to it by its front door, and what must hold after each."""

    customers = Bundle("customers")
    invoices = Bundle("invoices")
    memos = Bundle("memos")
    payments = Bundle("payments")

    @initialize(target=customers, over=st.sampled_from(["6000", "620", "accept"]), keeps=st.booleans())
    def begin(self, over: str, keeps: bool) -> Any:
        self.books: Books = new_books(over_application=over, void_keeps_lines=keeps)
        self.tokens: dict[tuple[str, str], int] = {}
        self.seen: dict[tuple[str, str], Any] = {}
        ada, bob = self.books.customer("Ada"), self.books.customer("Bob")
        job = self.books.customer("Job", ParentRef={"value": ada}, BillWithParent=True)
        self.remember()
        return multiple(ada, bob, job)

    def remember(self) -> None:
        """Take the present state as seen, and let a minute pass."""
        self.seen = {(kind, each["Id"]): each for kind in KINDS for each in self.books.company.all(kind)}
        self.since = self.books.core.clock.now() + timedelta(seconds=30)
        self.books.core.clock.advance(60)
        self.books.refresh()

    @rule(target=invoices, customer=customers, amount=AMOUNTS)
    def bill(self, customer: str, amount: Decimal) -> str:
        return str(self.books.invoice(customer, amount)["Id"])

    @rule(target=memos, customer=customers, amount=AMOUNTS)
    def credit(self, customer: str, amount: Decimal) -> str:
        return str(self.books.memo(customer, amount)["Id"])

    def _lines(self, chosen: list[tuple[str, str, Decimal]]) -> list[tuple[str, object, str]]:
        return [(identity, amount, kind) for kind, identity, amount in chosen]

    LINES = st.lists(
        st.tuples(st.sampled_from(["Invoice", "CreditMemo"]), st.integers(1, 20).map(str), AMOUNTS | st.none()), max_size=4
    )

    def _fitting(self, lines: list[tuple[str, str, Decimal | None]]) -> list[tuple[str, object, str]]:
        """Lines as drawn; no amount means all that is open."""
        found: list[tuple[str, object, str]] = []
        for kind, identity, amount in lines:
            record = self.books.company.get(kind, identity)
            found.append((identity, amount or (record["Balance"] if record else Decimal(1)), kind))
        return found

    @rule(target=payments, customer=customers, total=AMOUNTS | st.just(Decimal(0)), lines=LINES, enough=st.booleans())
    def pay(self, customer: str, total: Decimal, lines: list[Any], enough: bool) -> Any:
        fitting = self._fitting(lines)
        total = sum((Decimal(str(amount)) for _, amount, kind in fitting if kind == "Invoice"), total) if enough else total
        status, told = self.books.call("POST", "payment", payment(customer, total, *fitting))
        assert status in (200, 400)
        return told["Payment"]["Id"] if status == 200 else multiple()

    @rule(identity=payments, total=AMOUNTS, lines=LINES, sparse=st.booleans())
    def reapply(self, identity: str, total: Decimal, lines: list[Any], sparse: bool) -> None:
        record = self.books.company.get("Payment", identity)
        if record:
            sent = payment(record["CustomerRef"]["value"], total, *self._fitting(lines))
            status, _ = self.books.call(
                "POST", "payment", {**sent, "Id": identity, "SyncToken": record["SyncToken"], "sparse": sparse}
            )
            assert status in (200, 400)

    @rule(identity=invoices, amount=AMOUNTS)
    def rewrite_invoice(self, identity: str, amount: Decimal) -> None:
        self._change("Invoice", identity, {"sparse": True, "Line": [sale(amount)]})

    @rule(identity=memos, amount=AMOUNTS)
    def rewrite_memo(self, identity: str, amount: Decimal) -> None:
        self._change("CreditMemo", identity, {"sparse": True, "Line": [sale(amount)]})

    @rule(identity=payments)
    def void_payment(self, identity: str) -> None:
        self._change("Payment", identity, {"sparse": True}, operation="update", include="void")

    @rule(identity=invoices)
    def void_invoice(self, identity: str) -> None:
        self._change("Invoice", identity, {}, operation="void")

    @rule(identity=consumes(payments))
    def delete_payment(self, identity: str) -> None:
        self._change("Payment", identity, {}, operation="delete")

    @rule(identity=consumes(invoices))
    def delete_invoice(self, identity: str) -> None:
        self._change("Invoice", identity, {}, operation="delete")

    @rule(identity=consumes(memos))
    def delete_memo(self, identity: str) -> None:
        self._change("CreditMemo", identity, {}, operation="delete")

    @rule(identity=invoices)
    def act_on_what_is_stale(self, identity: str) -> None:
        record = self.books.company.get("Invoice", identity)
        if record:
            stale = {"Id": identity, "SyncToken": str(int(record["SyncToken"]) + 1)}
            assert self.books.refused("Invoice", stale, operation="delete")["code"] == "5010"

    def _change(self, kind: str, identity: str, body: dict[str, Any], **parameters: str) -> None:
        record = self.books.company.get(kind, identity)
        if record:
            sent = {"Id": identity, "SyncToken": record["SyncToken"], **body}
            status, told = self.books.call("POST", kind.lower(), sent, **parameters)
            assert status == 200, told

    @invariant()
    def money_adds_up(self) -> None:
        company = self.books.company
        invoices, memos = company.all("Invoice"), company.all("CreditMemo")
        applied: dict[tuple[str, str], Decimal] = {}
        links: dict[str, list[str]] = {}
        owed: dict[str, Decimal] = {}
        for each in company.all("Payment"):
            sides = {"Invoice": Decimal(0), "CreditMemo": Decimal(0)}
            for line in each["Line"]:
                (linked,) = line["LinkedTxn"]
                sides[linked["TxnType"]] += Decimal(line["Amount"])
                key = (linked["TxnType"], linked["TxnId"])
                applied[key] = applied.get(key, Decimal(0)) + Decimal(line["Amount"])
                if line["Amount"] and linked["TxnType"] == "Invoice":
                    links.setdefault(linked["TxnId"], []).append(each["Id"])
            assert each["UnappliedAmt"] == each["TotalAmt"] + sides["CreditMemo"] - sides["Invoice"] >= 0
            _add(owed, each, -each["UnappliedAmt"])
        for each in invoices:
            assert each["Balance"] == each["TotalAmt"] - applied.get(("Invoice", each["Id"]), Decimal(0)) >= 0
            assert sorted(set(links.get(each["Id"], []))) == sorted(link["TxnId"] for link in each["LinkedTxn"])
            _add(owed, each, each["Balance"])
        for each in memos:
            assert each["Balance"] == each["RemainingCredit"] >= 0
            assert each["Balance"] == each["TotalAmt"] - applied.get(("CreditMemo", each["Id"]), Decimal(0))
            _add(owed, each, -each["Balance"])
        for each in company.all("Customer"):
            assert each["Balance"] == owed.get(each["Id"], Decimal(0))

    @invariant()
    def tokens_grow_and_the_feed_tells_what_changed(self) -> None:
        now = {(kind, each["Id"]): each for kind in KINDS for each in self.books.company.all(kind)}
        changed = {key for key, record in now.items() if self.seen.get(key) != record and not self._restated(key, record)}
        gone = set(self.seen) - set(now)
        blocks = self.books.changes(self.since.isoformat(), ",".join(KINDS))
        told = {(kind, each["Id"]): each for kind, block in zip(KINDS, blocks, strict=True) for each in block.get(kind, [])}
        assert {key for key, each in told.items() if each.get("status") == "Deleted"} == gone
        assert set(told) - gone == changed
        for key in changed:
            assert told[key] == now[key]
            if key in self.seen and key[0] != "Customer":
                assert int(now[key]["SyncToken"]) == int(self.seen[key]["SyncToken"]) + 1
            if key[0] == "Customer" and key in self.seen:
                assert now[key]["SyncToken"] == self.seen[key]["SyncToken"]
            assert datetime.fromisoformat(now[key]["MetaData"]["LastUpdatedTime"]) >= self.since
        self.remember()

    def _restated(self, key: tuple[str, str], record: Any) -> bool:
        """A payment whose lines tell another open balance, nothing else, has not changed itself."""
        before = self.seen.get(key)
        return key[0] == "Payment" and before is not None and _without_extras(before) == _without_extras(record)


def _without_extras(record: Any) -> Any:
    return {**record, "Line": [{name: value for name, value in line.items() if name != "LineEx"} for line in record["Line"]]}


def _add(owed: dict[str, Decimal], record: Any, amount: Decimal) -> None:
    customer = record["CustomerRef"]["value"]
    owed[customer] = owed.get(customer, Decimal(0)) + amount


Bookkeeping.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestBookkeeping = Bookkeeping.TestCase
