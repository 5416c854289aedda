"""The steps of a bookkeeper's month: what is pressed in which form, by role and label."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.demo import NUMBER, open_form, open_menu, row_of, search
from tests.browser.review.month import Month
from tests.browser.review.test_history import keep

FIRST, LAST = "2026-11-01", "2026-11-30"


def match_clients(page: Page) -> None:
    """Accept the suggestions, then create customers for whom QuickBooks does not know."""
    open_menu(page, "Setup", "QuickBooks", "Match Clients…")
    form = page.get_by_role("dialog", name="Match Clients")
    form.get_by_role("button", name=re.compile("^Accept 55 Suggestions")).click()
    expect(form.get_by_text("55 clients linked.")).to_be_visible()
    close(form)


def use_own_applications(page: Page) -> None:
    """Auto Apply as the payments are applied here."""
    open_menu(page, "Setup", "QuickBooks", "Settings…")
    form = page.get_by_role("dialog", name="Settings")
    form.get_by_label("Auto Apply uses").select_option("workspace")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Saved")).to_be_visible()
    close(form)


def dates(form: Locator) -> None:
    """The month."""
    form.get_by_label("From", exact=True).fill(FIRST)
    form.get_by_label("To", exact=True).fill(LAST)
    form.get_by_label("To", exact=True).blur()
    expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)


def export(page: Page, source: str) -> None:
    """Send the month."""
    form = open_form(page, "Export Payments")
    form.get_by_role("radio", name=source, exact=True).check()
    dates(form)
    form.get_by_label("Auto Apply", exact=True).check()
    run(form, "Export Selected")
    close(form)


def import_all(page: Page) -> None:
    """Record the month's payments of QuickBooks."""
    form = open_form(page, "Import Payments")
    dates(form)
    run(form, "Import Selected")
    close(form)


def change_by_hand(month: Month) -> None:
    """People go on working on either side."""
    month.edit_there("RAISED", TotalAmt=1151)
    month.edit_here("WRONG", amount="1202.20")
    month.edit_there("DATED", TxnDate="2026-12-02")
    month.end_there("VOIDED", operation="update", include="void")
    month.end_there("GONE", operation="delete")
    month.deposit("BANK")
    month.edit_here("BANK", amount="1206.60")
    month.receive_there("TWIN2", "Mark Cho", "1108.80", day="2026-11-14")
    month.receive_here("TWIN2", "Mark Cho", "1108.80", day="2026-11-14")
    month.merge("Kookies by Kathy", "Kathy's Kookies Ltd")
    month.receive_here("MERGED", "Kookies by Kathy", "1109.90")
    month.delete_here(month.find("CARD900002").number)
    month.books.memo(month.customer("Amy's Bird Sanctuary")["Id"], 44, TxnDate="2026-11-15", DocNumber="CM-Q9")


def open_reconcile(page: Page) -> Locator:
    """Reconcile of the month."""
    open_menu(page, "Setup", "QuickBooks", "Time & Billing", "Reconcile…")
    form = page.get_by_role("dialog", name="Reconcile — ")
    dates(form)
    expect(row_of(form, "Received")).to_be_visible()
    return form


def show_these(page: Page, form: Locator, row: str) -> Locator:
    """The records behind a row."""
    row_of(form, row).click()
    form.get_by_role("button", name="Show these").click()
    items = page.get_by_role("dialog", name="Differences")
    expect(items.get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)
    return items


def press(items: Locator, number: str, button: str, *, asks: bool = False) -> Locator:
    """Press a row's button, and answer its question."""
    row = row_of(items, number)
    row.click()
    items.get_by_role("status", name="Message").get_by_role("button", name=button, exact=True).click()
    if asks:
        items.page.get_by_role("alertdialog").get_by_role("button", name=button, exact=True).click()
    return row


def settle_pairs(page: Page, month: Month, items: Locator) -> None:
    """Amounts and dates that differ: the right side wins."""
    for name, button in (("RAISED", "Send WorkSpace's"), ("WRONG", "Take QuickBooks'"), ("DATED", "Send WorkSpace's")):
        row = press(items, month.numbers[name], button)
        expect(row).to_have_attribute("data-outcome", "synchronized")
    bank = press(items, month.numbers["BANK"], "Send WorkSpace's")
    expect(bank).to_have_attribute("data-outcome", "failed")
    expect(items.get_by_role("status", name="Message")).to_contain_text("deposit")
    keep(page, "month-locked")
    press(items, month.numbers["BANK"], "Take QuickBooks'")
    expect(bank).to_have_attribute("data-outcome", "synchronized")


def settle_what_is_gone(page: Page, month: Month, items: Locator) -> None:
    """What was voided by mistake goes again; what was deleted for good goes here, too."""
    gone = press(items, month.numbers["GONE"], "Delete here too", asks=True)
    expect(gone).to_have_attribute("data-outcome", "synchronized")
    press(items, month.numbers["VOIDED"], "Send again…")
    form = page.get_by_role("dialog", name="Export Payments")
    form.get_by_role("button", name="Select All").click()
    form.get_by_role("button", name="Export Selected").click()
    voided = row_of(form, month.numbers["VOIDED"])
    expect(voided).to_have_attribute("data-outcome", "changed")
    press(form, month.numbers["VOIDED"], "Send again", asks=True)
    expect(voided).to_have_attribute("data-outcome", "synchronized")
    close(form)


