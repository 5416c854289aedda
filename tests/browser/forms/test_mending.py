"""A whole way without leaving the form: rows of every kind that a person can mend there, each mended by its own button, previewed
and exported. The kinds of `qb_plugin/messages.toml` that stand here are those of CASES."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from hostsim.practice.amounts import to_units
from hostsim.practice.model import Kind
from hostsim.practice.sql.inserting import NewRecord
from tests.browser.demo import TODAY, Demo, open_form, row_of, running_demo
from tests.support.hosts.practice_samples import add_records

pytestmark = pytest.mark.browser
CLIENT = "Mark Cho"


@dataclass(frozen=True, slots=True)
class Case:
    """What is wrong with one payment, what its row says under which key, the button that mends it, and what is entered."""

    key: str
    says: str
    button: str
    entered: str = ""
    amount: str = "11.00"
    day: date = TODAY
    reference: str = ""
    memo: str = ""


CASES = (
    Case("quickbooks_too_long", "Reference is too long (30", "Correct reference…", "R-1", reference="r" * 30),
    Case("quickbooks_too_long", "Memo is too long (4100", "Correct memo…", "short", memo="m" * 4100),
    Case("quickbooks_bad_character", "Reference has a character", "Correct reference…", "R-2", reference="a\x07b"),
    Case("quickbooks_bad_character", "Memo has a character", "Correct memo…", "good", memo="a\x07b"),
    Case("amount_not_positive", "The amount is 0.00", "Correct amount…", "12.34", amount="0.00"),
    Case("amount_cents", "The amount 10.005", "Correct amount…", "10.01", amount="10.005"),
    Case("quickbooks_amount_too_large", "QuickBooks takes", "Correct amount…", "13.00", amount="10000000000"),
    Case("books_closed", "Your books are closed", "Correct date…", "2026-11-03", day=date(2026, 10, 30)),
    Case("twin_payment", "QuickBooks has a payment of 77.00", "Same one: link them", amount="77.00", reference="T-1"),
    Case("twin_payment", "QuickBooks has a payment of 78.00", "Send anyway", amount="78.00", reference="T-2"),
)


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, connected, with one payment of each case, and the twins in QuickBooks."""
    with running_demo(tmp_path_factory.mktemp("mending")) as running:
        client = next(each for each in running.ledger.clients() if each.name == CLIENT)
        made = [
            NewRecord(
                *(Kind.PAYMENT, int(client.id), CLIENT, case.day, to_units(Decimal(case.amount))),
                method="Check",
                reference=case.reference,
                memo=case.memo,
            )
            for case in CASES
        ]
        add_records(running.host.workspace.practice, *made)
        (customer,) = running.query(f"SELECT * FROM Customer WHERE DisplayName = '{CLIENT}'")
        owner, twins = {"value": customer["Id"]}, [case for case in CASES if case.key == "twin_payment"]
        bodies = [
            {"CustomerRef": owner, "TotalAmt": case.amount, "TxnDate": str(TODAY), "PaymentRefNum": case.reference}
            for case in twins
        ]
        steps = [{"create": "Payment", "body": body} for body in bodies]
        books = {"steps": steps, "preferences": {"AccountingInfoPrefs": {"BookCloseDate": "2026-10-31"}}}
        assert requests.post(f"{running.simulator.base_url}/_control/books", json=books, timeout=10).status_code == 200
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1180, "height": 720}, locale="en-US")
    page.goto(demo.host.address)
    yield page
    page.close()


def numbers(demo: Demo) -> list[str]:
    """The payments' numbers, in the order of the cases."""
    found = demo.ledger.snapshot({"kinds": ["payment"], "sort": "number", "search": CLIENT})
    records = demo.ledger.records(found.refs(0, found.count))
    return [record.number for record in sorted(records, key=lambda r: int(r.id))[-len(CASES) :]]


def mend(form: Locator, case: Case, number: str) -> None:
    """Click the row, read why, press its button, and do what it asks."""
    row = row_of(form, number)
    row.click()
    status = form.get_by_role("status", name="Message")
    expect(status).to_contain_text(case.says)
    status.get_by_role("button", name=case.button).click()
    if case.button.startswith("Correct"):
        asked = form.page.get_by_role("dialog", name=case.button.split()[1].rstrip("…").capitalize(), exact=True)
        asked.get_by_role("textbox").or_(asked.get_by_label("Date")).first.fill(case.entered)
        asked.get_by_role("button", name="Save").click()
        expect(row).to_have_attribute("data-outcome", "ready")


def test_rows_are_mended_where_they_stand_and_then_exported(page: Page, demo: Demo) -> None:
    form, names = open_form(page, "Export Payments"), numbers(demo)
    form.get_by_label("From", exact=True).fill("2026-10-01")
    form.get_by_role("searchbox").fill(CLIENT)
    for case, number in zip(CASES, names, strict=True):
        if case.key != "twin_payment":
            mend(form, case, number)
    form.get_by_role("button", name="Select All").click()
    form.get_by_role("button", name="Preview").click()
    preview = page.get_by_role("dialog", name=re.compile("^Preview: export of"))
    expect(preview.get_by_text(re.compile(r"would be created \(.*2 need your decision"))).to_be_visible()
    preview.get_by_role("button", name=re.compile(r"^Export these \d+$")).click()
    expect(preview.get_by_role("progressbar")).to_have_attribute("aria-valuetext", re.compile("100 %"))
    expect(row_of(preview, names[0])).to_have_attribute("data-outcome", "synchronized")
    preview.get_by_role("button", name="Close").click()
    form.get_by_label("Hide Synchronized").uncheck()
    form.get_by_role("button", name="Select All").click()
    form.get_by_role("button", name="Export Selected").click()
    for case, number in list(zip(CASES, names, strict=True))[-2:]:
        mend(form, case, number)
        if case.button == "Send anyway":
            page.get_by_role("alertdialog").get_by_role("button", name="Send anyway").click()
        expect(row_of(form, number)).to_have_attribute("data-outcome", "synchronized")
    for case, number in zip(CASES, names, strict=True):
        expect(row_of(form, number)).to_have_attribute("data-outcome", "synchronized")
        check_there(demo, case, number)


def check_there(demo: Demo, case: Case, number: str) -> None:
    """What QuickBooks holds of the payment, and that it holds it once; a twin that was sent anyway stands beside the other."""
    record = demo.record(number)
    field = case.button.split()[1].rstrip("…") if case.button.startswith("Correct") else ""
    amount = Decimal(case.entered) if field == "amount" else record.amount
    found: list[dict[str, Any]] = demo.query(f"SELECT * FROM Payment WHERE TotalAmt = '{amount}'")
    mine = [each for each in found if f"-payment-{record.id}~" in each.get("PrivateNote", "")]
    assert len(mine) == (0 if case.button.startswith("Same") else 1)
    assert record.amount == amount
    if field == "reference":
        assert (record.reference, mine[0]["PaymentRefNum"]) == (case.entered, case.entered)
    if field == "memo":
        assert mine[0]["PrivateNote"].startswith(case.entered)
    if field == "date":
        assert (str(record.date), mine[0]["TxnDate"]) == (case.entered, case.entered)
