"""The firm with fifty rows that cannot go as they are, and its company in QuickBooks: filled, connected, matched, set up, and then
changed behind the add-in's back. Nothing is written into the add-in's own tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.browser.demo import Demo, SilentTask, connect
from tests.browser.fifty.firm import DOLLARS, build_books, control, customer_step, invoice_step, local_name, running_firm
from tests.browser.fifty.reading import KINDS, QuickBooksSide, ledger_records
from tests.browser.fifty.wrong.cases import (
    ALIKE,
    CASES,
    GONE,
    MAILED,
    MERGED,
    TAKEN,
    UNKNOWN_MAIL,
    amount_of,
    client_of,
    invoice_of,
    place_of,
)
from tests.browser.fifty.wrong.kinds import Case
from tests.browser.fifty.wrong.refusals import refuse_payments

Json = dict[str, Any]
FOREIGN = "quickbooks:9999:77"  # the key of a payment that came from another company
SENT_EARLIER = ("UNLINKED", "DELETED", "VOIDED", "CHANGED", "EARLIER", "alike")
PREFERENCES = {
    "SalesFormsPrefs": {"CustomTxnNumbers": True},
    "CurrencyPrefs": {"MultiCurrencyEnabled": True},
    "AccountingInfoPrefs": {"BookCloseDate": "2026-10-31"},
    "TaxPrefs": {"UsingSalesTax": True},
}
ACCOUNTS = (
    ("Old Bank", "USD"),
    ("Euro Bank", "EUR"),
    ("Card Bank", "USD"),
    ("Other Card Bank", "USD"),
    ("Lost Bank", "USD"),
)
#: Customers that nobody is matched to at first.
OTHERS = ("Holt & Weaver", "Darjeeling House", "Oak & Sons", "Dollar Clay", "Fable Orchard", "Gorse Garden")


@contextmanager
def running_wrong_firm(folder: Path) -> Iterator[Demo]:
    """Everything as it stands in the morning: each row of `CASES` with something wrong."""
    with running_firm(folder, make_firm()) as demo:
        build_books(demo.simulator, make_books(), preferences=PREFERENCES)
        connect(demo)
        choose_settings(demo)
        send_earlier(demo)
        record_foreign(demo)
        change_books(demo)
        yield demo


def make_record(place: int, case: Case) -> Json:
    """A case's record as the firm's file has it."""
    entry = {
        "client": client_of(place),
        "date": case.day,
        "amount": amount_of(place),
        "reference": case.reference,
        "memo": case.memo,
    }
    if case.kind == "payment":
        entry["method"] = case.method
    parts = [{"invoice": invoice_of(place), "amount": amount_of(place)}] if case.invoiced else []
    return {**entry, "applications": parts}


def make_firm() -> Json:
    """The firm's file: a client and a record for each case, and earlier payments: of the client whose customer is merged, and one
    that a case is like."""
    own = [(place, case) for place, case in enumerate(CASES) if case.reference != "FOREIGN"]
    earlier = {"client": MERGED, "date": "2026-11-02", "amount": "31.00", "method": "Check", "reference": "EARLIER"}
    alike = {**make_record(place_of("ALIKE"), CASES[place_of("ALIKE")]), "client": ALIKE, "reference": "alike"}
    clients = [{"name": client_of(place), **currency_of(case)} for place, case in enumerate(CASES)]
    return {
        "clients": [{**each, "email": UNKNOWN_MAIL} if each["name"] == MAILED else each for each in clients],
        "invoices": [
            {"number": invoice_of(place), "client": client_of(place), "date": "2026-10-05", "total": amount_of(place)}
            for place, case in own
            if case.invoiced
        ],
        "payments": [*(make_record(place, case) for place, case in own if case.kind == "payment"), earlier, alike],
        "credit_memos": [make_record(place, case) for place, case in own if case.kind != "payment"],
    }


def currency_of(case: Case) -> Json:
    """The currency of a case's client, where it is not the firm's own."""
    return {"currency": case.currency} if case.currency else {}


def make_books() -> list[Json]:
    """QuickBooks at the beginning: a customer for each client that is to be matched, open invoices, accounts."""
    unmatched = {client_of(place) for place, case in enumerate(CASES) if case.steps[0].key == "client_not_matched"}
    codes = {client_of(place): case.currency for place, case in enumerate(CASES) if case.currency}
    codes |= {client_of(place): "EUR" for place, case in enumerate(CASES) if case.steps[0].key == "currency_differs"}
    steps: list[Json] = [{"create": "CompanyCurrency", "body": {"Code": code}} for code in sorted({*codes.values()})]
    for name in [*map(client_of, range(len(CASES))), *OTHERS]:
        currency = {"CurrencyRef": {"value": codes[name]}} if name in codes else {}
        steps += [] if name in unmatched else [customer_step(name, **currency)]
    steps.append({"create": "Vendor", "body": {"DisplayName": TAKEN}})
    for place, case in enumerate(CASES):
        if case.invoiced or case.billed:
            steps.append(invoice_step(client_of(place), invoice_of(place), amount_of(place), "2026-11-01", CurrencyRef=DOLLARS))
    for name, code in ACCOUNTS:
        body = {"Name": name, "AccountType": "Bank", "AccountSubType": "Checking", "CurrencyRef": {"value": code}}
        steps.append({"create": "Account", "as": local_name(name), "body": body})
    return steps


def choose_settings(demo: Demo) -> None:
    """Yesterday's settings, saved in the Settings form: they were right then."""
    form = demo.host.workspace.form("settings")
    assert form is not None
    opened = form.open({})
    ids = {field["label"]: {each["label"]: each["value"] for each in field["choices"]} for field in opened["fields"]}
    chosen = (
        ("Wire", "deposit_account", "deposit to", "Old Bank"),
        ("ACH", "deposit_account", "deposit to", "Euro Bank"),
        ("Card A", "deposit_account", "deposit to", "Card Bank"),
        ("Card B", "deposit_account", "deposit to", "Other Card Bank"),
        ("Card C", "payment_method", "method", "Discover"),
        ("Card D", "payment_method", "method", "Diners Club"),
        ("Card E", "payment_method", "method", "MasterCard"),
        ("Card F", "deposit_account", "deposit to", "Lost Bank"),
    )
    answer: Json = {f"{name}:{method}": ids[f"{method}: {words}"][label] for method, name, words, label in chosen}
    answer["credit_memo_item"] = ""
    assert "Settings saved" in form.act("save", {**opened["answer"], **answer}, [], {})["notice"]


