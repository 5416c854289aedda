"""The firm whose records are opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hosts.both_sides import BothSides, both_sides, customer, invoice

LONG = "Hernández, López & Söhne " * 8


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[BothSides]:
    """Three clients, two of them matched, one of these with a very long name; each has an open invoice in QuickBooks."""
    with both_sides(tmp_path) as made:
        for name in ("Ada", LONG.strip(), "Cleo"):
            made.client(name)
        made.build(
            customer("Ada", "ada"),
            customer(LONG[:100].strip(), "ben"),
            invoice("ada", "1037", "400.00"),
            invoice("ben", "1038", "90.00"),
            preferences={"SalesFormsPrefs": {"CustomTxnNumbers": True}},
        )
        made.match()
        yield made
