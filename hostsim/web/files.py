"""Static files at an address that changes with their content, so that a browser may cache them without asking again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "static"
APART = frozenset({"print.js"})  # the page to print has a script of its own
CACHE_CONTROL = "max-age=31536000, immutable"


def lasting_address(folder: Path = FOLDER) -> str:
    """`/static/` and a digest of every file; files that change while the host runs are seen when it starts again."""
    digest = hashlib.sha256()
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode() + file.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"


def modules() -> list[str]:
    """Every script of the window. A page names them all at once, or the browser would find them import by import."""
    return sorted(each.relative_to(FOLDER).as_posix() for each in FOLDER.rglob("*.js") if each.name not in APART)


class LastingFiles(StaticFiles):
    """Static files that a browser may cache for a year."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The file, or that it has not changed."""
        answer = super().file_response(*args, **kwargs)
        answer.headers["cache-control"] = CACHE_CONTROL
        return answer
