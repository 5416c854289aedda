"""The simulator without a network: a `requests` adapter that calls the simulator directly."""

import io
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from hostsim.qbo_simulator.base.http import LostAnswer, Request, Response
from hostsim.qbo_simulator.simulator import QuickBooks

Timeout = float | tuple[float, float] | tuple[float, None] | None


class InProcessAdapter(BaseAdapter):
    """Mount it on a session; lost answers raise what `requests` raises, waiting moves the simulator's clock."""

    def __init__(self, core: QuickBooks) -> None:
        super().__init__()
        self._core = core
        self._builder = HTTPAdapter()

    def send(  # noqa: PLR0917 - requests' own signature
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Timeout = None,
        verify: bool | str = True,  # noqa: ARG002
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> requests.Response:
        """Answer one prepared request."""
        answer = self._core.handle(_read(request))
        self._wait(request, answer, timeout)
        if isinstance(answer, LostAnswer):
            text = "Connection reset by peer" if answer.how == "reset" else "Remote end closed connection without response"
            raise requests.ConnectionError(text, request=request)
        built = self._builder.build_response(request, _raw(answer))
        if not stream:
            _ = built.content
        return built

    def _wait(self, request: requests.PreparedRequest, answer: Response | LostAnswer, timeout: Timeout) -> None:
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        late = patience is not None and answer.delay > patience
        if answer.delay:
            self._core.clock.advance(min(answer.delay, patience) if patience is not None else answer.delay)
        if late:
            raise requests.ReadTimeout("Read timed out.", request=request)

    def close(self) -> None:
        """Do nothing: the adapter holds no resources."""


def _read(request: requests.PreparedRequest) -> Request:
    parts = urlsplit(request.url or "")
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    headers.setdefault("host", parts.netloc)
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else bytes(body) if isinstance(body, bytes | bytearray) else b"".join(body)
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    return Request(request.method or "GET", parts.path, query, headers, content)


def _raw(answer: Response) -> HTTPResponse:
    headers = HTTPHeaderDict(answer.headers)
    headers["Content-Length"] = str(len(answer.body))
    return HTTPResponse(
        body=io.BytesIO(answer.body if answer.cut is None else answer.body[: answer.cut]),
        headers=headers,
        status=answer.status,
        preload_content=False,
        enforce_content_length=True,
    )
