"""`hostsim demo`: simulator and host side by side, filled with the same firm, connected and matched."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click
import requests

from hostsim.commands.startup import CannotRun, read_port, say
from hostsim.loopback import ADDRESS, PortRefused, listen

FILES = ("firm.db", "firm.db-wal", "firm.db-shm", "quickbooks.db", "quickbooks.db-wal", "quickbooks.db-shm", "ready")
# A person waits for the demo's screens: QuickBooks' limits hold, but its calls take no time.
_AT_ONCE = ("--service-seconds", "0", "--batch-item-seconds", "0")
STARTING = 60.0
STOPPING = 10.0
LOOK_AGAIN = 0.1


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo's folder and ports."""

    folder: Path
    port: int
    quickbooks_port: int

    @property
    def quickbooks(self) -> str:
        """The simulator's address."""
        return f"http://{ADDRESS}:{self.quickbooks_port}"

    @property
    def environment(self) -> dict[str, str]:
        """Environment of both processes and of the set-up commands."""
        database = f"sqlite:///{self.folder / 'firm.db'}"
        return {**os.environ, "HOSTSIM_DATABASE": database, "HOSTSIM_QUICKBOOKS": self.quickbooks}

    @property
    def ready(self) -> Path:
        """Stands there once a demo was set up wholly."""
        return self.folder / "ready"


@click.command("demo")
@click.option("--port", type=read_port, metavar="PORT", default=8400, show_default=True, help="The host's port.")
@click.option("--quickbooks-port", type=read_port, metavar="PORT", default=8401, show_default=True, help="The simulator's port.")
@click.option("--reset/--keep", default=True, help="Begin anew on both sides, or keep both as they were.  [default: reset]")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: Path(click.get_app_dir("WorkSpace")) / "demo",
    help="Where both keep their data.  [default: demo in the folder for WorkSpace's data]",
)
@click.option("--open/--no-open", "opens", default=True, help="Open the page in the browser.")
def command(*, port: int, quickbooks_port: int, reset: bool, folder: Path, opens: bool) -> None:
    """Start everything with a demo firm. Ctrl-C stops both."""
    demo = Demo(folder.resolve(), port, quickbooks_port)
    check_port(port, "--port")
    check_port(quickbooks_port, "--quickbooks-port")
    demo.folder.mkdir(parents=True, exist_ok=True)
    fresh = reset or not demo.ready.exists()
    if fresh:
        clear(demo.folder)
    with ExitStack() as stack:
        stack.enter_context(terminating_on_signals())
        state = str(demo.folder / "quickbooks.db")
        options = ["--port", str(quickbooks_port), "--state", state, *_AT_ONCE]
        books = stack.enter_context(process(["quickbooks", *options], demo.environment))
        wait_for(f"{demo.quickbooks}/_control/credentials", [books])
        if fresh:
            set_up(demo)
        token = secrets.token_urlsafe(24)
        host = stack.enter_context(process(["serve", "--port", str(port)], {**demo.environment, "HOSTSIM_TOKEN": token}))
        address = f"http://{ADDRESS}:{port}/?token={token}"
        wait_for(f"http://{ADDRESS}:{port}/static/icon.svg", [host, books])
        click.echo(f"\n  Open {address}\n  QuickBooks simulator: {demo.quickbooks}\n  Ctrl-C stops both.\n")
        if opens:
            webbrowser.open(address)
        watch([host, books])


def check_port(port: int, flag: str) -> None:
    """CannotRun, naming the flag, when the port cannot be had."""
    try:
        listen(port).close()
    except PortRefused as problem:
        raise CannotRun(f"{problem} Choose another one with {flag}.") from None


def clear(folder: Path) -> None:
    """Remove both sides' data, and nothing else."""
    for name in FILES:
        (folder / name).unlink(missing_ok=True)


APART = 1.5  # seconds: each step is a process that paces its own calls, and two within a second earn a 429 and a minute of silence


def set_up(demo: Demo) -> None:
    """Fill the firm, connect it, link every client that has a customer of the same name."""
    for arguments in (["seed"], ["connect"], ["run", "match-clients", "--accept-all"]):
        done = subprocess.run(hostsim(arguments), env=demo.environment, check=False, capture_output=True, text=True)  # noqa: S603
        if done.returncode not in (0, 1):
            raise CannotRun(f"hostsim {' '.join(arguments)} could not do its part: {done.stderr.strip()}")
        say(done.stdout.strip())
        time.sleep(APART)
    demo.ready.touch()


def hostsim(arguments: Sequence[str]) -> list[str]:
    """This very program, with these arguments."""
    return [sys.executable, "-m", "hostsim", *arguments]


@contextmanager
def process(arguments: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended with the block, by SIGTERM first; its output is not shown, as ours says where to go."""
    started = subprocess.Popen(hostsim(arguments), env=environment, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(STOPPING)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def wait_for(address: str, processes: Sequence[subprocess.Popen[bytes]], pause: Callable[[float], None] = time.sleep) -> None:
    """Wait until the address answers; CannotRun when a process ends before, or it takes longer than a minute."""
    for _ in range(int(STARTING / LOOK_AGAIN)):
        if any(each.poll() is not None for each in processes):
            break
        with requests.Session() as session:
            session.trust_env = False
            try:
                if session.get(address, timeout=5).ok:
                    return
            except requests.RequestException:
                pause(LOOK_AGAIN)
    raise CannotRun(f"Nothing answers at {address}.")


def watch(processes: Sequence[subprocess.Popen[bytes]], pause: Callable[[float], None] = time.sleep) -> None:
    """Wait until a process ends or Ctrl-C is pressed."""
    try:
        while all(each.poll() is None for each in processes):
            pause(LOOK_AGAIN * 3)
        raise CannotRun("One of the two has stopped, so the other is stopped as well.")
    except KeyboardInterrupt:
        click.echo("Stopped.")


@contextmanager
def terminating_on_signals() -> Iterator[None]:
    """Take a request to end as Ctrl-C, so that both processes are stopped with us; also where a shell has switched Ctrl-C off."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {kind: signal.signal(kind, interrupt) for kind in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for kind, previous in before.items():
            signal.signal(kind, previous)
