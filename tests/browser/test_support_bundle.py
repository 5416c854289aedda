"""Help ▸ Support Bundle… in a browser: it says what it holds, and saves one file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hostsim.testing import demo_practice
from tests.browser.shell import Shell, open_menu, shell_on, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def shell(browser: Browser, tmp_path: Path) -> Iterator[Shell]:
    """The demo firm's host."""
    practice, url = demo_practice(tmp_path, date(2026, 11, 22))
    practice.close()
    with shell_on(browser, url, tmp_path) as opened:
        yield opened


def test_the_help_menu_saves_one_file_after_saying_what_it_holds(shell: Shell, tmp_path: Path) -> None:
    open_menu(shell.page, "Help", "Support Bundle…")
    form = shell.page.get_by_role("dialog", name="Support Bundle")
    expect(form.get_by_text("It holds no names, amounts, references, memos, tokens or passwords.")).to_be_visible()
    assert violations(shell.page) == []
    with shell.page.expect_download() as saved:
        form.get_by_role("button", name="Save Bundle").click()
    assert saved.value.suggested_filename.startswith("workspace-support-")
    saved.value.save_as(tmp_path / "saved.zip")
    with zipfile.ZipFile(tmp_path / "saved.zip") as bundle:
        assert "host.json" in bundle.namelist()
    expect(form).to_be_visible()
