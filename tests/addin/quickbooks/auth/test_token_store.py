"""The sign-in with the add-in's own tables: the port fits, the pair survives a restart, the file holds nothing readable."""

from __future__ import annotations

from pathlib import Path

from hostsim.qbo_simulator.server.inprocess import InProcessAdapter
from hostsim.qbo_simulator.server.server import new_quickbooks
from qb_plugin.model import ConnectionState
from qb_plugin.quickbooks.auth.oauth import App
from qb_plugin.quickbooks.auth.token_store import Tokens
from qb_plugin.quickbooks.factory import QuickBooks, build_quickbooks
from qb_plugin.store.database import open_store
from tests.support.addin.quickbooks_fakes import COMPANY, KEY, NO_NETWORK, REALM, REDIRECT, TODAY, StoppedClock


def quickbooks_with(tokens: Tokens, adapter: InProcessAdapter, app: App) -> QuickBooks:
    return build_quickbooks(
        environment=NO_NETWORK,
        app=app,
        redirect_uri=REDIRECT,
        tokens=tokens,
        data_key=lambda: KEY,
        clock=StoppedClock(),
        publish=lambda _: None,
        adapter=adapter,
    )


def test_a_sign_in_survives_a_restart_and_leaves_no_token_in_the_file(tmp_path: Path) -> None:
    core = new_quickbooks("sample", today=TODAY)
    given, adapter = core.credentials(NO_NETWORK), InProcessAdapter(core)
    app = App(given["client_id"], given["client_secret"])
    url = f"sqlite:///{tmp_path / 'firm.db'}"
    store = open_store(url)
    first = quickbooks_with(store.tokens, adapter, app)
    first.accept_refresh_token(REALM, given["refresh_token"])
    access = first.sign_in.bearer(REALM)
    store.close()

    again = open_store(url)
    second = quickbooks_with(again.tokens, adapter, app)
    assert second.connection().state is ConnectionState.CONNECTED
    assert second.connection().company == COMPANY
    assert second.sign_in.bearer(REALM) == access
    assert second.sign_in.renew(REALM, access) != access
    secrets = (access, second.sign_in.bearer(REALM), core.credentials(NO_NETWORK)["refresh_token"], given["client_secret"])
    for path in tmp_path.iterdir():
        kept = path.read_bytes()
        assert not any(secret.encode() in kept for secret in secrets), path.name
    second.sign_in.disconnect()
    assert again.tokens.load(REALM) is None
    again.close()
