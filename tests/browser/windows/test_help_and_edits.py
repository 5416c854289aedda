"""Help where one stands, and what is not saved is asked about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.demo import Demo, open_form, open_menu, row_of, running_demo
from tests.browser.shell import violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, connected."""
    with running_demo(tmp_path_factory.mktemp("help")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The host in a window of 1024×700."""
    context = browser.new_context(viewport={"width": 1024, "height": 700}, locale="en-US")
    page = context.new_page()
    page.goto(demo.host.address)
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    yield page
    context.close()


def open_settings(page: Page) -> Locator:
    """The Settings form."""
    open_menu(page, "Setup", "QuickBooks", "Settings…")
    return page.get_by_role("dialog", name="QuickBooks Settings")


@pytest.mark.parametrize(
    ("labels", "title", "heading"),
    [
        (("Connection…",), "QuickBooks Connection", "Connect and set up"),
        (("Settings…",), "QuickBooks Settings", "Connect and set up"),
        (("Time & Billing", "Export Payments"), "Export Payments", "Export payments and credit memos"),
        (("Time & Billing", "Import Payments"), "Import Payments", "Import payments"),
        (("Time & Billing", "History…"), "History", "History"),
        (("Time & Billing", "Reconcile…"), "Reconcile", "Reconcile"),
        (("Time & Billing", "Changes…"), "Changes Since Linking", "Changes and late matching"),
    ],
)
def test_a_question_mark_opens_the_keys_and_the_page_about_this_form(
    page: Page, labels: tuple[str, ...], title: str, heading: str
) -> None:
    open_menu(page, "Setup", "QuickBooks", *labels)
    form = page.get_by_role("dialog", name=title)
    form.get_by_role("button", name="Maximize").press("?")
    found = page.get_by_role("dialog", name=f"Help — {title}")
    expect(found.get_by_role("heading", name=heading, exact=True)).to_be_visible()  # the title of the dialog may hold it, too
    expect(found.get_by_text("Keys", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(found).to_have_count(0)
    expect(form).to_be_visible()


@pytest.mark.parametrize(("labels", "title"), [("Export Payments", "Export Payments"), ("Reconcile…", "Reconcile")])
def test_rows_that_come_in_later_leave_the_focus_where_somebody_put_it(page: Page, labels: str, title: str) -> None:
    held = list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/forms/*/rows", hold)
    with page.expect_request("**/api/forms/*/rows"):
        open_menu(page, "Setup", "QuickBooks", "Time & Billing", labels)
    form = page.get_by_role("dialog", name=title)
    maximize = form.get_by_role("button", name="Maximize")
    maximize.focus()
    for route in held:
        route.continue_()
    expect(form.get_by_role("row").nth(1)).to_be_visible()
    page.evaluate("new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn), 300))")
    expect(maximize).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name=f"Help — {title}")).to_be_visible()


def test_a_form_that_is_left_alone_has_the_focus_in_its_first_field(page: Page) -> None:
    form = open_form(page, "Export Payments")
    expect(form.locator(".content :is(input, select, button):focus")).to_have_count(1)


def test_what_is_typed_into_the_search_stays_when_the_form_is_drawn_anew(page: Page, demo: Demo) -> None:
    form, held = open_form(page, "Export Payments"), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/forms/export-payments/open", hold)
    form.get_by_role("searchbox").click()
    with page.expect_request("**/api/forms/export-payments/open"):
        demo.host.workspace.feed.publish({"addins": "changed"})  # as after a sign-in elsewhere
    page.keyboard.type("Sushi")
    with page.expect_response("**/api/forms/export-payments/open"):
        for route in held:
            route.continue_()
    expect(form.get_by_role("searchbox")).to_have_value("Sushi")
    expect(form.get_by_role("searchbox")).to_be_focused()
    expect(form.get_by_role("row").filter(has_text="Sushi").first).to_be_visible()
    expect(form.locator("[role=row][aria-rowindex]").filter(has_text="Mark Cho")).to_have_count(0)
    page.keyboard.type(" by")
    expect(form.get_by_role("searchbox")).to_have_value("Sushi by")


def test_a_question_mark_that_is_typed_is_text(page: Page) -> None:
    form = open_form(page, "Export Payments")
    form.get_by_role("searchbox").press_sequentially("what?")
    expect(form.get_by_role("searchbox")).to_have_value("what?")
    expect(page.get_by_role("dialog", name="Help")).to_have_count(0)


def test_the_guide_has_its_pages_and_pictures_and_nothing_of_it_is_broken(page: Page, demo: Demo) -> None:
    missing: list[str] = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{demo.host.address.split('?')[0].rstrip('/')}/guide/quickbooks/connect")
    links = page.get_by_role("navigation").get_by_role("link")
    for name in links.all_inner_texts():
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_text(name)
        assert violations(page) == []
    assert missing == []


def test_help_has_no_violation(page: Page) -> None:
    form = open_form(page, "Export Payments")
    form.get_by_role("button", name="Help").click()
    expect(page.get_by_role("dialog", name="Help").get_by_role("heading", name="Choose")).to_be_visible()
    assert violations(page) == []


def test_escape_with_something_unsaved_asks_and_loses_nothing(page: Page) -> None:
    form = open_settings(page)
    form.get_by_label("Check: deposit to").select_option(index=1)
    page.keyboard.press("Escape")
    page.get_by_role("alertdialog").get_by_role("button", name="Go on Editing").click()
    expect(form).to_be_visible()
    assert form.get_by_label("Check: deposit to").input_value()
    form.get_by_role("button", name="Close").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Close without Saving").click()
    expect(form).to_have_count(0)
    assert open_settings(page).get_by_label("Check: deposit to").input_value() == ""


@pytest.fixture
def held_save(page: Page) -> Iterator[list[Route]]:
    """Saving of the settings, held until each route is let go."""
    held = list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/forms/settings/act", hold)
    yield held
    page.unroute("**/api/forms/settings/act")


def press_save(page: Page, form: Locator) -> None:
    """Press Save; its answer has not come."""
    with page.expect_request("**/api/forms/settings/act"):
        form.get_by_role("button", name="Save").click()


def test_close_while_it_is_being_saved_waits_for_that_and_asks_nothing(page: Page, held_save: list[Route]) -> None:
    form = open_settings(page)
    form.get_by_label("Cash: deposit to").select_option(index=1)
    press_save(page, form)
    form.get_by_role("button", name="Close").click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(form).to_be_visible()
    held_save[0].continue_()
    expect(form).to_have_count(0)
    assert open_settings(page).get_by_label("Cash: deposit to").input_value()


def test_close_pressed_again_while_it_is_being_saved_asks(page: Page, held_save: list[Route]) -> None:
    form = open_settings(page)
    form.get_by_label("Visa: deposit to").select_option(index=1)
    press_save(page, form)
    form.get_by_role("button", name="Close").click()
    form.get_by_role("button", name="Close").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Close without Saving").click()
    expect(form).to_have_count(0)
    held_save[0].continue_()


def test_close_after_a_save_that_is_refused_asks(page: Page, held_save: list[Route]) -> None:
    form = open_settings(page)
    form.get_by_label("Quiet hours from").select_option(index=3)  # without an end
    press_save(page, form)
    form.get_by_role("button", name="Close").click()
    held_save[0].continue_()
    page.get_by_role("alertdialog").get_by_role("button", name="Go on Editing").click()
    expect(form.get_by_role("alert")).to_be_visible()


def test_what_is_changed_while_it_is_being_saved_is_asked_about(page: Page, held_save: list[Route]) -> None:
    form = open_settings(page)
    form.get_by_label("ACH: deposit to").select_option(index=1)
    press_save(page, form)
    form.get_by_label("Wire: deposit to").select_option(index=1)
    held_save[0].continue_()
    expect(form.get_by_text("Settings saved.")).to_be_visible()
    form.get_by_role("button", name="Close").click()
    expect(page.get_by_role("alertdialog", name="Not saved")).to_be_visible()


def test_what_is_saved_closes_without_a_question(page: Page) -> None:
    form = open_settings(page)
    form.get_by_label("Pace").select_option(index=1)
    form.get_by_role("button", name="Test").click()
    expect(form.get_by_text("Everything chosen here stands in QuickBooks. Nothing was written.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("alertdialog").get_by_role("button", name="Go on Editing").click()
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.get_by_text("Settings saved. Changed: Pace.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_choice_in_a_row_that_was_not_sent_is_asked_about(page: Page) -> None:
    form = open_form(page, "Export Payments")
    row_of(form, "ready").get_by_role("gridcell").nth(7).dblclick()
    form.get_by_role("option").nth(1).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_contain_text("Something was chosen in rows")
    page.get_by_role("alertdialog").get_by_role("button", name="Close without Saving").click()
    expect(form).to_have_count(0)
