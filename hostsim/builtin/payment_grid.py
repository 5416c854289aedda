"""The Payments grid: payments and credit memos over an ordered snapshot of the ledger, with the marks of add-ins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.descriptions import Answer, EmptyGrid, FormDescription, FormRequest, Row, Sort
from hostsim.builtin.grid_description import column, grid, plain_row
from hostsim.builtin.text_forms import TextForm
from hostsim.practice.database import Practice
from hostsim.practice.lists.listing import signed_keys
from hostsim.practice.model import Kind, LedgerQuery, Mark, Record
from hostsim.practice.sql.snapshots import Snapshot

MARKS = {"synchronized": "✓ synced", "failed": "✗ failed", "not_confirmed": "? not confirmed"}
TYPES = {Kind.PAYMENT: "Payment", Kind.CREDIT_MEMO: "Credit memo"}
TOTALS = {Kind.PAYMENT: "payments", Kind.CREDIT_MEMO: "credit memos"}
CENT, ZERO = Decimal("0.01"), Decimal("0.00")
CHUNK = 5_000


class PaymentGrid(TextForm):
    """Payments and credit memos, with what each add-in marked on them."""

    def __init__(self, practice: Practice, labels: Mapping[str, str]) -> None:
        super().__init__("billing.payments", "Payments", lambda: "")
        self._practice, self._labels = practice, labels

    def open(self, _request: FormRequest, /, *, user: ActingUser | None = None) -> FormDescription:
        """Describe the grid: a column more for each add-in that works."""
        columns = [
            column("kind", "Type", "text", 110),
            column("number", "Number", "text", 90),
            column("date", "Date", "date", 100),
            column("client", "Client", "text", 280),
            column("method", "Method", "text", 130),
            column("reference", "Reference", "text", 130),
            column("amount", "Amount", "money", 110),
            *(column(f"mark:{id}", label, "text", 140, sortable=False) for id, label in self._labels.items()),
        ]
        return grid(self.id, "Payments", columns)

    def rows(self, answer: Answer, sort: Sort | None, /, *, user: ActingUser | None = None) -> LedgerRows:
        """Order the ledger's ids; everything is shown here, hidden and synchronized records too."""
        query: LedgerQuery = {
            "kinds": ["payment", "credit_memo"],
            "show_hidden": True,
            "hide_synchronized": False,
            "search": str(answer.get("search") or ""),
        }
        if sort:
            query["sort"], query["descending"] = sort["key"], bool(sort.get("descending"))
        return LedgerRows(self._practice, list(self._labels), self._practice.ledger.snapshot(query))


