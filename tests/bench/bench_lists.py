"""The practice's lists over a million payments, on SQLite and on PostgreSQL, as lines of the one table."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence

from hostsim.practice.database import open_practice
from tests.bench import bench_practice
from tests.bench.figures import Figure, Section, at_least, at_most, table
from tests.bench.subjects.databases import empty_database

NUMBER = re.compile(r"[\d,]+(?:\.\d+)?")


def measure(kind: str, rows: int, times: int) -> Section:
    """All figures of the data side."""
    with empty_database(kind) as (url, what):
        practice = open_practice(url)
        figures = [as_figure(each) for each in bench_practice.measure(practice, rows, times)]
        practice.close()
    return Section(f"Lists over {rows:,} payments, 95th percentiles ({what})", figures)


def as_figure(found: bench_practice.Figure) -> Figure:
    """The line of the other bench, its first number against the number in its target."""
    value, limit = number_in(found.figure), number_in(found.target) if found.target else None
    if limit is None:
        return Figure(found.what, value, "s")
    return at_least(found.what, value, limit, "/s") if ">" in found.target else at_most(found.what, value, limit, "ms")


def number_in(text: str) -> float:
    """The first number after a `p95`, if there is one."""
    found = NUMBER.search(text.replace("p95", ""))
    return float(found[0].replace(",", "")) if found else 0.0


def main(argv: Sequence[str] | None = None) -> list[Section]:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--on", choices=["sqlite", "postgresql"], nargs="*", default=["sqlite", "postgresql"])
    options = parser.parse_args(argv)
    sections = [measure(kind, options.rows, options.times) for kind in options.on]
    print(table(sections))
    return sections


if __name__ == "__main__":
    main()
