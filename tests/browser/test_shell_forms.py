"""Forms, runs and warnings: what a person sees while a run goes on, after it, and when something does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from hostsim.testing import demo_practice
from tests.browser.shell import Shell, open_menu, open_send, row, shell_on

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demo firm's database."""
    practice, url = demo_practice(tmp_path_factory.mktemp("firm"), date(2026, 11, 22))
    practice.close()
    return url


@pytest.fixture
def shell(browser: Browser, firm: str, tmp_path: Path) -> Iterator[Shell]:
    """A host whose run waits to be let on."""
    with shell_on(browser, firm, tmp_path, size=12, waits=True) as opened:
        yield opened


def begin(shell: Shell) -> None:
    """Start a run over all twelve parcels."""
    form = open_send(shell.page)
    form.get_by_role("grid").press("Control+a")
    form.get_by_role("button", name="Send Selected").click()
    expect(form.get_by_role("progressbar")).to_be_visible()


def test_rows_and_bar_move_while_the_run_goes_on(shell: Shell) -> None:
    begin(shell)
    form = shell.page.get_by_role("dialog")
    shell.let(4)
    bar = form.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "4")
    expect(bar).to_have_attribute("aria-valuemax", "12")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"4 of 12 · 33 % · about \d+ s left"))
    expect(row(form, 0)).to_have_attribute("data-outcome", "synchronized")
    expect(row(form, 4)).to_have_attribute("data-outcome", "ready")
    expect(form.get_by_role("button", name="Send Selected")).to_be_disabled()
    shell.let(8)
    expect(form.get_by_text("done 10 · failed 1 · not confirmed 1")).to_be_visible()
    expect(form.get_by_role("button", name="Send Selected")).to_be_enabled()


def test_a_failed_row_is_pink_with_icon_and_word_and_says_why_below(shell: Shell) -> None:
    begin(shell)
    shell.let(12)
    form = shell.page.get_by_role("dialog")
    failed = row(form, 1)
    expect(failed).to_have_attribute("data-outcome", "failed")
    expect(failed).to_contain_text("✗ failed")
    failed.click()
    message = form.get_by_role("status")
    expect(message).to_contain_text("✗ The address is wrong. Nothing was sent.")
    expect(message.get_by_text("code 7")).to_be_hidden()
    message.get_by_role("button", name="Details").click()
    expect(message.get_by_text("code 7")).to_be_visible()
    expect(message.get_by_role("button", name="Copy")).to_be_visible()
    row(form, 2).click()
    expect(message).to_contain_text("? We are checking.")
    row(form, 0).click()
    expect(message).not_to_contain_text("checking")


def test_a_fix_opens_the_form_that_mends_it(shell: Shell) -> None:
    begin(shell)
    shell.let(12)
    row(shell.page.get_by_role("dialog"), 1).click()
    shell.page.get_by_role("button", name="Change address…").click()
    address = shell.page.get_by_role("dialog", name="Address")
    address.get_by_role("button", name="Save").click()
    town = address.get_by_label("Town")
    expect(address.get_by_text("Enter a town.")).to_be_visible()
    expect(town).to_have_attribute("aria-invalid", "true")
    said = (town.get_attribute("aria-describedby") or "").split()[-1]
    assert address.locator(f"#{said}").inner_text() == "Enter a town."
    town.fill("Cork")
    address.get_by_role("button", name="Save").click()
    expect(address.get_by_text("Saved.")).to_be_visible()
    expect(town).not_to_have_attribute("aria-invalid", "true")
    town.press("Escape")
    expect(address).to_have_count(0)
    expect(shell.page.get_by_role("dialog", name="Send Parcels")).to_be_visible()


def test_cancel_finishes_what_is_in_flight_and_says_what_was_not_tried(shell: Shell) -> None:
    begin(shell)
    form = shell.page.get_by_role("dialog")
    shell.let(3)
    expect(form.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "3")
    form.get_by_role("button", name="Cancel").click()
    expect(form.get_by_text("Stopping: nothing new is sent.")).to_be_visible()
    shell.let(1)
    expect(form.get_by_text("not tried 9")).to_be_visible()


def test_a_run_goes_on_when_its_form_is_closed_and_is_there_on_reopening(shell: Shell) -> None:
    begin(shell)
    shell.let(3)
    form = shell.page.get_by_role("dialog")
    expect(form.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "3")
    shell.page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    shell.let(2)
    expect(shell.page.get_by_role("button", name="Running: 5 of 12")).to_be_visible()
    form = open_send(shell.page)
    expect(form.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "5")
    expect(row(form, 1)).to_have_attribute("data-outcome", "failed")
    shell.let(7)
    expect(form.get_by_text("done 10 · failed 1")).to_be_visible()


