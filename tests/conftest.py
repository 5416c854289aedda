"""The fixtures that several test files share, each family in a file of its own, and the limit to what a test may take."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.support.postgres import database_url, postgres_server
from tests.support.time_limit import time_limit

__all__ = ["database_url", "postgres_server"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    """What a test sets up ends within the limit."""
    with time_limit():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """The test itself ends within the limit."""
    with time_limit():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """What a test takes down ends within the limit."""
    with time_limit():
        return (yield)
