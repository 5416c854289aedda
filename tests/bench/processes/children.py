"""Runs a bench's parts in processes of their own, so that memory and processor time are theirs alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tests.bench.processes.servers import Server
from tests.bench.subjects.comparators import Target


class Child:
    """A part that is running; `result` waits for the JSON it prints last."""

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        self._what = module
        self._process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True)

    def result(self) -> dict[str, Any]:
        """What it measured; SystemExit when it failed."""
        told, _ = self._process.communicate()
        if self._process.returncode:
            raise SystemExit(f"{self._what} ended with {self._process.returncode}.")
        found: dict[str, Any] = json.loads(told.strip().splitlines()[-1])
        return found


def addin(url: str, server: Server, rows: int, *flags: str) -> Child:
    """A run of the add-in's form."""
    return Child("tests.bench.subjects.addin", ["--database", url, "--quickbooks", server.address, "--rows", str(rows), *flags])


def comparator(way: str, target: Target, rows: int) -> Child:
    """Another way of sending."""
    return Child("tests.bench.subjects.comparators", [way, "--target", json.dumps(asdict(target)), "--rows", str(rows)])


def check(found: dict[str, Any], rows: int) -> dict[str, Any]:
    """A run counts only if every row came through."""
    if found["counts"].get("done") != rows:
        raise SystemExit(f"{found['counts']} {found['text']}\n{found['details']}")
    return found
