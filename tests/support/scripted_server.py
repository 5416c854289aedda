"""A server on loopback that answers byte by byte as a test says, to see what a client does with a connection that misbehaves."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

Answer = Callable[["Conversation"], None]


class Conversation:
    """One accepted connection; a server that is stopped wakes whoever drips."""

    def __init__(self, connection: socket.socket, stopped: Event) -> None:
        self.connection = connection
        self._stopped = stopped

    def request(self) -> bytes:
        """The next request, headers and body; empty when the client has gone."""
        head = self._until(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        for _ in range(int(length[1]) if length else 0):
            head += self.connection.recv(1)
        return head

    def _until(self, end: bytes) -> bytes:
        received = b""
        while not received.endswith(end) and (byte := self.connection.recv(1)):
            received += byte
        return received

    def say(self, text: bytes) -> None:
        """Send this at once."""
        self.connection.sendall(text)

    def drip(self, text: bytes, every: float) -> None:
        """Send it a byte at a time, and then begin again for as long as the client listens."""
        while text and not self._stopped.is_set():
            for byte in text:
                self.connection.sendall(bytes((byte,)))
                if self._stopped.wait(every):
                    return

    def wait(self) -> None:
        """Neither read nor send until the server is stopped."""
        self._stopped.wait()


class _Server:
    """Accepts connections until it is stopped; each conversation has a thread of its own."""

    def __init__(self, answer: Answer, receive_buffer: int | None) -> None:
        self._answer = answer
        self._stopped = Event()
        self._conversations: list[tuple[Thread, socket.socket]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        if receive_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._accepting = Thread(target=self._accept)
        self._accepting.start()

    def stop(self) -> None:
        self._stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        for thread, connection in self._conversations:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._stopped.is_set():
                connection, _ = self._listener.accept()
                thread = Thread(target=self._converse, args=(connection,))
                self._conversations.append((thread, connection))
                thread.start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self._answer(Conversation(connection, self._stopped))


@contextmanager
def scripted_server(answer: Answer, receive_buffer: int | None = None) -> Iterator[str]:
    """The address of a server that lets `answer` hold each conversation, all at the same time."""
    server = _Server(answer, receive_buffer)
    try:
        yield server.address
    finally:
        server.stop()
