"""The web application: what it consists of, and what a fault looks like."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from agent.desk import Desk
from agent.errors import DecisionError, StoreError
from agent.faces.web import chatting, doors, pages, plans
from agent.faces.web.accounts import Accounts
from agent.faces.web.conversations import Conversations
from agent.faces.web.guard import COOKIE, NotSignedInError, guard, the_speech
from agent.faces.web.problems import OF_DECISIONS
from agent.faces.web.reading import Readings


def application(desk: Desk, accounts: Accounts, more: Sequence[APIRouter] = ()) -> FastAPI:
    """The pages over one desk, for the users of one file.

    Args:
        more: routers of other faces; `app.state.desk` and `app.state.accounts` are there for them.
    """
    app = FastAPI(title="Carewright", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk, app.state.accounts = desk, accounts
    app.state.readings, app.state.conversations = Readings(), Conversations(desk, accounts)
    app.middleware("http")(guard)
    app.add_exception_handler(NotSignedInError, _to_the_door)
    app.add_exception_handler(DecisionError, _refused)
    app.add_exception_handler(StoreError, _broken)
    for router in (doors.router, plans.router, chatting.router, *more):
        app.include_router(router)
    return app


def _to_the_door(request: Request, error: Exception) -> Response:
    if request.method == "GET" and request.url.path == "/":
        return RedirectResponse("/sign-in", 303)
    speech = the_speech(request)
    return HTMLResponse(pages.sign_in_page(pages.Frame(speech, None, "/sign-in"), speech("door.first")), 403)


def _refused(request: Request, error: Exception) -> Response:
    reason = getattr(error, "reason", "")
    status = OF_DECISIONS.get(reason, 409)
    back = "/plans/" + str(request.path_params["name"]) if "name" in request.path_params and status != 404 else "/"
    return HTMLResponse(pages.refusal_page(_frame(request, back), status, reason, str(error), back, getattr(error, "changes", ())), status)


def _broken(request: Request, error: Exception) -> Response:
    frame = pages.Frame(the_speech(request), None, "/")  # who is signed in stands in the state that does not answer
    return HTMLResponse(pages.refusal_page(frame, 503, "", str(error), "/"), 503)


def _frame(request: Request, here: str) -> pages.Frame:
    return pages.Frame(the_speech(request), request.app.state.accounts.session(request.cookies.get(COOKIE)), here)
