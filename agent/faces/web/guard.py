"""What every answer carries, and what no request gets past: the origin of forms, the content policy. How large a body may be is decided
before (`operation`, by `limits` of the configuration)."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from agent.desk import Desk
from agent.errors import DecisionError
from agent.faces.web.accounts import Accounts, Session
from agent.faces.web.speech import LANGUAGES, Speech, chosen
from policies.engine import may_act
from policies.model import Act

COOKIE = "carewright"
LANGUAGE_COOKIE = "carewright-language"
_YEAR_S = 365 * 24 * 3600
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, and nothing that stands inside a page: text of the record can neither run nor load anything."""
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class NotSignedInError(Exception):
    """Nobody is signed in."""


async def guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    """Add the headers; keep the language that was chosen."""
    response = await call(request)
    response.headers.update({name: value for name, value in _HEADERS.items() if name not in response.headers})
    response.headers.setdefault("Cache-Control", "no-store")
    wish = request.query_params.get("lang")
    if wish and wish in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, wish, max_age=_YEAR_S, samesite="strict", path="/", secure=secure(request))
    return response


def secure(request: Request) -> bool:
    """Whether the browser may be told to send cookies over TLS alone."""
    return request.url.scheme == "https"


async def read_form(request: Request) -> FormData:
    """The form of a request, at most a hundred fields and no file."""
    return await request.form(max_files=0, max_fields=100)


def signed_in(request: Request) -> Session:
    """Whoever is signed in. Raises NotSignedInError."""
    accounts: Accounts = request.app.state.accounts
    found = accounts.session(request.cookies.get(COOKIE))
    if found is None:
        raise NotSignedInError
    return found


def who_may(act: Act) -> Callable[[Request], Session]:
    """Whoever is signed in, if a policy lets the role do this. Raises NotSignedInError, DecisionError (`unauthorised`)."""

    def admitted(request: Request) -> Session:
        session = signed_in(request)
        if not may_act(session.who.role, act):
            raise DecisionError("unauthorised", f"no policy lets the role {session.who.role} {act} plans")
        return session

    return admitted


def the_desk(request: Request) -> Desk:
    """The desk of this application."""
    desk: Desk = request.app.state.desk
    return desk


def the_speech(request: Request) -> Speech:
    """The language of the reader; asked for just now, chosen before, or the browser's."""
    wish = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return chosen(wish, request.headers.get("accept-language", ""))


def same_site(request: Request, form: FormData, session: Session) -> None:
    """Raise DecisionError (`forged`) unless the form is one that this session was given, from this very site."""
    origin = request.headers.get("origin", "null")  # a browser that is told to send no referrer says `null` of our own pages too
    elsewhere = origin != "null" and urlsplit(origin).netloc != request.headers.get("host")
    elsewhere = elsewhere or request.headers.get("sec-fetch-site", "same-origin") != "same-origin"
    if elsewhere or not secrets.compare_digest(str(form.get("csrf", "")).encode(), session.csrf.encode()):
        raise DecisionError("forged", "the form is not one that this session was given")


Form = Annotated[FormData, Depends(read_form)]
SignedIn = Annotated[Session, Depends(signed_in)]
Reader = Annotated[Session, Depends(who_may("read"))]
Asker = Annotated[Session, Depends(who_may("ask"))]
Administrator = Annotated[Session, Depends(who_may("administer"))]
Releaser = Annotated[Session, Depends(who_may("release"))]
TheDesk = Annotated[Desk, Depends(the_desk)]
TheSpeech = Annotated[Speech, Depends(the_speech)]
