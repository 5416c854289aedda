"""Add-ins are called each by itself: one that fails leaves the others and the host's own menus as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pluggy
import pytest

from hostsim.addins.loader import AddIn, Source, installed, load, load_all, stop_all, unique
from hostsim.addins.manifest import Manifest
from tests.support.hosts.fake_addin import ENTRY_POINT, MANIFEST, ParcelAddIn, parcel_source

hookimpl = pluggy.HookimplMarker("workspace")


class Services:
    """As much of the host as the small add-in needs."""

    def on_callback(self, handler: Callable[..., Any]) -> None:
        """Forget it."""


def services(_: Manifest) -> Services:
    """The same for everyone."""
    return Services()


class RaisesInMenu(ParcelAddIn):
    """Raises while it registers its menu."""

    @hookimpl
    def workspace_menu(self, menu: Any) -> None:
        """Register one entry, then fail."""
        super().workspace_menu(menu)
        raise RuntimeError("the ink ran out")


class OpensNothing(ParcelAddIn):
    """Its menu opens a form that nobody registers."""

    @hookimpl
    def workspace_menu(self, menu: Any) -> None:
        """Register an entry that leads nowhere."""
        menu.add(path=("Setup", "Nowhere…"), form="nowhere")


class PutsMenuElsewhere(ParcelAddIn):
    """Asks for a menu that the host does not have."""

    @hookimpl
    def workspace_menu(self, menu: Any) -> None:
        """Register under a menu of its own."""
        menu.add(path=("Parcels", "Send"), form="send")


class RaisesAtStop(ParcelAddIn):
    """Raises while it stops."""

    @hookimpl
    def workspace_stop(self) -> None:
        """Fail."""
        raise OSError("the door is stuck")


def loaded(folder: Path, make: Callable[[], object], manifest: str = MANIFEST) -> AddIn:
    """The add-in, loaded."""
    return load(parcel_source(folder, make, manifest), services)


def test_what_an_addin_registers_is_kept(tmp_path: Path) -> None:
    addin = loaded(tmp_path, ParcelAddIn)
    assert addin.failure == ""
    assert [entry.path[-1] for entry in addin.menu.entries] == ["Connection…", "Send Parcels"]
    assert list(addin.forms.forms) == ["send", "address", "connection"]
    assert [action.grid for action in addin.actions.actions] == ["billing.payments"] * 2
    assert [job.id for job in addin.jobs.jobs] == ["tidy"]


def test_an_addin_that_raises_counts_for_nothing_and_says_why(tmp_path: Path) -> None:
    addin = loaded(tmp_path, RaisesInMenu)
    assert addin.failure == "it stopped with RuntimeError: the ink ran out"
    assert "workspace_menu" in addin.details
    assert not addin.menu.entries
    assert not addin.forms.forms


def test_a_sentence_of_an_addin_is_told_as_it_is_and_whoever_shows_it_ends_it(tmp_path: Path) -> None:
    def refuse() -> object:
        raise ValueError("The shelf is full. Make room.")

    assert loaded(tmp_path, refuse).failure == "The shelf is full. Make room"


def test_one_that_raises_leaves_the_next_one_alone(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    sources = [parcel_source(tmp_path, RaisesInMenu), parcel_source(tmp_path / "good", ParcelAddIn)]
    first, second = load_all(sources, services)
    assert first.failure
    assert second.menu.entries


def test_code_that_disagrees_with_its_manifest_is_refused_before_it_starts(tmp_path: Path) -> None:
    plugin = ParcelAddIn()
    addin = loaded(tmp_path, lambda: plugin, MANIFEST.replace('"workspace_jobs", ', ""))
    assert addin.failure == "the code implements hook workspace_jobs, which the manifest does not list"
    assert plugin.host is None


def test_a_form_the_manifest_does_not_list_is_named(tmp_path: Path) -> None:
    addin = loaded(tmp_path, ParcelAddIn, MANIFEST.replace('"address", ', ""))
    assert addin.failure == "the code registers form address, which the manifest does not list"


def test_a_menu_entry_that_opens_nothing_is_named(tmp_path: Path) -> None:
    assert loaded(tmp_path, OpensNothing).failure == "Setup ▸ Nowhere… opens form nowhere, which is not registered"


def test_a_menu_the_host_does_not_have_is_refused(tmp_path: Path) -> None:
    assert "the menus are File, View, Setup, Help" in loaded(tmp_path, PutsMenuElsewhere).failure


def test_an_addin_that_cannot_be_imported_is_named(tmp_path: Path) -> None:
    def broken() -> Callable[[], object]:
        raise ImportError("no module of that name")

    file = parcel_source(tmp_path, ParcelAddIn).manifest
    addin = load(Source(ENTRY_POINT, broken, file), services)
    assert addin.name == "Parcel post"
    assert "no module of that name" in addin.failure


def test_two_addins_of_one_id_are_not_both_loaded(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    sources = [parcel_source(tmp_path, ParcelAddIn), parcel_source(tmp_path / "second", ParcelAddIn)]
    first, second = unique(load_all(sources, services))
    assert first.failure == ""
    assert "add-in id parcel" in second.failure
    assert not second.forms.forms


def test_one_that_cannot_stop_does_not_keep_the_others_from_it(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    good = ParcelAddIn()
    stuck, other = load_all([parcel_source(tmp_path, RaisesAtStop), parcel_source(tmp_path / "good", lambda: good)], services)
    stop_all([stuck, other])
    assert stuck.failure == "it could not stop: the door is stuck"
    assert good.stopped


@pytest.mark.parametrize("name", ["quickbooks"])
def test_the_addin_of_this_distribution_is_found_by_its_entry_point(name: str) -> None:
    assert any(
        source.entry_point.startswith("qb_plugin.") and source.manifest().name == "manifest.toml" for source in installed()
    ), name
