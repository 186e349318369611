"""Whether a host is this machine itself, wherever something may be spoken or sent to this machine alone."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether an address, or the name `localhost`, is this machine's own; other names are never looked up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
