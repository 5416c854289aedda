"""The browser of the browser tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import FLAGS, get_browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests."""
    expect.set_options(timeout=20_000)  # how long a slow machine may take; what is expected stays the same
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=get_browser(), args=list(FLAGS))
        yield chromium
        chromium.close()
