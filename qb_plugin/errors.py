"""The add-in's failures, sorted by what to do next.

AddInError                    carries a Message: key, values, details
├── CallCancelled             not acted upon: called back while it waited to leave
├── UnknownOutcome            maybe acted upon: look it up before anything else
├── RowRefused                this row cannot be done; the others go on
├── AnswerRejected            what a person entered does not fit; `fields` names each and why
└── Fatal                     nothing more can be done in this run; the rest is not tried
    ├── ReconnectNeeded       QuickBooks has signed us out
    ├── NotConnected          no company is connected
    ├── Unreachable           QuickBooks does not answer at all
    ├── RunInProgress         another run holds the lease
    └── LeaseLost             our own lease was taken over

StartRefused is no AddInError: it goes out of a hook to the host, with its sentence as text.
"""

from __future__ import annotations

from collections.abc import Mapping

from qb_plugin.model import Message


class AddInError(Exception):
    """A failure with its sentence."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.key)
        self.message = message


class CallCancelled(AddInError):
    """The call was called back before it left."""


class UnknownOutcome(AddInError):
    """Maybe acted upon."""


class RowRefused(AddInError):
    """This row cannot be done."""


class AnswerRejected(AddInError):
    """What a person entered does not fit: `fields` maps a field's name to its sentence."""

    def __init__(self, message: Message, fields: Mapping[str, Message]) -> None:
        super().__init__(message)
        self.fields = dict(fields)


class Fatal(AddInError):
    """Nothing more can be done in this run."""


class ReconnectNeeded(Fatal):
    """QuickBooks has signed us out."""


class NotConnected(Fatal):
    """No company is connected."""


class Unreachable(Fatal):
    """QuickBooks does not answer at all."""


class RunInProgress(Fatal):
    """Another run holds the lease."""


class LeaseLost(Fatal):
    """Our own lease was taken over while we ran."""


class StartRefused(ValueError):
    """The add-in cannot start; the text is the sentence for people."""
