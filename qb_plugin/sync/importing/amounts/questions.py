"""Questions that a person answers before a payment comes in: whose it is, its currency, and money that went back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from qb_plugin.host import Client
from qb_plugin.model import Line, Message, Outcome, QboPayment
from qb_plugin.money import ZERO, decimals_of
from qb_plugin.sync.context import SyncContext
from qb_plugin.sync.importing.amounts.figures import Figures, Role, cash_by_line
from qb_plugin.sync.importing.amounts.line_names import join_names, name_transaction
from qb_plugin.sync.importing.host_snapshot import HostSnapshot
from qb_plugin.sync.importing.payers import Payers
from qb_plugin.sync.importing.row import ImportRow


class HomeCurrency:
    """The company's own currency; asked for at its first use, because a company of one currency never needs it."""

    def __init__(self, context: SyncContext) -> None:
        self._quickbooks, self._code = context.quickbooks, ""

    @property
    def code(self) -> str:
        """Its ISO 4217 code."""
        self._code = self._code or self._quickbooks.company().home_currency
        return self._code


def ask_about_customer(payment: QboPayment, payers: Payers) -> Message | None:
    """What is said in the place of *not matched* of a payment that does not tell its customer's name."""
    if payment.customer_name:
        return None
    customer = payers.read([payment.customer_id])[payment.customer_id]
    if customer is None:
        return Message("payment_customer_gone", {"customer": f"(customer {payment.customer_id})"})
    return Message("customer_not_matched", {"customer": customer.full_name})


def ask_whose(snapshot: HostSnapshot, payment: QboPayment, clients: Sequence[str]) -> ImportRow:
    """The row of a payment of a customer that is several clients here."""
    choices = tuple((client, snapshot.clients[client].name) for client in clients)
    names = " and ".join(name for _, name in choices)
    asked = Message("whose_payment", {"customer": payment.customer_name, "clients": names, "choices": choices})
    return ImportRow(payment=payment, outcome=Outcome.NEEDS_DECISION, question=asked)


def ask_about_currency(client: Client, payment: QboPayment, home: HomeCurrency) -> Message | None:
    """Whether the payment's money is not the client's: it is never read as if it were, and never converted."""
    currency = payment.currency or home.code
    if currency == client.currency:
        return None
    values: dict[str, object] = {
        "currency": currency,
        "amount": payment.total,
        "client": client.name,
        "kept": client.currency,
    }
    if payment.rate is None or currency == home.code:
        return Message("other_currency", values)
    at_home = (payment.total * payment.rate).quantize(Decimal(1).scaleb(-decimals_of(home.code)), ROUND_HALF_UP)
    values |= {"home": home.code, "home_amount": at_home, "rate": f"{payment.rate.normalize():f}"}
    return Message("other_currency_at_rate", values)


def ask_about_money(snapshot: HostSnapshot, payment: QboPayment, figures: Figures, went_back: Decimal) -> Message | None:
    """Whether QuickBooks gave money back to the customer, whoever's by its lines' order, or has figures that do not add up."""
    if figures.missing:
        return Message("figures_differ", {"amount": figures.missing})
    if not went_back:
        paid = _paid_by_credits(snapshot, payment, figures)
        return Message("money_went_back_of_credit", {**paid, "rest": payment.total}) if paid else None
    rest = payment.total - went_back
    values: dict[str, object] = {"amount": went_back, "what": _what(snapshot, _paid_back(payment, figures))}
    return Message("money_went_back", {**values, "rest": rest}) if rest > 0 else Message("money_went_back_wholly", values)


def notes_on_refunds(snapshot: HostSnapshot, payment: QboPayment, figures: Figures, went_back: Decimal) -> Iterator[Message]:
    """What is said of a payment that comes in without the part that went back, and of refunds that credits paid."""
    if went_back:
        yield Message("rest_imported", {"amount": went_back, "what": _what(snapshot, _paid_back(payment, figures))})
    paid = _paid_by_credits(snapshot, payment, figures)
    if paid:
        yield Message("refund_paid_by_credit", paid)


def _paid_by_credits(snapshot: HostSnapshot, payment: QboPayment, figures: Figures) -> dict[str, object]:
    """How much of the refunds credits paid, which refunds and which credits; nothing where none did."""
    parts = [(line, line.amount - cash) for line, cash in _refunds(payment, figures) if cash < line.amount]
    credits = figures.of(Role.CREDIT)
    if not parts or not credits:
        return {}
    amount, refunds = sum((rest for _, rest in parts), ZERO), [line for line, _ in parts]
    return {"amount": amount, "what": _what(snapshot, refunds), "credit": _what(snapshot, credits)}


def _refunds(payment: QboPayment, figures: Figures) -> list[tuple[Line, Decimal]]:
    """The lines that give money back, each with what it takes of the payment's own."""
    return [(line, cash) for line, role, cash in cash_by_line(payment, figures) if role is Role.BACK]


def _paid_back(payment: QboPayment, figures: Figures) -> list[Line]:
    """The lines by which the payment's own money went back."""
    return [line for line, cash in _refunds(payment, figures) if cash]


def _what(snapshot: HostSnapshot, lines: Sequence[Line]) -> str:
    return join_names(name_transaction(snapshot, line) for line in lines)
