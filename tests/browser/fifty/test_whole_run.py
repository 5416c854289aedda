"""What stops a whole run: it is said with what to do, and the run goes on once the cause is gone; every payment is there once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import Demo, connect, open_form
from tests.browser.fifty.firm import build_books, control, running_firm
from tests.browser.fifty.good_firm import ALONE, NUMBERED, OTHERWISE, make_firm
from tests.browser.fifty.reading import count_there, read_differences

pytestmark = pytest.mark.browser
Json = dict[str, Any]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The firm, connected, its clients matched, and Auto Apply set to the applications made here."""
    firm, steps = make_firm()
    names = dict([OTHERWISE])
    extra = [{"create": "Customer", "body": {"DisplayName": ALONE}}]
    for client in firm["clients"]:
        client["name"] = names.get(client["name"], client["name"])
    for entry in (*firm["invoices"], *firm["payments"]):
        entry["client"] = names.get(entry["client"], entry["client"])
    with running_firm(tmp_path, firm) as running:
        build_books(running.simulator, [*steps, *extra], preferences=NUMBERED)
        connect(running)
        form = running.host.workspace.form("settings")
        assert form is not None
        form.act("save", {**form.open({})["answer"], "auto_apply_uses": "workspace"}, [], {})
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The host in a fresh profile."""
    context = browser.new_context(viewport={"width": 1180, "height": 720}, locale="en-US")
    page = context.new_page()
    page.goto(demo.host.address)
    yield page
    context.close()


def reconnect(page: Page, form: Locator) -> None:
    """Press the row's button, sign in anew, and come back."""
    form.get_by_role("status", name="Message").get_by_role("button", name="Reconnect…").click()
    connection = page.get_by_role("dialog", name="QuickBooks Connection")
    with page.context.expect_page() as opened:
        connection.get_by_role("button", name="Connect…").click()
    opened.value.get_by_role("button", name="Connect").click()
    expect(opened.value.get_by_text("Connected to Empty Company")).to_be_visible()
    opened.value.close()
    expect(connection.get_by_text("Connected to Empty Company")).to_be_visible()
    connection.get_by_role("button", name="Close").click()
    expect(form.get_by_text(re.compile(r"^done \d"))).to_have_count(0)  # a sign-in has the form drawn anew


def wait_for_the_owner(_: Page, form: Locator) -> None:
    """Only the company's owner can mend it: there is no button, and the sentence says so."""
    message = form.get_by_role("status", name="Message")
    expect(message).to_contain_text("until its owner fixes it")


@dataclass(frozen=True, slots=True)
class Cause:
    """How the simulator is told, and told that it is over; what is said; what a person does."""

    begins: tuple[str, Json]
    ends: Json
    says: str
    mend: Callable[[Page, Locator], None]


CAUSES = {
    "signed out": Cause(
        ("trouble", {"kind": "token_revoked", "match": {"operation": "batch"}, "nth": 2}),
        {},
        "QuickBooks has signed us out",
        reconnect,
    ),
    "access": Cause(
        ("settings", {"disconnected": True}), {"disconnected": False}, "This company did not grant us access", reconnect
    ),
    "subscription": Cause(
        ("settings", {"subscription_lapsed": True}),
        {"subscription_lapsed": False},
        "This QuickBooks subscription or trial has ended",
        wait_for_the_owner,
    ),
}


@pytest.mark.parametrize("name", CAUSES)
def test_a_run_that_was_stopped_goes_on_once_its_cause_is_gone(page: Page, demo: Demo, name: str) -> None:
    cause, form = CAUSES[name], open_form(page, "Export Payments")
    form.get_by_label("Auto Apply").check()
    form.get_by_role("button", name="Select All").click()
    control(demo.simulator, *cause.begins)
    form.get_by_role("button", name="Export Selected").click()
    waiting = form.locator("[role=row][data-outcome=not_tried]").first
    waiting.click()
    expect(form.get_by_role("status", name="Message")).to_contain_text(cause.says)
    assert requests.delete(f"{demo.simulator.base_url}/_control/trouble", timeout=10).status_code == 200
    control(demo.simulator, "settings", cause.ends)
    cause.mend(page, form)
    form.get_by_role("button", name="Select All").click()
    expect(form.get_by_text(re.compile(r"^\d+ selected · "))).to_be_visible()
    form.get_by_role("button", name="Export Selected").click()
    expect(form.get_by_text(re.compile(r"^done [1-9]\d*( \(2 not applied\))? · failed 0$"))).to_be_visible()
    assert read_differences(demo) == []
    assert count_there(demo) == 50
