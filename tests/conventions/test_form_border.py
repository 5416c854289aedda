"""The form border as host and add-in each declare it: mypy proves on the assignments here that they fit; their shapes are equal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import NotRequired, TypedDict, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from hostsim.addins import descriptions as host_descriptions
from hostsim.addins import host_services
from hostsim.addins.descriptions import FormDescription
from hostsim.addins.form_protocol import Form, RowReporter, Rows
from hostsim.addins.host_services import Callbacks, Options, Services, User
from hostsim.addins.registrars import ContextActions, Forms, Jobs, Menu, Support
from hostsim.builtin.text_forms import SupportForm
from hostsim.practice import model as practice_model
from hostsim.practice.database import Practice, open_practice
from hostsim.tasks import Task
from hostsim.terminal.progress import TerminalTask
from qb_plugin import host as addin_host
from qb_plugin import ledger_changes, registrars
from qb_plugin.forms import descriptions as addin_descriptions
from qb_plugin.forms import protocol
from qb_plugin.forms.access.door import FormDoor
from qb_plugin.plugin import FORMS
from qb_plugin.runtime import Runtime
from tests.support.hosts.fake_addin import Parcels, PlainForm, SendForm
from tests.support.paths import ROOT

ADDIN = (addin_descriptions, addin_host, ledger_changes)
HOST = (host_descriptions, practice_model, host_services)
HOST_ALONE = {"ListQuery"}  # the host's own lists, which no add-in asks for
MODULE = re.compile(r"\b(?:qb_plugin|hostsim|tests|collections|typing|datetime|decimal)(?:\.\w+)*\.")


def own_types(modules: Iterable[ModuleType]) -> dict[str, type]:
    """The TypedDicts that these modules define, by name."""
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if is_typeddict(value) and value.__module__ == module.__name__
    }


def keys_of(shape: type) -> dict[str, tuple[bool, str]]:
    """Each key of a TypedDict: whether it may be absent, and its type without module names.

    `__required_keys__` is wrong where annotations are texts, so NotRequired is read here.
    """
    hints = get_type_hints(shape, include_extras=True)
    total = bool(getattr(shape, "__total__", True))
    found = {}
    for key, hint in hints.items():
        optional = get_origin(hint) is NotRequired
        kind = get_args(hint)[0] if optional else hint
        name = kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)
        found[key] = (optional or not total, MODULE.sub("", name))
    return found


def differences(ours: dict[str, type], theirs: dict[str, type]) -> Iterator[str]:
    """Where two sets of shapes differ, one sentence each."""
    yield from (f"{name} stands on one side only" for name in sorted(set(ours) ^ set(theirs)))
    for name in sorted(set(ours) & set(theirs)):
        one, other = keys_of(ours[name]), keys_of(theirs[name])
        yield from (
            f"{name}[{key!r}]: {one.get(key)} and {other.get(key)}" for key in {*one, *other} if one.get(key) != other.get(key)
        )


def test_both_sides_declare_the_same_shapes() -> None:
    host = {name: shape for name, shape in own_types(HOST).items() if name not in HOST_ALONE}
    assert list(differences(own_types(ADDIN), host)) == []


def test_the_shapes_that_cross_are_all_there() -> None:
    assert {"FormDescription", "Field", "Column", "Action", "Row", "RowChange", "Fix", "Sort", "ActResult", "RunSummary"} <= set(
        own_types(ADDIN)
    )


class Renamed(TypedDict):
    """A sort whose key has another name."""

    column: str
    descending: NotRequired[bool]


class Required(TypedDict):
    """A sort whose direction must be given."""

    key: str
    descending: bool


class Retyped(TypedDict):
    """A sort whose key is a number."""

    key: int
    descending: NotRequired[bool]


@pytest.mark.parametrize("planted", [Renamed, Required, Retyped])
def test_a_difference_between_the_sides_is_found(planted: type) -> None:
    assert list(differences({"Sort": addin_descriptions.Sort}, {"Sort": planted}))
    assert list(differences({"Sort": addin_descriptions.Sort}, {}))


@pytest.mark.parametrize("shape", sorted(own_types([addin_descriptions])))
def test_every_key_of_a_shape_stands_in_the_guide(shape: str) -> None:
    guide = (ROOT / "docs" / "writing-a-host.md").read_text(encoding="utf-8")
    missing = [
        key for key in keys_of(own_types([addin_descriptions])[shape]) if f'"{key}"' not in guide and f"`{key}`" not in guide
    ]
    assert missing == []


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """The host's services for the add-in, over an empty practice."""
    url = f"sqlite:///{tmp_path / 'firm.db'}"
    practice: Practice = open_practice(url)
    yield services_of(practice, url)
    practice.close()


