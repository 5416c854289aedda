"""The hooks an add-in may implement; the project name is `workspace` (docs/writing-a-host.md describes their arguments)."""

from __future__ import annotations

from typing import Any

import pluggy

PROJECT = "workspace"
GROUP = "workspace.addins"
API_VERSION = "1"

hookspec = pluggy.HookspecMarker(PROJECT)


class WorkspaceHooks:
    """Each hook receives a registrar and calls its methods with plain data."""

    @hookspec
    def workspace_start(self, host: Any) -> None:
        """Receive the host's services; called once, before the others."""

    @hookspec
    def workspace_menu(self, menu: Any) -> None:
        """Add menu entries: `menu.add(path=…, form=…, right=…)`."""

    @hookspec
    def workspace_context_actions(self, actions: Any) -> None:
        """Add context-menu entries: `actions.add(grid=…, path=…, form=… or call=…, right=…)`."""

    @hookspec
    def workspace_forms(self, forms: Any) -> None:
        """Add forms: `forms.add(form)`."""

    @hookspec
    def workspace_record_sections(self, sections: Any) -> None:
        """Add to what is shown of a record that is opened: `sections.add(kinds=…, read=…)`."""

    @hookspec
    def workspace_jobs(self, jobs: Any) -> None:
        """Add background jobs: `jobs.add(id=…, every=…, call=…)`."""

    @hookspec
    def workspace_support(self, support: Any) -> None:
        """Add to a support bundle: `support.add(name=…, content=…)`; called for each; no name, amount or secret."""

    @hookspec
    def workspace_stop(self) -> None:
        """Let go of everything; called once, at the end."""
