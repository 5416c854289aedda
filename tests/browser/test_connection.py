"""Connecting as a person does: the form, the consent page of another site, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.demo import Demo, connect, open_form, open_menu, row_of, running_demo, search

pytestmark = pytest.mark.browser


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The demo firm beside a company it is not connected to yet."""
    with running_demo(tmp_path, connected=False) as running:
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The host in a fresh profile."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    page = context.new_page()
    page.goto(demo.host.address)
    yield page
    context.close()


def give_consent(page: Page, button: str) -> Page:
    """Press Connect…, and the button on the consent page."""
    with page.context.expect_page() as opened:
        page.get_by_role("dialog", name="QuickBooks Connection").get_by_role("button", name="Connect…").click()
    consent = opened.value
    consent.get_by_role("button", name=button).click()
    return consent


def test_a_form_without_a_company_leads_to_connecting_and_then_works(page: Page, demo: Demo) -> None:
    open_menu(page, "Setup", "QuickBooks", "Time & Billing", "Import Payments")
    form = page.get_by_role("dialog", name="Import Payments")
    expect(form.get_by_text("No QuickBooks company is connected.").first).to_be_visible()
    form.get_by_role("link", name="Connect…").or_(form.get_by_role("button", name="Connect…")).click()
    consent = give_consent(page, "Connect")
    expect(consent.get_by_text("Connected to Alder & Finch (simulator).")).to_be_visible()
    assert consent.url.startswith("http://localhost:")
    assert page.url.startswith("http://127.0.0.1:")
    connection = page.get_by_role("dialog", name="QuickBooks Connection")
    matching = page.get_by_role("dialog", name="Match Clients")
    expect(row_of(matching, "Amy's Bird Sanctuary")).to_contain_text("Same name")
    matching.get_by_role("button", name="Close").click()
    expect(connection.get_by_text("Connected to Alder & Finch (simulator).")).to_be_visible()
    connection.get_by_role("button", name="Close").click()
    waiting = row_of(form, "CARD900001")
    expect(waiting).to_have_attribute("data-outcome", "not_ready")
    expect(waiting).to_contain_text("not matched")


def test_a_refused_consent_is_said_and_changes_nothing(page: Page, demo: Demo) -> None:
    open_menu(page, "Setup", "QuickBooks", "Connection…")
    consent = give_consent(page, "Cancel")
    expect(consent.get_by_text("Access was not granted in QuickBooks. Nothing was changed.")).to_be_visible()
    page.get_by_role("dialog", name="QuickBooks Connection").get_by_role("button", name="Close").click()
    open_menu(page, "Setup", "QuickBooks", "Connection…")
    expect(page.get_by_text("No QuickBooks company is connected.")).to_be_visible()


def test_a_form_that_is_closed_while_it_is_drawn_anew_stays_closed(page: Page, demo: Demo) -> None:
    """The sign-in has every open form drawn anew; what comes back for one that was closed meanwhile opened it once more."""
    open_menu(page, "Setup", "QuickBooks", "Connection…")
    form, late = page.get_by_role("dialog", name="QuickBooks Connection"), list[Route]()

    def hold(route: Route) -> None:
        late.append(route)

    page.route("**/api/forms/connection/open", hold)
    with page.expect_request("**/api/forms/connection/open"):
        give_consent(page, "Connect")
    form.get_by_role("button", name="Close").click()
    expect(form).to_have_count(0)
    with page.expect_response("**/api/forms/connection/open"):
        for route in late:
            route.continue_()
    page.evaluate("new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn), 300))")
    expect(form).to_have_count(0)


@pytest.mark.parametrize("company", ["the same", "another"])
def test_rows_that_are_picked_stay_so_as_their_form_is_drawn_anew_but_not_in_another_company(
    page: Page, demo: Demo, company: str
) -> None:
    connect(demo)
    form = open_form(page, "Export Payments")
    first = form.locator("[role=row][aria-rowindex='2']")
    first.click()
    form.locator("[role=row][aria-rowindex='4']").click(modifiers=["Control"])
    expect(form.get_by_text("2 selected · ")).to_be_visible()

    def answer(route: Route) -> None:
        found = route.fetch()
        told = found.json()
        route.fulfill(response=found, json={**told, "subtitle": told["subtitle"] if company == "the same" else "Another company"})

    page.route("**/api/forms/export-payments/open", answer)
    with page.expect_response("**/api/forms/export-payments/rows"):
        demo.host.workspace.feed.publish({"addins": "changed"})
    expect(form.get_by_text("Another company")).to_have_count(int(company == "another"))
    expect(form.get_by_role("grid")).to_have_attribute("aria-busy", "false")
    expect(form.locator("[role=row][aria-selected=true]")).to_have_count(2 if company == "the same" else 0)
    expect(form.get_by_role("button", name="Export Selected")).to_be_enabled(enabled=company == "the same")
    expect(form.locator("[role=row].here")).to_have_attribute("aria-rowindex", "4" if company == "the same" else "2")
    expect(form.get_by_role("grid")).to_be_focused()


