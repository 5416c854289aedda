"""Failures of requests, all in one shape: `{"error": {"text": sentence, …}}`."""

from __future__ import annotations

import traceback

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hostsim.refusals import Refused, RightMissing, RowsGone, Unfit

STATUSES: dict[type[Refused], int] = {Unfit: 400, RightMissing: 403, RowsGone: 410}


class RequestRefused(Refused):
    """A request that HTTP has a status for; further values go into the answer beside the sentence."""

    def __init__(self, status: int, text: str, **values: object) -> None:
        super().__init__(text)
        self.status, self.values = status, values


def error(status: int, text: str, **values: object) -> JSONResponse:
    """The one shape."""
    return JSONResponse({"error": {"text": text, **values}}, status_code=status)


async def on_refused(_: Request, problem: Exception) -> Response:
    """Answer for a refusal; `gone` makes the page read its rows again."""
    if isinstance(problem, RequestRefused):
        return error(problem.status, problem.text, **problem.values)
    gone = {"gone": True} if isinstance(problem, RowsGone) else {}
    return error(STATUSES[type(problem)] if isinstance(problem, Refused) else 500, str(problem), **gone)


async def on_http(_: Request, problem: Exception) -> Response:
    """Answer for an unknown address or method."""
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    return error(
        status, {404: "There is no such page.", 405: "That cannot be done here."}.get(status, "That request does not fit.")
    )


async def on_crash(request: Request, problem: Exception) -> Response:
    """Answer for anything unforeseen; the trace goes under Details."""
    request.app.state.workspace.exceptions.add(request.scope["route"].path if "route" in request.scope else "", problem)
    return error(
        500, f"Something went wrong in WorkSpace: {type(problem).__name__}.", details="".join(traceback.format_exception(problem))
    )
