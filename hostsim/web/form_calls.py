"""Calls into forms: what a request carries, read strictly, and what an add-in raises, turned into a sentence."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

import simplejson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from hostsim.web.errors import RequestRefused
from hostsim.workspace import Workspace

Params = ParamSpec("Params")
Result = TypeVar("Result")


async def in_thread(call: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs) -> Result:
    """Call in a thread: forms read databases and may speak to a network."""
    return await run_in_threadpool(call, *args, **kwargs)


async def read_body(request: Request) -> dict[str, Any]:
    """Read the JSON object a request carries; RequestRefused for anything else."""
    try:
        body = simplejson.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        raise RequestRefused(400, "That is not JSON.") from None
    if not isinstance(body, dict):
        raise RequestRefused(400, "That is not a JSON object.")
    return body


def read_map(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Read an object out of the body; empty when it is not there."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RequestRefused(400, f"{name} must be an object.")
    return value


def answer_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields' values and the form's token."""
    return read_map(body, "answer")


def call_form(workspace: Workspace, form: str, call: Callable[[], Result]) -> Result:
    """Call a form; what it raises becomes a sentence that names whose form it is, with the trace under Details."""
    try:
        return call()
    except RequestRefused:
        raise
    except Exception as problem:  # an add-in may raise anything
        workspace.troubles.note(form, problem)
        text = f"{workspace.owner(form)} stopped with an error: {type(problem).__name__}. Nothing else is affected."
        raise RequestRefused(500, text, details="".join(traceback.format_exception(problem))) from problem
