"""`hostsim serve`: the simulated WorkSpace in the browser."""

from __future__ import annotations

import socket
import webbrowser
from contextlib import suppress
from datetime import date

import click

from hostsim.commands.startup import CannotRun, open_from, read_port, shared_options, today_option, user_option
from hostsim.loopback import ADDRESS, PortRefused, listen
from hostsim.web.server import make_server
from hostsim.web.start_tokens import StartTokens
from hostsim.workspace import Workspace


@click.command("serve")
@shared_options
@today_option
@user_option
@click.option(
    "--port", type=read_port, metavar="PORT", default=8400, show_default=True, help="The port to answer on; 0 takes a free one."
)
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option("--token", envvar="HOSTSIM_TOKEN", hidden=True, help="The key in the printed address; made anew when left out.")
def command(
    *,
    database: str | None,
    quickbooks: str | None,
    today: date | None,
    user: str | None,
    port: int,
    opens: bool,
    token: str | None,
) -> None:
    """Run the simulated WorkSpace on this machine, and print the address to open.

    The address carries a key made at this start, which lets in one browser once; without it the pages do not answer.
    """
    try:
        listener = listen(port)
    except PortRefused as problem:
        raise CannotRun(f"{problem} Choose another one with --port.") from None
    with listener:
        port, tokens = listener.getsockname()[1], StartTokens(token)
        workspace = open_from(database, quickbooks, port=port, today=today, user=user)
        try:
            _serve(workspace, listener, f"http://{ADDRESS}:{port}/?token={token or tokens.issue()}", tokens, opens)
        finally:
            workspace.close()


def _serve(workspace: Workspace, listener: socket.socket, address: str, tokens: StartTokens, opens: bool) -> None:
    """Print the address and answer until Ctrl-C."""
    for addin in workspace.failures:
        click.echo(f"The add-in {addin.name} was not loaded: {addin.failure}.", err=True)
    click.echo(f"{workspace.practice.firm.name}: {address}")
    server = make_server(workspace, tokens)
    workspace.start_jobs()
    if opens:
        webbrowser.open(address)
    with suppress(KeyboardInterrupt):  # pressed while the server was starting or ending, it does not always come through
        server.run(sockets=[listener])
    click.echo("Stopped.")
