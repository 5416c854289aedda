"""The simulator's own web page."""

from collections.abc import Callable

from starlette.applications import Starlette

from hostsim.quickbooks.core import QuickBooks


def pages(core: QuickBooks, reset: Callable[[], None]) -> Starlette:
    """The pages as an application."""
    return Starlette()
