"""The command `hostsim`: a table of commands, each loaded when it is called, so that `--help` answers at once."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

import click


@dataclass(frozen=True, slots=True)
class Entry:
    """The import path of a command, and its line in `--help`, which is printed without loading the command."""

    target: str
    line: str


COMMANDS = {
    "serve": Entry("hostsim.commands.serve:command", "Run the simulated WorkSpace in the browser."),
    "quickbooks": Entry("hostsim.qbo_simulator.server.command:command", "Run the offline QuickBooks Online simulator."),
    "seed": Entry("hostsim.commands.seed:command", "Fill a database with the demo firm."),
    "load": Entry("hostsim.commands.load:command", "Load clients, invoices, payments and credit memos from a JSON file."),
    "dump": Entry("hostsim.commands.dump:command", "Print the firm's records as JSON that load takes."),
    "connect": Entry("hostsim.commands.connect:command", "Connect the firm to QuickBooks."),
    "run": Entry(
        "hostsim.terminal.run_command:command",
        "Do from here what a form does: import-payments, export-payments, undo, changes and others.",
    ),
    "show": Entry(
        "hostsim.terminal.show_command:command",
        "Show all that is known of a payment, credit memo, invoice or client, on both sides.",
    ),
    "support": Entry(
        "hostsim.commands.support:command", "Write a support bundle: how things stand, without names, amounts or secrets."
    ),
    "demo": Entry("hostsim.commands.demo:command", "Start simulator and host with a demo firm, connected and matched."),
}


SHARED = ("--database", "--quickbooks")


class Lazy(click.Group):
    """A group whose commands stand in a table."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """All of them, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's own signature
        """Load one; None when there is none of that name."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return with_shared(command) if cmd_name != "demo" else command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's own signature
        """Print the lines of the table, loading nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.line) for name, entry in COMMANDS.items()])


def with_shared(command: click.Command) -> click.Command:
    """The command, taking --database and --quickbooks even where it has no use for one: all commands take the same two."""
    taken = {option for parameter in command.params for option in parameter.opts}
    command.params += [click.Option([name], expose_value=False, hidden=True) for name in SHARED if name not in taken]
    return command


@click.version_option(package_name="workspace-quickbooks", message="%(prog)s %(version)s")
@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A simulated WorkSpace, to develop, demonstrate and test add-ins against.

    Every command takes --database (or HOSTSIM_DATABASE) and --quickbooks (or HOSTSIM_QUICKBOOKS).
    """
