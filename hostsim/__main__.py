"""`python -m hostsim`: the command, where no script is installed."""

from hostsim.script import main

main()
