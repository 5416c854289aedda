"""A run's progress in the terminal: one bar on standard error; Ctrl-C asks it to stop after what is in flight."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from hostsim.addins.descriptions import RowChange
from hostsim.commands.plain_text import plain

STOPPING = ("Stopping. Ctrl-C again: do not wait for the answers that are on their way.", "Not waiting any longer.")
NUMBERS = re.compile(r"\d+")


class WaitLine:
    """Says why opening a form or reading its list takes longer: one line that counts down, or elsewhere a line for each reason."""

    def __init__(self, console: Console) -> None:
        self._console, self._said = console, ""

    def say(self, text: str) -> None:
        """Show the sentence; an empty one takes the line away."""
        if self._console.is_terminal:
            self._console.file.write(f"\r\x1b[K{plain(text)}")
            self._console.file.flush()
        elif text and (said := NUMBERS.sub("", text)) != self._said:
            self._said = said
            self._console.print(Text(plain(text)))


class TerminalTask:
    """Reporter of a run in the terminal. After a second Ctrl-C it does not wait for answers; a third stops at once."""

    def __init__(self, heading: str, total: int, *, quiet: bool) -> None:
        self._heading, self._quiet, self._interrupts = heading, quiet, 0
        self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=self._console, disable=quiet)
        self._line = self._bar.add_task("running", total=total)
        self._before: Any = None
        self._rows: dict[str, RowChange] = {}
        self._said = ""  # the last notice without its numbers

    def __enter__(self) -> TerminalTask:
        if not self._quiet:
            self._console.print(Text(plain(self._heading)))
        self._before = signal.signal(signal.SIGINT, self._interrupt)
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()
        signal.signal(signal.SIGINT, self._before)

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        self._interrupts += 1
        if self._interrupts > len(STOPPING):
            raise KeyboardInterrupt
        self._bar.update(self._line, description="stopping")
        self._console.print(STOPPING[self._interrupts - 1])

    @property
    def cancelled(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._interrupts > 0

    @property
    def hasty(self) -> bool:
        """Whether Ctrl-C was pressed twice."""
        return self._interrupts > 1

    def row(self, row: RowChange) -> None:
        """Store a row's change; it is printed after the run."""
        self._rows[row["id"]] = row

    def rows(self, ids: Sequence[str]) -> list[RowChange]:
        """The last change of each row, in this order."""
        return [self._rows[id] for id in ids if id in self._rows]

    def progress(self, done: int, total: int, left: int | None = None) -> None:
        """Move the bar; a run that knows of a longer wait than the rate of its rows tells of says so itself."""
        self._bar.update(self._line, completed=done, total=total, description=f"running, {left} s" if left else "running")

    def notice(self, text: str) -> None:
        """Print a sentence about the whole run above the bar; without a bar one that counts down is printed once."""
        said = NUMBERS.sub("", text)
        if text and not (self._quiet and said == self._said):
            self._console.print(Text(plain(text)))
        self._said = said
