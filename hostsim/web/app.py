"""The application: routes, error handlers, guard."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from hostsim.refusals import Refused
from hostsim.web import api, pages
from hostsim.web.errors import on_crash, on_http, on_refused
from hostsim.web.event_stream import stream
from hostsim.web.exports.excel import download_excel
from hostsim.web.exports.printing import show_print_page
from hostsim.web.files import FOLDER, LastingFiles, lasting_address
from hostsim.web.grids import outcomes
from hostsim.web.guard import CALLBACK, Guard
from hostsim.web.guide import guide_pages
from hostsim.web.start_tokens import StartTokens
from hostsim.web.support import download_support
from hostsim.workspace import Workspace


def routes(static: str) -> list[Route | Mount]:
    """Every address of the host; `static` is the cacheable address of the static files."""
    return [
        Route("/", pages.index),
        *(Route(grid_page.path, pages.show_grid_page) for grid_page in pages.GRID_PAGES),
        Route(CALLBACK, pages.receive_callback, methods=["GET"]),
        Route("/guide/{addin}/{page}", guide_pages.show_guide_page),
        Route("/guide/{addin}/pictures/{name}", guide_pages.show_guide_picture),
        Route("/events", stream),
        Route("/api/pages/{form}", pages.open_grid_page),
        Route("/api/forms/{form}/open", api.open_form, methods=["POST"]),
        Route("/api/forms/{form}/rows", api.read_rows, methods=["POST"]),
        Route("/api/forms/{form}/act", api.act, methods=["POST"]),
        Route("/api/forms/{form}/run", api.run, methods=["POST"]),
        Route("/api/forms/{form}/options", api.options),
        Route("/api/context/{grid}/{index:int}", api.call_action, methods=["POST"]),
        Route("/api/snapshots/{token}", api.read_snapshot),
        Route("/api/snapshots/{token}/page", api.read_page),
        Route("/api/snapshots/{token}/selection", api.measure_selection, methods=["POST"]),
        Route("/api/snapshots/{token}/csv", api.download),
        Route("/api/snapshots/{token}/xlsx", download_excel),
        Route("/print/{token}", show_print_page),
        Route("/api/snapshots/{token}/outcomes", outcomes.count_outcomes),
        Route("/api/snapshots/{token}/filter", outcomes.filter_rows, methods=["POST"]),
        Route("/api/records/{ref}/sections", pages.read_sections),
        Route("/api/support-bundle", download_support),
        Route("/api/tasks", api.list_tasks),
        Route("/api/tasks/{task}", api.read_task),
        Route("/api/tasks/{task}/cancel", api.cancel_task, methods=["POST"]),
        Mount(static, LastingFiles(directory=FOLDER)),
        Mount("/static", StaticFiles(directory=FOLDER)),
    ]


def create_app(workspace: Workspace, tokens: StartTokens) -> Guard:
    """The whole host as one ASGI application; `tokens` let browsers in."""
    static = lasting_address()
    app = Starlette(routes=routes(static), exception_handlers={Refused: on_refused, HTTPException: on_http, Exception: on_crash})
    app.state.workspace, app.state.templates = workspace, pages.templates(static)
    return Guard(app, tokens)
