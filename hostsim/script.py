"""The script `hostsim`: it says which extra is missing where the package was installed without one."""

from __future__ import annotations

import importlib
import sys

EXTRAS = {
    **dict.fromkeys(("click", "jinja2", "keyring", "markdown_it", "rich", "starlette", "uvicorn"), "hostsim"),
    "psycopg": "postgres",
}
CANNOT_RUN = 2


def main() -> None:
    """Run the command; without a library of an extra, one sentence and exit status 2."""
    try:
        importlib.import_module("hostsim.cli").main(prog_name="hostsim")
    except ModuleNotFoundError as missing:
        extra = EXTRAS.get((missing.name or "").partition(".")[0])
        if extra is None:
            raise
        print(missing_words(str(missing.name), extra), file=sys.stderr)
        sys.exit(CANNOT_RUN)


def missing_words(library: str, extra: str) -> str:
    """What to install."""
    return f"hostsim needs {library}, which is not installed. Install it with: pip install 'workspace-quickbooks[{extra}]'"
