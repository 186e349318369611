"""What OpenID Connect and SMART launches share: discovery, a login that is under way, the exchange of its code, the proof of who came.

Source: RFC 6749 and 7636 (authorization code, PKCE S256), RFC 9207 (who answers says so), OpenID Connect Core 1.0 section 3.1.3.7
(validation of the ID token), SMART App Launch 2.2 (launch, confidential clients).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from agent.errors import DecisionError, RecordError
from agent.faces.identity_settings import address_faults
from agent.faces.web.accounts import Accounts
from agent.faces.web.guard import COOKIE, secure
from agent.fhir.smart import ASSERTION, assertion
from agent.over_http import answer_of
from agent.review import Reviewer
from agent.store.held import Held

LOGIN_COOKIE = "carewright-login"
"""Binds a login that is under way to one browser; `lax`, for it must come along when the provider sends the browser back."""
_LOGIN_S = 600
_TIMEOUT_S = 10
_BYTES = 1_000_000
_SKEW_S = 60
_BACK = re.compile(r"/plans/[A-Za-z0-9-]{1,64}")
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"]


@dataclass(frozen=True)
class Client:
    """This program, as a provider knows it: by a secret, by a key (`private_key_jwt`), or as a public client by its name alone."""

    id: str
    secret_file: str
    key_file: str
    redirect: str


@dataclass(frozen=True)
class Endpoints:
    """Of a provider, by its discovery document."""

    authorize: str
    token: str
    keys: str
    issuer: str
    names_itself: bool = False
    """Whether it says that its answers carry `iss`; then one without it is not its own."""


@dataclass(frozen=True)
class Login:
    """One that is under way.

    Attributes:
        state, nonce, verifier: secrets of this login alone.
        begun: seconds since 1970.
        session: the session whose person is asked again; empty for somebody who comes in.
        about: what is to be done afterwards (an address, or the record system that launched).
    """

    state: str
    nonce: str
    verifier: str
    begun: float
    session: str = ""
    about: str = ""


@dataclass
class Logins:
    """Those under way; each is used once, by the browser that began it, within ten minutes; another process may end it."""

    held: Held
    clock: Callable[[], float] = time.time

    def begin(self, session: str = "", about: str = "") -> tuple[str, Login]:
        """A new one, and the secret that its browser keeps."""
        now = self.clock()
        key = secrets.token_urlsafe(32)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        login = Login(state, nonce, verifier, now, session, about)
        self.held.put("login", key, "", now + _LOGIN_S, login, now)
        return key, login

    def take(self, request: Request) -> Login:
        """The one that this answer belongs to. Raises DecisionError (`unauthorised`)."""
        login = self.held.take("login", request.cookies.get(LOGIN_COOKIE, ""), Login)
        state = request.query_params.get("state", "")
        if login is None or self.clock() > login.begun + _LOGIN_S or not secrets.compare_digest(login.state.encode(), state.encode()):
            raise DecisionError("unauthorised", "this login was not begun here, or has taken too long; begin again")
        return login


def ask(client: Client, endpoints: Endpoints, key: str, login: Login, scope: str, request: Request, **more: str) -> Response:
    """Send the browser to the provider."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(login.verifier.encode()).digest()).rstrip(b"=").decode()
    wish = {
        "response_type": "code", "client_id": client.id, "redirect_uri": client.redirect, "scope": scope, "state": login.state,
        "nonce": login.nonce, "code_challenge": challenge, "code_challenge_method": "S256", **more,
    }  # fmt: skip
    joint = "&" if "?" in endpoints.authorize else "?"
    response = RedirectResponse(endpoints.authorize + joint + urlencode(wish), 303)
    response.set_cookie(LOGIN_COOKIE, key, max_age=_LOGIN_S, httponly=True, samesite="lax", secure=secure(request), path="/")
    return response


def exchange(client: Client, endpoints: Endpoints, login: Login, request: Request) -> dict[str, Any]:
    """What the provider gives for the code of this answer. Raises DecisionError (`unauthorised`)."""
    code = request.query_params.get("code", "")
    if not code or "error" in request.query_params:
        raise DecisionError("unauthorised", "the identity provider let nobody in")
    if request.query_params.get("iss", "" if endpoints.names_itself else endpoints.issuer) != endpoints.issuer:
        raise DecisionError("unauthorised", "another identity provider answered than the one that was asked")
    wish = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect, "code_verifier": login.verifier}
    named, headers = _named(client, endpoints.token)
    form = {**wish, **named}
    return _json(urllib.request.Request(endpoints.token, urlencode(form).encode(), headers))  # noqa: S310 - of the discovery document


