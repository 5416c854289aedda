"""Every failure of a request in one shape: `{"error": {"text": sentence, …}}`."""

from __future__ import annotations

import traceback
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class RequestRefused(Exception):
    """A request that cannot be done; `status` is the HTTP status, further values go into the answer beside the sentence."""

    def __init__(self, status: int, text: str, **values: Any) -> None:
        super().__init__(text)
        self.status, self.text, self.values = status, text, values


def error(status: int, text: str, **values: Any) -> JSONResponse:
    """The one shape."""
    return JSONResponse({"error": {"text": text, **values}}, status_code=status)


async def on_refused(_: Request, problem: Exception) -> Response:
    """Answer for RequestRefused."""
    return (
        error(problem.status, problem.text, **problem.values) if isinstance(problem, RequestRefused) else error(500, str(problem))
    )


async def on_http(_: Request, problem: Exception) -> Response:
    """Answer for an unknown address or method."""
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    return error(
        status, {404: "There is no such page.", 405: "That cannot be done here."}.get(status, "That request does not fit.")
    )


async def on_crash(request: Request, problem: Exception) -> Response:
    """Answer for anything unforeseen; the trace goes under Details."""
    request.app.state.workspace.troubles.note(request.scope["route"].path if "route" in request.scope else "", problem)
    return error(
        500, f"Something went wrong in WorkSpace: {type(problem).__name__}.", details="".join(traceback.format_exception(problem))
    )
