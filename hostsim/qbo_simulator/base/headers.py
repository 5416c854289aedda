"""The headers that answers carry, as recorded."""

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime

from hostsim.qbo_simulator.base.http import Response

_SERVICE = "application/json;charset=utf-8"
_SUCCESS = (
    ("QBO-Version", "2040.100"),
    ("Service-Time", "total=85, db=77"),
    ("Expires", "0"),
    ("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private"),
)


def headed(answer: Response, now: datetime, tid: str) -> Response:
    """The answer with date, type, transaction id and, for a success of the service, its cache headers."""
    named = {name.lower() for name, _ in answer.headers}
    headers = [("Date", format_datetime(now.astimezone(UTC), usegmt=True)), *answer.headers]
    if "content-type" not in named:
        headers.append(("Content-Type", _SERVICE if answer.status == 200 else "application/json"))
    headers += [("intuit_tid", tid), ("X-Amzn-Trace-Id", f"Root={tid}"), ("x-request-id", tid), ("Server", "istio-envoy")]
    if answer.status == 200 and "cache-control" not in named:
        headers += _SUCCESS
    return replace(answer, headers=tuple(headers))
