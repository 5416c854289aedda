"""The support bundle says how things stand, keeps names, amounts and secrets to itself, and comes about whatever fails."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pluggy
import pytest
from click.testing import CliRunner

from hostsim.addins.acting_user import ActingUser
from hostsim.addins.descriptions import FormDescription, FormRequest, RunSummary
from hostsim.addins.host_services import Options
from hostsim.addins.registrars import RegistrationError, Support
from hostsim.cli import main
from hostsim.exception_log import CAPACITY, ExceptionLog, trace_of
from hostsim.support import file_name, write_bundle
from hostsim.tasks import Task
from hostsim.testing import KEY, demo_practice, running_host
from hostsim.workspace import Workspace, open_workspace
from tests.support.hosts.fake_addin import MANIFEST, ParcelAddIn, SendForm, parcel_source

hookimpl = pluggy.HookimplMarker("workspace")
DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SUPPORTED = MANIFEST.replace('"workspace_stop"', '"workspace_stop", "workspace_support"')
CLIENT = "Zoë Quellwasser"


class Helpful(ParcelAddIn):
    """Gives a part of its own."""

    @hookimpl
    def workspace_support(self, support: Any) -> None:
        """Say how many parcels wait."""
        support.add(name="parcels", content={"waiting": 3})


class Unhelpful(ParcelAddIn):
    """Gives a part, then raises with a client's name in the text."""

    @hookimpl
    def workspace_support(self, support: Any) -> None:
        """Fail half-way."""
        support.add(name="parcels", content={"waiting": 3})
        raise LookupError(CLIENT)


class Unopened(SendForm):
    """Raises with a client's name in the text."""

    def open(self, request: FormRequest, *, user: ActingUser | None = None) -> FormDescription:
        """Fail."""
        raise LookupError(CLIENT)


class Broken(ParcelAddIn):
    """Raises with a client's name in the text while it is loaded."""

    @hookimpl
    def workspace_forms(self, forms: Any) -> None:
        """Fail."""
        raise LookupError(CLIENT)


@dataclass(frozen=True, slots=True)
class Kind:
    """An add-in and the hooks its manifest names."""

    make: type[ParcelAddIn]
    manifest: str = SUPPORTED