def send_earlier(demo: Demo) -> None:
    """What was exported yesterday; one of it was unlinked by a person."""
    form = demo.host.workspace.form("export-payments")
    assert form is not None
    refs = {each.reference: f"payment:{each.id}" for each in ledger_records(demo)}
    opened = form.open({})
    ids = [refs[reference] for reference in SENT_EARLIER]
    summary = form.run("export", {**opened["answer"], "token": opened["token"]}, ids, {}, SilentTask())
    assert summary["counts"]["done"] == len(ids), summary
    form.act("unlink", opened["answer"], [refs["UNLINKED"]], {})


def record_foreign(demo: Demo) -> None:
    """A payment that an import from another company left in the ledger."""
    place = place_of("FOREIGN")
    client = next(each for each in demo.ledger.clients() if each.name == client_of(place))
    given = {"client_id": client.id, "date": date.fromisoformat(CASES[place].day), "amount": Decimal(amount_of(place))}
    (outcome,) = demo.ledger.record_payments(
        [{**given, "external_key": FOREIGN, "method": "Check", "reference": "FOREIGN", "memo": "", "applications": []}]
    )
    assert outcome.status == "recorded"


def change_books(demo: Demo) -> None:
    """What happened in QuickBooks since, and what it will refuse from now on."""
    steps: list[Json] = [
        {"update": f"$Customer:{GONE}", "body": {"Active": False}},
        {"merge": f"$Customer:{MERGED}", "into": "$Customer:Oak & Sons"},
        {"update": "$Account:Old Bank", "body": {"Name": "Old Bank", "Active": False}},
        {"update": "$PaymentMethod:Diners Club", "body": {"Name": "Diners Club", "Active": False}},
        {"update": "$Payment:CHANGED", "body": {"TxnDate": "2026-11-09"}},
        {"delete": "$Payment:DELETED"},
        {"void": "$Payment:VOIDED"},
        *make_strangers(demo),
    ]
    build_books(demo.simulator, steps)
    for rule in refuse_payments(demo):
        control(demo.simulator, "trouble", rule)


