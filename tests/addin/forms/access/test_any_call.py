"""Whatever JSON a host sends, a form answers with data: no exception of the add-in reaches the host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qb_plugin.plugin import QuickBooksAddIn
from tests.addin.forms.test_text_host import TODAY, ledger
from tests.support.hosts.text_host import TextHost

WORDS = st.sampled_from(
    [
        "from",
        "to",
        "source",
        "search",
        "token",
        "dry_run",
        "payment:1",
        "client:1",
        "quickbooks_payment:1",
        "payment:",
        "force",
        "key",
        "date",
        "link",
        "skip",
        "unlink",
        "deposit",
        "method",
        "customer",
        "selection",
        "answer",
        "2026-11-01",
        "2026-02-30",
        "payments",
        "export",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(max_size=8)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8)
ACTIONS = st.sampled_from(["export", "import", "hide", "show", "link", "unlink", "accept_all", "save", "finish", "withdraw"]) | JSON
GOOD = {"from": "2026-11-01", "to": "2026-11-20", "source": "payments", "hide_synchronized": True}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TextHost]:
    """The text host, with no company connected: nothing here calls QuickBooks."""
    folder = tmp_path_factory.mktemp("any")
    found = TextHost(ledger(), f"sqlite:///{folder / 'park.db'}", {"quickbooks": "http://127.0.0.1:1"}, TODAY)
    manager = found.load(QuickBooksAddIn())
    yield found
    manager.hook.workspace_stop()


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(action=ACTIONS, answer=st.just(GOOD) | JSON, ids=st.just(["payment:1"]) | JSON, edits=st.just({}) | JSON, other=JSON)
def test_any_call_is_answered_with_data(host: TextHost, action: Any, answer: Any, ids: Any, edits: Any, other: Any) -> None:
    for form in host.forms.values():
        assert isinstance(form.open(other), dict)
        assert isinstance(form.act(action, answer, ids, edits), dict)
        assert isinstance(form.run(action, answer, ids, edits, host), dict)
        rows = form.rows(answer, other)
        assert isinstance(rows, dict) or rows.count >= 0
        assert isinstance(form.options(action, other), list)
