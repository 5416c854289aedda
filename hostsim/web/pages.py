"""Pages: one window with menu bar, tabs and a grid; the small page of the OAuth callback."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates

from hostsim.addins.acting_user import may_not
from hostsim.addins.host_services import CallbackAnswer
from hostsim.web import api
from hostsim.web.errors import RequestRefused
from hostsim.web.files import modules
from hostsim.web.form_calls import in_thread
from hostsim.web.menus import menu_tree
from hostsim.workspace import Workspace


@dataclass(frozen=True, slots=True)
class GridPage:
    """A page: its address, tab, section (Billing alone has any) and the grid it shows."""

    path: str
    tab: str
    section: str
    form: str


GRID_PAGES = (
    GridPage("/clients", "Clients", "", "clients"),
    GridPage("/billing/invoices", "Billing", "Invoices", "billing.invoices"),
    GridPage("/billing/payments", "Billing", "Payments", "billing.payments"),
)
TABS = (("Clients", "/clients"), ("Billing", "/billing/payments"))


def templates(static: str) -> Jinja2Templates:
    """The templates, escaping everything; `static` is where they find the static files."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.globals.update(static=static, modules=modules())
    return Jinja2Templates(env=environment)


async def index(_: Request) -> Response:
    """`GET /`: the Payments grid."""
    return RedirectResponse("/billing/payments", status_code=303)


async def show_grid_page(request: Request) -> Response:
    """A tab with its grid."""
    workspace: Workspace = request.app.state.workspace
    grid_page = next(each for each in GRID_PAGES if each.path == request.url.path)
    firm = workspace.practice.firm
    values: dict[str, object] = {
        "firm": firm.name,
        "dates": firm.dates,
        "user": workspace.user.name,
        "menu": menu_tree(workspace.menu(), workspace.user),
        "failures": workspace.failures,
        "grid_page": grid_page,
        "position": workspace.feed.position(),
        "tabs": TABS,
        "sections": [each for each in GRID_PAGES if each.tab == grid_page.tab and each.section],
        "addins": [each for each in workspace.addins if not each.failure and each.manifest],
    }
    answer: HTMLResponse = request.app.state.templates.TemplateResponse(request, "grid_page.html", values)
    return answer


async def open_grid_page(request: Request) -> Response:
    """`GET /api/pages/{form}` → `{description, state}` of a page's grid, as `open` and `rows` give them.

    The page asks for it in its head, so that the rows are on their way before the scripts that draw them.
    """
    form = request.path_params["form"]
    if form not in {grid_page.form for grid_page in GRID_PAGES}:
        raise RequestRefused(404, f"There is no page with a form {form}.")
    return api.reply(await in_thread(api.open_with_rows, request.app.state.workspace, form))


async def read_sections(request: Request) -> Response:
    """`GET /api/records/{ref}/sections` → `{sections}`: what add-ins tell of a record.

    The page asks after it has shown the host's own part, since add-ins may read theirs over a network.
    """
    workspace: Workspace = request.app.state.workspace
    if not workspace.may("view"):
        raise RequestRefused(403, may_not(workspace.user.name, "view"))
    return api.reply({"sections": await in_thread(workspace.addin_sections, request.path_params["ref"])})


async def receive_callback(request: Request) -> Response:
    """`GET /addins/callback`: the OAuth answer. Each handler knows its own `state`; the page shows the result."""
    workspace: Workspace = request.app.state.workspace
    query = dict(request.query_params)
    single = len(query) == len(request.query_params.multi_items())
    unclear: CallbackAnswer = {"ok": False, "text": "This answer states a value twice. Nothing was changed."}
    result = await in_thread(workspace.callbacks.receive, query) if single else unclear
    if result["ok"]:
        workspace.feed.publish({"addins": "changed"})
    answer: HTMLResponse = request.app.state.templates.TemplateResponse(
        request, "callback.html", dict(result), status_code=200 if result["ok"] else 400
    )
    return answer
