"""A firm with fifty payments that nothing is wrong with, and the books of its company in QuickBooks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.browser.demo import TODAY
from tests.browser.fifty.firm import customer_step, invoice_step

Json = dict[str, Any]
# Nine clients are called in QuickBooks as here, one otherwise, and one is not there at all.
ALIKE = ("Ash & Co", "Birch Dental", "Cedar Foods", "Dune Café", "Elm Law", "Fir Yoga", "Gale Sails", "Hazel Books", "Iris Optics")
OTHERWISE = ("Juniper Legal Group", "Holt & Weaver, Attorneys")
ALONE = "Kelp Surf School"
BILLED = (*ALIKE, OTHERWISE[0])
NUMBERED = {"SalesFormsPrefs": {"CustomTxnNumbers": True}}  # invoices keep the numbers that they are given
METHODS = ("Check", "Cash", "Visa")
BEGAN = TODAY - timedelta(days=29)


def invoice_number(place: int) -> str:
    """The invoice that the payment of this place pays; of every fifth payment also the one with a B."""
    return f"A-{100 + place}"


def make_payment(place: int) -> Json:
    """Payment 0 to 49: in full, in part, of two invoices with a rest, or of none; the last two are of the one without customer."""
    client = ALONE if place >= 48 else BILLED[place % len(BILLED)]
    number, amount = invoice_number(place), f"{100 + place}.{place:02}"
    parts = [{"invoice": number, "amount": amount}]
    if place >= 48:
        parts = []
    elif place % 5 == 3:
        parts = [{"invoice": number, "amount": "40.25"}]
    elif place % 5 == 4:
        parts = [{"invoice": number, "amount": "60.10"}, {"invoice": f"{number}B", "amount": "20.00"}]
    day = BEGAN + timedelta(days=place % 30)
    reference = f"R{place}" if place % 7 else ""
    entry = {"client": client, "date": str(day), "amount": amount, "method": METHODS[place % 3], "reference": reference}
    return {**entry, "memo": "" if place % 2 else f"thanks {place}", "applications": parts}


def make_firm() -> tuple[Json, list[Json]]:
    """The firm's file, and the steps of the same invoices in QuickBooks."""
    payments = [make_payment(place) for place in range(50)]
    invoices = {part["invoice"]: payment["client"] for payment in payments for part in payment["applications"]}
    day, total, names = str(BEGAN - timedelta(days=10)), "200.00", dict([OTHERWISE])
    firm = {
        "clients": [{"name": name} for name in (*BILLED, ALONE)],
        "invoices": [{"number": n, "client": c, "date": day, "total": total} for n, c in invoices.items()],
        "payments": payments,
    }
    customers = [customer_step(names.get(name, name)) for name in BILLED]
    return firm, customers + [invoice_step(names.get(c, c), n, total, day) for n, c in invoices.items()]
