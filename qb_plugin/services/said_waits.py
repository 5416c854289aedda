"""Waits are said where they are felt: those of runs to the runs, those of lists and dialogs to the host."""

from __future__ import annotations

from typing import Protocol

from qb_plugin.messages import Sentences
from qb_plugin.model import Message
from qb_plugin.quickbooks.http.call_scope import CallPurpose, current_scope
from qb_plugin.services.notices import Notices


class WaitingHost(Protocol):
    """The part of the host that says waits."""

    def say_wait(self, text: str, /) -> None: ...


class SaidWaits:
    """Takes notices in the thread that waits, whose scope says what it waits for."""

    def __init__(self, notices: Notices, host: WaitingHost, sentences: Sentences) -> None:
        self._notices, self._host, self._sentences = notices, host, sentences

    def publish(self, message: Message) -> None:
        """Pass the notice on to the runs that are subscribed, or to the host."""
        if current_scope().purpose is CallPurpose.RUN:
            self._notices.publish(message)
        else:
            self._host.say_wait(self._sentences.text(message))
