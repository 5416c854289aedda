"""Every module of the product can be imported on the Python that runs the tests, without a warning."""

from __future__ import annotations

import importlib

import pytest

from tests.support.paths import ROOT


def module_names() -> list[str]:
    """The dotted name of every module of the add-in and of the simulated host."""
    paths = [path.relative_to(ROOT) for package in ("qb_plugin", "hostsim") for path in (ROOT / package).rglob("*.py")]
    dotted = (".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths)
    return sorted(name for name in dotted if not name.endswith("__main__"))


@pytest.mark.parametrize("name", module_names())
def test_a_module_can_be_imported(name: str) -> None:
    assert importlib.import_module(name).__doc__
