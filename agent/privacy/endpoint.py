"""Where an endpoint is, and whether a site has signed that anything may go there."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from agent.errors import DraftError
from policies.engine import load_policies
from policies.model import Content, Destination, Send

NEEDED: tuple[Content, ...] = ("facts", "findings", "options")
"""The contents of a prompt; notes, identifiers and the words of a request are never part of one."""


def destination(url: str) -> Destination:
    """`this-machine` for the loopback interface, else `elsewhere`."""
    host = urlsplit(url).hostname or ""
    try:
        return "this-machine" if ip_address(host).is_loopback else "elsewhere"
    except ValueError:
        return "this-machine" if host == "localhost" else "elsewhere"


def site_permissions(path: str | None) -> tuple[Send, ...]:
    """The `[[send]]` tables of the shipped policies and of a site's own file. Raises DraftError where that cannot be read."""
    shipped = load_policies().sends
    if not path:
        return shipped
    try:
        rows = tomllib.loads(Path(path).read_text(encoding="utf-8")).get("send", [])
        return (*shipped, *msgspec.convert(rows, tuple[Send, ...]))
    except (OSError, ValueError) as error:
        raise DraftError(f"the privacy file of CAREWRIGHT_PRIVACY cannot be used: {type(error).__name__}") from error


def require_permission(url: str, sends: Sequence[Send]) -> None:
    """Raises DraftError unless every content of a prompt may go where `url` is."""
    to = destination(url)
    allowed = {content for rule in sends if rule.to == to for content in rule.what}
    refused = [content for content in NEEDED if content not in allowed]
    if refused:
        raise DraftError(
            f"nothing leaves by default: no [[send]] table allows {', '.join(refused)} to {to}; "
            "write one into a file of the site's own and name it in CAREWRIGHT_PRIVACY"
        )
