"""Client id and client secret of the Intuit app, and the environment they are for."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping

from qb_plugin.host import Host
from qb_plugin.quickbooks.auth.oauth import App
from qb_plugin.quickbooks.auth.sealing import NONCE_BYTES, SealBrokenError, seal, unseal
from qb_plugin.store.settings import Settings

APP_SCOPE = ""  # the company of settings that belong to no company
_NAMES = ("client_id", "client_secret", "environment")
_PROPOSED = "proposed_"


class AppKeys:
    """The keys as entered in the Connection form, else as the host was started with."""

    def __init__(self, host: Host, settings: Settings) -> None:
        self._host, self._settings = host, settings

    def read(self) -> tuple[str, App]:
        """The environment (`production`, `sandbox` or a simulator's address) and the keys, in one query."""
        return self._read(self._settings.get(APP_SCOPE))

    def read_proposed(self) -> tuple[str, App]:
        """The same as they will be once the sign-in that was begun last succeeds."""
        saved = self._settings.get(APP_SCOPE)
        proposed = {name: saved.get(_PROPOSED + name) or saved.get(name) for name in _NAMES}
        return self._read(proposed)

    def propose(self, client_id: str, secret: str, environment: str) -> None:
        """Keep what was entered for the sign-in that begins, the secret sealed: the present connection needs the saved keys until
        that has succeeded. An empty value stands for the saved one."""
        entered = (client_id, self._seal(secret) if secret else "", environment)
        self._settings.put(APP_SCOPE, {_PROPOSED + name: value for name, value in zip(_NAMES, entered, strict=True)})

    def accept_proposed(self) -> None:
        """Save what was proposed, by whichever process."""
        saved = self._settings.get(APP_SCOPE)
        proposed = {name: value for name in _NAMES if (value := saved.get(_PROPOSED + name))}
        self._settings.put(APP_SCOPE, proposed | {_PROPOSED + name: "" for name in proposed})

    def save(self, client_id: str, secret: str, environment: str) -> None:
        """Save what was entered at once; an empty value leaves the saved one as it is."""
        self.propose(client_id, secret, environment)
        self.accept_proposed()

    def _read(self, saved: Mapping[str, object]) -> tuple[str, App]:
        # The start-up option comes first for the environment alone: a host that is started beside a simulator means that one,
        # whatever was chosen when connecting before.
        environment = self._host.option("quickbooks") or str(saved.get("environment") or "") or "sandbox"
        client_id = str(saved.get("client_id") or "") or self._host.option("client_id") or ""
        secret = self._unseal(str(saved.get("client_secret") or "")) or self._host.option("client_secret") or ""
        return environment, App(client_id, secret)

    def _seal(self, secret: str) -> str:
        sealed = seal(self._host.data_key(), APP_SCOPE, secret.encode(), secrets.token_bytes(NONCE_BYTES))
        return base64.b64encode(sealed).decode()

    def _unseal(self, sealed: str) -> str:
        if not sealed:
            return ""
        try:
            return unseal(self._host.data_key(), APP_SCOPE, base64.b64decode(sealed)).decode()
        except SealBrokenError:
            # Sealed with another data key, as after a restored backup: the keys are entered again, nothing else is lost.
            return ""


def is_same_app(one: App, other: App) -> bool:
    """Whether client id and secret are equal; `App` itself compares by identity."""
    return (one.client_id, one.secret) == (other.client_id, other.secret)
