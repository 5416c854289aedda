"""`hostsim connect`: sign the firm in to QuickBooks; against a simulator on this machine without a person."""

from __future__ import annotations

import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import click

from hostsim.addins.acting_user import ActingUser, may_not
from hostsim.addins.descriptions import FormDescription
from hostsim.addins.form_protocol import Form
from hostsim.commands.startup import CannotRun, open_from, read_port, shared_options, user_option
from hostsim.loopback import ADDRESS
from hostsim.secrets.simulator_credentials import SimulatorSilent, ask, is_simulator
from hostsim.workspace import Workspace

FORM = "connection"
PERSON_SECONDS = 600


@click.command("connect")
@shared_options
@click.option("--client-id", envvar="HOSTSIM_CLIENT_ID", help="The app's client id; its secret comes from HOSTSIM_CLIENT_SECRET.")
@user_option
@click.option(
    "--port",
    type=read_port,
    metavar="PORT",
    default=8400,
    show_default=True,
    help="The port of the redirect address that is registered with Intuit.",
)
def command(*, database: str | None, quickbooks: str | None, client_id: str | None, user: str | None, port: int) -> None:
    """Connect the firm to a QuickBooks company.

    With a simulator nobody needs to do anything; with a real company the browser opens for consent.
    """
    workspace = open_from(database, quickbooks, port=port, given={"client_id": client_id} if client_id else {}, user=user)
    try:
        click.echo(connect(workspace, workspace.options.values.get("quickbooks", "")))
    except SimulatorSilent as problem:
        raise CannotRun(str(problem)) from problem
    finally:
        workspace.close()


def connect(workspace: Workspace, quickbooks: str) -> str:
    """Connect, and give back the sentence that says to what; CannotRun, with a sentence, when it does not come to that."""
    form = workspace.form(FORM)
    if form is None:
        reasons = " ".join(f"{each.name}: {each.failure}." for each in workspace.failures)
        raise CannotRun(f"No add-in with a connection is loaded. {reasons}".strip())
    if is_simulator(quickbooks):
        ask(quickbooks, "credentials")
    url = _begin(form, workspace.user)
    query = _simulated_consent(quickbooks, url) if is_simulator(quickbooks) else _consent_by_person(workspace.options.port, url)
    result = workspace.callbacks.receive(query)
    if not result["ok"]:
        raise CannotRun(result["text"])
    return result["text"]


def _begin(form: Form, user: ActingUser) -> str:
    opened = form.open({"selection": None, "answer": None}, user=user)
    check_offered(opened, user)
    result = form.act("connect", opened["answer"], [], {}, user=user)
    if not result.get("open_url"):
        rejected = " ".join(str(text) for text in (result.get("rejected") or {}).values())
        raise CannotRun(rejected or str(result.get("notice") or "The sign-in could not be started."))
    return str(result["open_url"])


def check_offered(opened: FormDescription, user: ActingUser) -> None:
    """CannotRun when the user does not have the right that connecting needs."""
    right = next((each.get("right", "view") for each in opened["actions"] if each["id"] == "connect"), "configure")
    if right not in user.rights:
        raise CannotRun(f"{may_not(user.name, right)} Nothing was done.")


def _simulated_consent(quickbooks: str, url: str) -> dict[str, str]:
    return read_query(str(ask(quickbooks, "consent", {"url": url})["redirect"]))


def read_query(address: str) -> dict[str, str]:
    """The query values of the address that the browser is sent back to."""
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def _consent_by_person(port: int, url: str) -> dict[str, str]:
    """Open the browser and wait for the one answer that carries a state."""
    found: dict[str, str] = {}
    try:
        server = HTTPServer((ADDRESS, port), _listener(found))
    except OSError:
        raise CannotRun(f"Port {port} is taken. Close the WorkSpace that runs there, or connect from its Setup menu.") from None
    with server:
        server.timeout = PERSON_SECONDS
        click.echo(f"Opening the browser for consent. If nothing opens, go to:\n{url}", err=True)
        webbrowser.open(url)
        while not found.get("state"):
            server.handle_request()
    return found


def _listener(found: dict[str, str]) -> type[BaseHTTPRequestHandler]:
    class Listener(BaseHTTPRequestHandler):
        """Receives the browser's return from the consent page."""

        def do_GET(self) -> None:
            """Store the query values of the callback; anything else is not found."""
            ours = urlsplit(self.path).path == "/addins/callback"
            found.update(read_query(self.path) if ours else {})
            self.send_response(200 if ours else 404)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"Thank you. You can close this window and go back to the terminal." if ours else b"")

        def log_message(self, *_: Any) -> None:
            """No log: the address holds the code."""

    return Listener
