"""Apps, grants and tokens: who may speak for which company, and for how long."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from hostsim.qbo_simulator.base.settings import Settings

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
CODE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class App:
    """A registered client program; redirect addresses on loopback are always fine."""

    client_id: str
    client_secret: str
    redirects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """What one consent gave: the refresh token of the day, and the one before it during its grace."""

    name: str
    client_id: str
    realm: str
    scope: str
    refresh: str
    issued: float
    begun: float
    earlier: str = ""
    earlier_until: float = 0.0
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """One access token."""

    grant: str
    expires: float


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code, good for one exchange."""

    client_id: str
    realm: str
    scope: str
    redirect: str
    expires: float


@dataclass(slots=True)
class Vault:
    """All tokens of one simulator; texts come from a seeded source, so a run can be repeated."""

    settings: Callable[[], Settings]
    random: Random
    grants: dict[str, Grant] = field(default_factory=dict)
    accesses: dict[str, Access] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)

    def text(self, length: int) -> str:
        """A new opaque token."""
        return "".join(self.random.choices(_LETTERS, k=length))

    def give_code(self, code: Code) -> str:
        """A code for the way back from the consent page."""
        text = f"AB11{self.text(46)}"
        self.codes[text] = code
        return text

    def spend_code(self, text: str, client_id: str, redirect: str, now: float) -> Code | None:
        """The code's contents, once."""
        code = self.codes.pop(text, None)
        fits = code and code.client_id == client_id and code.redirect == redirect and code.expires > now
        return code if fits else None

    def grant(self, client_id: str, realm: str, scope: str, now: float) -> Grant:
        """A new consent, with its first refresh token."""
        made = Grant(f"grant-{len(self.grants) + 1}", client_id, realm, scope, self._refresh_text(), now, now)
        self.grants[made.name] = made
        return made

    def access(self, grant: Grant, now: float) -> str:
        """A new access token for a grant."""
        text = f"eyJ{self.text(797)}"
        expires = now + self.settings().access_token_seconds
        self.accesses[digest(text)] = Access(grant.name, expires)
        return text

    def renew(self, token: str, client_id: str, now: float) -> Grant | None:
        """The grant behind a refresh token, its token changed if the day has come; None if it is no good."""
        grant = next((each for each in self.grants.values() if token in (each.refresh, each.earlier) and token), None)
        if grant is None or grant.revoked or grant.client_id != client_id or self._outlived(grant, token, now):
            return None
        if token == grant.refresh and now - grant.issued >= self.settings().rotate_after:
            grant = self._rotate(grant, now)
        return grant

    def _outlived(self, grant: Grant, token: str, now: float) -> bool:
        settings = self.settings()
        if now >= grant.begun + settings.hard_expiry_seconds or now >= grant.issued + settings.refresh_token_seconds:
            return True
        return token != grant.refresh and now >= grant.earlier_until

    def _rotate(self, grant: Grant, now: float) -> Grant:
        until = now + self.settings().rotation_grace
        turned = replace(grant, refresh=self._refresh_text(), issued=now, earlier=grant.refresh, earlier_until=until)
        self.grants[grant.name] = turned
        return turned

    def _refresh_text(self) -> str:
        return f"RT1-{self.text(46)}"

    def revoke(self, token: str) -> bool:
        """End the grant behind an access or refresh token."""
        access = self.accesses.get(digest(token))
        for grant in self.grants.values():
            if token in (grant.refresh, grant.earlier) or (access and access.grant == grant.name):
                self.grants[grant.name] = replace(grant, revoked=True)
                return True
        return False

    def expire(self, token: str) -> None:
        """Make an access token old before its time."""
        found = self.accesses.get(digest(token))
        if found:
            self.accesses[digest(token)] = replace(found, expires=0.0)

    def holder(self, token: str, now: float) -> Grant | None:
        """The grant that an access token speaks for, if it still may."""
        access = self.accesses.get(digest(token))
        if access is None or access.expires <= now:
            return None
        grant = self.grants.get(access.grant)
        return None if grant is None or grant.revoked else grant


def digest(token: str) -> str:
    """Under which name an access token is kept: never the token itself."""
    return hashlib.sha256(token.encode()).hexdigest()
