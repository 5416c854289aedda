"""Finds add-ins, checks each against its manifest and calls each by itself, so that one that raises does not stop the others."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pluggy

from hostsim.addins.hookspecs import GROUP, PROJECT, WorkspaceHooks
from hostsim.addins.manifest import Manifest, ManifestError, differences, find_manifest, read_manifest, unmatched
from hostsim.addins.registrars import ContextActions, Forms, Jobs, Menu, RecordSections, RegistrationError
from hostsim.exception_log import trace_of


@dataclass(frozen=True, slots=True)
class Source:
    """Source of an add-in: its entry point, and the two functions that fetch its code and its manifest."""

    entry_point: str
    load: Callable[[], Callable[[], object]]
    manifest: Callable[[], Path]


@dataclass(slots=True)
class AddIn:
    """A loaded add-in with all it registered; or one that failed, with the reason for people and the trace for Details.

    `disagreement` and `trace` are what a support bundle may hold of a failure: the host's sentence, and the trace without texts.
    """

    name: str
    manifest: Manifest | None = None
    guide: Path | None = None  # the folder of its guide, where it brought one
    menu: Menu = field(default_factory=Menu)
    actions: ContextActions = field(default_factory=ContextActions)
    forms: Forms = field(default_factory=Forms)
    jobs: Jobs = field(default_factory=Jobs)
    sections: RecordSections = field(default_factory=RecordSections)
    failure: str = ""
    details: str = ""
    disagreement: str = ""
    trace: list[str] = field(default_factory=list)
    support: Callable[..., Any] = lambda **_: None
    stop: Callable[[], Any] = lambda: None

    @property
    def id(self) -> str:
        """The id in its manifest; its entry point's name when there is none."""
        return self.manifest.id if self.manifest else self.name


def installed() -> list[Source]:
    """The add-ins installed beside this host, in order of their names."""
    found = sorted(entry_points(group=GROUP), key=lambda each: each.name)
    return [Source(each.value, each.load, lambda package=each.module: find_manifest(package)) for each in found]  # type: ignore[misc]


def load_all(sources: Iterable[Source], services: Callable[[Manifest], object]) -> list[AddIn]:
    """Load each add-in by itself. `services` makes the Host object that an add-in is given."""
    return [load(source, services) for source in sources]


def load_builtin(plugin: object) -> AddIn:
    """The host's own menus and grids, through the same hooks; they need no manifest, and a mistake in them is raised."""
    builtin, hook = AddIn("WorkSpace"), _hooks(plugin)
    hook.workspace_forms(forms=builtin.forms)
    hook.workspace_menu(menu=builtin.menu)
    hook.workspace_context_actions(actions=builtin.actions)
    _refuse(_dangling(builtin))
    return builtin


def unique(addins: list[AddIn]) -> list[AddIn]:
    """Refuse an add-in whose id or form ids an earlier one has."""
    taken: set[str] = set()
    for addin in addins:
        wanted = {f"add-in id {addin.id}", *(f"form {name}" for name in addin.forms.forms)}
        if not addin.failure and wanted & taken:
            _fail(addin, ManifestError(f"{', '.join(sorted(wanted & taken))} belongs to another add-in already"))
        else:
            taken |= wanted
    return addins


def load(source: Source, services: Callable[[Manifest], object]) -> AddIn:
    """Load one add-in; whatever it raises ends in `failure`, and then nothing it registered counts."""
    addin = AddIn(source.entry_point)
    try:
        path = source.manifest()
        addin.manifest = read_manifest(path)
        addin.guide = guide_folder(path, addin.manifest)
        addin.name = addin.manifest.name
        _register(addin, source, services)
    except Exception as problem:  # an add-in may raise anything
        _fail(addin, problem)
    return addin


def guide_folder(manifest: Path, read: Manifest) -> Path | None:
    """The folder of the guide that a manifest names, where it is there."""
    found = manifest.parent / read.guide if read.guide else None
    return found if found and found.is_dir() else None


def _register(addin: AddIn, source: Source, services: Callable[[Manifest], object]) -> None:
    if addin.manifest is None:
        raise ManifestError("the manifest was not read")
    plugin = source.load()()
    _refuse(differences(addin.manifest, plugin, source.entry_point))
    hook = _hooks(plugin)
    addin.stop, addin.support = hook.workspace_stop, hook.workspace_support
    hook.workspace_start(host=services(addin.manifest))
    hook.workspace_forms(forms=addin.forms)
    hook.workspace_menu(menu=addin.menu)
    hook.workspace_context_actions(actions=addin.actions)
    hook.workspace_record_sections(sections=addin.sections)
    hook.workspace_jobs(jobs=addin.jobs)
    _refuse([*unmatched("form", addin.manifest.forms, addin.forms.forms, "registers"), *_dangling(addin)])


def _hooks(plugin: object) -> Any:
    """A caller for this plugin alone, so that one raising hookimpl cannot stop another's."""
    caller = pluggy.PluginManager(PROJECT)
    caller.add_hookspecs(WorkspaceHooks)
    caller.register(plugin)
    caller.check_pending()
    return caller.hook


def _refuse(disagreements: list[str]) -> None:
    if disagreements:
        raise ManifestError("; ".join(disagreements))


def _dangling(addin: AddIn) -> list[str]:
    """Entries that open a form that is not registered."""
    named = [
        *((entry.path, entry.form) for entry in addin.menu.entries),
        *((action.path, action.form) for action in addin.actions.actions),
    ]
    return [
        f"{' ▸ '.join(path)} opens form {form}, which is not registered"
        for path, form in named
        if form and form not in addin.forms.forms
    ]


def _fail(addin: AddIn, problem: Exception) -> None:
    addin.menu, addin.actions, addin.forms, addin.jobs = Menu(), ContextActions(), Forms(), Jobs()
    addin.sections = RecordSections()
    said = str(problem) if isinstance(problem, ValueError) else f"it stopped with {type(problem).__name__}: {problem}"
    addin.failure = said.rstrip(".")  # whoever shows it ends the sentence
    addin.details = "".join(traceback.format_exception(problem))
    addin.disagreement = str(problem) if isinstance(problem, ManifestError | RegistrationError) else ""
    addin.trace = trace_of(problem)


def stop_all(addins: Iterable[AddIn]) -> None:
    """Stop every add-in, also after one that raises."""
    for addin in addins:
        try:
            addin.stop()
        except Exception as problem:
            addin.failure, addin.details = f"it could not stop: {problem}", "".join(traceback.format_exception(problem))
