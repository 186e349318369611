"""Coming in, going out, and what anybody may see: the state of the service and our own files."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse

from agent.errors import DecisionError
from agent.faces.web import pages
from agent.faces.web.accounts import Accounts, TooManyAttemptsError
from agent.faces.web.guard import COOKIE, Form, SignedIn, TheDesk, TheSpeech, same_site, secure

router = APIRouter()
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@router.get("/health")
def health() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "up"})


@router.get("/ready")
def ready(desk: TheDesk) -> JSONResponse:
    """The state folder answers too."""
    desk.list()
    return JSONResponse({"status": "ready"})


@router.get("/static/{name}")
def static_file(name: str) -> Response:
    """One of our own files."""
    known = {path.name: path for path in pages.STATIC.iterdir() if path.suffix in _TYPES}
    if name not in known:
        raise DecisionError("unknown", "there is no such file")
    return FileResponse(
        known[name], media_type=_TYPES[known[name].suffix], headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


@router.get("/sign-in")
def door(request: Request, speech: TheSpeech) -> HTMLResponse:
    """The door."""
    outside = getattr(request.app.state, "openid", False)
    return HTMLResponse(pages.sign_in_page(pages.Frame(speech, None, "/sign-in"), outside=outside))


@router.post("/sign-in")
def sign_in(request: Request, form: Form, speech: TheSpeech) -> Response:
    """Come in with name and password."""
    accounts: Accounts = request.app.state.accounts
    frame = pages.Frame(speech, None, "/sign-in")
    try:
        key = accounts.sign_in(str(form.get("user", "")), str(form.get("password", "")))
    except TooManyAttemptsError as error:
        wait = speech("door.wait", minutes=-(-error.seconds // 60))
        return HTMLResponse(pages.sign_in_page(frame, wait), 429, {"Retry-After": str(error.seconds)})
    if key is None:
        return HTMLResponse(pages.sign_in_page(frame, speech("door.wrong")), 403)
    response = RedirectResponse("/", 303)
    response.set_cookie(COOKIE, key, httponly=True, samesite="strict", secure=secure(request), path="/")
    return response


@router.post("/sign-out")
def sign_out(request: Request, session: SignedIn, form: Form) -> Response:
    """End the session; with `everywhere`, every session of this person."""
    same_site(request, form, session)
    accounts: Accounts = request.app.state.accounts
    accounts.sign_out(request.cookies.get(COOKIE))
    if form.get("everywhere"):
        accounts.sign_out_everywhere(session.who.id)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE, path="/")
    return response
