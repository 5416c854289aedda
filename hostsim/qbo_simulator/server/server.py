"""Running the simulator: in a thread for tests, or as a process of its own."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from threading import Thread

import uvicorn

from hostsim.qbo_simulator.base.clock import Clock, company_day
from hostsim.qbo_simulator.base.http import load
from hostsim.qbo_simulator.base.settings import SERVICE_TIMES, Settings, paced
from hostsim.qbo_simulator.books.company import Company
from hostsim.qbo_simulator.companies import BUILDERS, DEFAULT_REALMS
from hostsim.qbo_simulator.server.asgi import Connections, asgi, protocol
from hostsim.qbo_simulator.server.control_books import add_books
from hostsim.qbo_simulator.server.pages import pages
from hostsim.qbo_simulator.simulator import QuickBooks
from hostsim.qbo_simulator.state_file import StateFile

#: Seconds that an idle connection is kept. A caller that pauses as long as that meets a connection that is being closed, and its
#: call is lost: with five seconds pauses of people, and of tests, did so now and then.
KEEP_ALIVE = 75


def new_quickbooks(
    company: str = "demo",
    clock: Clock | None = None,
    limits: bool = False,
    today: date | None = None,
    seed: int = 0,
) -> QuickBooks:
    """A simulator with 'demo', 'sample', 'empty' or 'abroad', or several with commas; `today` stops the clock at that noon."""
    if clock is None and today is not None:
        clock = Clock(datetime.combine(today, time(20), UTC))
    core = QuickBooks(clock, seed, paced(limits))
    fill(core, company, today)
    return core


def fill(core: QuickBooks, companies: str, today: date | None = None) -> None:
    """Reset each company named (separated by commas) to its initial books."""
    for name in companies.split(","):
        _fill_one(core, name, today)


def _fill_one(core: QuickBooks, name: str, today: date | None) -> None:
    realm, now = DEFAULT_REALMS[name], core.clock.now()
    with core.lock:
        core.realms.pop(realm, None)
        if core.state is not None:
            core.state.forget(realm)
        BUILDERS[name](core.open_realm(realm), today or company_day(now), now)


class RunningSimulator:
    """A simulator served on a port of this machine."""

    def __init__(self, core: QuickBooks, server: uvicorn.Server, thread: Thread, port: int) -> None:
        self.core = core
        self.port = port
        self.base_url = f"http://127.0.0.1:{port}"
        core.base = self.base_url
        self._server = server
        self._thread = thread

    @property
    def company(self) -> Company:
        """The first company's books."""
        return next(iter(self.core.realms.values()))

    @property
    def clock(self) -> Clock:
        """The simulator's clock."""
        return self.core.clock

    @property
    def discovery_url(self) -> str:
        """What Intuit's own library takes as its environment."""
        return f"{self.base_url}/.well-known/openid_sandbox_configuration/"

    def credentials(self) -> dict[str, str]:
        """Client id, secret, realm, a current refresh token, and the address."""
        return self.core.credentials(self.base_url)

    def trouble(self, kind: str, **given: object) -> None:
        """Add a rule of trouble; the keys are those of the control endpoint."""
        self.core.add_trouble(kind=kind, **given)

    def stop(self) -> None:
        """Stop the server."""
        self._server.should_exit = True
        self._thread.join()


@contextmanager
def running_simulator(
    company: str = "demo",
    clock: Clock | None = None,
    limits: bool = False,
    today: date | None = None,
    seed: int = 0,
) -> Iterator[RunningSimulator]:
    """A simulator on a free port, stopped at the end of the block."""
    core = new_quickbooks(company, clock, limits, today, seed)
    running = start(core, lambda: fill(core, company, today))
    try:
        yield running
    finally:
        running.stop()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. asyncio turns Nagle's algorithm off only where the protocol is named; with it on, an answer whose
    head and body go out apart waits 40 ms for the client's delayed acknowledgement."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # elsewhere the option would let another program take the port from us
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(128)
    return listener


def start(core: QuickBooks, reset: Callable[[], None], port: int = 0) -> RunningSimulator:
    """Serve `core` from a thread."""
    listener = listen("127.0.0.1", port)
    server = _server(core, reset)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    return RunningSimulator(core, server, thread, listener.getsockname()[1])


def _server(core: QuickBooks, reset: Callable[[], None]) -> uvicorn.Server:
    lines = Connections()
    app = asgi(core, lines, pages(core, reset), reset)
    options = uvicorn.Config(
        app,
        http=protocol(lines),
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=KEEP_ALIVE,
    )
    return uvicorn.Server(options)


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8401,
    company: str = "demo",
    state_file: Path | str | None = None,
    settings: Settings | None = None,
    books: Path | None = None,
) -> None:
    """Serve until interrupted; a state file continues the last run, `books` is a case to begin with."""
    core = QuickBooks(settings=settings or paced(limits=True))
    case = load(books.read_bytes()) if books else []
    if state_file is None or open_state(core, Path(state_file)):
        begin(core, company, case)
    listener = listen(host, port)
    core.base = f"http://{host}:{listener.getsockname()[1]}"
    print(f"QuickBooks simulator on {core.base}", flush=True)
    server = _server(core, lambda: begin(core, company, case))
    server.run(sockets=[listener])
    if core.state is not None:
        core.state.flush(core)
        core.state.close()


def begin(core: QuickBooks, companies: str, case: object) -> None:
    """Reset the companies and build the case in the first of them."""
    fill(core, companies)
    add_books(core, case)
    core.flush()


def open_state(core: QuickBooks, path: Path) -> bool:
    """Load the state file, if it has content, and keep all changes in it from now on; whether it is new."""
    file = StateFile(path)
    new = file.empty
    if new:
        core.state = file
    else:
        pace = {name: getattr(core.settings, name) for name in ("limits", *SERVICE_TIMES)}
        file.restore(core)
        core.state = file
        core.change_settings(**pace)
    return new
