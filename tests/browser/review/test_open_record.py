"""*Open* in a browser: a payment, its invoice and its client on both sides, by mouse and by keyboard; nothing found by axe-core."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import NUMBER, Demo, SilentTask, open_form, running_demo, search
from tests.browser.shell import violations

pytestmark = pytest.mark.browser


def run(demo: Demo, form: str, action: str, ids: list[str], **answer: object) -> None:
    """Run an action of a form over rows, as the terminal does."""
    found = demo.host.workspace.form(form)
    assert found is not None
    opened = found.open({})
    asked = {**opened["answer"], "token": opened["token"], **answer}
    found.run(action, asked, ids, {}, SilentTask())


@dataclass(frozen=True, slots=True)
class Opened:
    """The demo firm with one payment that was sent and applied, and one that came in."""

    demo: Demo
    sent: str
    imported: str

    def record(self, ref: str) -> Any:
        """The record, as it is now."""
        return self.demo.ledger.records([ref])[0]


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The demo firm, connected, after an export of one payment that is applied, and an import of one."""
    with running_demo(tmp_path_factory.mktemp("open")) as demo:
        found = demo.ledger.snapshot({"kinds": ["payment"], "search": "Amy's Bird Sanctuary"})
        sent = found.refs(0, 1)[0]
        run(demo, "export-payments", "export", [sent], auto_apply=True)
        form = demo.host.workspace.form("import-payments")
        assert form is not None
        opened = form.open({})
        rows = form.rows({**opened["answer"], "token": opened["token"]}, None)
        assert not isinstance(rows, dict)
        ready = [row["id"] for row in rows.page(0, rows.count) if row["outcome"] == "ready"]
        run(demo, "import-payments", "import", ready[:1])
        newest = demo.ledger.snapshot({"kinds": ["payment"], "sort": "number", "descending": True}).refs(0, 1)[0]
        yield Opened(demo, sent, newest)


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, firm: Opened, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The host in both looks; an error of a script fails the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 850}, locale="en-US", color_scheme=request.param)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(firm.demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()
    assert errors == []


def keep(page: Page, name: str) -> None:
    """Save a picture to look at, where OPEN_PICTURES names a folder."""
    if folder := os.environ.get("OPEN_PICTURES"):
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        page.screenshot(path=Path(folder) / f"{name}-{'dark' if dark else 'light'}.png")


def part(dialog: Locator, name: str) -> Locator:
    """A section of a record's window, by its heading."""
    return dialog.get_by_role("region", name=name)


def fact(section: Locator, label: str) -> Locator:
    """The value of a fact."""
    return (
        section.locator("div")
        .filter(has=section.page.get_by_role("term").filter(has_text=re.compile(f"^{label}$")))
        .get_by_role("definition")
    )


def test_a_double_click_shows_a_sent_payment_on_both_sides(page: Page, firm: Opened) -> None:
    payment = firm.record(firm.sent)
    search(page, payment.number).dblclick()
    dialog = page.get_by_role("dialog", name=f"Payment {payment.number}")
    here, there, now = (part(dialog, name) for name in ("In WorkSpace", "QuickBooks: Alder & Finch", "In QuickBooks now"))
    expect(fact(here, "Amount")).to_have_text(f"{payment.amount:,}")
    expect(fact(there, "State")).to_have_text("synchronized")
    expect(fact(there, "By")).to_have_text("Maria Ortiz")
    expect(fact(there, "Run")).to_contain_text("Export payments")
    expect(fact(now, "Amount")).to_have_text(f"{payment.amount:,}")
    link = there.get_by_role("link", name="Open in QuickBooks")
    identity = firm.demo.quickbooks_payment(payment.reference)[0]["Id"]
    expect(link).to_have_attribute("href", re.compile(rf"/Payment/{identity}$"))
    expect(fact(there, "In QuickBooks as")).to_contain_text(f"Payment {identity}")
    keep(page, "payment")
    assert violations(page) == []


def test_the_keyboard_leads_from_a_payment_to_its_invoice_its_client_and_back(page: Page, firm: Opened) -> None:
    payment = firm.record(firm.sent)
    search(page, payment.number).click()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Payment {payment.number}")
    expect(part(dialog, "In QuickBooks now")).to_be_visible()
    link = part(dialog, "In QuickBooks now").get_by_role("button", name=re.compile("^Open INV-")).first
    invoice = link.inner_text().removeprefix("Open ")
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Invoice {invoice}")
    expect(part(dialog, "Paid by").get_by_role("button", name=re.compile("^Open P-")).first).to_be_visible()
    expect(part(dialog, "In QuickBooks now").get_by_role("row").nth(1)).to_contain_text(invoice)
    keep(page, "invoice")
    assert violations(page) == []
    dialog.get_by_role("button", name="Open client").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Client Amy's Bird Sanctuary")
    expect(part(dialog, "QuickBooks: Alder & Finch")).to_contain_text("matched")
    expect(part(dialog, "In QuickBooks now")).to_contain_text("active")
    keep(page, "client")
    assert violations(page) == []
    dialog.get_by_role("button", name="‹ Back").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Invoice {invoice}")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="‹ Back").click()
    dialog = page.get_by_role("dialog", name=f"Payment {payment.number}")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="‹ Back")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("grid")).to_be_focused()


