"""Launched from within a record (SMART App Launch 2, EHR launch): who it is and which patient come from the record system.

The record is read once with the token of the launch, a plan of it waits, and the browser is led to it. The token is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from agent.desk import Desk
from agent.errors import DecisionError, DraftError, RecordError
from agent.faces.identity_settings import Launch
from agent.faces.web.accounts import Accounts
from agent.faces.web.guard import COOKIE, SignedIn
from agent.faces.web.oauth import (
    Client,
    Endpoints,
    Login,
    Logins,
    ask,
    back_to,
    came_in,
    confirmed,
    discovered,
    exchange,
    proved,
    role_of,
)
from agent.fhir.server import everything, fetching
from agent.review import Reviewer

_CONFIRM = "/smart/confirm"


@dataclass
class SmartDoor:
    """The record systems that may launch.

    Args:
        accounts: where sessions are; desk: where the plan waits.
        systems: of the configuration; nobody else is ever called.
        public: how a browser reaches this program, without a slash at the end.
        today: the date of the plan.
    """

    accounts: Accounts
    desk: Desk
    systems: Sequence[Launch]
    public: str
    today: Callable[[], date]
    logins: Logins = field(init=False)

    def __post_init__(self) -> None:
        self.logins = Logins(self.accounts.held)

    def routes(self) -> APIRouter:
        """`/smart/launch` and `/smart/callback`."""
        router = APIRouter(include_in_schema=False)

        @router.get("/smart/launch")
        def launched(request: Request, iss: str, launch: str) -> Response:
            system = self._system(iss)
            key, login = self.logins.begin(about=system.iss)
            return ask(
                self._client(system), _endpoints(system), key, login, " ".join(system.scopes), request, aud=system.iss, launch=launch
            )

        @router.get(_CONFIRM)
        def confirm(request: Request, session: SignedIn, back: str = "/") -> Response:
            """Whoever is signed in is asked again by the record system, so that it counts for signing."""
            key = request.cookies.get(COOKIE, "")
            system = self._system(session.system)
            cookie, login = self.logins.begin(session=key, about=f"{system.iss} {back_to(back)}")
            return ask(
                self._client(system),
                _endpoints(system),
                cookie,
                login,
                "openid fhirUser",
                request,
                aud=system.iss,
                prompt="login",
                max_age="0",
            )

        @router.get("/smart/callback")
        def callback(request: Request) -> Response:
            return self._answered(request)

        return router

    def _answered(self, request: Request) -> Response:
        login = self.logins.take(request)
        iss, _, back = login.about.partition(" ")
        system = self._system(iss)
        who, given = self._who(system, login, request)
        if login.session:
            confirmed(self.accounts, login.session, who)
            return came_in(request, login.session, back)
        patient, token = given.get("patient"), given.get("access_token")
        if not isinstance(patient, str) or not isinstance(token, str) or str(given.get("token_type", "bearer")).lower() != "bearer":
            raise DecisionError("unauthorised", "the record system says for no patient that this may be read")
        try:
            name = self.desk.start(everything(system.iss, patient, fetching(token)), self.today(), patient=patient, by=who)
        except (RecordError, DraftError) as error:
            raise DecisionError("malformed", f"no plan can be made of this record: {error}") from None
        return came_in(request, self.accounts.admit(who, _CONFIRM, system.iss), f"/plans/{name}")

    def _who(self, system: Launch, login: Login, request: Request) -> tuple[Reviewer, dict[str, Any]]:
        client, endpoints = self._client(system), _endpoints(system)
        given = exchange(client, endpoints, login, request)
        claims = proved(client, endpoints, login, given, again=bool(login.session))
        user = str(claims.get("fhirUser") or claims["sub"])
        kind = user.rpartition("/")[0].rpartition("/")[2]
        role = role_of(claims.get(system.role_claim, kind), system.roles)
        return Reviewer(user.removeprefix(system.iss.rstrip("/") + "/"), role), given

    def _client(self, system: Launch) -> Client:
        return Client(system.client_id, system.client_secret_file, system.client_key_file, f"{self.public}/smart/callback")

    def _system(self, iss: str) -> Launch:
        found = next((s for s in self.systems if s.iss.rstrip("/") == iss.rstrip("/")), None)
        if found is None:
            raise DecisionError("unauthorised", "no such record system may launch this program")
        return found


def _endpoints(system: Launch) -> Endpoints:
    return discovered(f"{system.iss.rstrip('/')}/.well-known/smart-configuration")
