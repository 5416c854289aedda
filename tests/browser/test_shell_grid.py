"""The grid: selection over rows that are not loaded, keyboard, sorting, totals, a million rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from hostsim.testing import demo_practice
from hostsim.web.files import modules
from tests.browser.chromium import FLAGS, get_browser
from tests.browser.shell import Shell, open_send, row, shell_on

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demo firm's database."""
    practice, url = demo_practice(tmp_path_factory.mktemp("firm"), date(2026, 11, 22))
    practice.close()
    return url


@pytest.fixture
def shell(browser: Browser, firm: str, tmp_path: Path) -> Iterator[Shell]:
    """A host with 100,000 parcels."""
    with shell_on(browser, firm, tmp_path, size=100_000) as opened:
        yield opened


@pytest.fixture
def form(shell: Shell) -> Locator:
    """The form with the parcels."""
    return open_send(shell.page)


def test_only_rows_in_view_exist_and_the_count_is_told(form: Locator) -> None:
    expect(form.get_by_role("grid")).to_have_attribute("aria-rowcount", "100001")
    assert form.get_by_role("row").count() < 60


def test_a_range_reaches_over_rows_that_were_never_loaded(shell: Shell, form: Locator) -> None:
    row(form, 2).click()
    form.get_by_role("grid").press("Shift+End")
    expect(row(form, 99_999)).to_be_visible()
    expect(form.get_by_text("99,998 selected · 999,980.00")).to_be_visible()
    form.get_by_role("button", name="Send Selected").click()
    expect(form.get_by_text("done 99997")).to_be_visible(timeout=60_000)
    assert len(shell.addin.form.sent[0]["ids"]) == 99_998


def test_shift_and_control_clicks_select_as_on_a_desktop(form: Locator) -> None:
    row(form, 1).click()
    row(form, 5).click(modifiers=["Shift"])
    row(form, 3).click(modifiers=["Control"])
    selected = form.locator("[role=row][aria-selected=true]")
    expect(selected).to_have_count(4)
    expect(row(form, 3)).to_have_attribute("aria-selected", "false")
    expect(form.get_by_text("4 selected · 40.00")).to_be_visible()
    row(form, 8).click()
    expect(selected).to_have_count(1)


def test_the_box_before_a_row_adds_it_to_the_selection(form: Locator) -> None:
    for place in (1, 2, 4):
        row(form, place).get_by_role("gridcell").first.click()
    expect(form.get_by_text("3 selected · 30.00")).to_be_visible()


def test_keys_move_extend_and_select(form: Locator) -> None:
    grid = form.get_by_role("grid")
    row(form, 0).click()
    grid.press("ArrowDown")
    expect(row(form, 1)).to_have_attribute("aria-selected", "true")
    grid.press("Shift+ArrowDown")
    grid.press("Shift+ArrowDown")
    expect(form.get_by_text("3 selected · 30.00")).to_be_visible()
    grid.press("Control+ArrowDown")
    grid.press(" ")
    expect(form.get_by_text("4 selected · 40.00")).to_be_visible()
    grid.press("End")
    expect(row(form, 99_999)).to_have_attribute("aria-selected", "false")
    expect(row(form, 99_998)).to_be_visible()
    grid.press("Home")
    expect(row(form, 0)).to_have_attribute("aria-selected", "true")
    grid.press("PageDown")
    expect(row(form, 0)).to_have_attribute("aria-selected", "false")
    grid.press("PageUp")
    expect(row(form, 0)).to_have_attribute("aria-selected", "true")


def test_the_active_descendant_is_the_row_and_then_its_cell(form: Locator) -> None:
    grid = form.get_by_role("grid")
    row(form, 2).get_by_role("gridcell").nth(1).click()
    cell = row(form, 2).get_by_role("gridcell").nth(1)
    assert grid.get_attribute("aria-activedescendant") == cell.get_attribute("id")
    grid.press("ArrowRight")
    assert grid.get_attribute("aria-activedescendant") == row(form, 2).get_by_role("gridcell").nth(2).get_attribute("id")


def test_select_all_by_mouse_and_by_key(form: Locator) -> None:
    box = form.get_by_role("checkbox", name="Select all")
    box.check()
    expect(form.get_by_text("100,000 selected · 1,000,000.00")).to_be_visible()
    box.uncheck()
    expect(form.get_by_text("0 selected")).to_be_visible()
    form.get_by_role("grid").press("Control+a")
    expect(box).to_be_checked()


def test_a_row_that_cannot_be_selected_is_not(form: Locator) -> None:
    form.get_by_role("grid").press("Control+a")
    row(form, 0).click()
    for _ in range(6):
        form.get_by_role("grid").press("Control+PageDown")
    expect(row(form, 99)).to_have_attribute("aria-selected", "false")
    expect(row(form, 99)).to_contain_text("synchronized")


