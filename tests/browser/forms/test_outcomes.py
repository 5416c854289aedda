"""Selecting, filtering by outcome, running the failed ones again, and amounts that are never cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.demo import TODAY, Demo, open_form, row_of, running_demo, search

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, connected, with a payment of more than a million."""
    with running_demo(tmp_path_factory.mktemp("outcomes")) as running:
        client = next(each for each in running.ledger.clients() if each.name == "Mark Cho")
        large = {"client_id": client.id, "date": TODAY, "method": "Check", "memo": "", "applications": []}
        amounts = (("large-1", "1234568.89"), ("large-2", "12345678901.23"))
        paid = [{**large, "external_key": key, "amount": Decimal(text), "reference": key} for key, text in amounts]
        assert [each.status for each in running.ledger.record_payments(paid)] == ["recorded", "recorded"]
        yield running


@pytest.fixture
def form(browser: Browser, demo: Demo) -> Iterator[Locator]:
    """Export Payments on the smallest screen."""
    page = browser.new_page(viewport={"width": 1024, "height": 700}, locale="en-US")
    page.goto(demo.host.address)
    yield open_form(page, "Export Payments")
    page.close()


def cut_amounts(scope: Locator) -> list[str]:
    """The amounts that do not fit their cells."""
    script = "cells => cells.filter(c => c.scrollWidth > c.clientWidth).map(c => c.textContent)"
    found: list[str] = scope.locator(".money").evaluate_all(script)
    return found


@pytest.mark.parametrize("amount", ["1,234,568.89", "12,345,678,901.23"])
def test_an_amount_is_never_cut(form: Locator, amount: str) -> None:
    expect(form.get_by_text(amount, exact=True)).to_be_visible()
    assert cut_amounts(form) == []
    search(form, amount)
    assert cut_amounts(form) == []


def test_all_and_none_are_selected_by_their_buttons(form: Locator) -> None:
    rows = int(form.get_by_role("grid").get_attribute("aria-rowcount") or 0) - 1
    form.get_by_role("button", name="Select All").click()
    expect(form.get_by_text(re.compile(rf"^{rows} selected · "))).to_be_visible()
    form.get_by_role("button", name="Select None").click()
    expect(form.get_by_text("0 selected", exact=True)).to_be_visible()
    expect(form.get_by_role("button", name="Export Selected")).to_be_disabled()


def test_rows_are_filtered_by_outcome_and_the_failed_ones_run_again(form: Locator) -> None:
    grid, bar = form.get_by_role("grid"), form.get_by_role("group", name="Rows by outcome")
    search(form, "Cool Cars")
    rows = int(grid.get_attribute("aria-rowcount") or 0) - 1
    expect(bar.get_by_role("button", name=f"All {rows}")).to_have_attribute("aria-pressed", "true")
    form.get_by_role("searchbox").fill("C")
    expect(grid).not_to_have_attribute("aria-rowcount", str(rows + 1))
    expect(bar.get_by_role("button", name=f"All {rows}")).to_have_count(0)
    every = int(grid.get_attribute("aria-rowcount") or 0) - 1
    form.get_by_role("button", name="Select All").click()
    form.get_by_role("button", name="Export Selected").click()
    expect(form.get_by_role("progressbar")).to_have_attribute("aria-valuetext", f"{every} of {every} · 100 %")
    failed = bar.get_by_role("button", name=re.compile(r"^Failed \d+$"))
    expect(failed).to_be_visible()
    count = int(failed.inner_text().split()[1])
    assert 0 < count < every
    failed.press("Enter")
    expect(grid).to_have_attribute("aria-rowcount", str(count + 1))
    expect(failed).to_have_attribute("aria-pressed", "true")
    expect(row_of(form, "Cool Cars")).to_have_attribute("data-outcome", "failed")
    assert set(form.locator("[role=row][data-outcome]").evaluate_all("rows => rows.map(r => r.dataset.outcome)")) == {"failed"}
    bar.get_by_role("button", name=f"All {every}").click()
    expect(grid).to_have_attribute("aria-rowcount", str(every + 1))
    bar.get_by_role("button", name=f"Retry these {count}").click()
    expect(form.get_by_role("progressbar")).to_have_attribute("aria-valuetext", f"{count} of {count} · 100 %")
    expect(form.get_by_text(f"done 0 · failed {count}")).to_be_visible()
    expect(grid).to_have_attribute("aria-rowcount", str(count + 1))
    expect(bar.get_by_role("button", name=f"Retry these {count}")).to_be_enabled()


def test_rows_of_one_reason_are_told_once_with_the_button_that_mends_them(form: Locator) -> None:
    reasons = form.get_by_role("group", name="Rows by reason")
    line = reasons.get_by_text(re.compile(r"^\d+ rows: client is not matched to a customer\.$"))
    expect(line).to_be_visible()
    assert int(line.inner_text().split()[0]) > 1
    reasons.get_by_role("button", name="Match client…").first.click()
    expect(form.page.get_by_role("dialog", name="Match Clients")).to_be_visible()
