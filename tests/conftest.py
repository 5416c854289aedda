"""The fixtures that several test files share; each family stands in a file of its own."""

from __future__ import annotations

from tests.support.postgres import database_url, postgres_server

__all__ = ["database_url", "postgres_server"]
