"""A firm's file, and files that must be refused with what is said of them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
FIRM: Json = {
    "clients": [
        {"name": "Amy's Bird Sanctuary", "email": "amy@birds.example", "phone": "555 0101"},
        {"name": "Cool Cars", "active": False},
        {"name": "Kioto KK", "currency": "JPY"},
    ],
    "invoices": [
        {"number": "INV-1", "client": "Amy's Bird Sanctuary", "date": "2026-10-01", "total": "100.00"},
        {"number": "INV-1", "client": "Cool Cars", "date": "2026-10-02", "total": "80.00"},
    ],
    "payments": [
        {
            "client": "Amy's Bird Sanctuary",
            "date": "2026-11-18",
            "amount": "70.00",
            "method": "Check",
            "reference": " 4411",
            "memo": "thanks",
            "applications": [{"invoice": "INV-1", "amount": "60.00"}],
        },
        {"number": "P-2000", "client": "Kioto KK", "date": "2026-11-19", "amount": "5000"},
        {"client": "Cool Cars", "date": "2026-11-20", "amount": "10.005"},
    ],
    "credit_memos": [
        {"client": "Cool Cars", "date": "2026-11-17", "amount": "30.00", "applications": [{"invoice": "INV-1", "amount": "30.00"}]}
    ],
}


def one_payment(**changes: object) -> Json:
    """A file that touches one payment and holds another, which is Amy's and good but for the changes; "" takes a value away."""
    good: Json = {"client": "Amy's Bird Sanctuary", "date": "2026-11-01", "amount": "50.00"}
    return {"payments": [{"number": "P-2000", "reference": "touched"}, {k: v for k, v in {**good, **changes}.items() if v != ""}]}


def part(invoice: str, amount: str) -> list[Json]:
    """One application."""
    return [{"invoice": invoice, "amount": amount}]


def invoice(**changes: object) -> Json:
    """A file with Amy's invoice."""
    return {"invoices": [{"number": "INV-1", "client": "Amy's Bird Sanctuary", **changes}]}


MISTAKES: list[tuple[object, str]] = [
    ("[" * 100_000, "The file: A number in it is too long, or its lists stand too deep in one another."),
    ('{"clients": ' + "9" * 5_000 + "}", "The file: A number in it is too long, or its lists stand too deep in one another."),
    ("{", "Line 1, column 2: This is not JSON (Expecting property name enclosed in double quotes)."),
    ([], "The file: It is not an object with clients, invoices, payments, credit_memos."),
    ({"payment": []}, "The file.payment: Nothing here has this name. Known: clients, credit_memos, currency, invoices, payments."),
    ({"payments": {}}, "payments: This is not a list."),
    ({"payments": [7]}, "payments[0]: This is not an object."),
    ({"clients": [{"name": " "}]}, "clients[0]: There is no name."),
    ({"clients": [{"name": 7}]}, "clients[0].name: This is not a text."),
    ({"clients": [{"name": "A", "active": "yes"}]}, "clients[0].active: This is neither true nor false."),
    ({"clients": [{"name": "A", "currency": "usd"}]}, "clients[0].currency: 'usd' is not a currency's code."),
    ({"clients": [{"name": "A"}, {"name": "A"}]}, "clients[1]: 'A' stands in the file twice."),
    ({"clients": [{"name": "A", "deleted": True}]}, "clients[0]: There is no client called 'A'."),
    ({"clients": [{"name": "Cool Cars", "deleted": True}]}, "clients[0]: 'Cool Cars' cannot be deleted while there are invoices"),
    ({"clients": [{"name": "Kioto KK", "deleted": True}]}, "clients[0]: 'Kioto KK' cannot be deleted while there are payments"),
    (one_payment(client=""), "payments[1]: There is no client."),
    (one_payment(client="Nobody"), "payments[1].client: There is no client called 'Nobody'."),
    (one_payment(date=""), "payments[1]: There is no date."),
    (one_payment(date="20261101"), "payments[1].date: '20261101' is not a date. Write it as YYYY-MM-DD."),
    (one_payment(date="2026-02-30"), "payments[1].date: '2026-02-30' is not a date."),
    (one_payment(amount=""), "payments[1]: There is no amount."),
    (one_payment(amount=50), 'payments[1].amount: 50 is not an amount. Write it as text, such as "120.50".'),
    (one_payment(amount="-5.00"), "payments[1].amount: '-5.00' is not an amount."),
    (one_payment(amount="1,000.00"), "payments[1].amount: '1,000.00' is not an amount."),
    (one_payment(amount="1.00005"), "payments[1].amount: '1.00005' is not an amount."),
    (one_payment(ammount="1.00"), "payments[1].ammount: Nothing here has this name."),
    (one_payment(number="17"), "payments[1].number: '17' is not a number such as P-1017."),
    (one_payment(number="P-2000"), "payments[1]: P-2000 stands in the file twice."),
    (one_payment(number="P-9", deleted=True), "payments[1]: There is no P-9 to delete."),
    (one_payment(deleted=True), "payments[1]: There is no payment without a number to delete."),
    (one_payment(currency="EUR"), 'payments[1].currency: "Amy\'s Bird Sanctuary" pays in USD.'),
    (
        one_payment(applications=part("INV-1", "40.01")),
        "payments[1].applications[0].amount: Invoice 'INV-1' has 40.00 open, less than 40.01.",
    ),
    (
        one_payment(amount="30.00", applications=part("INV-1", "30.01")),
        "payments[1].applications: 30.01 is applied, more than the 30.00",
    ),
    (
        one_payment(applications=part("INV-1", "0.00")),
        "payments[1].applications[0]: What is applied to an invoice must be more than zero.",
    ),
    (
        one_payment(applications=part("INV-9", "1.00")),
        "payments[1].applications[0].invoice: \"Amy's Bird Sanctuary\" has no invoice 'INV-9'.",
    ),
    (one_payment(applications=[*part("INV-1", "1.00"), *part("INV-1", "1.00")]), "payments[1].applications: INV-1 is named twice."),
    (
        one_payment(client="Kioto KK", applications=part("INV-1", "1.00")),
        "payments[1].applications[0].invoice: Invoice 'INV-1' belongs to another client than 'Kioto KK'.",
    ),
    ({"payments": [{"number": "P-2001", "amount": "59.99"}]}, "payments[0].applications: 60.00 is applied, more than the 59.99"),
    ({"payments": [{"number": "P-2001", "client": "Kioto KK"}]}, "payments[0].client: P-2001 is applied to invoices of"),
    ({"credit_memos": [{"number": "P-1"}]}, "credit_memos[0].number: 'P-1' is not a number such as CM-1017."),
    (invoice(total="59.99"), "invoices[0].total: It is less than the 60.00 applied to the invoice already."),
    (invoice(deleted=True), "invoices[0]: Invoice 'INV-1' cannot be deleted while 60.00 is applied to it."),
    (invoice(number="INV-2", total="1.00"), "invoices[0]: There is no date."),
    (invoice(number="INV-2", date="2026-11-01"), "invoices[0]: There is no total."),
    (invoice(number="INV-2", deleted=True), "invoices[0]: \"Amy's Bird Sanctuary\" has no invoice 'INV-2'."),
    (invoice(currency="EUR"), 'invoices[0].currency: "Amy\'s Bird Sanctuary" is billed in USD.'),
    (
        {"invoices": [*invoice()["invoices"], *invoice()["invoices"]]},
        "invoices[1]: Invoice 'INV-1' of \"Amy's Bird Sanctuary\" stands",
    ),
]