def test_the_context_menu_opens_what_came_in_and_its_run(page: Page, firm: Opened) -> None:
    payment = firm.record(firm.imported)
    search(page, payment.number).click(button="right")
    page.get_by_role("menuitem", name="Open", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"Payment {payment.number}")
    expect(part(dialog, "Recorded and changed").get_by_role("row").nth(1)).to_contain_text("Maria Ortiz")
    there = part(dialog, "QuickBooks: Alder & Finch")
    expect(fact(there, "How")).to_have_text("imported from there")
    keep(page, "imported")
    fact(there, "Run").get_by_role("button", name="Open run").click()
    history = page.get_by_role("dialog", name="History of Rows")
    expect(history.get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)
    expect(history.get_by_role("row").nth(1)).to_contain_text("Import payments")


@pytest.mark.parametrize(("path", "title"), [("/billing/invoices", "Invoice "), ("/clients", "Client ")])
def test_every_list_of_the_host_opens_its_rows(page: Page, firm: Opened, path: str, title: str) -> None:
    page.goto(f"{firm.demo.host.url}{path}")
    row = page.get_by_role("row").nth(2)
    row.dblclick()
    dialog = page.get_by_role("dialog", name=re.compile(f"^{title}"))
    expect(part(dialog, "In WorkSpace")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Open", exact=True).press("Enter")
    expect(page.get_by_role("dialog", name=re.compile(f"^{title}"))).to_be_visible()


def test_a_row_of_export_payments_opens_its_record(page: Page, firm: Opened) -> None:
    dialog = open_form(page, "Export Payments")
    row = dialog.get_by_role("row").nth(1)
    row.click(button="right")
    page.get_by_role("menuitem", name="Open", exact=True).click()
    expect(page.get_by_role("dialog", name=re.compile("^(Payment|Credit memo) "))).to_be_visible()
    page.keyboard.press("Escape")
    row.get_by_role("gridcell").nth(2).dblclick()
    expect(page.get_by_role("dialog", name=re.compile("^(Payment|Credit memo) "))).to_be_visible()


def test_at_double_size_nothing_of_it_is_cut(browser: Browser, firm: Opened) -> None:
    context = browser.new_context(viewport={"width": 683, "height": 425}, device_scale_factor=2, locale="en-US")
    page = context.new_page()
    page.goto(firm.demo.host.address)
    payment = firm.record(firm.sent)
    search(page, payment.number).dblclick()
    dialog = page.get_by_role("dialog", name=f"Payment {payment.number}")
    expect(part(dialog, "In QuickBooks now")).to_be_visible()
    content = dialog.locator(".content")
    assert content.evaluate("e => e.scrollWidth <= e.clientWidth")
    part(dialog, "History in QuickBooks").scroll_into_view_if_needed()
    keep(page, "zoomed")
    assert violations(page) == []
    context.close()


def test_without_a_connection_and_out_of_reach_it_says_so(browser: Browser, tmp_path: Path) -> None:
    with running_demo(tmp_path, connected=False) as demo:
        context = browser.new_context(viewport={"width": 1366, "height": 850}, locale="en-US")
        page = context.new_page()
        page.goto(demo.host.address)
        expect(page.get_by_role("row").nth(1)).to_be_visible()
        page.get_by_role("row").nth(1).dblclick()
        dialog = page.get_by_role("dialog", name=re.compile("^(Payment|Credit memo) "))
        expect(part(dialog, "QuickBooks")).to_contain_text("No QuickBooks company is connected.")
        page.route("**/api/records/**", lambda route: route.abort())
        page.keyboard.press("Escape")
        page.get_by_role("row").nth(1).dblclick()
        expect(dialog.get_by_role("alert")).to_contain_text("What add-ins know of it could not be read.")
        expect(part(dialog, "In WorkSpace")).to_be_visible()
        context.close()
