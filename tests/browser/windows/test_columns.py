"""Columns: resized, moved, chosen, remembered, sorted by, by mouse and by keys; an amount is never cut."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import Demo, eventually, open_form, open_menu, row_of, run_export, running_demo

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, connected, with one run in its history; these tests only look at it."""
    with running_demo(tmp_path_factory.mktemp("columns")) as running:
        run_export(running, 12)
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The host in a window of 1180×720."""
    context = browser.new_context(viewport={"width": 1180, "height": 720}, locale="en-US")
    page = context.new_page()
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()


def labels(form: Locator) -> list[str]:
    """The headers, in order."""
    return [text.strip(" ▴▾") for text in form.get_by_role("columnheader").all_inner_texts() if text.strip()]


def width(form: Locator, label: str) -> float:
    """How wide a column is."""
    # In one step: the headers are drawn anew when rows come in, and a box that is asked for apart may be of one that is gone.
    head = form.get_by_role("columnheader", name=label)
    return float(head.evaluate("head => head.getBoundingClientRect().width"))


def cells(form: Locator, label: str) -> list[str]:
    """What stands in the column, of the rows in view."""
    place = labels(form).index(label) + 2
    return [text.rstrip("▾ ") for text in form.locator(f"[role=gridcell][aria-colindex='{place}']").all_inner_texts()]


def open_history(page: Page) -> Locator:
    """History, with its rows."""
    open_menu(page, "Setup", "QuickBooks", "Time & Billing", "History…")
    form = page.get_by_role("dialog", name="History")
    expect(form.get_by_role("row").nth(1)).to_be_visible()
    return form


def reopened(form: Locator, page: Page) -> Locator:
    """The form, closed and opened again after a reload."""
    form.get_by_role("button", name="Close").click()
    page.reload()
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    return open_form(page, "Export Payments")


def test_a_column_is_resized_at_its_edge_and_by_keys_and_stays_so(page: Page) -> None:
    form = open_form(page, "Export Payments")
    box = form.get_by_role("columnheader", name="Reference").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 259, box["y"] + 10, steps=4)
    page.mouse.up()
    assert eventually(page, lambda: abs(width(form, "Reference") - 262) <= 3)
    form.get_by_role("columnheader", name="Reference").get_by_role("button").press("Control+ArrowRight")
    assert eventually(page, lambda: abs(width(form, "Reference") - 278) <= 3)
    wide = width(form, "Reference")
    assert form.get_by_role("columnheader", name="Reference").get_attribute("aria-sort") == "none"
    again = reopened(form, page)
    assert eventually(page, lambda: width(again, "Reference") == wide)


def test_a_column_is_moved_by_dragging_and_by_keys_and_stays_there(page: Page) -> None:
    form = open_form(page, "Export Payments")
    first = labels(form)
    form.get_by_role("columnheader", name="Amount").drag_to(form.get_by_role("columnheader", name="Date"))
    moved = [first[0], "Amount", *[each for each in first[1:] if each != "Amount"]]
    assert eventually(page, lambda: labels(form) == moved)
    form.get_by_role("columnheader", name="Amount").get_by_role("button").press("Control+Shift+ArrowRight")
    assert eventually(page, lambda: labels(form)[1:3] == ["Date", "Amount"])
    expect(form.get_by_role("columnheader", name="Amount").get_by_role("button")).to_be_focused()
    again = reopened(form, page)
    assert eventually(page, lambda: labels(again)[1:3] == ["Date", "Amount"])


def test_columns_are_chosen_ordered_and_put_back_in_their_dialog(page: Page) -> None:
    form = open_form(page, "Export Payments")
    first = labels(form)
    form.get_by_role("button", name="Columns").click()
    dialog = page.get_by_role("dialog", name="Columns")
    dialog.get_by_role("checkbox", name="Reference").uncheck()
    dialog.get_by_role("button", name="Move Amount up").click()
    dialog.get_by_role("spinbutton", name="Width of Date").fill("200")
    dialog.get_by_role("spinbutton", name="Width of Date").press("Tab")
    dialog.get_by_role("button", name="Close").click()
    chosen = ["Number", "Date", "Amount", "Client → customer", *first[5:]]
    assert eventually(page, lambda: labels(form) == chosen)
    assert eventually(page, lambda: abs(width(form, "Date") - 200) <= 1)
    form = reopened(form, page)
    assert eventually(page, lambda: labels(form) == chosen)
    form.get_by_role("button", name="Columns").click()
    page.get_by_role("dialog", name="Columns").get_by_role("button", name="As at First").click()
    page.get_by_role("dialog", name="Columns").get_by_role("button", name="Close").click()
    assert eventually(page, lambda: labels(form) == first)


def test_a_column_that_is_optional_is_shown_when_it_is_chosen(page: Page) -> None:
    form = open_history(page)
    assert "Filters" not in labels(form)
    form.get_by_role("button", name="Columns").click()
    page.get_by_role("dialog", name="Columns").get_by_role("checkbox", name="Filters").check()
    page.get_by_role("dialog", name="Columns").get_by_role("button", name="Close").click()
    assert "Filters" in labels(form)


BY_THE_HOST = {"Method", "Deposit to", "Applied in QuickBooks to", "Will be applied here to", "Outcome"}


@pytest.mark.parametrize("name", ["Export Payments", "Import Payments"])
def test_every_column_sorts_and_empty_cells_come_last_where_the_host_sorts(page: Page, name: str) -> None:
    form = open_form(page, name)
    for label in labels(form):
        head = form.get_by_role("columnheader", name=label)
        head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", "ascending")
        expect(form.get_by_role("grid")).to_have_attribute("aria-busy", "false")
        found = [each.strip(" ✗✓!?≠→").casefold() for each in cells(form, label)]
        if label in BY_THE_HOST - ({"Method"} if name == "Import Payments" else set()):
            assert found == sorted(found, key=lambda each: (not each, each)), label
        if label == "Amount":
            assert found == sorted(found, key=lambda each: Decimal(each.replace(",", ""))), label


def test_the_order_is_as_it_was_left(page: Page) -> None:
    form = open_form(page, "Export Payments")
    form.get_by_role("columnheader", name="Amount").get_by_role("button").click()
    expect(form.get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "ascending")
    assert eventually(page, lambda: len(cells(form, "Amount")) >= 10)
    first = cells(form, "Amount")[:10]
    again = reopened(form, page)
    expect(again.get_by_role("columnheader", name="Amount")).to_have_attribute("aria-sort", "ascending")
    assert eventually(page, lambda: cells(again, "Amount")[:10] == first)


def test_nothing_of_history_is_cut_at_1024(page: Page) -> None:
    page.set_viewport_size({"width": 1024, "height": 700})
    form = open_history(page)
    grid = form.get_by_role("grid")
    assert grid.evaluate("grid => grid.scrollWidth <= grid.clientWidth")
    for head in form.get_by_role("columnheader").all():
        cut = "head => [head, ...head.children].some(each => each.scrollWidth > each.clientWidth)"
        assert not head.evaluate(cut), head.inner_text()


def test_an_amount_is_not_cut_however_narrow_its_column_was_made(page: Page) -> None:
    form = open_form(page, "Export Payments")
    for _ in range(12):
        form.get_by_role("columnheader", name="Amount").get_by_role("button").press("Control+ArrowLeft")
    cut = "cells => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent)"
    assert form.locator("[role=gridcell].money").count() > 5
    assert form.locator("[role=gridcell].money").evaluate_all(cut) == []


CUT = """grid => [...grid.querySelectorAll('.here [role=gridcell]')].filter((cell) => cell.scrollWidth > cell.clientWidth)
  .map((cell) => cell.textContent)"""
LISTS = {
    "Export Payments": ("Time & Billing", "Export Payments"),
    "Import Payments": ("Time & Billing", "Import Payments"),
    "Match Clients": ("Match Clients…",),
    "History": ("Time & Billing", "History…"),
    "Reconcile": ("Time & Billing", "Reconcile…"),
}


@pytest.mark.parametrize("name", LISTS)
def test_what_a_column_is_too_narrow_for_stands_whole_under_the_grid(page: Page, name: str) -> None:
    page.set_viewport_size({"width": 1024, "height": 700})
    open_menu(page, "Setup", "QuickBooks", *LISTS[name])
    form = page.get_by_role("dialog", name=name)
    grid, message = form.get_by_role("grid"), form.get_by_role("status", name="Message")
    expect(grid.get_by_role("row").nth(1)).to_be_visible()
    for head in form.get_by_role("columnheader").filter(has=page.get_by_role("button")).all():
        for _ in range(8):
            head.get_by_role("button").press("Control+ArrowLeft")
    grid.focus()
    found = 0
    for _ in range(3):
        page.keyboard.press("ArrowDown")
        cut = grid.evaluate(CUT)
        found += len(cut)
        for text in cut:
            expect(message).to_contain_text(text)
    assert found > 0


def test_credit_memos_have_no_method_and_no_account(page: Page) -> None:
    form = open_form(page, "Export Payments")
    assert {"Method", "Deposit to"} <= set(labels(form))
    form.get_by_role("radio", name="Credit Memos").check()
    expect(form.get_by_role("columnheader", name="Method")).to_have_count(0)
    expect(form.get_by_role("columnheader", name="Deposit to")).to_have_count(0)
    form.get_by_role("radio", name="Payments").check()
    expect(form.get_by_role("columnheader", name="Method")).to_be_visible()


def test_what_a_right_click_brought_is_selected_and_the_filters_are_shut(page: Page) -> None:
    row = row_of(page, "Payment")
    row.click(button="right")
    page.get_by_role("menuitem", name="Export To…", exact=True).click()
    page.get_by_role("menuitem", name="QuickBooks", exact=True).click()
    form = page.get_by_role("dialog", name="Export Payments")
    expect(form.get_by_text("1 selected")).to_be_visible()
    expect(form.get_by_role("button", name="Export Selected")).to_be_enabled()
    for filter_ in (form.get_by_label("From"), form.get_by_role("checkbox", name="Hide Synchronized")):
        expect(filter_).to_be_disabled()
        expect(filter_).to_have_attribute("title", "Not used now: your selection is shown, whatever the filters say.")
    expect(form.get_by_role("checkbox", name="Auto Apply")).to_be_enabled()
    form.get_by_role("button", name="Show all instead").click()
    expect(form.get_by_label("From")).to_be_enabled()
    expect(form.get_by_text("0 selected")).to_be_visible()
