"""Content encodings: gzip bodies of requests, bounded, and gzip answers for clients that accept them."""

import gzip
import zlib
from dataclasses import replace

from hostsim.qbo_simulator.base.faults import unsupported_property
from hostsim.qbo_simulator.base.http import LostAnswer, Request, Response

MOST_BYTES = 16 * 2**20
"""The longest body taken, before and after it is unpacked; a batch of the largest transactions stays far below."""
_WORTH_PACKING = 1000
_GZIP = 31  # zlib's window bits for a gzip header


def decoded(request: Request) -> Request:
    """The request with a plain body; 2010 when it cannot be unpacked or is too long."""
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        plain = request.body
    elif encoding in ("gzip", "x-gzip"):
        plain = _unpacked(request.body)
    else:
        raise unsupported_property(f"Content-Encoding {encoding}")
    if len(plain) > MOST_BYTES:
        raise unsupported_property(f"Request body of more than {MOST_BYTES} bytes")
    return replace(request, body=plain)


def _unpacked(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, MOST_BYTES + 1)  # never more in memory, whatever the body would unpack to
    except zlib.error:
        raise unsupported_property("Content-Encoding gzip") from None
    if len(plain) <= MOST_BYTES and (not unpacker.eof or unpacker.unused_data):
        raise unsupported_property("Content-Encoding gzip")
    return plain


def encoded(answer: Response | LostAnswer, request: Request) -> Response | LostAnswer:
    """The answer packed with gzip when the client accepts that and the body is long enough."""
    if isinstance(answer, LostAnswer) or answer.cut is not None or len(answer.body) < _WORTH_PACKING or not _accepted(request):
        return answer
    headers = (*answer.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
    return replace(answer, body=gzip.compress(answer.body, 1, mtime=0), headers=headers)


def _accepted(request: Request) -> bool:
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, quality = part.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