def make_strangers(demo: Demo) -> Iterator[Json]:
    """What somebody entered in QuickBooks by hand: twins, a taken number, others under our mark, one that cannot be read."""
    for reference in ("TWIN-1", "TWIN-2"):
        yield by_hand(place_of(reference), reference)
    ids = {each.reference: each.id for each in ledger_records(demo)}
    mark = f"[WS {demo.host.workspace.practice.firm.id}-payment-%s]"  # of a version that kept no births
    yield by_hand(place_of("NUMBER"), "BACKUP", TotalAmt="999.99", PrivateNote=mark % ids["NUMBER"])
    yield {**by_hand(place_of("MARKED"), "MARKED", PrivateNote=mark % ids["MARKED"]), "as": "marked"}
    yield {"void": "$marked"}
    paid = place_of("PAID")
    line = {"Amount": amount_of(paid), "LinkedTxn": [{"TxnId": f"$Invoice:{invoice_of(paid)}", "TxnType": "Invoice"}]}
    yield by_hand(paid, "PAID", Line=[line])
    yield {**by_hand(place_of("UNREADABLE"), "BROKEN"), "as": "broken"}
    yield {"alter": "$broken", "remove": ["CustomerRef"]}
    yield by_hand(place_of("TAKEN"), "TAKEN", TotalAmt=None, Line=[credit_line("7.77")], TxnDate="2026-11-01")
    yield by_hand(place_of("M-5"), "M-5", TotalAmt=None, Line=[credit_line(amount_of(place_of("M-5")))])


def credit_line(amount: str) -> Json:
    """The line of a credit memo."""
    return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}


def by_hand(place: int, number: str, **more: object) -> Json:
    """The step of a transaction like the case's record, but for what is said."""
    case = CASES[place]
    entity, name = KINDS[case.kind]
    body: Json = {"CustomerRef": f"$Customer:{client_of(place)}", "TxnDate": case.day, "TotalAmt": amount_of(place), name: number}
    body |= {"CurrencyRef": DOLLARS, **more}
    return {"create": entity, "body": {key: value for key, value in body.items() if value is not None}}


def transactions_by_hand(demo: Demo) -> dict[str, set[str]]:
    """The ids of what QuickBooks holds besides: the twin of what was sent anyway, what bears our mark wrongly or cannot be read."""
    side = QuickBooksSide(demo)
    payments = [each for each in side.all("Payment") if stands_beside(each)]
    memos = [each for each in side.all("CreditMemo") if each.get("DocNumber") == "TAKEN"]
    return {"payment": {each["Id"] for each in payments}, "credit_memo": {each["Id"] for each in memos}}


def stands_beside(payment: Json) -> bool:
    """Whether a payment was entered by hand and is nobody's, or is void."""
    marked, reference = "[WS " in payment.get("PrivateNote", ""), payment.get("PaymentRefNum", "")
    return reference in {"BACKUP", "BROKEN"} or (reference == "TWIN-2" and not marked) or payment["TotalAmt"] == 0
