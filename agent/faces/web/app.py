"""The web application: who is asked for, what is allowed, and which page answers. Every decision is the desk's."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.datastructures import FormData

from agent.desk import Desk
from agent.errors import DecisionError, StoreError
from agent.faces.web import pages
from agent.faces.web.accounts import Accounts, Session
from agent.faces.web.forms import decision_of

COOKIE = "carewright"
_BODY_LIMIT = 64 * 1024
"""Bytes of a form."""
_STATUS = {"unknown": 404, "unauthorised": 403, "malformed": 400, "unreasoned": 422, "not-editable": 422, "incomplete": 422}
"""Of a refusal by its reason; every other one is a conflict (409)."""


class NotSignedInError(Exception):
    """Nobody is signed in."""


def application(desk: Desk, accounts: Accounts) -> FastAPI:
    """The pages over one desk, for the users of one file."""
    app = FastAPI(title="Carewright", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk, app.state.accounts = desk, accounts
    app.middleware("http")(_guard)
    app.add_exception_handler(NotSignedInError, _to_the_door)
    app.add_exception_handler(DecisionError, _refused)
    app.add_exception_handler(StoreError, _broken)
    app.get("/health")(_health)
    app.get("/ready")(_ready)
    app.get("/style.css")(_style)
    app.get("/sign-in")(_door)
    app.post("/sign-in")(_sign_in)
    app.post("/sign-out")(_sign_out)
    app.get("/")(_worklist)
    app.get("/plans/{name}")(_plan)
    app.post("/plans/{name}/decisions")(_decide)
    app.get("/plans/{name}/release")(_release)
    return app


async def _guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    length = request.headers.get("content-length", "0")
    unsized = request.method == "POST" and "content-length" not in request.headers
    if unsized or not length.isdigit() or int(length) > _BODY_LIMIT:
        response: Response = PlainTextResponse("a form holds at most 64 kB and says its length", 413)
    else:
        response = await call(request)
    response.headers.update(
        {
            "Content-Security-Policy": pages.policy(),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "DENY",
            "Cache-Control": "no-store",
        }
    )
    return response


async def _form(request: Request) -> FormData:
    return await request.form(max_files=0, max_fields=100)


def _signed_in(request: Request) -> Session:
    accounts: Accounts = request.app.state.accounts
    found = accounts.session(request.cookies.get(COOKIE))
    if found is None:
        raise NotSignedInError
    return found


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


Form = Annotated[FormData, Depends(_form)]
Who = Annotated[Session, Depends(_signed_in)]
TheDesk = Annotated[Desk, Depends(_desk)]


def _same_site(form: FormData, who: Session) -> None:
    if not secrets.compare_digest(str(form.get("csrf", "")).encode(), who.csrf.encode()):
        raise DecisionError("unauthorised", "the form is not one that this session was given; reload the page")


def _health() -> JSONResponse:
    return JSONResponse({"status": "up"})


def _ready(desk: TheDesk) -> JSONResponse:
    desk.list()
    return JSONResponse({"status": "ready"})


def _style() -> Response:
    return Response(pages.desk_style(), media_type="text/css")


def _door() -> HTMLResponse:
    return HTMLResponse(pages.sign_in_page())


def _sign_in(request: Request, form: Form) -> Response:
    accounts: Accounts = request.app.state.accounts
    key = accounts.sign_in(str(form.get("user", "")), str(form.get("password", "")))
    if key is None:
        return HTMLResponse(pages.sign_in_page("User or password is wrong."), 403)
    response = RedirectResponse("/", 303)
    response.set_cookie(COOKIE, key, httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/")
    return response


def _sign_out(request: Request, who: Who, form: Form) -> Response:
    _same_site(form, who)
    request.app.state.accounts.sign_out(request.cookies.get(COOKIE))
    return RedirectResponse("/sign-in", 303)


def _worklist(who: Who, desk: TheDesk) -> HTMLResponse:
    return HTMLResponse(pages.worklist_page(desk.list(), who, datetime.now(UTC)))


def _plan(name: str, who: Who, desk: TheDesk) -> HTMLResponse:
    return HTMLResponse(pages.plan_page(desk.show(name, who.who), who))


def _decide(name: str, who: Who, desk: TheDesk, form: Form) -> Response:
    _same_site(form, who)
    desk.decide(name, who.who, [decision_of(form)], str(form.get("digest", "")))
    return RedirectResponse(f"/plans/{name}#desk", 303)


def _release(name: str, who: Who, desk: TheDesk) -> JSONResponse:
    return JSONResponse(desk.release(name, who.who), media_type="application/fhir+json")


def _to_the_door(request: Request, error: Exception) -> Response:
    if request.method == "GET" and request.url.path == "/":
        return RedirectResponse("/sign-in", 303)
    return HTMLResponse(pages.sign_in_page("Sign in first."), 403)


def _refused(request: Request, error: Exception) -> Response:
    reason = getattr(error, "reason", "")
    status = _STATUS.get(reason, 409)
    back = "/plans/" + str(request.path_params["name"]) if "name" in request.path_params and status != 404 else "/"
    return HTMLResponse(pages.refusal_page(status, f"{reason}: {error}", back), status)


def _broken(request: Request, error: Exception) -> Response:
    return HTMLResponse(pages.refusal_page(503, str(error), "/"), 503)
