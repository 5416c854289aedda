"""The import tables of docs/architecture.md, made from the tables that the tests hold."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.conventions.imports.test_host_imports import HOST
from tests.conventions.imports.test_import_table import ADDIN
from tests.conventions.imports.test_simulator_imports import TABLE
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "architecture.md"
TABLES: dict[str, Mapping[str, set[str]]] = {"qb_plugin": ADDIN, "hostsim": HOST, "hostsim/qbo_simulator": TABLE}


def render(table: Mapping[str, set[str]]) -> str:
    """One table as Markdown; what a part may import of itself goes without saying."""
    parts = ((part, sorted(others - {part})) for part, others in table.items() if not part.startswith("__"))
    lines = [f"| `{part}` | {' '.join(f'`{other}`' for other in others) or 'nothing'} |" for part, others in parts]
    return "\n".join(["| Part | may import |", "|---|---|", *lines])


def block(name: str) -> re.Pattern[str]:
    """The place of a table in the page."""
    return re.compile(rf"(<!-- imports: {re.escape(name)} -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def with_tables(page: str) -> str:
    """The page with all tables as they are tested."""
    for name, table in TABLES.items():
        page = block(name).sub(rf"\g<1>{render(table)}\n\g<3>", page)
    return page


def write_tables() -> None:
    """Write the page anew."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
