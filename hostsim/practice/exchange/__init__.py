"""A firm's billing records as one JSON file: what `hostsim load` reads and `hostsim dump` writes (docs/terminal.md)."""