def _named(client: Client, url: str) -> tuple[dict[str, str], dict[str, str]]:
    """How this program says who it is: fields of the form, and headers; in one way alone."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if client.key_file:
        try:
            return {"client_assertion_type": ASSERTION, "client_assertion": assertion(client.id, url, client.key_file)}, headers
        except RecordError as error:
            raise DecisionError("unauthorised", str(error)) from None
    if client.secret_file:
        pair = f"{quote_plus(client.id)}:{quote_plus(Path(client.secret_file).read_text('utf-8').strip())}"
        return {}, {**headers, "Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    return {"client_id": client.id}, headers


def proved(client: Client, endpoints: Endpoints, login: Login, given: Mapping[str, Any], *, again: bool = False) -> dict[str, Any]:
    """The claims of an ID token that is this provider's, for this program and this login.

    Args:
        again: the person must have been asked after the login was begun, whatever session the provider still has.

    Raises:
        DecisionError: it is not (`unauthorised`).
    """
    import jwt

    token = str(given.get("id_token", ""))
    try:
        key = _key(endpoints.keys, jwt.get_unverified_header(token).get("kid"))
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=_ALGORITHMS, audience=client.id, issuer=endpoints.issuer, leeway=_SKEW_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )  # fmt: skip
    except (jwt.PyJWTError, AttributeError, TypeError, ValueError, OverflowError) as error:
        raise DecisionError("unauthorised", f"the identity provider's token does not hold ({type(error).__name__})") from None
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), login.nonce.encode()):
        raise DecisionError("unauthorised", "the identity provider's token belongs to another login")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client.id) != client.id:
        raise DecisionError("unauthorised", "the identity provider's token was given to another program")
    asked = claims.get("auth_time")
    if again and not (isinstance(asked, int | float) and asked >= login.begun - _SKEW_S):
        raise DecisionError("unauthorised", "the identity provider did not ask who is there; sign in there anew")
    return claims


def discovered(address: str, issuer: str | None = None) -> Endpoints:
    """A provider's endpoints. Raises DecisionError (`unauthorised`): it does not answer, or names itself otherwise."""
    found = _json(urllib.request.Request(address))  # noqa: S310 - https, or this machine, by the configuration
    try:
        endpoints = Endpoints(
            str(found["authorization_endpoint"]),
            str(found["token_endpoint"]),
            str(found["jwks_uri"]),
            str(found.get("issuer", "")),
            found.get("authorization_response_iss_parameter_supported") is True,
        )
    except KeyError as error:
        raise DecisionError("unauthorised", f"the identity provider's discovery document lacks {error}") from None
    if issuer is not None and endpoints.issuer != issuer:
        raise DecisionError("unauthorised", "the identity provider names itself otherwise than the configuration does")
    for name, where in (("authorization", endpoints.authorize), ("token", endpoints.token), ("key", endpoints.keys)):
        if list(address_faults(name, where)):
            raise DecisionError("unauthorised", f"the identity provider's {name} address is not https")
    methods = found.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        raise DecisionError("unauthorised", "the identity provider does not take PKCE with S256")
    return endpoints


def role_of(values: object, roles: Mapping[str, str]) -> str:
    """The first role of the table that these values give. Raises DecisionError (`unauthorised`)."""
    given = {values} if isinstance(values, str) else {v for v in values if isinstance(v, str)} if isinstance(values, list) else set()
    role = next((role for value, role in roles.items() if value in given), None)
    if role is None:
        raise DecisionError("unauthorised", "the identity provider gives no role that this site knows")
    return role


def came_in(request: Request, key: str, to: str) -> Response:
    """Sets the session's cookie and goes on from a page of our own: a strict cookie does not follow a redirect that began elsewhere."""
    response = HTMLResponse(
        f'<!doctype html><title>Carewright</title><p><a href="{to}">Carewright</a></p>', headers={"Refresh": f"0; url={to}"}
    )
    response.set_cookie(COOKIE, key, httponly=True, samesite="strict", secure=secure(request), path="/")
    response.delete_cookie(LOGIN_COOKIE, path="/")
    return response


def back_to(address: str) -> str:
    """Where to go on: a plan of ours, or the worklist."""
    return address if _BACK.fullmatch(address) else "/"


def confirmed(accounts: Accounts, key: str, who: Reviewer) -> None:
    """The provider has asked again: it counts for the session of that very person. Raises DecisionError (`unauthorised`)."""
    found = accounts.session(key)
    if found is None or found.who != who:
        raise DecisionError("unauthorised", "somebody else was asked than is signed in here")
    accounts.confirmed(key)


def _key(address: str, name: object) -> Any:
    import jwt

    keys = jwt.PyJWKSet.from_dict(_json(urllib.request.Request(address))).keys  # noqa: S310 - of the discovery document
    for key in keys:
        if key.key_id == name or (name is None and len(keys) == 1):
            return key.key
    raise jwt.InvalidKeyError("no such key")


def _json(request: urllib.request.Request) -> dict[str, Any]:
    try:
        found = json.loads(answer_of(request, _TIMEOUT_S, _BYTES)[1])
    except urllib.error.HTTPError as error:
        error.close()
        raise DecisionError("unauthorised", f"the identity provider refused ({error.code})") from None
    except (OSError, ValueError):
        raise DecisionError("unauthorised", "the identity provider does not answer") from None
    if not isinstance(found, dict):
        raise DecisionError("unauthorised", "the identity provider does not answer as one")
    return found
