"""Reconcile in a browser: totals, groups, the chart, items, the action that settles them; no violation found by axe-core."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import NUMBER, Demo, open_menu, row_of, running_demo
from tests.browser.review.test_history import keep
from tests.browser.shell import violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm beside its company, connected."""
    with running_demo(tmp_path_factory.mktemp("reconcile")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    page = context.new_page()
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()


def open_reconcile(page: Page) -> Locator:
    """The form over three months."""
    open_menu(page, "Setup", "QuickBooks", "Time & Billing", "Reconcile…")
    form = page.get_by_role("dialog", name="Reconcile — ")
    form.get_by_label("From", exact=True).fill("2026-09-01")
    form.get_by_label("To", exact=True).fill("2026-11-30")
    form.get_by_label("To", exact=True).blur()
    expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)
    expect(row_of(form, "Received")).to_be_visible()
    return form


def test_totals_groups_and_chart(page: Page) -> None:
    form = open_reconcile(page)
    keep(page, "reconcile")
    for label in ("Received", "Applied", "Unapplied", "Credits", "Only here", "Only in QuickBooks", "Equal"):
        expect(row_of(form, label)).to_be_visible()
    chart = form.get_by_role("img", name="Received by month")
    expect(chart).to_be_visible()
    assert chart.locator("rect").count() >= 6
    assert violations(page) == []


def test_a_group_opens_to_its_items_and_an_item_to_what_settles_it(page: Page) -> None:
    form = open_reconcile(page)
    row_of(form, "Only here").click()
    form.get_by_role("button", name="Show these").click()
    items = page.get_by_role("dialog", name="Differences")
    expect(items.get_by_role("grid")).to_have_attribute("aria-rowcount", NUMBER)
    first = items.get_by_role("row").nth(1)
    expect(first).to_contain_text("Only here")
    first.click()
    expect(items.get_by_role("status", name="Message")).to_contain_text("is in WorkSpace only. Export it.")
    keep(page, "reconcile-items")
    assert violations(page) == []
    items.get_by_role("button", name="Export…").click()
    export = page.get_by_role("dialog", name="Export Payments")
    expect(export.get_by_text("Showing your selection of 1 payment.")).to_be_visible()


def test_months_and_methods(page: Page) -> None:
    form = open_reconcile(page)
    form.get_by_label("Months").check()
    expect(row_of(form, "2026-10")).to_be_visible()
    form.get_by_label("Methods").check()
    expect(row_of(form, "Check")).to_be_visible()


def test_what_is_shown_can_be_printed_and_saved_as_a_workbook(page: Page) -> None:
    form = open_reconcile(page)
    with page.expect_popup() as opened:
        form.get_by_role("button", name="Print").click()
    paper = opened.value
    expect(paper.get_by_role("heading", name="Reconcile")).to_be_visible()
    expect(paper.get_by_role("img", name="Received by month")).to_be_visible()
    expect(paper.get_by_role("row").filter(has_text="Only here")).to_be_visible()
    keep(paper, "reconcile-print")
    assert violations(paper) == []
    with page.expect_download() as saved:
        form.get_by_role("button", name="Excel").click()
    assert saved.value.suggested_filename == "reconcile.xlsx"
