"""Failures of requests, all in one shape: `{"error": {"text": sentence, …}}`; a person who opens an address reads the sentence."""

from __future__ import annotations

import traceback
from html import escape

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

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


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>WorkSpace</title>
<link rel="icon" href="/static/icon.svg">
<link rel="stylesheet" href="/static/look.css">
</head>
<body class="small"><main><h1>WorkSpace</h1><p role="alert">{text}</p></main></body>
</html>
"""
HTTP_TEXTS = {404: "There is no such page.", 405: "That cannot be done here."}


def error_for(headers: Headers, status: int, text: str, **values: object) -> Response:
    """The one shape, or the sentence as a page where a browser shows the answer to a person."""
    if "text/html" in headers.get("accept", ""):
        return HTMLResponse(PAGE.format(text=escape(text)), status_code=status)
    return error(status, text, **values)


async def on_refused(request: Request, problem: Exception) -> Response:
    """Answer for a refusal; `gone` makes the page read its rows again."""
    if isinstance(problem, RequestRefused):
        return error_for(request.headers, problem.status, problem.text, **problem.values)
    gone = {"gone": True} if isinstance(problem, RowsGone) else {}
    return error_for(request.headers, STATUSES[type(problem)] if isinstance(problem, Refused) else 500, str(problem), **gone)


async def on_http(request: Request, problem: Exception) -> Response:
    """Answer for an unknown address or method."""
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    return error_for(
        request.headers,
        status,
        {404: "There is no such page.", 405: "That cannot be done here."}.get(status, "That request does not fit."),
    )


async def on_crash(request: Request, problem: Exception) -> Response:
    """Answer for anything unforeseen; the trace goes under Details."""
    request.app.state.workspace.exceptions.add(request.scope["route"].path if "route" in request.scope else "", problem)
    return error_for(
        request.headers,
        500,
        f"Something went wrong in WorkSpace: {type(problem).__name__}.",
        details="".join(traceback.format_exception(problem)),
    )
