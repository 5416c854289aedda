"""App keys: entered ones before those of the start, the secret sealed, an unreadable one as if there were none."""

from __future__ import annotations

import pytest

from qb_plugin.quickbooks.auth.oauth import App
from qb_plugin.runtime import Runtime
from qb_plugin.services.app_keys import APP_SCOPE, is_same_app
from tests.support.hosts.text_host import TextHost


def read(runtime: Runtime) -> tuple[str, str, str]:
    """Environment, client id and secret."""
    environment, app = runtime.app_keys.read()
    return environment, app.client_id, app.secret


def test_the_keys_of_the_start_are_used_until_others_are_entered(runtime: Runtime) -> None:
    assert read(runtime) == ("http://127.0.0.1:8401", "started", "with")
    runtime.app_keys.save("entered", "secret", "production")
    assert read(runtime) == ("http://127.0.0.1:8401", "entered", "secret")


@pytest.mark.parametrize(("saved", "found"), [("production", "production"), ("", "sandbox")])
def test_without_an_address_at_start_the_saved_environment_counts(runtime: Runtime, host: TextHost, saved: str, found: str) -> None:
    host.options = {}
    runtime.app_keys.save("entered", "secret", saved)
    assert read(runtime) == (found, "entered", "secret")


def test_an_empty_entry_leaves_the_saved_one(runtime: Runtime) -> None:
    runtime.app_keys.save("entered", "secret", "")
    runtime.app_keys.save("other", "", "")
    assert read(runtime)[1:] == ("other", "secret")


def test_the_secret_is_saved_sealed(runtime: Runtime) -> None:
    runtime.app_keys.save("entered", "a secret of ours", "")
    assert "a secret" not in str(runtime.store.settings.get(APP_SCOPE))


def test_a_secret_sealed_with_another_data_key_counts_as_none(runtime: Runtime, host: TextHost) -> None:
    runtime.app_keys.save("entered", "secret", "")
    saved = str(runtime.store.settings.get(APP_SCOPE)["client_secret"])
    runtime.store.settings.put(APP_SCOPE, {"client_secret": ("B" if saved[0] == "A" else "A") + saved[1:]})
    host.options = {}
    assert read(runtime)[1:] == ("entered", "")


def test_proposed_keys_are_used_by_the_sign_in_alone_until_they_are_accepted(runtime: Runtime) -> None:
    runtime.app_keys.propose("entered", "secret", "")
    assert read(runtime)[1:] == ("started", "with")
    _, app = runtime.app_keys.read_proposed()
    assert (app.client_id, app.secret) == ("entered", "secret")
    runtime.app_keys.accept_proposed()
    assert read(runtime)[1:] == ("entered", "secret")


def test_a_sign_in_that_proposes_nothing_is_not_given_what_another_left_behind(runtime: Runtime) -> None:
    runtime.app_keys.propose("entered", "secret", "")
    runtime.app_keys.propose("", "", "")
    runtime.app_keys.accept_proposed()
    assert read(runtime)[1:] == ("started", "with")


def test_apps_are_compared_by_both_keys() -> None:
    assert is_same_app(App("1", "a"), App("1", "a"))
    assert not is_same_app(App("1", "a"), App("1", "b"))
    assert not is_same_app(App("1", "a"), App("2", "a"))
