"""Where a request comes from, as far as it can be known."""

from __future__ import annotations

from fastapi import Request

from agent.addresses import is_loopback

_PASSED_ON = ("x-forwarded-for", "forwarded", "x-real-ip")


def is_local(request: Request) -> bool:
    """Whether it comes from this machine itself: by its address, and not passed on by a proxy."""
    return request.client is not None and is_loopback(request.client.host) and not any(name in request.headers for name in _PASSED_ON)


async def body_of(request: Request) -> bytes:
    """The whole body; how long it may be is decided before (`operation`)."""
    return await request.body()