def press_group(page: Page, group: str, button: str, name: str) -> Locator:
    """Press a group's button, as both sides are now: the form that settles it."""
    form = open_reconcile(page)
    row_of(form, group).click()
    form.get_by_role("status", name="Message").get_by_role("button", name=button, exact=True).click()
    opened = page.get_by_role("dialog", name=name)
    expect(opened.get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)
    return opened


def match_the_rest(page: Page, month: Month) -> None:
    """Clients without a customer get one; the client whose customer was merged is matched to the one that has its payments."""
    month.reactivate("Cool Cars")
    month.books.customer("Meridian North Office")
    match = press_group(page, "Client not matched", "Match Clients…", "Match Clients")
    match.get_by_role("radio", name=re.compile("^All")).check()
    for client in ("Pye's Cakes", "Jeff's Jalopies", "Yellowstone Yoga"):
        search(match, client)
        row = press(match, client, f"Create “{client}” in QuickBooks", asks=True)
        expect(row).to_have_attribute("data-outcome", "synchronized")
    for client, customer in (("Meridian: North Office", "Meridian North Office"), ("Kookies by Kathy", "Kathy's Kookies Ltd")):
        search(match, client).get_by_role("gridcell").nth(2).dblclick()
        match.get_by_role("combobox").press_sequentially(customer)
        match.get_by_role("option", name=customer).click()
        expect(match.get_by_text("1 client linked.")).to_be_visible()
        expect(row_of(match, client)).to_contain_text(customer)
    close(match)
    close(page.get_by_role("dialog", name="Reconcile — "))


def export_the_rest(page: Page, month: Month) -> None:
    """What cannot be sent as it stands is corrected where it stands."""
    export = press_group(page, "Only here", "Export…", "Export Payments")
    export.get_by_label("Auto Apply", exact=True).check()
    correct(export, "Travis Waldron", "Correct reference…", "R-4711")
    correct(export, "P-1459", "Correct amount…", "25.00")
    run(export, "Export Selected")
    close(export)
    close(page.get_by_role("dialog", name="Reconcile — "))


def decide(page: Page, month: Month) -> None:
    """The same payment on both sides is linked, and fractions of a cent are corrected."""
    export = press_group(page, "Needs decision", "Export…", "Export Payments")
    correct(export, "Jade Garden Restaurant", "Correct amount…", "10.01")
    run(export, "Export Selected")
    for number in (month.find("20570").number, month.numbers["TWIN2"]):
        row = press(export, number, "Same one: link them")
        expect(row).to_have_attribute("data-outcome", "synchronized")
    close(export)
    close(page.get_by_role("dialog", name="Reconcile — "))


def import_the_rest(page: Page, month: Month) -> None:
    """A payment that was removed here by mistake comes in again; a credit memo is entered by hand, and then linked."""
    month.load(credit_memos=[{"client": "Amy's Bird Sanctuary", "date": "2026-11-15", "amount": "44.00", "reference": "CM-Q9"}])
    memo = press_group(page, "Needs decision", "Export…", "Export Payments")
    run(memo, "Export Selected")
    expect(press(memo, "44.00", "Same one: link them")).to_have_attribute("data-outcome", "synchronized")
    close(memo)
    close(page.get_by_role("dialog", name="Reconcile — "))
    received = press_group(page, "Only in QuickBooks", "Import…", "Import Payments")
    row = press(received, "CARD900002", "Import anyway", asks=True)
    expect(row).to_have_attribute("data-outcome", "synchronized")
    close(received)
    close(page.get_by_role("dialog", name="Reconcile — "))


def apply_late(page: Page, month: Month) -> None:
    """Invoices that either side lacks are typed in there; what was paid of them is then applied on both."""
    month.bill_what_is_applied()
    form = open_reconcile(page)
    items = show_these(page, form, "Applied differently")
    items.get_by_role("button", name="Select All").click()
    items.get_by_role("button", name="Take QuickBooks'").first.click()
    page.get_by_role("alertdialog").get_by_role("button", name="Take QuickBooks'").click()
    expect(items.get_by_text(re.compile(r"done \d+ · failed 0"))).to_be_visible()
    close(items)
    close(form)


def correct(form: Locator, text: str, button: str, value: str) -> None:
    """Correct what a row says is wrong."""
    row = press(form, text, button)
    asked = form.page.get_by_role("dialog", name=button.split()[1].rstrip("…").capitalize(), exact=True)
    asked.get_by_role("textbox").first.fill(value)
    asked.get_by_role("button", name="Save").click()
    expect(row).to_have_attribute("data-outcome", "ready")


def run(form: Locator, button: str) -> None:
    """Press the form's button for all rows, and wait for the end."""
    form.get_by_role("button", name="Select All").click()
    form.get_by_role("button", name=button).click()
    expect(form.get_by_role("progressbar")).to_have_attribute("aria-valuetext", re.compile("100 %"), timeout=60_000)


def close(form: Locator) -> None:
    """Close a window."""
    form.get_by_role("button", name="Close").first.click()
    expect(form).to_have_count(0)
