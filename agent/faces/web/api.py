"""REST for programs, under `/api/v1`: plans, decisions, tools, knowledge. Described by OpenAPI, refusing with problem details."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from agent.desk import Desk
from agent.errors import DecisionError, DraftError, PlannerError, RecordError, StoreError
from agent.faces.web import api_plans, api_tools
from agent.faces.web.accounts import TooManyAttemptsError
from agent.faces.web.api_access import Access, RefusedError
from agent.faces.web.api_shapes import described
from agent.faces.web.problems import OF_DECISIONS, problem
from agent.store.feedback import FeedbackBook


def interface(desk: Desk, access: Access, book: FeedbackBook, entries: int, today: Callable[[], date]) -> FastAPI:
    """The application that is mounted under `/api/v1`.

    Args:
        entries: resources of a record at most.
        today: the date of a plan or a tool call that names none.
    """
    api = FastAPI(
        title="Carewright", version=version("carewright"), docs_url=None, redoc_url=None, openapi_url=None,
        description="Plans for one patient, proved and waiting for people; nothing leaves unsigned, and a token never signs.",
    )  # fmt: skip
    api_plans.add_routes(api, desk, access, entries, today)
    api_tools.add_routes(api, access, book, today)
    api.openapi = lambda: described(api)  # type: ignore[method-assign]

    @api.get("/openapi.json", include_in_schema=False)
    def openapi() -> Response:
        return Response(msgspec.json.encode(described(api)), media_type="application/json")

    for kind, handler in _HANDLERS.items():
        api.add_exception_handler(kind, handler)
    return api


def _refused(request: Request, error: Exception) -> Response:
    status, reason = getattr(error, "status", 403), getattr(error, "reason", "")
    return problem(status, str(error), reason=reason)


def _decision(request: Request, error: Exception) -> Response:
    reason, changes = getattr(error, "reason", ""), getattr(error, "changes", ())
    return problem(OF_DECISIONS.get(reason, 409), str(error), reason=reason, **({"changes": list(changes)} if changes else {}))


def _planner(request: Request, error: Exception) -> Response:
    unavailable = isinstance(error, StoreError | DraftError)
    return problem(503 if unavailable else 422, str(error), reason=getattr(error, "reason", type(error).__name__))


def _too_often(request: Request, error: Exception) -> Response:
    seconds = getattr(error, "seconds", 60)
    answer = problem(429, f"too many wrong passwords; wait {seconds} s")
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _malformed(request: Request, error: Exception) -> Response:
    found: list[dict[str, Any]] = list(error.errors()) if isinstance(error, RequestValidationError) else []
    faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in found]
    return problem(422, "parameters are missing or malformed", faults=faults)


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    answer = problem(status, "there is nothing here" if status == 404 else "refused")
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


def _fault(request: Request, error: Exception) -> Response:
    return problem(500, "a fault of this program; nothing was done")


_HANDLERS: dict[type[Exception], Callable[[Request, Exception], Response]] = {
    RefusedError: _refused,
    DecisionError: _decision,
    RecordError: _planner,
    PlannerError: _planner,
    TooManyAttemptsError: _too_often,
    RequestValidationError: _malformed,
    HTTPException: _http,
    Exception: _fault,
}
