"""The OpenAPI description: the project's own types as schemas, and the refusals that every route shares."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from msgspec import Struct

from agent.faces.web.problems import MEDIA_TYPE
from agent.review import Decision
from agent.shown import Audit, Decided, Shown, Waiting
from agent.store.feedback import RuleCount

REF = "#/components/schemas/{name}"
Json = dict[str, Any]


class Submission(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Decisions on the plan that was shown: its interrupt and its digest, as they were read with it.

    `record` is the FHIR bundle as it was read again just now; where it is another than the plan was made from, the plan is void.
    """

    interrupt: str
    digest: str
    decisions: tuple[Decision, ...]
    record: dict[str, Any] | None = None


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Name and password."""

    user: str
    password: str


class Confirmation(Struct, frozen=True, forbid_unknown_fields=True):
    """The password again, so that it counts for signing."""

    password: str


class Started(Struct, frozen=True, kw_only=True):
    """A plan that waits from now on."""

    id: str
    interrupt: str
    digest: str
    status: str


class Came(Struct, frozen=True, kw_only=True):
    """Somebody signed in; `csrf` goes into `X-CSRF-Token` of whatever changes something."""

    user: str
    role: str
    csrf: str


class ToolLine(Struct, frozen=True, kw_only=True):
    """A tool by name."""

    name: str
    summary: str
    description: str


class KnowledgeLine(Struct, frozen=True, kw_only=True):
    """A knowledge file by name."""

    kind: str
    id: str
    version: str
    last_reviewed: str
    confidence: str
    title: str


SHAPES: tuple[type[Struct], ...] = (
    Waiting, Shown, Decided, Audit, Submission, SignIn, Confirmation, Started, Came, ToolLine, KnowledgeLine, RuleCount,
)  # fmt: skip
_BUNDLE: Json = {
    "type": "object",
    "title": "A FHIR R4 Bundle of one patient",
    "required": ["resourceType", "entry"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "type": {"type": "string"},
        "entry": {"type": "array", "items": {"type": "object"}},
    },
}
_PROBLEM: Json = {
    "type": "object",
    "title": "Problem details (RFC 9457)",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": {"type": "string"},
        "request": {"type": "string"},
        "faults": {"type": "array", "items": {"type": "string"}},
        "changes": {"type": "array", "items": {"type": "string"}, "description": "cited facts of the record that differ"},
    },
}
_REFUSALS = {
    400: "malformed", 401: "nobody that is known", 403: "a role, or a person, that may not", 404: "not here", 405: "another method", 409: "late, stale, double or locked",
    413: "too large", 415: "not JSON", 422: "readable, and not usable", 429: "too often", 503: "the state, or a drafter, does not answer",
}  # fmt: skip


def gives(schema: Json, status: int = 200, media: str = "application/json", *, open_to_all: bool = False) -> Json:
    """How a route answers: the one way that is right, and the shared refusals."""
    refusals = {code: {"description": text, "content": {MEDIA_TYPE: {"schema": refer("Problem")}}} for code, text in _REFUSALS.items()}
    right = {"description": "done", **({"content": {media: {"schema": schema}}} if schema else {})}
    return {"responses": {status: right, **refusals}, "status_code": status, **({"openapi_extra": {"security": []}} if open_to_all else {})}


def takes(schema: Json, media: tuple[str, ...] = ("application/json",)) -> Json:
    """The body of a route, for `openapi_extra`."""
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema} for kind in media}}}


def refer(name: str) -> Json:
    """A schema by name."""
    return {"$ref": REF.format(name=name)}


def many(name: str) -> Json:
    """A list of them."""
    return {"type": "array", "items": refer(name)}


def described(app: FastAPI) -> Json:
    """The OpenAPI document."""
    if app.openapi_schema:
        return app.openapi_schema
    found = get_openapi(title=app.title, version=app.version, routes=app.routes, description=app.description, servers=[{"url": "/api/v1"}])
    _, components = msgspec.json.schema_components(SHAPES, ref_template=REF)
    own = {"Problem": _PROBLEM, "Bundle": _BUNDLE, **msgspec.to_builtins(components)}
    parts = found.setdefault("components", {})
    parts["schemas"] = {**parts.get("schemas", {}), **own}
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "carewright"},
    }
    found["security"] = [{"token": []}, {"session": []}]
    app.openapi_schema = found
    return found
