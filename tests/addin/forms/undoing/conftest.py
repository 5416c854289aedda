"""The firm that the undo tests work with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    """Two clients, matched; each has an open invoice in QuickBooks."""
    with both_sides(tmp_path) as made:
        made.client("Ada")
        made.client("Ben")
        made.build(
            customer("Ada", "ada"), customer("Ben", "ben"), invoice("ada", "1037", "400.00"), invoice("ben", "1038", "90.00")
        )
        made.match()
        yield made
