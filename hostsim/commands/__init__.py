"""The subcommands of `hostsim`, each loaded when it is called."""
