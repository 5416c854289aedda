"""The web pages: books, request log, trouble, clock, and the consent page."""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hostsim.qbo_simulator.base.clock import parse_time
from hostsim.qbo_simulator.base.entities import KINDS
from hostsim.qbo_simulator.base.settings import CHOICES, Settings
from hostsim.qbo_simulator.fault_injection.trouble import KINDS as TROUBLES
from hostsim.qbo_simulator.oauth.sign_in import ConsentError
from hostsim.qbo_simulator.server import page_data
from hostsim.qbo_simulator.server.control import allowed
from hostsim.qbo_simulator.simulator import QuickBooks

_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self' http: https:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # With no-referrer a browser would post our own forms with `Origin: null`, and the guard could not know them as ours.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Pages:
    """The pages of one simulator, rendered from its present state."""

    def __init__(self, core: QuickBooks, reset: Callable[[], None]) -> None:
        self._core = core
        self._reset = reset
        loader = PackageLoader("hostsim.qbo_simulator.server", "templates")
        self._templates = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)

    def draw(self, name: str, status: int = 200, **values: Any) -> Response:
        """One page as HTML."""
        core = self._core
        general = {"realms": core.realms, "now": core.clock.now(), "frozen": core.clock.frozen, "kinds": KINDS}
        text = self._templates.get_template(name).render({**general, **values})
        return Response(text, status, _SAFE, "text/html; charset=utf-8")

    async def style(self, _request: Request) -> Response:
        """The style sheet."""
        text = self._templates.get_template("style.css").render()
        return Response(text, 200, {"X-Content-Type-Options": "nosniff"}, "text/css; charset=utf-8")

    async def overview(self, _request: Request) -> Response:
        """Figures of every company, clock, trouble, switches, the latest calls."""
        with self._core.lock:
            companies = [page_data.summary(company) for company in self._core.realms.values()]
        return self.draw(
            "overview.html",
            companies=companies,
            troubles=[rule.as_json() for rule in self._core.troubles],
            trouble_kinds=sorted(TROUBLES),
            switches=[(field.name, getattr(self._core.settings, field.name)) for field in fields(Settings)],
            choices=CHOICES,
            calls=list(self._core.log.entries)[-15:][::-1],
        )

    async def listing(self, request: Request) -> Response:
        """One kind of record, newest change first."""
        company, kind = self._company(request), self._kind(request)
        start = max(1, int(request.query_params.get("start", "1") or 1))
        with self._core.lock:
            rows, total = page_data.listing(company, kind, start)
        return self.draw("listing.html", company=company, kind=kind, rows=rows, start=start, total=total, page=page_data.PAGE)

    async def record(self, request: Request) -> Response:
        """One record, with links to those it is linked to."""
        company, kind, identity = self._company(request), self._kind(request), int(request.path_params["identity"])
        with self._core.lock:
            record = company.get(kind, identity)
        if record is None:
            raise HTTPException(404)
        text = json.dumps(record, indent=2, default=str, ensure_ascii=False)
        links = page_data.links(company, kind, record)
        return self.draw("record.html", company=company, kind=kind, record=record, text=text, links=links)

    async def log(self, _request: Request) -> Response:
        """All calls remembered, newest first."""
        return self.draw("log.html", calls=list(self._core.log.entries)[::-1][:500])

    async def logged(self, request: Request) -> Response:
        """One call with both bodies."""
        number = int(request.path_params["number"])
        found = next((entry for entry in self._core.log.entries if entry.number == number), None)
        if found is None:
            raise HTTPException(404)
        return self.draw("call.html", call=found.as_json())

    async def steer(self, request: Request) -> Response:
        """Handle a form of the overview page."""
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            self._press(request.path_params["what"], form)
        except (ValueError, OverflowError) as error:
            raise HTTPException(400, str(error)) from error
        return RedirectResponse("/", 303)

    def _press(self, what: str, form: dict[str, str]) -> None:
        core = self._core
        if what == "trouble":
            core.add_trouble(**_rule(form))
        elif what == "clear":
            core.clear_trouble()
        elif what == "clock":
            with core.lock:
                core.clock.advance(float(form.get("advance") or 0))
                if form.get("set"):
                    core.clock.set(parse_time(form["set"]))
                core.run_due(core.clock.now())
        elif what == "switch":
            core.change_settings(**{form["name"]: _typed(form["value"], getattr(Settings(), form["name"]))})
        elif what == "reset":
            self._reset()

    async def consent(self, request: Request) -> Response:
        """Show the consent page; after the answer, redirect the browser."""
        asked = dict(request.query_params)
        try:
            consent = self._core.signin.consent(asked)
        except ConsentError as error:
            return RedirectResponse(error.redirect, 303) if error.redirect else self.draw("refusal.html", 400, text=str(error))
        if request.method == "GET":
            return self.draw("consent.html", consent=consent, names=self._names(), query=request.url.query)
        form = dict(parse_qsl((await request.body()).decode()))
        if form.get("choice") != "connect":
            return RedirectResponse(self._core.signin.decline(consent), 303)
        realm = form.get("realm", "")
        if realm not in self._core.realms:
            return self.draw("refusal.html", 400, text="There is no such company.")
        with self._core.lock:
            back = self._core.signin.approve(consent, realm, self._core.clock.now().timestamp())
        return RedirectResponse(back, 303)

    def _names(self) -> dict[str, str]:
        return {realm: page_data.name_of(company) for realm, company in self._core.realms.items()}

    def _company(self, request: Request) -> Any:
        company = self._core.realms.get(request.path_params["realm"])
        if company is None:
            raise HTTPException(404)
        return company

    def _kind(self, request: Request) -> str:
        kind = str(request.path_params["kind"])
        if kind not in KINDS:
            raise HTTPException(404)
        return kind


def _rule(form: dict[str, str]) -> dict[str, Any]:
    match = {name: form[name] for name in ("entity", "operation") if form.get(name)}
    chance = float(form["probability"]) if form.get("probability") else None
    return {
        "kind": form.get("kind"),
        "match": match,
        "nth": int(form.get("nth") or 1),
        "times": int(form.get("times") or 1) if chance is None else None,
        "probability": chance,
        "seconds": float(form.get("seconds") or 0),
    }


def _typed(text: str, default: object) -> object:
    if isinstance(default, bool):
        return text.lower() in ("true", "on", "1")
    return type(default)(text) if isinstance(default, int | float) else text


def pages(core: QuickBooks, reset: Callable[[], None]) -> Starlette:
    """The pages as a Starlette application."""
    drawn = Pages(core, reset)
    routes = [
        Route("/", drawn.overview),
        Route("/style.css", drawn.style),
        Route("/books/{realm}/{kind}", drawn.listing),
        Route("/books/{realm}/{kind}/{identity:int}", drawn.record),
        Route("/log", drawn.log),
        Route("/log/{number:int}", drawn.logged),
        Route("/press/{what}", _guarded(drawn.steer), methods=["POST"]),
        Route("/connect/oauth2", _guarded(drawn.consent), methods=["GET", "POST"]),
    ]
    return Starlette(routes=routes)


def _guarded(endpoint: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """Refuse posts that do not come from a page of this simulator on this machine."""

    async def guarded(request: Request) -> Response:
        peer = request.client.host if request.client else ""
        if request.method == "POST" and not allowed(peer, dict(request.headers)):
            raise HTTPException(403)
        answer: Response = await endpoint(request)
        return answer

    return guarded
