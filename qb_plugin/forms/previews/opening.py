"""The way from a form to its preview: what was picked is kept, and the preview opened on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from qb_plugin.forms.descriptions import ActResult
from qb_plugin.forms.form_sessions import FormSessions
from qb_plugin.messages import Sentences
from qb_plugin.model import Message


class Picked(Protocol):
    """What a preview is of."""

    @property
    def ids(self) -> Sequence[str]: ...


Preview = TypeVar("Preview", bound=Picked)


def open_preview(form: str, previews: FormSessions[Preview], picked: Preview, sentences: Sentences) -> ActResult:
    """Keep what was picked, and open the preview on it; nothing picked is said."""
    if not picked.ids:
        return {"notice": sentences.text(Message("pick_one")), "level": "warning"}
    return {"form": form, "request": {"answer": {"token": previews.keep(picked)}}}
