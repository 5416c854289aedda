"""`hostsim serve`: the simulated WorkSpace in the browser."""

from __future__ import annotations

import secrets
import webbrowser
from datetime import datetime

import click

from hostsim.commands.startup import CannotRun, as_day, open_from, shared_options, today_option
from hostsim.web.server import ADDRESS, PortTaken, listen, make_server


@click.command("serve")
@shared_options
@today_option
@click.option("--port", default=8400, show_default=True, help="The port to answer on; 0 takes a free one.")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option("--token", envvar="HOSTSIM_TOKEN", hidden=True, help="The key in the printed address; made anew when left out.")
def command(
    *, database: str | None, quickbooks: str | None, today: datetime | None, port: int, opens: bool, token: str | None
) -> None:
    """Run the simulated WorkSpace on this machine, and print the address to open.

    The address carries a key made at this start; without it the pages do not answer.
    """
    try:
        socket = listen(port)
    except PortTaken:
        raise CannotRun(f"Port {port} is taken, perhaps by another hostsim. Choose another one with --port.") from None
    port, token = socket.getsockname()[1], token or secrets.token_urlsafe(24)
    workspace = open_from(database, quickbooks, port=port, today=as_day(today))
    for addin in workspace.failures:
        click.echo(f"The add-in {addin.name} was not loaded: {addin.failure}", err=True)
    address = f"http://{ADDRESS}:{port}/?token={token}"
    click.echo(f"{workspace.practice.firm.name}: {address}")
    server = make_server(workspace, token)
    workspace.start_jobs()
    if opens:
        webbrowser.open(address)
    try:
        server.run(sockets=[socket])
    finally:
        workspace.close()
