"""Delivery of a released transaction to a FHIR server: sent until it is taken, there once however often it is sent.

Every entry is created on the condition that it is not there yet, so that an answer that was lost on the way is asked for again.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Protocol

from agent.errors import RecordError, StoreError
from agent.fhir.smart import bearer, forget
from agent.over_http import BUSY, answer_of, retry_after

_TIMEOUT_S = 60
_PAUSES_S = (0.5, 1.0, 2.0, 4.0)
_LONGEST_WAIT_S = 20.0
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class Post(Protocol):
    """Sends the bytes to a URL and gives the status of the answer; OSError where none came."""

    def __call__(self, url: str, content: bytes) -> int: ...


def post(url: str, content: bytes) -> int:
    """A POST with the bearer token that `agent.fhir.smart` has, if any; a token that is no longer taken is replaced once.

    A busy server that says when to come again is given that time, up to a limit, before its status is told.

    Raises:
        StoreError: no token is given.
        OSError: there was no answer.
    """
    status = _posted(url, content)
    return _posted(url, content) if status == 401 and forget() else status


def _posted(url: str, content: bytes) -> int:
    headers = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
    try:
        token = bearer()
    except RecordError as error:
        raise StoreError("unavailable", f"nothing was sent: {error}") from None
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, content, headers)  # noqa: S310 - the scheme is checked in `server_address`
    try:
        return answer_of(request, _TIMEOUT_S)[0]
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in BUSY:
            time.sleep(min(_LONGEST_WAIT_S, retry_after(error.headers)))
        return error.code


def server_address(base: str) -> str:
    """The base URL as it stands in the audit. Raises StoreError unless it is http(s), names a host, and holds no credentials."""
    parts = urllib.parse.urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise StoreError("unavailable", "the FHIR server is not an http(s) base URL without credentials, such as https://host/fhir")
    return base.rstrip("/")


def deliver(content: bytes, server: str, send: Post = post, pause: Callable[[float], None] = time.sleep) -> None:
    """Send a transaction until the server takes it: five times at most, with pauses that double.

    Raises:
        StoreError: the server refused it, or did not take it; then it may be sent again.
    """
    told = ""
    for wait in (*_PAUSES_S, None):
        status, told = _tried(content, server, send)
        if status is not None and 200 <= status < 300:
            return
        if status is not None and status not in _TRANSIENT:
            raise StoreError("unavailable", f"the FHIR server refused the transaction ({status}); nothing of it was stored")
        if wait is not None:
            pause(wait)
    raise StoreError("unavailable", f"the FHIR server did not take the transaction ({told}); it waits in the outbox, send it again")


def _tried(content: bytes, server: str, send: Post) -> tuple[int | None, str]:
    try:
        status = send(server, content)
    except (OSError, ValueError) as error:
        return None, type(error).__name__
    return status, str(status)
