"""`hostsim run`: forms driven from a terminal."""
