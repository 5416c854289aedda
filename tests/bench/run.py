"""Runs the benches one after the other and prints one table: `make bench`, or `make bench ARGS="--only pace"`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import (
    bench_desks,
    bench_grid,
    bench_lists,
    bench_matching,
    bench_pace,
    bench_parts,
    bench_size,
    bench_start,
    bench_work,
)
from tests.bench.chart import draw
from tests.bench.figures import Section, read_sections, table, write_sections
from tests.bench.review import bench_reconcile

BENCHES: Mapping[str, Callable[[Sequence[str]], list[Section]]] = {
    "pace": bench_pace.main,
    "work": bench_work.main,
    "parts": bench_parts.main,
    "desks": bench_desks.main,
    "reconcile": bench_reconcile.main,
    "size": bench_size.main,
    "lists": bench_lists.main,
    "matching": bench_matching.main,
    "grid": bench_grid.main,
    "start": bench_start.main,
}


def machine() -> str:
    """What the figures were measured on, when, and how busy others kept it: from a load of about one on, times grow."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    hardware = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB"
    return f"{now}, {hardware}, Python {platform.python_version()}, load {os.getloadavg()[2]:.1f} over the last 15 minutes"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table, and draw the chart; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=BENCHES, nargs="*", default=list(BENCHES))
    parser.add_argument("--chart", type=Path, help="an SVG file to draw the comparisons into")
    parser.add_argument("--keep", type=Path, help="a JSON file for the figures")
    parser.add_argument("--add", type=Path, nargs="*", default=[], help="JSON files of earlier runs to put into the table")
    options = parser.parse_args(argv)
    earlier = [section for file in options.add for section in read_sections(file.read_text("utf-8"))]
    measured, failed = measure_all(options.only)
    sections = [*earlier, *measured]
    if options.keep:
        options.keep.write_text(write_sections(sections), "utf-8")
    if options.chart:
        options.chart.write_text(draw(sections), "utf-8")
    print(f"\n\n{machine()}\n{table(sections)}")
    missed = [figure for section in sections for figure in section.figures if figure.met is False]
    print(f"\n{len(missed)} missed" if missed else "\nevery target met")
    if failed:
        print(f"not measured to the end: {', '.join(failed)}")
    return 1 if missed or failed else 0


def measure_all(names: Sequence[str]) -> tuple[list[Section], list[str]]:
    """What these benches measured, and the names of those that broke down: an hour's figures are not lost with one of them."""
    sections: list[Section] = []
    failed: list[str] = []
    for name in names:
        try:
            sections += BENCHES[name]([])
        except Exception:  # a bench may break down in any way
            traceback.print_exc()
            failed.append(name)
    return sections, failed


if __name__ == "__main__":
    sys.exit(main())
