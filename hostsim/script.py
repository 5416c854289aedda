"""The script `hostsim`: it says which extra is missing, and what of the machine stops it, in a sentence."""

from __future__ import annotations

import importlib
import sys

EXTRAS = {
    **dict.fromkeys(("click", "jinja2", "keyring", "markdown_it", "rich", "starlette", "uvicorn"), "hostsim"),
    "psycopg": "postgres",
}
CANNOT_RUN = 2
NOT_PRINTED = 1


def main() -> None:
    """Run the command. One sentence and exit status 2 without a library of an extra, or without a file it needs; exit status 1 when
    what it did cannot be printed."""
    try:
        importlib.import_module("hostsim.cli").main(prog_name="hostsim")
    except ModuleNotFoundError as missing:
        extra = EXTRAS.get((missing.name or "").partition(".")[0])
        if extra is None:
            raise
        print(missing_words(str(missing.name), extra), file=sys.stderr)
        sys.exit(CANNOT_RUN)
    except OSError as problem:
        print(refused_words(problem), file=sys.stderr)
        sys.exit(CANNOT_RUN if problem.filename else NOT_PRINTED)


def refused_words(problem: OSError) -> str:
    """What the machine refused: a file by its name; without one it was the output."""
    reason = problem.strerror or type(problem).__name__
    if problem.filename:
        return f"{problem.filename} cannot be used: {reason}. Nothing was done."
    return f"The output cannot be written: {reason}. What was done before stands; hostsim run history lists it."


def missing_words(library: str, extra: str) -> str:
    """What to install."""
    return f"hostsim needs {library}, which is not installed. Install it with: pip install 'workspace-quickbooks[{extra}]'"
