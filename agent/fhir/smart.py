"""The bearer token for a FHIR server: one that is given, or one that this program gets by SMART backend services.

| variable | is |
|---|---|
| `CAREWRIGHT_FHIR_TOKEN` | a token; where it is set, the others are not looked at |
| `CAREWRIGHT_FHIR_CLIENT` | the client id under which this program is registered there |
| `CAREWRIGHT_FHIR_KEY` | the file with its private key, a JWK (RSA or P-384) |
| `CAREWRIGHT_FHIR_TOKEN_URL` | the `token_endpoint` of the server's `.well-known/smart-configuration` |
| `CAREWRIGHT_FHIR_SCOPE` | what is asked for; `system/*.rs` where it is not set |

Source: HL7 SMART App Launch 2.2, Backend Services: `client_credentials` with a signed JWT that lives five minutes at most.
"""

from __future__ import annotations

import json
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from agent.errors import RecordError
from agent.over_http import answer_of

_TIMEOUT_S = 30
_LIVES_S = 240
_EARLY_S = 30
"""So long before its end a token is no longer used."""
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS = {"RSA": "RS384", "EC": "ES384"}
_kept: dict[tuple[str, str, str], tuple[str, float]] = {}
_lock = threading.Lock()


def bearer() -> str:
    """The token, kept until shortly before its end; empty where nothing is set.

    Raises:
        RecordError: it is set by halves, or no token is given. No message holds the token, the key or what the server said.
    """
    given = os.environ.get("CAREWRIGHT_FHIR_TOKEN", "")
    client = os.environ.get("CAREWRIGHT_FHIR_CLIENT", "")
    if given or not client:
        return given
    url, scope = os.environ.get("CAREWRIGHT_FHIR_TOKEN_URL", ""), os.environ.get("CAREWRIGHT_FHIR_SCOPE", "system/*.rs")
    name = (client, url, scope)
    with _lock:
        token, until = _kept.get(name, ("", 0.0))
        if time.monotonic() >= until:
            token, lives = _granted(client, url, scope)
            _kept[name] = (token, time.monotonic() + lives - _EARLY_S)
    return token


def forget() -> bool:
    """Forget the tokens that are kept, since a server no longer takes one. Returns whether there were any."""
    with _lock:
        kept = bool(_kept)
        _kept.clear()
    return kept


def assertion(client: str, url: str, file: str) -> str:
    """The JWT by which this program proves who it is.

    Args:
        file: with the private key as a JWK; its `kid`, where it has one, is named.

    Raises:
        RecordError: there is no such key. The message holds neither the key nor the file.
    """
    try:
        import jwt
    except ImportError:
        raise RecordError("SMART backend services need PyJWT: pip install 'carewright[web]'") from None
    try:
        key = json.loads(Path(file).read_text("utf-8"))
        now = int(time.time())
        claims = {"iss": client, "sub": client, "aud": url, "iat": now, "exp": now + _LIVES_S, "jti": str(uuid.uuid4())}
        head = {"kid": key["kid"]} if "kid" in key else None
        return jwt.encode(claims, jwt.PyJWK(key).key, _ALGORITHMS[key["kty"]], headers=head)
    except (OSError, ValueError, KeyError, TypeError, jwt.PyJWTError):
        raise RecordError(
            "the file of the client's key (CAREWRIGHT_FHIR_KEY, client_key_file) holds no private key as a JWK (RSA, or EC P-384)"
        ) from None


def _granted(client: str, url: str, scope: str) -> tuple[str, float]:
    """A new token, and how long it lives in seconds."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise RecordError("CAREWRIGHT_FHIR_TOKEN_URL is not an https address")
    form = {
        "grant_type": "client_credentials",
        "scope": scope,
        "client_assertion_type": ASSERTION,
        "client_assertion": assertion(client, url, os.environ.get("CAREWRIGHT_FHIR_KEY", "")),
    }
    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(), {"Accept": "application/json"})  # noqa: S310 - checked above
    try:
        said: dict[str, Any] = json.loads(answer_of(request, _TIMEOUT_S, 100_000)[1])
        token, lives = said["access_token"], float(said.get("expires_in", 60))
    except urllib.error.HTTPError as error:
        error.close()
        raise RecordError(f"the authorization server gave no token (status {error.code})") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordError(f"the authorization server gave no token ({type(error).__name__})") from None
    if not isinstance(token, str) or not token or str(said.get("token_type", "bearer")).lower() != "bearer":
        raise RecordError("the authorization server gave something else than a bearer token")
    return token, lives
