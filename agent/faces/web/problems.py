"""Refusals to programs, as RFC 9457 problem details; they name fields and the way out, never a word of a record."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"
OF_DECISIONS = {
    "unknown": 404,
    "unauthorised": 403,
    "forged": 403,
    "malformed": 400,
    "unreasoned": 422,
    "not-editable": 422,
    "incomplete": 422,
}
"""Status of a refused decision by its reason; every other one is a conflict (409)."""


def problem(status: int, detail: str, **more: Any) -> JSONResponse:
    """One problem; `reason`, where there is one, is a word for programs."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None, media_type=MEDIA_TYPE)
