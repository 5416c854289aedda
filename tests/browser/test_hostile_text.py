"""Names and references that look like markup stand in the browser as they are, and run nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from hostsim.practice.model import Kind
from hostsim.practice.sql import tables
from tests.browser.shell import Shell, open_send, shell_on
from tests.support.hosts.practice_samples import add_records, new_record, small_practice

pytestmark = pytest.mark.browser
MARKUP = (
    "<img src=x onerror=alert(1)>",
    '"><script>alert(2)</script>',
    "<svg/onload=alert(3)>",
    "javascript:alert(4)",
    "{{7*7}}${7*7}",
    "</template><iframe srcdoc='<script>alert(5)</script>'>",
)


@pytest.fixture
def shell(browser: Browser, tmp_path: Path) -> Iterator[Shell]:
    """A practice whose firm, clients and records are called so."""
    url = f"sqlite:///{tmp_path / 'firm.db'}"
    with small_practice(url) as practice:
        with practice.database.writing() as connection:
            connection.execute(update(tables.firm).values(name=MARKUP[0]))
            connection.execute(update(tables.clients).where(tables.clients.c.id == 1).values(name=MARKUP[1]))
        add_records(practice, *(new_record(Kind.PAYMENT, 1, reference=text, memo=text) for text in MARKUP))
    with shell_on(browser, url, tmp_path, size=12) as opened:
        opened.page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        yield opened


def foreign(page: Page) -> int:
    """How many elements the page has that only such a text could have made."""
    return page.locator("img, svg:not(.icon svg), iframe, script:not([src^='/static/']), [onerror], [onload]").count()


def test_markup_in_names_is_shown_as_text(shell: Shell) -> None:
    page, grid = shell.page, shell.page.get_by_role("grid")
    for text in MARKUP:
        expect(grid.get_by_text(text, exact=True).first).to_be_visible()
    expect(page.get_by_text(MARKUP[0], exact=False).first).to_be_visible()
    assert foreign(page) == 0


def test_markup_in_a_record_a_search_and_a_notice_is_shown_as_text(shell: Shell) -> None:
    page = shell.page
    page.get_by_role("searchbox").fill(MARKUP[0])
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", "2")
    row = page.get_by_role("grid").get_by_role("row").nth(1)
    row.click(button="right")
    page.get_by_role("menuitem", name="Open", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("definition").filter(has_text=MARKUP[0]).first).to_be_visible()
    assert foreign(page) == 0
    page.keyboard.press("Escape")
    form = open_send(page)
    form.get_by_role("searchbox").fill(MARKUP[0])
    assert foreign(page) == 0