class LedgerRows:
    """Rows over the ledger's own ordered snapshot of ids."""

    def __init__(self, practice: Practice, addins: Sequence[str], snapshot: Snapshot) -> None:
        self._practice, self._addins, self._snapshot = practice, addins, snapshot

    @property
    def count(self) -> int:
        """How many."""
        return self._snapshot.count

    @property
    def total(self) -> str:
        """The sum of all, credit memos counted off."""
        total = self._snapshot.total
        odd = [] if is_whole(total) else self._odd(self._snapshot.signed[0 : self.count])
        return show_whole(total - sum((record.kind.sign * record.amount for record in odd), ZERO), odd)

    @property
    def whole(self) -> str:
        """The money of all when all are selected: each kind for itself."""
        return self._kinds(self._snapshot.totals, lambda: self._snapshot.signed[0 : self.count])

    @property
    def empty(self) -> EmptyGrid:
        """Say that nothing was found."""
        return {"text": "No payment or credit memo matches.", "link": {"label": "Show everything ›", "answer": {"search": ""}}}

    @property
    def problem(self) -> None:
        """None: the list was read."""
        return

    @property
    def notice(self) -> None:
        """Nothing to add."""
        return

    def ids(self, start: int, stop: int) -> list[str]:
        """Ids at the positions start ≤ i < stop."""
        return list(self._snapshot.refs(start, stop))

    def page(self, start: int, stop: int) -> list[Row]:
        """Rows at the positions start ≤ i < stop, with their marks."""
        refs = self.ids(start, stop)
        marks = {addin: self._practice.marks(addin).get(refs) for addin in self._addins}
        return [self._row(record, marks) for record in self._practice.ledger.records(refs)]

    def _row(self, record: Record, marks: Mapping[str, Mapping[str, Mark]]) -> Row:
        by_addin = {addin: found.get(record.ref) for addin, found in marks.items()}
        cells = {
            "kind": TYPES[record.kind],
            "number": record.number,
            "date": record.date.isoformat(),
            "client": record.client_name,
            "method": record.method,
            "reference": record.reference,
            "amount": str(record.kind.sign * record.amount),
            **{f"mark:{addin}": mark_word(mark) for addin, mark in by_addin.items()},
        }
        return plain_row(
            record.ref,
            cells,
            f"{record.number} {record.client_name} {record.amount}",
            next(map(mark_outcome, by_addin.values()), "ready"),
        )

    def total_of(self, ids: Sequence[str]) -> str:
        """Payments and credit memos, each for itself; of more than half, what is left out is read and taken off."""
        if len(ids) * 2 > self.count:
            left_out = self._sums(list(set(self.ids(0, self.count)) - set(ids)))
            rest = {kind: total - left_out[kind] for kind, total in self._snapshot.totals.items()}
            return self._kinds(rest, lambda: signed_keys(ids))
        return self._kinds(self._sums(ids), lambda: signed_keys(ids))

    def _kinds(self, sums: Mapping[Kind, Decimal], keys: Callable[[], Sequence[int]]) -> str:
        odd = [] if all(map(is_whole, sums.values())) else self._odd(keys())
        taken = {kind: sum((record.amount for record in odd if record.kind is kind), ZERO) for kind in sums}
        return kind_totals({kind: total - taken[kind] for kind, total in sums.items()}, odd)

    def _odd(self, keys: Sequence[int]) -> list[Record]:
        # Asked for by what is odd of them: to read a hundred thousand records for one took seconds.
        odd = self._practice.ledger.records_with_fractions()
        of_key = dict(zip(signed_keys([record.ref for record in odd]), odd, strict=True))
        return [of_key[key] for key in keys if key in of_key]

    def _records(self, ids: Sequence[str]) -> Iterator[Record]:
        for start in range(0, len(ids), CHUNK):
            yield from self._practice.ledger.records(ids[start : start + CHUNK])

    def _sums(self, ids: Sequence[str]) -> Mapping[Kind, Decimal]:
        sums = dict.fromkeys(Kind, Decimal("0.00"))
        for record in self._records(ids):
            sums[record.kind] += record.amount
        return sums


def is_whole(amount: Decimal) -> bool:
    """Whether the amount can be stated in cents."""
    return amount == amount.quantize(CENT)


def show_whole(total: Decimal, odd: Sequence[Record]) -> str:
    """A total in cents; records with fractions of one are named instead of being counted."""
    return f"{total.quantize(CENT):,}{_without(odd)}" if odd else f"{total.quantize(CENT)}"


def kind_totals(sums: Mapping[Kind, Decimal], odd: Sequence[Record] = ()) -> str:
    """`payments 1,650.00 · credit memos 75.00`; a kind without money is left out."""
    return " · ".join(f"{TOTALS[kind]} {sums[kind].quantize(CENT):,}" for kind in Kind if sums.get(kind)) + _without(odd)


def _without(odd: Sequence[Record]) -> str:
    more = f" and {len(odd) - 1} more" if len(odd) > 1 else ""
    return f" without {odd[0].number} ({odd[0].amount:,}){more}" if odd else ""


def mark_word(mark: Mark | None) -> str:
    """What the mark column shows."""
    if mark is None:
        return ""
    return "hidden" if mark.hidden else MARKS.get(str(mark.state), "")


def mark_outcome(mark: Mark | None) -> str:
    """The row's outcome by its mark."""
    if mark is None:
        return "ready"
    return "hidden" if mark.hidden else str(mark.state) or "ready"
