"""The host is called by its own name, in every sentence and on every form."""

from __future__ import annotations

import json
from pathlib import Path
from string import Formatter

from qb_plugin.messages import load_sentences
from qb_plugin.model import Message
from qb_plugin.plugin import QuickBooksAddIn
from tests.addin.forms.test_text_host import TODAY, ledger
from tests.support.hosts.text_host import TextHost


def test_no_sentence_says_the_name_of_a_host_of_its_own() -> None:
    sentences = load_sentences("Park Practice")
    named = [key for key in sentences if "{program}" in sentences[key].text]
    assert len(named) >= 8
    for key in sentences:
        names = [name for _, name, _, _ in Formatter().parse(sentences[key].text) if name and name != "program"]
        counted = {name for _, name, form, _ in Formatter().parse(sentences[key].text) if name and "|" in (form or "")}
        text = sentences.text(Message(key, {name: 2 if name in counted else "x" for name in names}))
        assert "WorkSpace" not in text
        assert ("Park Practice" in text) == (key in named)


def test_a_value_is_never_taken_for_the_name() -> None:
    message = Message("host_refused", {"reason": "{program} and {amount}."})
    assert "{program} and {amount}." in load_sentences("Park Practice").text(message)


FORMS = (
    "connection",
    "match-clients",
    "settings",
    "import-payments",
    "history",
    "history-entries",
    "reconcile",
    "reconcile-items",
    "export-payments",
)


def test_no_form_of_another_host_says_workspace(tmp_path: Path) -> None:
    host = TextHost(ledger(), f"sqlite:///{tmp_path / 'park.db'}", {"quickbooks": "http://127.0.0.1:1"}, TODAY)
    manager = host.load(QuickBooksAddIn())
    described = [host.forms[name].open({}) for name in FORMS]
    rows = host.forms["export-payments"].rows({**described[-1]["answer"], "from": "2001-01-01", "to": "2001-01-02"}, None)
    shown = json.dumps([described, rows.empty], default=str)
    manager.hook.workspace_stop()
    assert "Workspace" not in shown
    assert "WorkSpace" not in shown
    assert "in Park Practice." in shown
