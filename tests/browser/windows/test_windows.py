"""Windows: maximized, moved, resized, remembered; header and footer in sight; edits that are not saved are asked about."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import Demo, eventually, open_form, open_menu, running_demo

pytestmark = pytest.mark.browser

SIZES = [(1024, 700), (1366, 850), (1920, 1080), (512, 350)]  # the last is 1024×700 at 200 % zoom


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, connected; these tests only look at it."""
    with running_demo(tmp_path_factory.mktemp("windows")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The host in a window of 1366×850."""
    context = browser.new_context(viewport={"width": 1366, "height": 850}, locale="en-US")
    page = context.new_page()
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()


def box_of(found: Locator) -> dict[str, int]:
    """Where it is, in whole pixels."""
    box = found.bounding_box()
    assert box
    return {"x": round(box["x"]), "y": round(box["y"]), "width": round(box["width"]), "height": round(box["height"])}


def is_in_sight(page: Page, found: Locator) -> bool:
    """Whether all of it lies within the window."""
    box, size = box_of(found), page.viewport_size
    assert size
    return (
        min(box["x"], box["y"]) >= 0
        and box["x"] + box["width"] <= size["width"] + 1
        and box["y"] + box["height"] <= size["height"] + 1
    )


@pytest.mark.parametrize("size", SIZES)
def test_a_form_uses_the_window_and_its_header_and_footer_are_in_sight(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    form = open_form(page, "Export Payments")
    assert eventually(page, lambda: box_of(form)["width"] >= size[0] - 26)
    for part in (
        form.get_by_role("button", name="Close"),
        form.get_by_role("button", name="Export Selected"),
        form.get_by_role("button", name="CSV"),
    ):
        assert eventually(page, partial(is_in_sight, page, part))


@pytest.mark.parametrize("size", [*SIZES, (1366, 700)])
def test_save_is_in_sight_in_settings(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_menu(page, "Setup", "QuickBooks", "Settings…")
    assert eventually(page, lambda: is_in_sight(page, page.get_by_role("dialog").get_by_role("button", name="Save", exact=True)))
    assert eventually(page, lambda: is_in_sight(page, page.get_by_role("dialog").get_by_role("button", name="Close")))


def test_the_filters_take_two_rows_at_1024(page: Page) -> None:
    page.set_viewport_size({"width": 1024, "height": 700})
    for label in ("Export Payments", "Import Payments", "History…", "Reconcile…"):
        open_menu(page, "Setup", "QuickBooks", "Time & Billing", label)
        form = page.get_by_role("dialog", name=label.removesuffix("…"))
        expect(form.get_by_role("button", name="Close")).to_be_visible()
        rows = {
            box_of(each)["y"] // 20 for each in form.locator(".tools").locator("input, select, button").all() if each.is_visible()
        }
        assert len(rows) <= 2, (label, rows)
        form.get_by_role("button", name="Close").click()


def test_a_window_is_maximized_and_stays_so_when_it_opens_again(page: Page) -> None:
    form = open_form(page, "Export Payments")
    form.get_by_role("button", name="Maximize").click()
    assert eventually(page, lambda: box_of(form) == {"x": 0, "y": 0, "width": 1366, "height": 850})
    form.get_by_role("button", name="Close").click()
    again = open_form(page, "Export Payments")
    assert eventually(page, lambda: box_of(again)["width"] == 1366)
    again.get_by_role("button", name="Restore size").click()
    assert eventually(page, lambda: box_of(again)["width"] == 1342)


def test_a_window_is_moved_and_resized_by_mouse_and_keys_and_remembered_for_the_person(page: Page) -> None:
    form = open_form(page, "Export Payments")
    whole = box_of(form)
    page.mouse.move(whole["x"] + whole["width"] - 4, whole["y"] + whole["height"] - 4)
    page.mouse.down()
    page.mouse.move(whole["x"] + 900, whole["y"] + 600, steps=4)
    page.mouse.up()
    small = box_of(form)
    assert abs(small["width"] - 904) <= 2
    assert abs(small["height"] - 604) <= 2
    page.mouse.move(small["x"] + 300, small["y"] + 12)
    page.mouse.down()
    page.mouse.move(small["x"] + 380, small["y"] + 62, steps=4)
    page.mouse.up()
    assert abs(box_of(form)["x"] - small["x"] - 80) <= 2
    form.get_by_role("button", name="Maximize").press("ArrowRight")
    form.get_by_role("button", name="Maximize").press("Shift+ArrowDown")
    left = box_of(form)
    assert abs(left["x"] - small["x"] - 104) <= 2
    assert abs(left["height"] - small["height"] - 24) <= 2
    page.reload()
    again = page.get_by_role("dialog", name="Export Payments")
    expect(again.get_by_role("row").nth(1)).to_be_visible()
    assert eventually(page, lambda: box_of(again) == left)
    page.evaluate("document.body.dataset.person = 'Somebody Else'")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    another = open_form(page, "Export Payments")
    assert eventually(page, lambda: box_of(another) == whole)


def test_a_window_that_was_left_on_a_larger_screen_comes_into_sight(page: Page) -> None:
    form = open_form(page, "Export Payments")
    form.get_by_role("button", name="Maximize").press("Shift+ArrowLeft")
    page.set_viewport_size({"width": 700, "height": 500})
    assert eventually(page, lambda: is_in_sight(page, form))