def services_of(practice: Practice, url: str) -> Services:
    """Services as `open_workspace` makes them."""
    return Services(
        addin="quickbooks",
        practice=practice,
        user=User(),
        options=Options(url),
        callbacks=Callbacks(),
        key=lambda _: bytes(32),
        clock=lambda: date(2026, 11, 20),
    )


def test_the_hosts_classes_fit_the_addins_protocols(services: Services) -> None:
    host: addin_host.Host = services
    ledger: addin_host.Ledger = services.ledger
    marks: addin_host.Marks = services.marks
    tasks: Sequence[protocol.Task] = [Task("t", "send", "go", lambda _: None), TerminalTask("Send", 1, quiet=True)]
    menu: registrars.MenuRegistrar = Menu()
    context: registrars.ContextRegistrar = ContextActions()
    forms: registrars.FormRegistrar = Forms()
    jobs: registrars.JobRegistrar = Jobs()
    support: registrars.SupportRegistrar = Support()
    assert host.firm_id
    assert ledger.snapshot({}).count == len(marks.marked("synchronized")) == 0
    assert [task.cancelled for task in tasks] == [False, False]
    assert all(callable(registrar.add) for registrar in (menu, context, forms, jobs, support))


def test_the_addins_forms_fit_the_hosts_protocol(services: Services) -> None:
    runtime = Runtime(services)
    forms: list[Form] = [FormDoor(runtime, make(runtime)) for make in FORMS]
    descriptions: list[FormDescription] = [form.open({}) for form in forms]
    assert [each["id"] for each in descriptions] == [form.id for form in forms]
    runtime.close()


def test_a_description_holds_what_its_shape_names_and_nothing_else(services: Services) -> None:
    runtime = Runtime(services)
    for form in (make(runtime) for make in FORMS):
        assert list(misfits(form.open({}), "FormDescription")) == [], form.id
    runtime.close()


def misfits(value: object, shape: str) -> Iterator[str]:
    """Keys of a value that its shape does not name, and keys that it lacks; looked for in the nested lists, too."""
    nested = {"fields": "Field", "columns": "Column", "actions": "Action", "row_actions": "Action", "choices": "Option"}
    if not isinstance(value, dict):
        yield f"{value!r} is no {shape}"
        return
    keys = keys_of(own_types([addin_descriptions])[shape])
    yield from (f"{shape} has no {key}" for key in value if key not in keys)
    yield from (f"{shape} lacks {key}" for key, (optional, _) in keys.items() if not optional and key not in value)
    for key in set(nested) & set(value):
        for each in value[key] or ():
            yield from misfits(each, nested[key])


def test_a_key_that_a_shape_does_not_name_is_found() -> None:
    assert list(misfits({"value": "4", "label": "Undeposited Funds", "name": ""}, "Option")) == ["Option has no name"]
    assert list(misfits({"value": "4"}, "Option")) == ["Option lacks label"]


def test_the_hosts_forms_fit_the_addins_protocol() -> None:
    forms: list[protocol.Form] = [SupportForm(), SendForm(), PlainForm("address", "Address")]
    rows: protocol.Rows = as_addin_rows(Parcels(None, 3))
    assert [form.id for form in forms] == ["support-bundle", "send", "address"]
    assert as_host_rows(rows).count == 3


def as_addin_rows(rows: Rows) -> protocol.Rows:
    """Any host's rows are an add-in's."""
    return rows


def as_host_rows(rows: protocol.Rows) -> Rows:
    """Any add-in's rows are the host's."""
    return rows


def as_addin_task(task: RowReporter) -> protocol.Task:
    """The host's reporter is what a run of the add-in takes."""
    return task


def test_few_dictionaries_are_open() -> None:
    """What crosses a border has a name; what is left is JSON that others define, and what libraries give."""
    files = [path for top in ("qb_plugin", "hostsim") for path in (ROOT / top).rglob("*.py")]
    found = sum(len(re.findall(r"(?:dict|Mapping)\[str, Any\]", path.read_text(encoding="utf-8"))) for path in files)
    assert found < 60
