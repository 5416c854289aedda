"""`python -m hostsim`: the command, where no script is installed."""

from hostsim.cli import main

main(prog_name="hostsim")
