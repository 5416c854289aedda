"""`hostsim support`: the support bundle from a terminal."""

from __future__ import annotations

import os
from pathlib import Path

import click

from hostsim.commands.startup import CannotRun, open_from, shared_options
from hostsim.support import write_bundle


def open_private(path: str, flags: int) -> int:
    """Open a new file that only this user can read."""
    return os.open(path, flags, 0o600)


@click.command("support")
@shared_options
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def command(database: str | None, quickbooks: str | None, file: Path) -> None:
    """Write a support bundle to FILE: how program, add-ins and runs stand, without names, amounts, references or secrets."""
    workspace = open_from(database, quickbooks)
    try:
        with open(file, "xb", opener=open_private) as bundle:
            write_bundle(workspace, bundle)
    except FileExistsError:
        raise CannotRun(f"{file} is there already. Nothing was written. Choose another name.") from None
    except OSError as problem:
        raise CannotRun(f"{file} cannot be written: {problem.strerror}.") from problem
    finally:
        workspace.close()
    click.echo(f"Written to {file}. It is plain text inside: read it before you pass it on.")
