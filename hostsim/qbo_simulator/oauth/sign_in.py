"""OAuth 2: discovery, consent, tokens, revocation, user info and the key that signs id tokens."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from hostsim.qbo_simulator.base.http import Record, Request, Response, dump
from hostsim.qbo_simulator.base.settings import Settings
from hostsim.qbo_simulator.oauth.tokens import CODE_SECONDS, App, Code, Grant, Vault

ACCOUNTING = "com.intuit.quickbooks.accounting"
SCOPES = frozenset({ACCOUNTING, "com.intuit.quickbooks.payment", "openid", "profile", "email", "phone", "address"})
_JSON = ("Content-Type", "application/json;charset=utf-8")
_FRESH = (_JSON, ("Cache-Control", "no-cache, no-store"), ("Pragma", "no-cache"))
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PLAYGROUND = "https://developer.intuit.com/v2/OAuth2Playground/RedirectUrl"
_SUBJECT = "5a1f0c9e-demo-user"
_KEY_NAME = "simulator-1"
USER: Record = {
    "sub": _SUBJECT,
    "email": "robin.finch@example.com",
    "emailVerified": True,
    "givenName": "Robin",
    "familyName": "Finch",
}


@dataclass(frozen=True, slots=True)
class Consent:
    """A checked request for consent."""

    client_id: str
    redirect: str
    scope: str
    state: str


class ConsentError(Exception):
    """A request for consent that never gets to the page; `redirect` is where the answer goes, if anywhere."""

    def __init__(self, text: str, redirect: str | None = None) -> None:
        super().__init__(text)
        self.redirect = redirect


class SignIn:
    """The OAuth side of the simulator."""

    def __init__(self, apps: dict[str, App], vault: Vault, settings: Callable[[], Settings]) -> None:
        self.apps = apps
        self.vault = vault
        self.key_text = b""
        self._settings = settings

    def discovery(self, base: str) -> Response:
        """The discovery document, every address below `base`."""
        return Response(200, dump(_discovery(base)), (_JSON,))

    def consent(self, asked: dict[str, str]) -> Consent:
        """A request for consent, checked; ConsentError otherwise."""
        app = self.apps.get(asked.get("client_id", ""))
        redirect = asked.get("redirect_uri", "")
        if app is None:
            raise ConsentError("The client_id is not known.")
        if not self._may_return(app, redirect):
            raise ConsentError("The redirect_uri query parameter value is invalid.")
        if not asked.get("state"):
            raise ConsentError("The state query parameter is missing.")
        if asked.get("response_type") != "code":
            raise ConsentError("unsupported_response_type", _back(redirect, asked, error="unsupported_response_type"))
        scopes = asked.get("scope", "").split()
        if not scopes or not set(scopes) <= SCOPES:
            raise ConsentError("invalid_scope", _back(redirect, asked, error="invalid_scope"))
        return Consent(app.client_id, redirect, " ".join(scopes), asked["state"])

    def _may_return(self, app: App, redirect: str) -> bool:
        try:
            parts = urlsplit(redirect)
            loopback = parts.scheme == "http" and parts.hostname in _LOOPBACK
        except ValueError:
            return False
        anywhere = self._settings().any_redirect and parts.scheme in ("http", "https")
        return loopback or anywhere or redirect == _PLAYGROUND or redirect in app.redirects

    def approve(self, consent: Consent, realm: str, now: float) -> str:
        """Where the browser goes after Connect."""
        code = Code(consent.client_id, realm, consent.scope, consent.redirect, now + CODE_SECONDS)
        answer = {"code": self.vault.give_code(code), "state": consent.state}
        if "quickbooks" in consent.scope:
            answer["realmId"] = realm
        return f"{consent.redirect}{'&' if '?' in consent.redirect else '?'}{urlencode(answer)}"

    def decline(self, consent: Consent) -> str:
        """Where the browser goes after Cancel."""
        return _back(consent.redirect, {"state": consent.state}, error="access_denied")

    def token(self, request: Request, base: str, now: datetime) -> Response:
        """Exchange a code, or refresh."""
        form = request.form()
        app = self._app(request, form)
        if app is None:
            return _invalid_client()
        kind = form.get("grant_type")
        if kind == "authorization_code":
            return self._exchange(app, form, request, base, now)
        if kind == "refresh_token":
            return self._refresh(app, form, request, base, now)
        return _error("unsupported_grant_type" if kind else "invalid_request")

    def _app(self, request: Request, form: dict[str, str]) -> App | None:
        client_id, secret = _basic(request.headers.get("authorization", "")) or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        app = self.apps.get(client_id)
        fits = app is not None and hmac.compare_digest(app.client_secret.encode(), secret.encode())
        return app if fits else None

    def _exchange(self, app: App, form: dict[str, str], request: Request, base: str, now: datetime) -> Response:
        if "code" not in form or "redirect_uri" not in form:
            return _error("invalid_request")
        code = self.vault.spend_code(form["code"], app.client_id, form["redirect_uri"], now.timestamp())
        if code is None:
            return _error("invalid_grant", "Invalid authorization code")
        grant = self.vault.grant(app.client_id, code.realm, code.scope, now.timestamp())
        return self._issue(grant, request, base, now)

    def _refresh(self, app: App, form: dict[str, str], request: Request, base: str, now: datetime) -> Response:
        if not form.get("refresh_token"):
            return _error("invalid_request")
        grant = self.vault.renew(form["refresh_token"], app.client_id, now.timestamp())
        if grant is None:
            return _error("invalid_grant", "Incorrect or invalid refresh token")
        return self._issue(grant, request, base, now)

    def _issue(self, grant: Grant, request: Request, base: str, now: datetime) -> Response:
        settings, moment = self._settings(), now.timestamp()
        hard = int(grant.begun + settings.hard_expiry_seconds - moment)
        body: Record = {
            "x_refresh_token_expires_in": min(int(grant.issued + settings.refresh_token_seconds - moment), hard),
            "refresh_token": grant.refresh,
            "access_token": self.vault.access(grant, moment),
            "token_type": "bearer",
            "expires_in": settings.access_token_seconds,
        }
        if "openid" in grant.scope.split():
            body["id_token"] = self._id_token(grant, base, now)
        if request.headers.get("x-include-refresh-token-hard-expires-in", "").lower() == "true":
            body["x_refresh_token_hard_expires_in"] = hard
        return Response(200, dump(body), _FRESH)

    def _id_token(self, grant: Grant, base: str, now: datetime) -> str:
        moment = int(now.timestamp())
        claims = {
            "sub": _SUBJECT,
            "aud": [grant.client_id],
            "realmid": grant.realm,
            "auth_time": moment,
            "iss": f"{base}/op/v1",
            "exp": moment + 3600,
            "iat": moment,
        }
        return jwt.encode(claims, self._key(), algorithm="RS256", headers={"kid": _KEY_NAME})

    def revoke(self, request: Request) -> Response:
        """End a grant, by either of its tokens."""
        if self._app(request, {}) is None:
            return _invalid_client()
        try:
            body = json.loads(request.body)
        except ValueError:
            body = request.form()
        token = body.get("token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token:
            return _error("invalid_request")
        return Response(200, b"", (_JSON,)) if self.vault.revoke(token) else _error("invalid_request")

    def user(self, request: Request, now: datetime) -> Response:
        """Who signed in; needs the openid scope."""
        grant = self.vault.holder(bearer(request) or "", now.timestamp())
        if grant is None or "openid" not in grant.scope.split():
            challenge = ("WWW-Authenticate", 'Bearer realm="Intuit", error="invalid_token"')
            return Response(401, dump({"error": "invalid_token"}), (_JSON, challenge))
        return Response(200, dump(USER), (_JSON,))

    def keys(self) -> Response:
        """The public key that id tokens are signed with."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key().public_key()))
        return Response(200, dump({"keys": [{**public, "kid": _KEY_NAME, "use": "sig", "alg": "RS256"}]}), (_JSON,))

    def _key(self) -> rsa.RSAPrivateKey:
        if not self.key_text:
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            form = serialization.PrivateFormat.PKCS8
            self.key_text = made.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        key = serialization.load_pem_private_key(self.key_text, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("the signing key is an RSA key")
        return key


def bearer(request: Request) -> str | None:
    """The access token of a call."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def _basic(header: str) -> tuple[str, str] | None:
    kind, _, text = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return name, secret


def _back(redirect: str, asked: dict[str, str], error: str) -> str:
    answer = {"error": error, **({"state": asked["state"]} if asked.get("state") else {})}
    return f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(answer)}"


def _error(error: str, description: str | None = None) -> Response:
    body = {"error_description": description, "error": error} if description else {"error": error}
    return Response(400, dump(body), _FRESH)


def _invalid_client() -> Response:
    challenge = ("WWW-Authenticate", 'Basic realm="Intuit"')
    return Response(401, dump({"error": "invalid_client"}), (*_FRESH, challenge))


def _discovery(base: str) -> Record:
    return {
        "issuer": f"{base}/op/v1",
        "authorization_endpoint": f"{base}/connect/oauth2",
        "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
        "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
        "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
        "jwks_uri": f"{base}/op/v1/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
    }
