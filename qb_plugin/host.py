"""What this add-in asks of its host, as Protocols with read-only properties; a host's own classes fit them as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NotRequired, Protocol, TypedDict

from qb_plugin.ledger_changes import ApplicationToRecord, LedgerChanges


class Client(Protocol):
    """Somebody the firm bills. `currency` is an ISO 4217 code, the firm's where the client has none of their own."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def active(self) -> bool: ...
    @property
    def currency(self) -> str: ...
    @property
    def email(self) -> str:
        """Empty when the host knows none."""
        ...

    @property
    def phone(self) -> str:
        """As people wrote it; empty when the host knows none."""
        ...


class Invoice(Protocol):
    """An invoice with what is still open on it."""

    @property
    def id(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def date(self) -> date: ...
    @property
    def total(self) -> Decimal: ...
    @property
    def balance(self) -> Decimal: ...


class Application(Protocol):
    """Part of a payment or credit memo applied to one invoice."""

    @property
    def invoice_id(self) -> str: ...
    @property
    def invoice_number(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...


class Record(Protocol):
    """A payment or a credit memo, as the Billing tab lists both. Amounts are positive; `kind` decides the sign.

    `number` is what people call it (`P-1017`, `CM-0031`); `external_key` is set on payments an add-in recorded.
    """

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def client_name(self) -> str: ...
    @property
    def date(self) -> date: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def method(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def memo(self) -> str: ...
    @property
    def applications(self) -> Sequence[Application]: ...
    @property
    def external_key(self) -> str | None: ...
    @property
    def version(self) -> int:
        """Higher after every change of the record."""
        ...

    @property
    def birth(self) -> str:
        """A short random text (letters and digits) made when the record is first recorded: never changed, restored with the
        record, and another when it is entered again, even under the same id. Empty in a host that keeps none.
        """
        ...


class Snapshot(Protocol):
    """An ordered list of record ids taken at one moment; any page of it costs the same."""

    @property
    def count(self) -> int: ...
    @property
    def total(self) -> Decimal: ...
    def refs(self, start: int, stop: int) -> Sequence[str]:
        """The records at places start ≤ i < stop, as `payment:17`."""
        ...


class RecordedPayment(Protocol):
    """What became of one payment given to `record_payments`: recorded, exists or refused (then `reason` says why).

    `version` is that of a payment just recorded, as `Record.version` counts; None otherwise.
    """

    @property
    def external_key(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def id(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def version(self) -> int | None: ...


LedgerQuery = TypedDict(  # by call: `from` is no name for a class attribute
    "LedgerQuery",
    {
        "kinds": Sequence[str],  # payment, credit_memo
        "from": date | None,  # both ends included
        "to": date | None,
        "refs": Sequence[str],  # exactly these; then nothing else filters but `kinds`
        "hide_synchronized": bool,  # by this add-in's marks
        "scope": str,  # the company by whose marks hide_synchronized goes; empty: the one in use
        "show_hidden": bool,
        "search": str,
        "sort": str,  # date, client, method, reference, amount, number, kind
        "descending": bool,
    },
    total=False,
)
LedgerQuery.__doc__ = "Which payments and credit memos a snapshot holds, and their order."


class PaymentToRecord(TypedDict):
    """A payment for the ledger, with its applications."""

    external_key: str
    client_id: str
    date: date
    amount: Decimal
    method: str  # one of the ledger's methods, or empty
    reference: str
    memo: str
    applications: Sequence[ApplicationToRecord]


class PaymentLedger(Protocol):
    """The practice's billing records as an import reads and records them."""

    def clients(self) -> Sequence[Client]: ...
    def methods(self) -> Sequence[str]:
        """The payment methods the practice uses (Check, Cash, Visa, …), in the order people know them."""
        ...

    def snapshot(self, query: LedgerQuery) -> Snapshot:
        """Order the ids that the query leaves, newest first by default."""
        ...

    def records(self, refs: Sequence[str]) -> Sequence[Record]:
        """The records, in the order asked; unknown ones are left out."""
        ...

    def invoices(self, ids: Sequence[str]) -> Sequence[Invoice]: ...
    def invoices_by_number(self, numbers: Sequence[str]) -> Sequence[Invoice]:
        """Invoices of all clients with these numbers; case and outer blanks make no difference."""
        ...

    def find_payments(self, keys: Sequence[tuple[str, date, Decimal]]) -> Sequence[Record]:
        """Payments of these clients, dates and amounts: what a payment that exists already would look like."""
        ...

    def payments_by_external_key(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Which external keys exist already, and as which payment id."""
        ...

    def record_payments(self, payments: Sequence[PaymentToRecord]) -> Sequence[RecordedPayment]:
        """Record payments, one outcome each, in the order given; each with its applications and key or not at all.

        A key that exists already, or came earlier in the list, gives `exists` with the id it has, and changes nothing. Refused,
        with a sentence: an unknown client; an amount, or a part of it, that is zero, negative or has more decimals than the
        client's currency; an unknown invoice, or one of another client; more applied than paid; more than an invoice's balance,
        what payments earlier in the list took counted. One refusal stops no other payment.
        """
        ...


class Ledger(PaymentLedger, LedgerChanges, Protocol):
    """The practice's billing records: read, recorded and changed. `qb_plugin.testing` checks a host's own ledger against every
    rule here."""


class Mark(Protocol):
    """This add-in's mark on a record: state is "", synchronized, failed or not_confirmed."""

    @property
    def ref(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def hidden(self) -> bool: ...


class MarkChange(TypedDict):
    """A change of a record's mark; keys that are absent stay as they were."""

    ref: str
    state: NotRequired[str]
    hidden: NotRequired[bool]
    external_id: NotRequired[str]  # the id of the record over there, for the host's own lists
    scope: NotRequired[str]  # the company that state and external id are of; empty: the one in use


class Marks(Protocol):
    """The host's indexed marks, one per record, add-in and company, so that filters over a million records are the host's own.

    States and external ids are a company's, which `scope` names; empty, it is the company in use. What is hidden is hidden
    whichever company it is. The first company that is named takes over the marks there are.
    """

    def use(self, scope: str) -> None:
        """Let the host's own lists show this company's marks from now on."""
        ...

    def get(self, refs: Sequence[str], scope: str = "") -> Mapping[str, Mark]: ...
    def put(self, changes: Sequence[MarkChange]) -> None: ...

    def marked(self, state: str, scope: str = "") -> Sequence[str]:
        """All records with this state, for repair."""
        ...


class User(Protocol):
    """Who is at work, and what they may do: view, import, export, hide, match, undo, configure."""

    @property
    def name(self) -> str: ...
    @property
    def rights(self) -> frozenset[str]: ...


class CallbackAnswer(TypedDict):
    """How a sign-in went, for the page that the browser shows."""

    ok: bool
    text: str


class Host(Protocol):
    """What an add-in is given when it starts."""

    @property
    def program(self) -> str:
        """What people call the host, for sentences: `WorkSpace`."""
        ...

    @property
    def firm(self) -> str: ...
    @property
    def firm_id(self) -> str:
        """Short and stable (letters and digits): part of the marker on every transaction."""
        ...

    @property
    def dates(self) -> str:
        """How people write dates on screens: `YYYY-MM-DD`, `MM/DD/YYYY`, `DD/MM/YYYY` or `DD.MM.YYYY`; data has the first."""
        ...

    def write_dates_as(self, pattern: str, /) -> None:
        """Write dates on screens by another of these patterns from now on; ValueError for one that there is not."""
        ...

    @property
    def ledger(self) -> Ledger: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def user(self) -> User: ...
    @property
    def database_url(self) -> str: ...
    @property
    def redirect_uri(self) -> str: ...
    def today(self) -> date: ...
    def data_key(self) -> bytes:
        """32 bytes, one per firm."""
        ...

    def option(self, name: str) -> str | None:
        """A start-up option meant for this add-in, such as `quickbooks` (an address) or `client_id`."""
        ...

    def say_wait(self, text: str, /) -> None:
        """Show why a form that is being opened, or a list that is being read, takes longer; from any thread. It is over when the
        form's call returns."""
        ...

    def on_callback(self, handler: Callable[[Mapping[str, str]], CallbackAnswer]) -> None:
        """Call the handler with the query values that arrive at `redirect_uri`."""
        ...
