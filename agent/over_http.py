"""What a server answers: no redirect is followed, a connection that breaks is an OSError, and how long it wants one to wait is read."""

from __future__ import annotations

import http.client
import time
import urllib.request
from email.message import Message
from email.utils import parsedate_to_datetime

from agent.no_redirects import OPENER

BUSY = frozenset({429, 502, 503})
"""Statuses of a server that may be asked again soon."""


def answer_of(request: urllib.request.Request, timeout: float, most: int | None = None) -> tuple[int, bytes]:
    """The status and the body of an answer.

    Args:
        timeout: seconds between two signs of life.
        most: bytes that are read; all where it is not given.

    Raises:
        urllib.error.HTTPError: the server says no.
        OSError: it cannot be reached, or the answer breaks off.
        ValueError: the address is none.
    """
    try:
        with OPENER.open(request, timeout=timeout) as answer:
            return int(answer.status), answer.read(most)
    except http.client.HTTPException as error:
        raise OSError(f"the answer broke off ({type(error).__name__})") from None


def retry_after(headers: Message, now: float | None = None) -> float:
    """The seconds that `Retry-After` names, as a number or as a date; 0 where it names none.

    Args:
        now: seconds since 1970, where the header names a date.
    """
    said = str(headers.get("Retry-After", "")).strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - (time.time() if now is None else now))
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
