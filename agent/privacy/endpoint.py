"""Where an endpoint is, and whether a site has signed that anything may go there."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from agent.addresses import is_loopback
from agent.errors import DraftError
from policies.engine import load_policies, reaches
from policies.model import Content, Destination, Endpoint, Send

NEEDED: tuple[Content, ...] = ("facts", "findings", "options")
"""The contents of a draft's prompt; notes, identifiers and the words of a request are never part of one."""
OF_QUESTIONS: tuple[Content, ...] = ("request-text",)
"""What a model is sent to learn what was meant: the words of one question, without what may identify somebody, and nothing of the record."""


class Permissions(Struct, frozen=True):
    """The `[[send]]` and `[[endpoint]]` tables in force: the shipped ones, and a site's own."""

    sends: tuple[Send, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()


class _SiteFile(Struct, frozen=True):
    send: tuple[Send, ...] = ()
    endpoint: tuple[Endpoint, ...] = ()


def destination(url: str, endpoints: Sequence[Endpoint] = ()) -> Destination:
    """`this-machine` for the loopback interface, `in-country` for a named host over https, else `elsewhere`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host):
        return "this-machine"
    return "in-country" if parts.scheme == "https" and any(host == e.host.casefold() for e in endpoints) else "elsewhere"


def site_permissions(path: str | None) -> Permissions:
    """The tables of the shipped policies and of a site's own file. Raises DraftError where that cannot be read."""
    shipped = load_policies()
    try:
        own = msgspec.convert(tomllib.loads(Path(path).read_text(encoding="utf-8")) if path else {}, _SiteFile)
    except (OSError, ValueError) as error:
        raise DraftError(f"the privacy file of CAREWRIGHT_PRIVACY cannot be used: {type(error).__name__}") from error
    return Permissions((*shipped.sends, *own.send), (*shipped.endpoints, *own.endpoint))


def refused(url: str, permissions: Permissions, needed: Sequence[Content] = NEEDED) -> tuple[Content, ...]:
    """Contents of a prompt that may not go where `url` is."""
    to = destination(url, permissions.endpoints)
    allowed = {content for rule in permissions.sends if reaches(rule, to) for content in rule.what}
    return tuple(content for content in needed if content not in allowed)


def require_permission(url: str, permissions: Permissions, needed: Sequence[Content] = NEEDED) -> None:
    """Raises DraftError unless every content of a prompt may go where `url` is."""
    if missing := refused(url, permissions, needed):
        raise DraftError(
            f"nothing leaves by default: no [[send]] table allows {', '.join(missing)} to {destination(url, permissions.endpoints)}; "
            "write one into a file of the site's own and name it in CAREWRIGHT_PRIVACY"
        )
