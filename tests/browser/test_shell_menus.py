"""Menus by mouse and keyboard, tabs, and accessibility of every page, open menu and dialog."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from hostsim.testing import demo_practice
from tests.browser.shell import Shell, open_menu, open_send, row, shell_on, violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shell(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A host with the small add-in."""
    folder = tmp_path_factory.mktemp("firm")
    practice, url = demo_practice(folder, date(2026, 11, 22))
    practice.close()
    with shell_on(browser, url, folder, size=12) as opened:
        yield opened


@pytest.fixture
def page(shell: Shell) -> Page:
    """The Payments page, loaded anew."""
    shell.page.goto(f"{shell.host.url}/billing/payments")
    expect(row(shell.page, 0)).to_be_visible()
    return shell.page


def focused(page: Page) -> str:
    """The text of what has the focus."""
    text: str = page.evaluate("document.activeElement.textContent")
    return text


def test_the_menu_bar_is_walked_with_arrows(page: Page) -> None:
    page.keyboard.press("F10")
    assert focused(page) == "File"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "Setup"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "Parcel"
    page.keyboard.press("ArrowRight")
    assert focused(page) == "Connection…"
    page.keyboard.press("End")
    assert focused(page) == "Post"
    page.keyboard.press("Enter")
    assert focused(page) == "Send Parcels"
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "Post"
    page.keyboard.press("Home")
    assert focused(page) == "Connection…"


def test_arrows_go_on_to_the_next_menu_and_wrap_around(page: Page) -> None:
    page.keyboard.press("F10")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "Help"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("menu", name="File")).to_be_visible()
    assert focused(page) == "Save as CSV"


def test_esc_closes_one_level_and_gives_the_focus_back(page: Page) -> None:
    page.get_by_role("menuitem", name="Setup").press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert focused(page) == "Parcel"
    page.keyboard.press("Escape")
    assert focused(page) == "Setup"
    expect(page.get_by_role("menu")).to_have_count(0)


def test_letters_find_an_entry(page: Page) -> None:
    page.get_by_role("menuitem", name="View").press("Enter")
    page.keyboard.press("i")
    assert focused(page) == "Invoices"
    page.keyboard.press("c")
    assert focused(page) == "Colors"
    page.keyboard.press("c")
    assert focused(page) == "Clients"
    page.keyboard.press("Enter")
    page.wait_for_url("**/clients")
    expect(page.get_by_role("tab", name="Clients")).to_have_attribute("aria-selected", "true")


def test_a_click_elsewhere_closes_the_menu(page: Page) -> None:
    page.get_by_role("menuitem", name="Setup").click()
    page.get_by_role("status").click()
    expect(page.get_by_role("menu")).to_have_count(0)


def test_the_context_menu_opens_by_mouse_by_shift_f10_and_by_the_menu_key(page: Page) -> None:
    row(page, 1).click(button="right")
    expect(row(page, 1)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("menu", name="Row")).to_be_visible()
    page.keyboard.press("Escape")
    for key in ("Shift+F10", "ContextMenu"):
        page.keyboard.press(key)
        assert focused(page) == "Open"
        page.keyboard.press("s")
        page.keyboard.press("ArrowRight")
        assert focused(page) == "Parcel"
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(page.get_by_role("menu")).to_have_count(0)
        expect(page.get_by_role("grid")).to_be_focused()


def test_a_right_click_inside_the_selection_keeps_it(page: Page) -> None:
    row(page, 1).click()
    row(page, 3).click(modifiers=["Shift"])
    row(page, 2).click(button="right")
    expect(page.locator("[role=row][aria-selected=true]")).to_have_count(3)
    page.keyboard.press("Escape")


def test_tabs_and_sections_lead_to_their_pages(page: Page) -> None:
    page.get_by_role("tab", name="Invoices").click()
    page.wait_for_url("**/billing/invoices")
    expect(page.get_by_role("grid", name="Invoices")).to_be_visible()
    page.get_by_role("tab", name="Payments").press("Enter")
    page.wait_for_url("**/billing/payments")


def test_selected_money_is_told_by_kind(page: Page) -> None:
    page.get_by_role("searchbox").fill("Amy")
    memo = page.get_by_role("row").filter(has_text="Credit memo").first
    page.get_by_role("row").filter(has_text="Payment").first.click()
    memo.click(modifiers=["Control"])
    expect(page.get_by_text("2 selected · payments")).to_contain_text("credit memos")
    page.get_by_role("searchbox").fill("")


def test_a_form_keeps_the_focus_inside_and_gives_it_back(page: Page) -> None:
    form = open_send(page)
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))")
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)


def test_light_and_dark_can_be_chosen(page: Page) -> None:
    def background() -> str:
        text: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return text

    before = background()
    open_menu(page, "View", "Colors", "Dark")
    assert background() != before
    open_menu(page, "View", "Colors", "Light")
    assert background() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_pages_menus_and_forms(shell: Shell, page: Page, scheme: str) -> None:
    open_menu(page, "View", "Colors", scheme.capitalize())
    for path in ("/clients", "/billing/invoices", "/billing/payments"):
        page.goto(f"{shell.host.url}{path}")
        expect(row(page, 0)).to_be_visible()
        assert violations(page) == []
    open_menu(page, "Setup", "Parcel", "Post")
    assert violations(page) == []
    open_menu(page, "Send Parcels")
    form = page.get_by_role("dialog")
    row(form, 0).click()
    row(form, 3).click(modifiers=["Shift"])
    form.get_by_role("button", name="Send Selected").click()
    expect(form.get_by_text("done 2 · failed 1 · not confirmed 1")).to_be_visible()
    row(form, 1).click()
    assert violations(page) == []
    row(form, 1).click(button="right")
    assert violations(page) == []
    page.keyboard.press("Escape")
    row(form, 0).get_by_role("gridcell").nth(3).dblclick()
    expect(form.get_by_role("option", name="Fast plane")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    form.get_by_role("searchbox").fill("zzz")
    expect(form.get_by_text("No parcel waits.")).to_be_visible()
    assert violations(page) == []
    form.get_by_role("button", name="Close").click()
    for labels in (("Setup", "Parcel", "Connection…"), ("Help", "Keyboard…"), ("File", "Add-ins…")):
        open_menu(page, *labels)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_at_two_hundred_percent_everything_is_still_reached(page: Page) -> None:
    page.set_viewport_size({"width": 590, "height": 360})
    form = open_send(page)
    form.get_by_role("button", name="Send Selected").scroll_into_view_if_needed()
    row(form, 0).click()
    form.get_by_role("button", name="CSV").scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1180, "height": 720})
