"""Who calls the REST interface: a session (its cookie, and its secret in `X-CSRF-Token` where something is changed) or a token."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from agent.faces.web.accounts import Accounts, Session
from agent.faces.web.guard import COOKIE
from agent.faces.web.tokens import Tokens
from agent.review import Reviewer
from policies.engine import may_act, roles
from policies.model import Act

_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class RefusedError(Exception):
    """The caller gets this status, and a sentence."""

    def __init__(self, status: int, message: str, reason: str = "unauthorised") -> None:
        super().__init__(message)
        self.status, self.reason = status, reason


@dataclass(frozen=True)
class Caller:
    """Who it is; `session` where it is a person that signed in."""

    who: Reviewer
    session: Session | None = None


@dataclass(frozen=True)
class Access:
    """Admits callers.

    Args:
        accounts: of people; tokens: of programs.
    """

    accounts: Accounts
    tokens: Tokens

    def caller(self, request: Request) -> Caller:
        """Whoever calls. Raises RefusedError (401, 403)."""
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme:
            who = self.tokens.who(secret) if scheme.lower() == "bearer" and secret else None
            if who is None:
                raise RefusedError(401, "the token is not one that this site gave")
            return Caller(who)
        session = self.accounts.session(request.cookies.get(COOKIE))
        if session is None:
            raise RefusedError(401, "sign in, or send a token (Authorization: Bearer …)")
        given = request.headers.get("x-csrf-token", "")
        if request.method in _CHANGES and not secrets.compare_digest(given.encode(), session.csrf.encode()):
            raise RefusedError(403, "X-CSRF-Token is not that of this session", "forged")
        return Caller(session.who, session)

    def anyone(self, request: Request) -> Caller:
        """Whoever calls, in a role that a policy knows. Raises RefusedError."""
        caller = self.caller(request)
        if caller.who.role not in roles():
            raise RefusedError(403, f"no policy knows a {caller.who.role}")
        return caller

    def who_may(self, act: Act) -> Callable[[Request], Caller]:
        """Whoever calls, if a policy lets the role do this."""

        def admitted(request: Request) -> Caller:
            caller = self.anyone(request)
            if not may_act(caller.who.role, act):
                raise RefusedError(403, f"no policy lets the role {caller.who.role} {act} plans")
            return caller

        return admitted

    def signer(self, request: Request) -> Caller:
        """A person who may decide now: signed in, with a password confirmed lately. A token never signs. Raises RefusedError (403)."""
        caller = self.who_may("read")(request)
        if caller.session is None:
            raise RefusedError(403, "a token never signs; a person signs in")
        if not self.accounts.may_sign(caller.session):
            raise RefusedError(403, "confirm the password first (POST /sessions/current/confirmation)", "unconfirmed")
        return caller