def test_a_second_window_watches_the_same_run(shell: Shell) -> None:
    begin(shell)
    other = shell.page.context.new_page()
    other.goto(f"{shell.host.url}/billing/payments")
    form = open_send(other)
    shell.let(6)
    for page in (other, shell.page):
        expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "6")
    shell.page.close()
    shell.let(6)
    expect(form.get_by_text("done 10 · failed 1")).to_be_visible()


def test_a_window_that_starts_what_runs_already_watches_it_and_is_told_whose_it_is(shell: Shell) -> None:
    other = shell.page.context.new_page()
    other.goto(f"{shell.host.url}/billing/payments")
    form = open_send(other)
    row(form, 5).click()
    begin(shell)
    shell.let(4)
    expect(shell.page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "4")
    form.get_by_role("button", name="Send Selected").click()
    expect(form.get_by_text(re.compile(r"^Maria Ortiz started this at \d\d:\d\d \(4 of 12\); watching it\.$"))).to_be_visible()
    expect(other.get_by_role("alertdialog")).to_have_count(0)
    expect(row(form, 1)).to_have_attribute("data-outcome", "failed")
    expect(form.get_by_role("button", name="Send Selected")).to_be_disabled()
    shell.let(8)
    expect(form.get_by_text("done 10 · failed 1")).to_be_visible()
    expect(form.get_by_text("watching it")).to_have_count(0)
    assert len(shell.addin.form.sent) == 1


def test_nothing_fetches_other_rows_while_the_run_goes_on(shell: Shell) -> None:
    begin(shell)
    form = shell.page.get_by_role("dialog")
    shut = [
        form.get_by_role("button", name="Name"),
        form.get_by_label("From"),
        form.get_by_label("Big boxes"),
        form.get_by_role("searchbox"),
    ]
    for each in shut:
        expect(each).to_be_disabled()
        expect(each).to_have_attribute("title", "Not while the run goes on")
    expect(form.get_by_label("Insured")).to_be_enabled()
    shell.let(12)
    for each in shut:
        expect(each).to_be_enabled()
    expect(form.get_by_label("From")).to_have_attribute("title", "First day")


def test_what_mends_a_row_waits_for_the_end_of_the_run_and_keeps_the_focus(shell: Shell) -> None:
    begin(shell)
    form = shell.page.get_by_role("dialog").first
    shell.let(4)
    row(form, 1).click()
    mend = form.get_by_role("button", name="Change address…")
    expect(mend).to_have_attribute("title", "Not while the run goes on")
    expect(mend).to_be_disabled()
    mend.focus()
    shell.page.keyboard.press("Enter")
    mend.click(force=True)
    expect(shell.page.get_by_role("dialog")).to_have_count(1)
    shell.let(8)
    expect(form.get_by_text("done 10 · failed 1")).to_be_visible()
    expect(mend).to_be_enabled()
    expect(mend).to_be_focused()
    shell.page.keyboard.press("Enter")
    expect(shell.page.get_by_role("dialog")).to_have_count(2)


def test_a_form_reopened_in_mid_run_has_the_fields_the_run_was_started_with(shell: Shell) -> None:
    form = open_send(shell.page)
    form.get_by_label("From").fill("2026-10-05")
    form.get_by_label("Insured").check()
    expect(row(form, 3)).to_be_visible()
    form.get_by_role("grid").press("Control+a")
    form.get_by_role("button", name="Send Selected").click()
    shell.let(1)
    expect(form.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "1")
    shell.page.keyboard.press("Escape")
    form = open_send(shell.page)
    expect(form.get_by_label("From")).to_have_value("2026-10-05")
    expect(form.get_by_label("Insured")).to_be_checked()
    expect(form.get_by_label("From")).to_be_disabled()
    shell.let(11)
    expect(form.get_by_label("From")).to_be_enabled()


def test_nothing_is_lost_when_the_page_is_loaded_again_in_the_middle(shell: Shell) -> None:
    begin(shell)
    shell.let(5)
    expect(shell.page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "5")
    shell.page.reload()
    form = shell.page.get_by_role("dialog", name="Send Parcels")
    expect(form.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "5")
    shell.let(7)
    expect(form.get_by_text("done 10 · failed 1")).to_be_visible()
    expect(row(form, 11)).to_have_attribute("data-outcome", "synchronized")