def test_headers_sort_by_mouse_and_by_keyboard(form: Locator) -> None:
    head = form.get_by_role("columnheader", name="Name")
    expect(head).to_have_attribute("aria-sort", "none")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(row(form, 0)).to_contain_text("Parcel 99999")
    form.get_by_role("columnheader", name="Outcome").get_by_role("button").click()  # which the form itself does not sort by
    expect(form).to_contain_text("A list of more than 20,000 rows is not sorted by Outcome. Narrow it first.")


def test_a_choice_is_made_in_a_cell_and_goes_along_with_the_run(shell: Shell, form: Locator) -> None:
    row(form, 0).get_by_role("gridcell").nth(3).dblclick()
    form.get_by_role("combobox", name="Way, P-0 Parcel").press("ArrowDown")
    form.get_by_role("combobox", name="Way, P-0 Parcel").press("Enter")
    expect(row(form, 0)).to_contain_text("Fast plane")
    grid = form.get_by_role("grid")
    grid.press("ArrowRight")
    grid.press("F2")
    town = form.get_by_role("combobox", name="Sent to, P-0 Parcel")
    town.fill("cor")
    form.get_by_role("option", name="Cork").click()
    expect(row(form, 0)).to_contain_text("Cork")
    row(form, 0).click()
    form.get_by_role("button", name="Send Selected").click()
    expect(form.get_by_text("done 1 ·")).to_be_visible()
    assert shell.addin.form.sent[0]["edits"] == {"parcel:0": {"way": "fast", "to": "C"}}


def choose_plane(form: Locator) -> None:
    """Send the first parcel by plane."""
    row(form, 0).get_by_role("gridcell").nth(3).dblclick()
    form.get_by_role("combobox", name="Way, P-0 Parcel").press("ArrowDown")
    form.get_by_role("combobox", name="Way, P-0 Parcel").press("Enter")
    expect(row(form, 0)).to_contain_text("Fast plane")


def test_a_choice_is_still_shown_when_the_rows_are_read_again(form: Locator) -> None:
    choose_plane(form)
    form.get_by_role("searchbox").fill("nothing like it")
    expect(form.get_by_text("No parcel waits.")).to_be_visible()
    form.get_by_role("searchbox").fill("")
    expect(row(form, 0)).to_contain_text("Fast plane")


def test_a_choice_is_still_shown_when_its_page_is_read_after_sorting(form: Locator) -> None:
    choose_plane(form)
    name = form.get_by_role("columnheader", name="Name").get_by_role("button")
    name.click()
    name.click()
    expect(row(form, 0)).to_contain_text("Parcel 99999")
    form.get_by_role("grid").press("End")
    expect(row(form, 99_999)).to_contain_text("Fast plane")


def test_a_choice_is_used_up_once_its_row_has_been_sent(shell: Shell, form: Locator) -> None:
    choose_plane(form)
    for turn in range(2):
        row(form, 0).get_by_role("gridcell").nth(1).click()
        form.get_by_role("button", name="Send Selected").click()
        expect(form.get_by_text("done 1 ·")).to_be_visible()
        expect(form.get_by_role("button", name="Send Selected")).to_be_enabled()
        assert shell.addin.form.sent[turn]["edits"] == ({} if turn else {"parcel:0": {"way": "fast"}})


def test_esc_gives_a_choice_up_and_leaves_the_form_open(form: Locator) -> None:
    row(form, 0).get_by_role("gridcell").nth(3).dblclick()
    form.get_by_role("combobox", name="Way, P-0 Parcel").press("Escape")
    expect(form.get_by_role("combobox", name="Way, P-0 Parcel")).to_have_count(0)
    expect(form).to_be_visible()


def test_a_long_name_is_cut_and_told_whole(form: Locator) -> None:
    cell = row(form, 4).get_by_role("gridcell").nth(1)
    assert "<b>bold</b> & a name far too long" in (cell.get_attribute("title") or "")
    assert cell.evaluate("cell => cell.scrollWidth > cell.clientWidth")


def test_negative_amounts_have_a_minus_and_money_stands_right(form: Locator) -> None:
    cell = row(form, 3).get_by_role("gridcell").nth(2)
    expect(cell).to_have_text("−10.00")
    assert cell.evaluate("cell => getComputedStyle(cell).textAlign") == "right"


def test_dates_and_money_are_whole_at_200_percent(browser: Browser, firm: str, tmp_path: Path) -> None:
    with shell_on(browser, firm, tmp_path, device_scale_factor=2) as shell:
        shell.page.set_viewport_size({"width": 640, "height": 400})
        for kind in ("date", "money"):
            cells = shell.page.get_by_role("grid").locator(f".body .{kind}")
            expect(cells.first).to_be_visible()
            assert cells.evaluate_all("cells => cells.every(cell => cell.scrollWidth <= cell.clientWidth)")


