"""Refusals of the gateway in front of QuickBooks: other envelopes than the service's own."""

from datetime import datetime

from hostsim.qbo_simulator.base.clock import envelope_time
from hostsim.qbo_simulator.base.http import Record, Response, dump

_CHALLENGE = (("WWW-Authenticate", 'Bearer realm="Intuit", error="invalid_token"'),)
_THROTTLED = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<IntuitResponse time="{time}" xmlns="http://schema.intuit.com/finance/v3">\n'
    '    <Fault type="SERVICE">\n        <Error code="3001">\n'
    "            <Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>\n"
    "            <Detail>The request limit was reached.  Try again later</Detail>\n"
    "        </Error>\n    </Fault>\n</IntuitResponse>\n"
)


def unauthenticated(detail: str, now: datetime) -> Response:
    """401, code 3200; the detail repeats the token, as the real one does."""
    body = _body("message=AuthenticationFailed; errorCode=003200; statusCode=401", detail, "3200", "AUTHENTICATION", now)
    return Response(401, dump(body), (("Content-Type", "application/json"), *_CHALLENGE))


def forbidden(reason: str, now: datetime) -> Response:
    """403, code 3100; `reason` is ApplicationAuthorizationFailed or AuthorizationFailed."""
    body = _body(f"message={reason}; errorCode=003100; statusCode=403", None, "3100", "SERVICE", now)
    return Response(403, dump(body), (("Content-Type", "application/json"),))


def throttled(now: datetime, as_json: bool = False) -> Response:
    """429: XML even for clients that asked for JSON, unless the switch says otherwise."""
    if as_json:
        message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
        body = _body(message, "The request limit was reached.  Try again later", "3001", "SERVICE", now)
        return Response(429, dump(body), (("Content-Type", "application/json"),))
    text = _THROTTLED.format(time=envelope_time(now))
    return Response(429, text.encode(), (("Content-Type", "text/xml"),))


def _body(message: str, detail: str | None, code: str, kind: str, now: datetime) -> Record:
    error = {"message": message, "detail": detail, "code": code, "element": None}
    return {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": kind},
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(now.timestamp() * 1000),
        "status": None,
        "cdcresponse": [],
    }