def test_a_rejected_filter_is_said_beside_its_field_and_then_withdrawn(shell: Shell) -> None:
    form = open_send(shell.page)
    field = form.get_by_label("From")
    field.fill("")
    expect(form.get_by_text("Enter the first day.")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(row(form, 0)).to_have_count(0)
    expect(form.get_by_text("12 rows")).to_have_count(0)
    field.fill("2026-11-03")
    expect(row(form, 0)).to_be_visible()
    expect(form.get_by_text("Enter the first day.")).to_have_count(0)


def test_an_empty_grid_says_why_and_links_to_what_to_do(shell: Shell) -> None:
    form = open_send(shell.page)
    form.get_by_role("searchbox").fill("nothing like it")
    expect(form.get_by_text("No parcel waits.")).to_be_visible()
    form.get_by_role("button", name="Show parcels ›").click()
    expect(row(form, 0)).to_be_visible()


def test_an_addin_that_breaks_is_told_in_a_warning_with_details(shell: Shell) -> None:
    form = open_send(shell.page)
    form.get_by_role("searchbox").fill("crash")
    warning = shell.page.get_by_role("alertdialog")
    expect(warning).to_contain_text("Parcel post stopped with an error: RuntimeError.")
    warning.get_by_role("button", name="OK").click()
    expect(warning).to_have_count(0)
    expect(form).to_be_visible()


def test_two_kinds_picked_give_a_warning_with_one_button_and_a_notice_with_a_link(shell: Shell) -> None:
    page = shell.page
    page.get_by_role("searchbox").fill("Amy")
    memo = page.get_by_role("row").filter(has_text="Credit memo").first
    page.get_by_role("row").filter(has_text="Payment").first.click()
    memo.click(modifiers=["Control"])
    page.keyboard.press("Shift+F10")
    open_menu(page, "Send To…", "Parcel")
    warning = page.get_by_role("alertdialog")
    expect(warning).to_contain_text("You picked two kinds.")
    expect(warning.get_by_role("button")).to_have_count(1)
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Send Parcels")
    expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", "3")
    form.get_by_role("button", name="Show all ›").click()
    expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", "13")


def test_the_grid_behind_shows_what_a_context_action_did(shell: Shell) -> None:
    first = row(shell.page, 0)
    first.click(button="right")
    with shell.page.expect_response(lambda response: "/api/context/" in response.url):
        open_menu(shell.page, "Hide from Parcel")
    expect(first).to_be_visible()
    assert len(shell.addin.called) == 1


def test_what_is_shown_is_saved_as_csv(shell: Shell) -> None:
    form = open_send(shell.page)
    with shell.page.expect_download() as download:
        form.get_by_role("button", name="CSV").click()
    text = download.value.path().read_text("utf-8-sig")
    assert text.splitlines()[0] == "Name,Amount,Way,Sent to,Outcome,Reason"
    assert "'=HYPERLINK(1)" in text


def test_rows_of_a_time_without_connection_are_not_lost(shell: Shell) -> None:
    begin(shell)
    form = shell.page.get_by_role("dialog")
    shell.let(2)
    expect(form.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "2")
    shell.host.workspace.feed.interrupt()
    shell.let(10)
    expect(form.get_by_text("done 10 · failed 1")).to_be_visible(timeout=15_000)
    expect(row(form, 11)).to_have_attribute("data-outcome", "synchronized")


def test_a_host_that_is_gone_is_said_until_it_answers_again(shell: Shell) -> None:
    begin(shell)
    context = shell.page.context
    context.set_offline(True)
    shell.host.workspace.feed.interrupt()
    line = shell.page.get_by_role("alert")
    expect(line).to_have_text("WorkSpace does not answer. What was sent stays; start it again.", timeout=15_000)
    context.set_offline(False)
    expect(line).to_have_count(0, timeout=15_000)
    shell.let(12)
    expect(shell.page.get_by_text("done 10 · failed 1")).to_be_visible(timeout=15_000)


def test_a_host_that_was_started_again_is_said_with_what_to_do(shell: Shell) -> None:
    """It has another key, and answers this window with 401."""
    begin(shell)
    shell.let(12)
    expect(shell.page.get_by_text("done 10 · failed 1")).to_be_visible()
    shell.page.context.clear_cookies()
    shell.host.workspace.feed.interrupt()
    line = shell.page.get_by_role("alert")
    expect(line).to_contain_text("WorkSpace was started again, and does not know this window.", timeout=15_000)
    expect(line).to_contain_text("open the address that was printed last")


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    """What a route's handler does is done while the page is spoken to, a little after its request was seen."""
    for _ in range(1000):
        if condition():
            return
        page.evaluate("new Promise((drawn) => requestAnimationFrame(drawn))")
    raise AssertionError("this never came about")


def send_with_the_answer_held(shell: Shell) -> tuple[Locator, list[Route]]:
    """Start a run; what the window asks about it at once is held in the list."""
    form, late = open_send(shell.page), list[Route]()

    def hold(route: Route) -> None:
        late.append(route)

    shell.page.route("**/api/tasks/*", hold)
    form.get_by_role("grid").press("Control+a")
    with shell.page.expect_request("**/api/tasks/*"):
        form.get_by_role("button", name="Send Selected").click()
    return form, late


def test_an_answer_that_comes_late_does_not_turn_the_bar_back(shell: Shell) -> None:
    form, late = send_with_the_answer_held(shell)
    bar = form.get_by_role("progressbar")
    shell.let(3)
    expect(bar).to_have_attribute("aria-valuenow", "3")
    (route,) = late
    answer = {**route.fetch().json(), "progress": {"done": 0, "total": 0, "left": None}, "rows": []}  # as it was at the start
    with shell.page.expect_response("**/api/tasks/*"):
        route.fulfill(json=answer)
    shell.page.evaluate("new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn), 300))")
    assert bar.get_attribute("aria-valuenow") == "3"
    shell.let(9)
    expect(form.get_by_text("done 10 · failed 1")).to_be_visible()


def test_an_answer_that_knows_the_end_is_newer_than_what_was_heard(shell: Shell) -> None:
    """The answer may overtake the stream: a row heard as running stayed so for ever, since nobody listens after the end."""
    form, late = send_with_the_answer_held(shell)
    shell.let(1)
    expect(row(form, 0)).to_have_attribute("data-outcome", "synchronized")
    (route,) = late
    found = route.fetch().json()
    ended = [{**each, "outcome": "skipped"} for each in found["rows"]]
    route.fulfill(json={**found, "state": "ended", "rows": ended, "summary": {"counts": {"done": 0, "failed": 0, "skipped": 1}}})
    expect(row(form, 0)).to_have_attribute("data-outcome", "skipped")
    shell.let(11)


def test_of_two_answers_the_one_asked_for_last_counts(shell: Shell) -> None:
    """After events were missed a window asks again; the answer to its first question may come in last."""
    form, late = send_with_the_answer_held(shell)
    shell.let(1)
    expect(row(form, 0)).to_have_attribute("data-outcome", "synchronized")
    early = late[0].fetch().json()
    lost = {"id": "", "change": {"lost": True, "tasks": [], "others": []}}
    with shell.page.expect_request("**/api/tasks/*"):
        shell.page.evaluate("(lost) => new BroadcastChannel('workspace-events').postMessage(lost)", lost)
    wait_until(shell.page, lambda: len(late) == 2)
    ended = [{**each, "outcome": "skipped"} for each in early["rows"]]
    late[1].fulfill(json={**early, "state": "ended", "rows": ended, "summary": {"counts": {"done": 0, "failed": 0, "skipped": 1}}})
    expect(row(form, 0)).to_have_attribute("data-outcome", "skipped")
    with shell.page.expect_response("**/api/tasks/*"):
        late[0].fulfill(json=early)
    shell.page.evaluate("new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn), 300))")
    expect(row(form, 0)).to_have_attribute("data-outcome", "skipped")
    shell.let(11)


def test_what_was_said_of_a_run_goes_when_the_next_one_starts(shell: Shell) -> None:
    form = open_send(shell.page)
    send, notice = form.get_by_role("button", name="Send Selected"), form.locator(".notice")
    form.get_by_role("grid").press("Control+a")
    shell.addin.form.breaks = True
    send.click()
    expect(notice).to_contain_text("The run stopped with an error: RuntimeError.")
    shell.addin.form.breaks = False
    send.click()
    expect(form.get_by_role("progressbar")).to_be_visible()
    expect(notice).to_be_hidden()
    shell.let(12)
    expect(form.get_by_text("done 10 · failed 1")).to_be_visible()
