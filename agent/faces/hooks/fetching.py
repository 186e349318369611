"""Missing data from the record system's own FHIR server: only from servers that the site names, read only, within one time and one size.

The token of a call goes to the server of the call and nowhere else; redirects are not followed.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from typing import Any

import orjson

from agent.faces.configuration import Hooks
from agent.faces.hooks.call import Call
from agent.faces.hooks.gather import FetchBack
from agent.no_redirects import StayHere

_OPENER = urllib.request.build_opener(StayHere, urllib.request.ProxyHandler({}))
_AT_ONCE = 4
_PAGES = 20


def fetch_back(hooks: Hooks) -> FetchBack:
    """How missing data are fetched under this configuration."""
    allowed = {base.rstrip("/") for base in hooks.fhir_servers}

    def fetch(call: Call, missing: Mapping[str, str]) -> dict[str, Any]:
        base = (call.fhir_server or "").rstrip("/")
        if base not in allowed:
            return {}
        token = call.fhir_authorization.access_token if call.fhir_authorization else ""
        return _all(base, token, missing, hooks)

    return fetch


def _all(base: str, token: str, missing: Mapping[str, str], hooks: Hooks) -> dict[str, Any]:
    """What came in time; what did not is missing, and said to be."""
    until = time.monotonic() + hooks.fetch_seconds
    found: dict[str, Any] = {}
    left = hooks.fetch_bytes
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        waiting = {key: pool.submit(_get, base, query, token, hooks) for key, query in missing.items()}
        for key, answer in waiting.items():
            try:
                value, size = answer.result(max(0.0, until - time.monotonic()))
            except (OSError, ValueError, LateError):
                continue
            left -= size
            if left >= 0:
                found[key] = value
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return found


def _get(base: str, query: str, token: str, hooks: Hooks) -> tuple[dict[str, Any], int]:
    """A resource, or a search with all its pages, and its size. Raises OSError, ValueError: not whole, so that it counts as missing."""
    url: str | None = f"{base}/{query}"
    whole: dict[str, Any] = {}
    size = 0
    for _ in range(_PAGES):
        data = _bytes(str(url), token, hooks)
        size += len(data)
        page = orjson.loads(data)
        if not isinstance(page, dict) or page.get("resourceType") == "OperationOutcome" or size > hooks.fetch_bytes:
            raise ValueError("no resource, or too much")
        whole = {**page, "entry": [*whole.get("entry", ()), *page.get("entry", ())]} if page.get("resourceType") == "Bundle" else page
        url = _next(page, base)
        if url is None:
            return whole, size
    raise ValueError("too many pages")


def _bytes(url: str, token: str, hooks: Hooks) -> bytes:
    headers = {"Accept": "application/fhir+json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the base URL is one that the site names
    try:
        with _OPENER.open(request, timeout=hooks.fetch_seconds) as answer:
            data: bytes = answer.read(hooks.fetch_bytes + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise ValueError("refused") from None
    except http.client.HTTPException:
        raise OSError("the answer broke off") from None
    return data


def _next(page: dict[str, Any], base: str) -> str | None:
    """The next page. Raises ValueError: it lies on another server, where the token does not go."""
    links = [link for link in page.get("link") or () if isinstance(link, dict) and link.get("relation") == "next"]
    if not links:
        return None
    url = urllib.parse.urljoin(base + "/", str(links[0].get("url", "")))
    mine, there = urllib.parse.urlsplit(base), urllib.parse.urlsplit(url)
    if (mine.scheme, mine.netloc) != (there.scheme, there.netloc):
        raise ValueError("another server")
    return url
