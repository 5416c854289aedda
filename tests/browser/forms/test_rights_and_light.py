"""What a user may not do is absent or says why; the light names the company and how it stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from hostsim.addins.registrars import RIGHTS
from hostsim.practice.model import User
from tests.browser.demo import Demo, open_form, open_menu, running_demo

pytestmark = pytest.mark.browser
NAME = "Maria Ortiz"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo firm, connected; somebody else may configure."""
    with running_demo(tmp_path_factory.mktemp("rights")) as running:
        running.host.workspace.practice.people.keep(User("Ana", frozenset(RIGHTS)))
        yield running


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """A page of the host."""
    may(demo, *RIGHTS)
    opened = browser.new_page(viewport={"width": 1180, "height": 720}, locale="en-US")
    opened.goto(demo.host.address)
    expect(opened.get_by_role("grid").get_by_role("row").nth(3)).to_be_visible()
    yield opened
    opened.close()


def may(demo: Demo, *rights: str) -> None:
    """Give Maria these rights and no others; they hold at once."""
    demo.host.workspace.practice.people.keep(User(NAME, frozenset(rights)))


ENTRIES = [
    (("Settings…",), "configure"),
    (("Match Clients…",), "match"),
    (("Time & Billing", "Import Payments"), "import"),
    (("Time & Billing", "Export Payments"), "export"),
]


@pytest.mark.parametrize(("labels", "right"), ENTRIES)
def test_an_entry_that_a_user_may_not_follow_is_off_and_says_why(
    page: Page, demo: Demo, labels: tuple[str, ...], right: str
) -> None:
    may(demo, *(set(RIGHTS) - {right}))
    page.reload()
    open_menu(page, "Setup", "QuickBooks", *labels[:-1])
    entry = page.get_by_role("menuitem", name=labels[-1], exact=True)
    expect(entry).to_have_attribute("aria-disabled", "true")
    expect(entry).to_have_attribute("title", f"{NAME} may not {right}. Ask whoever manages users.")


def test_a_right_that_was_taken_away_meanwhile_is_refused_at_the_press(page: Page, demo: Demo) -> None:
    form = open_form(page, "Export Payments")
    form.get_by_role("grid").get_by_role("checkbox", name="Select all").check()
    may(demo, "view")
    form.get_by_role("button", name="Export Selected").click()
    expect(page.get_by_role("alertdialog").get_by_text(f"{NAME} may not export. Ask whoever manages users.")).to_be_visible()
    assert demo.host.workspace.tasks.all() == []


def test_the_light_is_green_and_names_the_company_and_opens_the_connection(page: Page, demo: Demo) -> None:
    may(demo, "view")
    light = page.get_by_role("button", name="QuickBooks: Alder & Finch (simulator)")
    expect(light).to_have_attribute("data-level", "good")
    expect(light).to_have_attribute("title", "Connected to Alder & Finch (simulator).")
    light.click()
    dialog = page.get_by_role("dialog", name="QuickBooks Connection")
    expect(dialog.get_by_text("Connected to Alder & Finch (simulator).")).to_be_visible()
    for label in ("Connect…", "Use Pasted Address", "Disconnect"):
        expect(dialog.get_by_role("button", name=label)).to_have_count(0)
    expect(dialog.get_by_role("textbox")).to_have_count(0)


def test_the_light_goes_out_with_the_connection(page: Page, demo: Demo) -> None:
    open_menu(page, "Setup", "QuickBooks", "Connection…")
    dialog = page.get_by_role("dialog", name="QuickBooks Connection")
    dialog.get_by_role("button", name="Disconnect").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Disconnect").click()
    expect(dialog.get_by_text("No QuickBooks company is connected.")).to_be_visible()
    dialog.press("Escape")
    light = page.get_by_role("button", name="QuickBooks: not connected")
    expect(light).to_have_attribute("data-level", "off")