def test_a_form_has_room_for_rows_and_its_foot_at_200_percent(browser: Browser, firm: str, tmp_path: Path) -> None:
    with shell_on(browser, firm, tmp_path, device_scale_factor=2, waits=True) as shell:
        shell.page.set_viewport_size({"width": 640, "height": 400})
        form = open_send(shell.page)
        row(form, 0).click()
        form.get_by_role("button", name="Send Selected").click()
        expect(form.get_by_role("progressbar")).to_be_visible()
        foot = form.locator(".foot").bounding_box()
        grid = form.get_by_role("grid").bounding_box()
        assert foot is not None
        assert grid is not None
        assert foot["y"] + foot["height"] <= 400
        assert grid["height"] >= 24 * 4
        shell.let(1)
        expect(row(form, 0)).to_contain_text("✓ synchronized")


def test_a_page_asks_for_its_rows_once_and_for_no_file_twice(shell: Shell) -> None:
    asked: list[str] = []
    page = shell.page
    page.on("request", lambda request: asked.append(f"{request.method} {request.url.removeprefix(shell.host.url)}"))
    page.get_by_role("tab", name="Clients").click()
    page.wait_for_url("**/clients")
    expect(row(page, 3)).to_be_visible()
    assert [each for each in asked if "/api/pages/" in each or "/api/forms/clients" in each] == ["GET /api/pages/clients"]
    # The icon is fetched when the browser likes, which may be after the first page is left.
    files = "performance.getEntriesByType('resource').filter(each => /static.*(js|css)$/.test(each.name))"
    sent = page.evaluate(f"{files}.map(each => each.transferSize)")
    assert len(sent) > len(modules())
    assert set(sent) == {0}


def test_where_the_early_answer_fails_the_rows_are_asked_for_again(shell: Shell) -> None:
    shell.page.route("**/api/pages/*", lambda route: route.abort())
    shell.page.get_by_role("tab", name="Clients").click()
    shell.page.wait_for_url("**/clients")
    expect(row(shell.page, 3)).to_be_visible()


def test_a_million_rows_are_reached_by_the_bar_the_wheel_and_the_keys(browser: Browser, firm: str, tmp_path: Path) -> None:
    with shell_on(browser, firm, tmp_path, size=1_000_000) as shell:
        form = open_send(shell.page)
        grid = form.get_by_role("grid")
        grid.evaluate("grid => { grid.scrollTop = grid.scrollHeight; }")
        expect(row(form, 999_999)).to_contain_text("Parcel 999999")
        grid.evaluate("grid => { grid.scrollTop = (grid.scrollHeight - grid.clientHeight) / 2; }")
        expect(form.get_by_text("Parcel 500000", exact=True)).to_be_visible()
        grid.press("Home")
        expect(row(form, 0)).to_contain_text("Parcel 0")
        grid.hover()
        shell.page.mouse.wheel(0, 24 * 7)
        expect(row(form, 7)).to_contain_text("Parcel 7")
        expect(row(form, 6)).to_have_count(0)
        grid.press("End")
        expect(row(form, 999_999)).to_be_visible()


def test_the_bar_is_dragged_to_the_last_of_a_million_rows_and_back(browser: Browser, firm: str, tmp_path: Path) -> None:
    shown = browser.browser_type.launch(executable_path=get_browser(), args=list(FLAGS), ignore_default_args=["--hide-scrollbars"])
    with shell_on(shown, firm, tmp_path, size=1_000_000) as shell:
        form = open_send(shell.page)
        grid = form.get_by_role("grid")
        box = grid.bounding_box()
        assert box is not None
        bar, top, end = box["x"] + box["width"] - 8, box["y"], box["y"] + box["height"]
        drag(grid, bar, top + 24, end)
        expect(row(form, 999_999)).to_contain_text("Parcel 999999")
        last = row(form, 999_999).bounding_box()
        assert last is not None
        assert last["y"] + last["height"] <= end
        grid.press("End")
        expect(row(form, 999_999)).to_have_attribute("aria-selected", "false")
        grid.press("ArrowUp")
        expect(row(form, 999_998)).to_have_attribute("aria-selected", "true")
        drag(grid, bar, end - 24, top)
        expect(row(form, 0)).to_contain_text("Parcel 0")
    shown.close()


def drag(grid: Locator, across: float, start: float, end: float) -> None:
    """Take hold of the bar at one height and let go of it at another; again where the bar was not drawn yet and did not follow."""
    mouse, before = grid.page.mouse, scrolled(grid)
    for _ in range(20):
        mouse.move(across, start)
        mouse.down()
        mouse.move(across, (start + end) / 2, steps=5)
        if abs(scrolled(grid) - before) > 1_000_000:
            break
        mouse.up()
    mouse.move(across, end, steps=5)
    scrolled(grid)
    mouse.move(across + 1, end)  # of steps as quick as these the browser drops the last one now and then; a hand still moves
    scrolled(grid)
    mouse.up()


def scrolled(grid: Locator) -> float:
    """How far the grid is scrolled, two frames from now."""
    frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    top: float = grid.evaluate(f"async grid => (await {frames}, grid.scrollTop)")
    return top