@pytest.fixture
def workspace(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """A host with this add-in."""
    kind: Kind = getattr(request, "param", Kind(Helpful))
    practice, url = demo_practice(tmp_path, DAY)
    options = Options(url, values={"client_secret": CLIENT})
    opened = open_workspace(practice, [parcel_source(tmp_path, kind.make, kind.manifest)], options, lambda _: KEY)
    yield opened
    opened.close()


def unpacked(content: bytes) -> dict[str, Any]:
    """A bundle's files, read."""
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        texts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert CLIENT not in "".join(texts.values()).encode().decode("unicode_escape")
    return {name: json.loads(text) if name.endswith(".json") else text for name, text in texts.items()}


def bundle_of(workspace: Workspace) -> dict[str, Any]:
    """A bundle made at noon."""
    file = io.BytesIO()
    write_bundle(workspace, file, NOON)
    return unpacked(file.getvalue())


def test_a_bundle_says_what_runs_here(workspace: Workspace) -> None:
    files = bundle_of(workspace)
    assert set(files) == {"README.txt", "host.json", "parcel/parcels.json"}
    host = files["host.json"]
    assert host["made"] == "2026-11-22T12:00:00+00:00"
    assert host["packages"]["pluggy"]
    assert host["database"]["kind"] == "sqlite"
    assert host["database"]["schema"] >= 2
    assert host["options"] == ["client_secret"]
    (addin,) = host["addins"]
    assert (addin["id"], addin["version"], addin["loaded"], addin["trace"]) == ("parcel", "1.0", True, [])
    assert files["parcel/parcels.json"] == {"waiting": 3}


@pytest.mark.parametrize("workspace", [Kind(Unhelpful)], indirect=True)
def test_an_addin_that_raises_leaves_a_trace_instead_of_its_part(workspace: Workspace) -> None:
    files = bundle_of(workspace)
    assert files["parcel/parcels.json"] == {"waiting": 3}
    assert files["parcel/trouble.json"][0] == "LookupError"
    assert files["parcel/trouble.json"][-1].endswith(" workspace_support")


@pytest.mark.parametrize("workspace", [Kind(Broken, MANIFEST)], indirect=True)
def test_an_addin_that_failed_is_told_by_kind_and_place_alone(workspace: Workspace) -> None:
    assert CLIENT in workspace.failures[0].failure
    (addin,) = bundle_of(workspace)["host.json"]["addins"]
    assert (addin["loaded"], addin["disagreement"], addin["trace"][0]) == (False, "", "LookupError")


@pytest.mark.parametrize("workspace", [Kind(Helpful, MANIFEST)], indirect=True)
def test_a_disagreement_with_the_manifest_is_told_in_full(workspace: Workspace) -> None:
    (addin,) = bundle_of(workspace)["host.json"]["addins"]
    assert addin["disagreement"] == "the code implements hook workspace_support, which the manifest does not list"


def test_a_run_that_broke_is_told_by_counts_and_places(workspace: Workspace) -> None:
    def work(task: Task) -> RunSummary:
        task.row({"id": "payment:1", "outcome": "failed", "message": CLIENT, "cells": {"client": CLIENT}})
        task.progress(1, 2)
        raise LookupError(CLIENT)

    assert workspace.tasks.start("send", "go", "", work, by=CLIENT, answer={"search": CLIENT}).wait(10)
    (task,) = bundle_of(workspace)["host.json"]["tasks"]
    assert (task["form"], task["state"], task["done"], task["total"]) == ("send", "broken", 1, 2)
    assert task["outcomes"] == {"failed": 1}
    assert task["trace"][0] == "LookupError"


def test_a_trace_names_kinds_and_places_of_causes_too() -> None:
    def fail() -> None:
        try:
            raise KeyError(CLIENT)
        except KeyError as problem:
            raise ValueError(CLIENT) from problem

    with pytest.raises(ValueError, match=CLIENT) as caught:
        fail()
    lines = trace_of(caught.value)
    assert [line for line in lines if not line.startswith(" ")] == ["ValueError", "KeyError"]
    assert all(line.startswith("  test_support.py:") for line in lines if line.startswith(" "))
    assert CLIENT not in "".join(lines)


def test_only_the_last_troubles_are_kept() -> None:
    troubles = ExceptionLog(lambda: NOON)
    for number in range(CAPACITY + 1):
        troubles.add(f"form-{number}", ValueError(CLIENT))
    assert len(troubles.all()) == CAPACITY
    assert troubles.all()[0] == {"at": "2026-11-22T12:00:00+00:00", "place": "form-1", "trace": ["ValueError"]}


@pytest.mark.parametrize("name", ["", "Parcels", "../host", "a/b", "host.json", "1"])
def test_a_part_of_no_proper_name_is_refused(name: str) -> None:
    with pytest.raises(RegistrationError, match="a name is lower-case letters"):
        Support().add(name=name, content={})


def test_a_part_is_plain_data_and_stands_once() -> None:
    support = Support()
    support.add(name="parcels", content={"waiting": (1, 2)})
    assert support.parts == {"parcels": {"waiting": [1, 2]}}
    for content in (object(), {"at": NOON}, float("nan")):
        with pytest.raises(RegistrationError, match="is not plain data"):
            support.add(name="more", content=content)
    with pytest.raises(RegistrationError, match="used once"):
        support.add(name="parcels", content={})


def test_the_help_menu_saves_a_bundle_and_a_form_that_raised_is_in_it(tmp_path: Path) -> None:
    practice, url = demo_practice(tmp_path, DAY)
    with running_host(practice, [parcel_source(tmp_path, Helpful, SUPPORTED)], database=url) as host:
        session = host.session()
        assert any(entry.path == ("Help", "Support Bundle…") for entry in host.workspace.menu())
        form = session.post("/api/forms/support-bundle/open").json()
        assert "no names, amounts, references" in form["notice"]["text"]
        host.workspace.exceptions.add("send", LookupError(CLIENT))
        address = session.post("/api/forms/support-bundle/act", {"action": form["actions"][0]["id"]}).json()["save"]
        answer = session.get(address)
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["content-disposition"].startswith('attachment; filename="workspace-support-')
        (trouble,) = unpacked(answer.content)["host.json"]["troubles"]
        assert (trouble["place"], trouble["trace"]) == ("send", ["LookupError"])


def test_a_form_that_raises_is_remembered_without_its_words(tmp_path: Path) -> None:
    practice, url = demo_practice(tmp_path, DAY)
    with running_host(practice, [parcel_source(tmp_path, lambda: Helpful(Unopened()), SUPPORTED)], database=url) as host:
        assert host.session().post("/api/forms/send/open").status_code == 500
        (trouble,) = host.workspace.exceptions.all()
        assert (trouble["place"], trouble["trace"][0]) == ("send", "LookupError")
        assert CLIENT not in str(trouble)


def test_the_command_writes_a_bundle_and_overwrites_nothing(tmp_path: Path) -> None:
    practice, url = demo_practice(tmp_path, DAY)
    practice.close()
    file, environment = tmp_path / file_name(NOON), {"HOSTSIM_DATABASE": url, "HOSTSIM_KEY_FILE": str(tmp_path / "firm.key")}
    done = CliRunner().invoke(main, ["support", str(file)], env=environment)
    assert (done.exit_code, done.stdout.startswith(f"Written to {file}.")) == (0, True)
    written = file.read_bytes()
    state = unpacked(written)["quickbooks/state.json"]
    assert state["connection"] == {"state": "none", "realm": "", "environment": ""}
    assert state["schema"]["found"] == state["schema"]["known"]
    again = CliRunner().invoke(main, ["support", str(file)], env=environment)
    assert again.exit_code == 2
    assert "is there already. Nothing was written." in again.stderr
    assert file.read_bytes() == written
    nowhere = CliRunner().invoke(main, ["support", str(tmp_path / "no" / "x.zip")], env=environment)
    assert (nowhere.exit_code, "cannot be written" in nowhere.stderr) == (2, True)
