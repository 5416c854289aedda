"""The command `hostsim quickbooks`."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import click

from hostsim.qbo_simulator.base.settings import paced
from hostsim.qbo_simulator.server.server import serve

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SECONDS = click.FloatRange(min=0)


class CannotRun(click.ClickException):
    """A sentence, and exit status 2 as of every command that could not run."""

    exit_code = 2


@click.command("quickbooks")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8401, show_default=True, help="Port to answer on, or of the simulator to ask."
)
@click.option(
    "--company",
    "companies",
    type=click.Choice(["demo", "sample", "empty", "abroad"]),
    multiple=True,
    default=["demo"],
    show_default=True,
    help="Company to begin with; may be given several times.",
)
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Keep everything in this file.")
@click.option("--books", type=_FILE, help="A JSON file with customers, transactions, merges and switches to begin with.")
@click.option("--no-limits", is_flag=True, help="No limits and no service time: for fast tests.")
@click.option("--service-seconds", type=_SECONDS, help="What a call takes.  [default: 0.25 with limits]")
@click.option("--batch-item-seconds", type=_SECONDS, help="What each item of a batch takes.  [default: 0.25 with limits]")
@click.option("--credentials", is_flag=True, help="Ask the running simulator for credentials, as JSON.")
@click.option("--quickbooks", "address", envvar="HOSTSIM_QUICKBOOKS", help="Address of the running simulator to ask.")
@click.option("--database", hidden=True, help="Not used here; every command takes it.")
def command(  # noqa: PLR0917 - one argument per option
    port: int,
    companies: tuple[str, ...],
    state: Path | None,
    books: Path | None,
    no_limits: bool,
    service_seconds: float | None,
    batch_item_seconds: float | None,
    credentials: bool,
    address: str | None,
    database: str | None,  # noqa: ARG001 - taken so that every command has the same options
) -> None:
    """Run an offline QuickBooks Online, or ask a running one for its credentials."""
    if credentials:
        click.echo(json.dumps(ask_credentials(address or f"http://127.0.0.1:{port}"), indent=2))
        return
    try:
        settings = paced(not no_limits, service_seconds=service_seconds, batch_item_seconds=batch_item_seconds)
        serve(port=port, company=",".join(companies), state_file=state, settings=settings, books=books)
    except ValueError as error:
        raise CannotRun(f"{books} cannot be read: {error}") from error
    except OSError as error:
        raise CannotRun(f"Port {port} cannot be used ({error.strerror}); choose another one with --port.") from error


def ask_credentials(address: str) -> dict[str, str]:
    """The credentials of the simulator at `address`."""
    try:
        parts = urlsplit(address)
        with closing(HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=10)) as connection:
            connection.request("GET", "/_control/credentials")
            told: dict[str, str] = json.load(connection.getresponse())
    except (OSError, HTTPException, ValueError) as error:
        raise CannotRun(f"No simulator answers at {address}: {error}") from error
    return told
