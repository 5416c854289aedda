"""How soon a person sees something: `hostsim --help`, and a host that is up with its first page."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import requests

from hostsim.testing import demo_practice
from tests.bench.figures import Section, at_most, table
from tests.bench.processes.servers import running

TOKEN = "token-of-the-bench"


def times(call: Callable[[], float], count: int) -> float:
    """The median of so many, in seconds; one more before them fills the caches."""
    return median([call() for _ in range(count + 1)][1:])


def show_help() -> float:
    """`hostsim --help`."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "hostsim", "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def first_page(url: str) -> float:
    """Start the host as a person does, and read its first page."""
    began = time.perf_counter()
    os.environ["HOSTSIM_TOKEN"] = TOKEN
    with running(["-m", "hostsim", "serve", "--database", url, "--quickbooks", "http://127.0.0.1:9", "--port", "0"]) as host:
        session = requests.Session()
        session.trust_env = False
        session.get(f"{host.address}/?token={TOKEN}", timeout=30).raise_for_status()
        return time.perf_counter() - began


def main(argv: Sequence[str] | None = None) -> list[Section]:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args(argv)
    with TemporaryDirectory() as folder:
        practice, url = demo_practice(Path(folder), date.today())  # noqa: DTZ011 - the day on this machine
        practice.close()
        figures = [
            at_most("hostsim --help, median", times(show_help, options.times), 0.4, "s"),
            at_most("host started and first page there, median", times(lambda: first_page(url), options.times), 1.5, "s"),
        ]
    sections = [Section("From nothing", figures)]
    print(table(sections))
    return sections


if __name__ == "__main__":
    main()
