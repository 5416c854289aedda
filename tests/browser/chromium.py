"""Finds a Chromium for the browser tests, or gets one: installed, else Playwright's own, else the distribution's package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Way:
    """A way to get a Chromium: what it is called, and the commands that do it, if they can be run here."""

    name: str
    commands: tuple[tuple[str, ...], ...]


def ways_here() -> list[Way]:
    """The ways that may be tried on this machine, the quickest first."""
    found = [
        Way("Playwright's own Chromium (a download of some 170 MB)", ((sys.executable, "-m", "playwright", "install", "chromium"),))
    ]
    if shutil.which("apt-get") and os.geteuid() == 0:
        commands = (("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", "chromium"))
        found.append(Way("the distribution's package (apt-get install chromium)", commands))
    return found


def follow(way: Way) -> str:
    """Run a way's commands, silently; what the first that failed said last, or nothing."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in way.commands:
        run = subprocess.run(
            command,
            check=False,
            timeout=900,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if run.returncode:
            return reason_in(run.stdout) or f"exit status {run.returncode}"
    return ""


def reason_in(output: str) -> str:
    """The line of a failed command that says why: its first error, else its last line. Stack traces are left out."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
    return next((line for line in lines if line.lower().startswith(("error", "e:"))), lines[-1] if lines else "")


def get_browser(
    ways: Sequence[Way] | None = None, find: Callable[[], str | None] = find_browser, say: Callable[[str], None] = print
) -> str:
    """The path of a Chromium; one is fetched if there is none, which is said once. SystemExit that tells how when that fails."""
    found = find()
    for way in () if found else ways_here() if ways is None else ways:
        say(f"The browser tests need a Chromium and there is none. Fetching {way.name} …")
        reason = follow(way)
        found = find()
        if found:
            break
        say(f"That did not work: {reason or 'it is not where it should be'}")
    if found is None:
        raise SystemExit(HOW)
    return found


if __name__ == "__main__":
    print(f"Browser tests use {get_browser()}")
