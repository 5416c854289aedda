"""Finds a Chromium for the browser tests, or gets one: installed, else Playwright's own, else the distribution's package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
HOW = """No Chromium was found for the browser tests, and none could be installed.
Install one (Debian, Ubuntu: apt-get install chromium; elsewhere: Chrome, Edge or Chromium by its own installer),
or name one: BROWSER=/path/to/chromium make test"""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_browser() -> str | None:
    """The path of a Chromium that is installed: the one named by BROWSER, one on the path, an app, or Playwright's own."""
    return next(candidates(), None)


def candidates() -> Iterator[str]:
    """Every Chromium there is, the most wanted first."""
    named = os.environ.get("BROWSER", "")
    if named and Path(named).is_file():
        yield named
    yield from (found for name in NAMES if (found := shutil.which(name)))
    yield from (path for path in APPS if Path(path).is_file())
    yield from (path for path in [playwrights_own()] if Path(path).is_file())


def playwrights_own() -> str:
    """Where Playwright keeps its own Chromium, installed or not."""
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def try_playwright() -> None:
    """Let Playwright download its own."""
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, timeout=600)


def try_distribution() -> None:
    """Install the distribution's package, where we may."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
            subprocess.run(command, check=False, timeout=900, env=environment, stdout=subprocess.DEVNULL)


def get_browser(ways: tuple[Callable[[], None], ...] = (try_playwright, try_distribution)) -> str:
    """The path of a Chromium, installing one if there is none; SystemExit that says how to get one when that fails."""
    found = find_browser()
    for way in ways:
        if found is None:
            way()
            found = find_browser()
    if found is None:
        raise SystemExit(HOW)
    return found


if __name__ == "__main__":
    print(get_browser())
