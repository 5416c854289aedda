"""Where QuickBooks is, and which addresses are believed."""

from __future__ import annotations

import pytest

from qb_plugin.errors import NotConnected
from qb_plugin.quickbooks.environment import PRODUCTION, SANDBOX, find_environment


def test_the_two_real_environments_go_by_name() -> None:
    assert find_environment(" Production ") is PRODUCTION
    assert find_environment("sandbox") is SANDBOX


def test_a_simulator_goes_by_its_address() -> None:
    found = find_environment("http://127.0.0.1:8401/")
    assert (found.name, found.api) == ("simulator", "http://127.0.0.1:8401")
    assert found.discovery == "http://127.0.0.1:8401/.well-known/openid_sandbox_configuration/"


@pytest.mark.parametrize("text", ["", "prod", "ftp://127.0.0.1", "http://quickbooks.example", "javascript:alert(1)", "//127.0.0.1"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(NotConnected) as caught:
        find_environment(text)
    assert caught.value.message.key == "quickbooks_bad_address"


@pytest.mark.parametrize(
    ("address", "believed"),
    [
        ("https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer", True),
        ("http://oauth.platform.intuit.com/oauth2/v1/tokens/bearer", False),
        ("https://intuit.com.evil.example/", False),
        ("https://notintuit.com/", False),
        ("https://user@evil.example/?intuit.com", False),
    ],
)
def test_only_intuits_own_addresses_are_believed_for_a_real_company(address: str, believed: bool) -> None:
    assert PRODUCTION.trusts(address) is believed


def test_a_simulator_is_believed_about_itself_alone() -> None:
    simulator = find_environment("http://127.0.0.1:8401")
    assert simulator.trusts("http://127.0.0.1:8401/oauth2/v1/tokens/bearer")
    assert not simulator.trusts("http://127.0.0.1:8402/oauth2/v1/tokens/bearer")
    assert not simulator.trusts("https://oauth.platform.intuit.com/")
