"""Random bookkeeping with everything payments meet: after every step all balances, links and accounts agree."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.faults import RefusedError
from hostsim.qbo_simulator.books.ledger import postings, receivables, trial_balance
from hostsim.qbo_simulator.books.lists.merge import merge_customers
from hostsim.qbo_simulator.books.money.payments import undeposited_funds
from tests.support.simulator.open_items import (
    Open,
    deposit_lines,
    entry_lines,
    expense,
    kind_of,
    lines_on_receivables,
    whole_documents,
)
from tests.support.simulator.simulator_calls import new_books, payment, sale

CHECKING = "6"
AMOUNTS = st.integers(1, 400).map(lambda quarters: Decimal(quarters) / 4)
RATES = st.sampled_from(["0.5", "1.25", "2"])
CUSTOMERS = st.sampled_from("1234")  # Ada, Bob, Ada's job, and Eva, who has euros
ANY = st.integers(0, 40)
REFUSALS = {"610", "620", "2500", "6000", "6540"}
DOCUMENTS = ("Invoice", "CreditMemo", "JournalEntry", "Purchase")
MASKS = st.integers(1, 63)
SHARES = st.sampled_from([4, 2, 1, 5])
POSTED = [kind.name for kind in KINDS.values() if kind.posts]


class RealBooks(RuleBasedStateMachine):
    """A company of two currencies and a tree of customers, and all that payments, refunds and deposits can do in it."""

    def __init__(self) -> None:
        super().__init__()
        self.books = new_books()
        several = {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}
        self.books.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, **several})
        self.books.post("CompanyCurrency", {"Code": "EUR"})
        ada, _ = (self.books.customer(name) for name in ("Ada", "Bob"))
        self.books.customer("Job", ParentRef={"value": ada}, BillWithParent=True)
        self.books.customer("Eva", CurrencyRef={"value": "EUR"})
        for customer in "1234":
            self._begin(customer)

    def _begin(self, customer: str) -> None:
        """One of everything, paid in part, and some of it taken to the bank."""
        for kind in ("Invoice", "CreditMemo"):
            self.sell(customer, Decimal(40), "2", kind)
        self.open_by_entry(customer, customer, Decimal(10), "0.5", "Debit")
        self.give_back(customer, Decimal(5), "1.25", "Check")
        self.pay_the_oldest(customer, Decimal(52), "2")
        self.take_to_the_bank(customer, 1, Decimal(3), "2")
        self.pay_the_oldest(customer, Decimal(7), "1.25")
        self.give_back(customer, Decimal(15), "2", "Cash")

    def send(self, kind: str, body: dict[str, Any], **parameters: str) -> None:
        """One write: carried out, or refused by a rule of bookkeeping with nothing changed."""
        before = self.everything()
        status, told = self.books.call("POST", kind.lower(), body, **parameters)
        if status != 200:
            assert told["Fault"]["Error"][0]["code"] in REFUSALS, told
            assert self.everything() == before

    def everything(self) -> dict[tuple[str, int], bytes]:
        company = self.books.company
        return {(kind, each): company.render(kind, each) for kind in KINDS for each in company.tables[kind].rows}

    def money(self, customer: str, rate: str) -> dict[str, Any]:
        code = self.books.get("Customer", customer)["CurrencyRef"]["value"]
        return {"CurrencyRef": {"value": code}, "ExchangeRate": rate if code != "USD" else 1}

    def change(self, kind: str, record: Any, body: dict[str, Any], **parameters: str) -> None:
        self.send(kind, {"Id": record["Id"], "SyncToken": record["SyncToken"], **body}, **parameters)

    @rule(customer=CUSTOMERS, amount=AMOUNTS, rate=RATES, kind=st.sampled_from(["Invoice", "CreditMemo"]))
    def sell(self, customer: str, amount: Decimal, rate: str, kind: str) -> None:
        self.send(kind, {"CustomerRef": {"value": customer}, "Line": [sale(amount)], **self.money(customer, rate)})

    @rule(customer=CUSTOMERS, other=CUSTOMERS, amount=AMOUNTS, rate=RATES, side=st.sampled_from(["Debit", "Credit"]))
    def open_by_entry(self, customer: str, other: str, amount: Decimal, rate: str, side: str) -> None:
        self.send("JournalEntry", {"Line": entry_lines(customer, other, amount, side), **self.money(customer, rate)})

    @rule(customer=CUSTOMERS, amount=AMOUNTS, rate=RATES, kind=st.sampled_from(["Cash", "Check"]))
    def give_back(self, customer: str, amount: Decimal, rate: str, kind: str) -> None:
        payee = {"value": customer, "type": "Customer"}
        body = {"PaymentType": kind, "AccountRef": {"value": CHECKING}, "EntityRef": payee, "Line": [expense(amount)]}
        self.send("Purchase", {**body, **self.money(customer, rate)})

    @rule(customer=CUSTOMERS, total=AMOUNTS, rate=RATES)
    def pay_the_oldest(self, customer: str, total: Decimal, rate: str) -> None:
        lines: list[tuple[str, object, str]] = []
        rest = total
        for item, left in self.opened():
            if item.customer == customer and left > 0 and rest:
                lines.append((item.id, min(rest, left), self._type_of(item)))
                rest -= min(rest, left)
        self.send("Payment", payment(customer, total, *lines, **self.money(customer, rate)))

    @rule(customer=CUSTOMERS, mask=MASKS, share=SHARES, total=AMOUNTS, rate=RATES)
    def pay_anything(self, customer: str, mask: int, share: int, total: Decimal, rate: str) -> None:
        lines = self._lines(customer, mask, share)
        self.send("Payment", payment(customer, total, *lines, **self.money(customer, rate)))

    @rule(customer=CUSTOMERS, rate=RATES)
    def use_all_credits(self, customer: str, rate: str) -> None:
        """A payment of nothing: as much of each credit as there are charges."""
        opened = [(item, left) for item, left in self.opened() if item.customer == customer]
        sides = [sum((max(left * side, Decimal(0)) for _, left in opened), Decimal(0)) for side in (1, -1)]
        lines: list[tuple[str, object, str]] = []
        for side in (1, -1):
            rest = min(sides)
            for item, left in opened:
                part = min(rest, left * side)
                if part > 0:
                    lines.append((item.id, part, self._type_of(item)))
                    rest -= part
        self.send("Payment", payment(customer, 0, *lines, **self.money(customer, rate)))

    @rule(which=ANY, mask=MASKS, share=SHARES, total=AMOUNTS | st.none())
    def reapply(self, which: int, mask: int, share: int, total: Decimal | None) -> None:
        record = self._existing("Payment", which)
        payer = record["CustomerRef"]["value"]
        lines = self._lines(payer, mask, share)
        sent = payment(payer, total or record["TotalAmt"], *lines, CurrencyRef=record["CurrencyRef"])
        self.change("Payment", record, sent)

    def _existing(self, kind: str, which: int) -> Any:
        records = self.books.company.all(kind)
        return records[which % len(records)] if records else self._existing("CompanyInfo", 0)

    def _lines(self, payer: str, mask: int, share: int) -> list[tuple[str, object, str]]:
        """Lines on some of what is open (the bits of `mask`), quarters of each; of strangers too when the mask is even."""
        found: list[tuple[str, object, str]] = []
        opened = [(item, left) for item, left in self.opened() if left and (mask % 2 == 0 or item.customer == payer)]
        for position, (item, left) in enumerate(opened):
            if mask >> position % 5 + 1 & 1:
                part = (abs(left) * share / 4).quantize(Decimal("0.01"))
                found.append((item.id, part, self._type_of(item)))
        return found

    def _type_of(self, item: Open) -> str:
        if item.kind != "Purchase":
            return item.kind
        return "Check" if self.books.get("Purchase", item.id)["PaymentType"] == "Check" else "Expense"

    @rule(customer=CUSTOMERS, most=st.integers(0, 3), amount=AMOUNTS, rate=RATES)
    def take_to_the_bank(self, customer: str, most: int, amount: Decimal, rate: str) -> None:
        lines = deposit_lines(self._takeable(customer)[:most], customer, amount)
        self.send("Deposit", {"DepositToAccountRef": {"value": CHECKING}, "Line": lines, **self.money(customer, rate)})

    def _takeable(self, customer: str) -> list[str]:
        """Payments that a deposit in this customer's currency can take."""
        code = self.books.get("Customer", customer)["CurrencyRef"]
        found = [each for each in self.books.company.all("Payment") if each["TotalAmt"] and "LinkedTxn" not in each]
        return [each["Id"] for each in found if each["CurrencyRef"] == code]

    @rule(which=ANY, customer=CUSTOMERS, amount=AMOUNTS, twice=st.booleans())
    def take_anything(self, which: int, customer: str, amount: Decimal, twice: bool) -> None:
        chosen = [self._existing("Payment", each)["Id"] for each in (which, which if twice else which + 1)]
        lines = deposit_lines(chosen, customer, amount)
        self.send("Deposit", {"DepositToAccountRef": {"value": CHECKING}, "Line": lines, **self.money(customer, "1")})

    @rule(which=ANY, customer=CUSTOMERS, most=st.integers(0, 2), amount=AMOUNTS)
    def change_deposit(self, which: int, customer: str, most: int, amount: Decimal) -> None:
        record = self._existing("Deposit", which)
        if "Line" in record:
            lines = deposit_lines(self._takeable(customer)[:most], customer, amount)
            self.change("Deposit", record, {"sparse": True, "Line": lines})

    @rule(kind=st.sampled_from(DOCUMENTS), which=ANY, amount=AMOUNTS, customer=CUSTOMERS)
    def rewrite(self, kind: str, which: int, amount: Decimal, customer: str) -> None:
        """Another amount; a check becomes an expense, to which no payment is linked any more."""
        record = self._existing(kind, which)
        changes: dict[str, dict[str, Any]] = {
            "JournalEntry": {"Line": entry_lines(customer, customer, amount, "Debit")},
            "Purchase": {"PaymentType": "Cash"},
        }
        if "Line" in record:
            self.change(kind, record, {"sparse": True, **changes.get(kind, {"Line": [sale(amount)]})})

    @rule(kind=st.sampled_from([*DOCUMENTS, "Deposit", "Payment"]), which=ANY, void=st.booleans())
    def undo(self, kind: str, which: int, void: bool) -> None:
        record = self._existing(kind, which)
        if "Line" in record:
            self.change(kind, record, {}, operation="void" if void and "void" in KINDS[kind].operations else "delete")

    @rule(loser=CUSTOMERS, other=CUSTOMERS, merge=st.booleans())
    def rearrange(self, loser: str, other: str, merge: bool) -> None:
        """Merge two customers, or hang one under the other."""
        before = self.everything()
        if not merge:
            self.change("Customer", self.books.get("Customer", loser), {"sparse": True, "ParentRef": {"value": other}})
            return
        try:
            merge_customers(self.books.company, int(loser), int(other), self.books.core.clock.now())
        except RefusedError:
            assert self.everything() == before

    @invariant()
    def customers_owe_what_is_open(self) -> None:
        self.books.refresh()
        opened = dict(self.opened())
        owed: dict[str, Decimal] = {}
        for item, left in opened.items():
            owed[item.customer] = owed.get(item.customer, Decimal(0)) + left
        for each in self.books.company.all("Payment"):
            value = each["CustomerRef"]["value"]
            owed[value] = owed.get(value, Decimal(0)) - each["UnappliedAmt"]
        people = {each["Id"]: each for each in self.books.company.all("Customer")}
        for identity, each in people.items():
            assert each["Balance"] == owed.get(identity, Decimal(0))
            jobs = [job["BalanceWithJobs"] for job in people.values() if job.get("ParentRef", {}).get("value") == identity]
            assert each["BalanceWithJobs"] == each["Balance"] + sum(jobs)

    def opened(self) -> Iterator[tuple[Open, Decimal]]:
        """What is left of everything open, from the payments' own lines."""
        applied: dict[tuple[str, str, str], Decimal] = {}
        for each in self.books.company.all("Payment"):
            for line in each["Line"]:
                (link,) = line["LinkedTxn"]
                key = (kind_of(link["TxnType"]), link["TxnId"], link.get("TxnLineId", "0"))
                applied[key] = applied.get(key, Decimal(0)) + line["Amount"]
        for item in [*whole_documents(self.books), *lines_on_receivables(self.books)]:
            part = applied.pop((item.kind, item.id, item.line), Decimal(0))
            assert part <= abs(item.total)
            yield item, item.total - part if item.total > 0 else item.total + part
        assert not applied, "a payment's line points at nothing"

    @invariant()
    def payments_and_documents_name_each_other(self) -> None:
        named: dict[tuple[str, str], set[str]] = {}
        for each in self.books.company.all("Payment"):
            for line in each["Line"]:
                (link,) = line["LinkedTxn"]
                named.setdefault((kind_of(link["TxnType"]), link["TxnId"]), set()).add(each["Id"])
        for kind in ("Invoice", "JournalEntry", "Purchase", "Deposit"):
            for each in self.books.company.all(kind):
                links = {link["TxnId"] for link in each.get("LinkedTxn", [])}
                assert links == named.get((kind, each["Id"]), set())

    @invariant()
    def deposits_hold_what_they_say(self) -> None:
        holder: dict[str, str] = {}
        for each in self.books.company.all("Deposit"):
            assert each["TotalAmt"] == sum(line["Amount"] for line in each["Line"])
            for line in each["Line"]:
                for link in line.get("LinkedTxn", []):
                    assert holder.setdefault(link["TxnId"], each["Id"]) == each["Id"]
                    assert self.books.get("Payment", link["TxnId"])["TotalAmt"] == line["Amount"]
        for each in self.books.company.all("Payment"):
            links = [link["TxnId"] for link in each.get("LinkedTxn", [])]
            assert links == ([holder[each["Id"]]] if each["Id"] in holder else [])

    @invariant()
    def accounts_balance_at_home(self) -> None:
        company = self.books.company
        for kind in POSTED:
            for each in company.all(kind):
                assert sum(value for _, value in postings(company, kind, each)) == 0
        balances = trial_balance(company)
        assert sum(balances.values()) == 0
        rates = {(kind, each["Id"]): Decimal(each["ExchangeRate"]) for kind in POSTED for each in company.all(kind)}
        free = [each for each in company.all("Payment") if "LinkedTxn" not in each]
        waiting = sum(each["TotalAmt"] * rates["Payment", each["Id"]] for each in free)
        unapplied = sum(each["UnappliedAmt"] * rates["Payment", each["Id"]] for each in company.all("Payment"))
        owed = sum(left * rates[item.kind, item.id] for item, left in self.opened())
        assert balances.get(undeposited_funds(company), 0) == waiting
        assert balances.get(receivables(company), 0) == owed - unapplied


RealBooks.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
TestRealBooks = RealBooks.TestCase
