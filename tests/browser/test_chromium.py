"""A missing browser is fetched with one line that says so, and no stack trace of whatever fetches it."""

from __future__ import annotations

import sys

import pytest

from tests.browser.chromium import HOW, Way, get_browser, reason_in

TRACE = """print('Downloading')
print('Error: connect ECONNREFUSED', '    at Socket.connect (net.js:1:2)', '    at node:internal', sep='\\n')
raise SystemExit(1)
"""


def test_each_way_is_said_once_and_its_traces_are_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    with pytest.raises(SystemExit) as end:
        get_browser([Way("one by hand", ((sys.executable, "-c", TRACE),))], lambda: None, said.append)
    assert said == [
        "The browser tests need a Chromium and there is none. Fetching one by hand …",
        "That did not work: Error: connect ECONNREFUSED",
    ]
    assert end.value.code == HOW
    assert "".join(capfd.readouterr()) == ""


def test_a_browser_that_was_fetched_is_used() -> None:
    found = iter([None, "/fetched"])
    said: list[str] = []
    assert (
        get_browser([Way("one", ((sys.executable, "-c", ""),)), Way("never", ())], lambda: next(found), said.append) == "/fetched"
    )
    assert len(said) == 1


def test_nothing_is_said_where_a_browser_is_found() -> None:
    said: list[str] = []
    assert get_browser([Way("never", ())], lambda: sys.executable, said.append) == sys.executable
    assert said == []


def test_the_reason_is_the_first_error_or_the_last_line() -> None:
    assert reason_in("reading\nE: no package\nbye\n") == "E: no package"
    assert reason_in("one\n  at trace\ntwo\n   at trace\n") == "two"
    assert reason_in("") == ""
