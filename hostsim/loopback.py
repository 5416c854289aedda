"""The address that the host answers on, and taking a port of it."""

from __future__ import annotations

import errno
import socket

ADDRESS = "127.0.0.1"
PORT_REASONS = {
    errno.EADDRINUSE: "Port {port} is taken, perhaps by another hostsim.",
    errno.EACCES: "Port {port} may not be used by this user; ports below 1024 are for the system.",
}
PORT_REFUSED = "Port {port} cannot be used: {reason}."


class PortRefused(Exception):
    """The port cannot be had; the text is a sentence for people."""


def listen(port: int) -> socket.socket:
    """A socket on the port (0: any free one); PortRefused, with a sentence, when it cannot be had."""
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it on, answers wait 40 ms.
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((ADDRESS, port))
        taken.listen(128)
    except OSError as problem:
        taken.close()
        raise PortRefused(
            PORT_REASONS.get(problem.errno or 0, PORT_REFUSED).format(port=port, reason=problem.strerror)
        ) from problem
    return taken
