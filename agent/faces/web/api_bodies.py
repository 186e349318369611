"""Bodies and answers of the REST interface: JSON in, values out."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from fastapi import Request, Response

from agent.faces.web.api_access import RefusedError

T = TypeVar("T")


def read(data: bytes, kind: type[T]) -> T:
    """A body as a value. Raises RefusedError (400)."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(400, f"the body is not what this route takes: {error}", "malformed") from None


def answer(value: Any, status: int = 200, media: str = "application/json") -> Response:
    """A value as JSON."""
    return Response(msgspec.json.encode(value), status, media_type=media)


async def json_body(request: Request) -> bytes:
    """The body of a request that says that it is JSON. Raises RefusedError (415)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise RefusedError(415, "the body is JSON: Content-Type application/json, or application/fhir+json", "malformed")
    return await request.body()
