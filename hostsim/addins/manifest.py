"""An add-in's manifest: finding it, reading it, and comparing it with the code."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hostsim.addins.hookspecs import API_VERSION, PROJECT, WorkspaceHooks

FILE = "manifest.toml"


class ManifestError(ValueError):
    """The manifest is missing, unreadable, or disagrees with the code; the text says exactly how."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an add-in says of itself; `short_name` heads its column in the host's grids."""

    id: str
    name: str
    version: str
    api: str
    entry_point: str
    hooks: tuple[str, ...]
    forms: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    permissions: Mapping[str, tuple[str, ...]] | None = None
    short_name: str = ""
    guide: str = ""  # folder of its guide, beside the manifest

    @property
    def label(self) -> str:
        """The short name, else the name."""
        return self.short_name or self.name


def find_manifest(package: str) -> Path:
    """The path of a package's manifest: beside its top folder in a checkout, inside it in a wheel.

    The checkout wins: an editable install may hold a stale copy inside the package.
    """
    folder = _folder(package.partition(".")[0])
    checkout = folder.parent / FILE
    if checkout.is_file() and (folder.parent / "pyproject.toml").is_file():
        return checkout
    if (folder / FILE).is_file():
        return folder / FILE
    raise ManifestError(f"{package} has no {FILE}: neither beside its folder (checkout) nor inside it (wheel)")


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ManifestError(f"package {package} is not installed")
    return Path(spec.origin).parent


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; ManifestError names what is missing or of a wrong type."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise ManifestError(f"{path.name} cannot be read: {problem}") from problem
    return Manifest(
        id=_text(raw, "id"),
        name=_text(raw, "name"),
        version=_text(raw, "version"),
        api=_text(raw, "api"),
        entry_point=_text(raw, "entry_point"),
        hooks=_texts(raw, "hooks"),
        forms=_texts(raw, "forms"),
        commands=_texts(raw, "commands"),
        permissions=_permissions(raw),
        short_name=str(raw.get("short_name", "")),
        guide=str(raw.get("guide", "")),
    )


def _permissions(raw: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    found = raw.get("permissions", {})
    if not isinstance(found, dict):
        raise ManifestError(f"{FILE}: permissions must be a table")
    return {key: _texts(found, key) for key in found}


def _text(raw: Mapping[str, object], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value:
        raise ManifestError(f"{FILE} lacks {key}")
    return value


def _texts(raw: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ManifestError(f"{FILE}: {key} must be a list of texts")
    return tuple(value)


def differences(manifest: Manifest, plugin: object, entry_point: str) -> list[str]:
    """Where manifest and plugin object disagree, one sentence each; empty when they agree."""
    implemented = _implemented(plugin)
    return [
        *([f"the manifest's API version is {manifest.api}, this host's is {API_VERSION}"] if manifest.api != API_VERSION else []),
        *(
            [f"the manifest's entry point is {manifest.entry_point}, the installed one is {entry_point}"]
            if manifest.entry_point != entry_point
            else []
        ),
        *foreign_markers(plugin),
        *unmatched("hook", manifest.hooks, implemented, "implements"),
        *(f"hook {name} does not exist in this host" for name in implemented if not hasattr(WorkspaceHooks, name)),
        *(f"command {name} names no form" for name in manifest.commands if name not in (*manifest.forms, "connect")),
    ]


def unmatched(what: str, stated: Iterable[str], found: Iterable[str], verb: str) -> list[str]:
    """Sentences for names that stand on one side only."""
    stated, found = set(stated), set(found)
    return [
        *(f"the manifest lists {what} {name}, but the code {verb} none of that name" for name in sorted(stated - found)),
        *(f"the code {verb} {what} {name}, which the manifest does not list" for name in sorted(found - stated)),
    ]


def _implemented(plugin: object) -> list[str]:
    return [name for name, method in _methods(plugin) if isinstance(getattr(method, f"{PROJECT}_impl", None), dict)]


def foreign_markers(plugin: object) -> list[str]:
    """Methods that look like our hooks but carry another marker or none; pluggy ignores these without a word."""
    return [
        f"{name} is marked as a hook of {_marker(method) or 'nobody'}, not of {PROJECT}: it would never be called"
        for name, method in _methods(plugin)
        if (
            hasattr(WorkspaceHooks, name)
            and not name.startswith("_")
            and not isinstance(getattr(method, f"{PROJECT}_impl", None), dict)
        )
    ]


def _methods(plugin: object) -> list[tuple[str, Any]]:
    return [(name, getattr(plugin, name)) for name in dir(plugin) if not name.startswith("_") and callable(getattr(plugin, name))]


def _marker(method: Any) -> str:
    attributes = getattr(getattr(method, "__func__", method), "__dict__", {})
    return next(
        (name.removesuffix("_impl") for name, value in attributes.items() if name.endswith("_impl") and isinstance(value, dict)), ""
    )