def test_who_reads_why_a_row_is_not_ready_goes_on_reading_as_the_form_is_drawn_anew(page: Page, demo: Demo) -> None:
    """The redraw came late after a choice in Settings, and the sentence under the list was gone."""
    connect(demo)
    form = open_form(page, "Export Payments")
    message = form.get_by_role("status", name="Message")
    for number in range(2, 100):
        form.locator(f"[role=row][aria-rowindex='{number}']").click()
        if message.get_by_role("button").count():
            break
    said, row = message.inner_text(), form.locator("[role=row].here").get_attribute("aria-rowindex")
    message.get_by_role("button").first.focus()
    with page.expect_response("**/api/forms/export-payments/rows"):
        demo.host.workspace.feed.publish({"addins": "changed"})
    expect(form.get_by_role("grid")).to_have_attribute("aria-busy", "false")
    expect(form.locator("[role=row].here")).to_have_attribute("aria-rowindex", str(row))
    expect(message).to_have_text(said, use_inner_text=True)
    expect(form.get_by_role("grid")).to_be_focused()


def test_clients_are_matched_by_picking(page: Page, demo: Demo) -> None:
    open_menu(page, "Setup", "QuickBooks", "Connection…")
    give_consent(page, "Connect")
    form = page.get_by_role("dialog", name="Match Clients")  # the first connection leads there by itself
    expect(row_of(form, "Amy's Bird Sanctuary")).to_contain_text("Same name")
    form.get_by_role("button", name="Accept 55 Suggestions ≥ 95 %").click()
    expect(form.get_by_text("55 clients linked.")).to_be_visible()
    expect(form.get_by_role("radio", name="Matched 55")).to_be_visible()
    expect(row_of(form, "Amy's Bird Sanctuary")).to_contain_text("Linked")


def test_a_customer_that_is_picked_is_linked_at_once(page: Page, demo: Demo) -> None:
    connect(demo)
    open_menu(page, "Setup", "QuickBooks", "Match Clients…")
    form = page.get_by_role("dialog", name="Match Clients")
    row = search(form, "Jeff's Jalopies")
    expect(row).to_contain_text("No customer is like")
    demo.host.workspace.form("match-clients").act("unlink", {}, [client_id(demo, "Mark Cho")], {})  # type: ignore[union-attr]
    row.get_by_role("gridcell").nth(2).dblclick()
    form.get_by_role("combobox").fill("Mark Cho")
    form.get_by_role("option", name="Mark Cho").click()
    expect(form.get_by_text("1 client linked.")).to_be_visible()
    expect(row_of(form, "Jeff's Jalopies")).to_contain_text("Linked")


def test_a_customer_is_created_from_a_row_after_a_question(page: Page, demo: Demo) -> None:
    connect(demo)
    open_menu(page, "Setup", "QuickBooks", "Match Clients…")
    form = page.get_by_role("dialog", name="Match Clients")
    form.get_by_role("radio", name="Unmatched").check()
    row = form.get_by_role("row").nth(1)
    name = str(row.get_by_role("gridcell").nth(1).text_content())
    row.get_by_role("gridcell").nth(1).click()
    form.get_by_role("button", name=f"Create “{name}” in QuickBooks").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text(f"Create customer {name} in QuickBooks?")
    question.get_by_role("button", name=f"Create “{name}” in QuickBooks").click()
    expect(form.get_by_text(f"Customer {name} was created in QuickBooks and linked.")).to_be_visible()


def client_id(demo: Demo, name: str) -> str:
    """The client's row."""
    return next(f"client:{client.id}" for client in demo.ledger.clients() if client.name == name)
