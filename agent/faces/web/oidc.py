"""Coming in by the institution's own identity provider, and being asked again there before signing (OpenID Connect)."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response

from agent.errors import DecisionError
from agent.faces.identity_settings import OpenId
from agent.faces.web.accounts import Accounts
from agent.faces.web.guard import COOKIE, SignedIn
from agent.faces.web.oauth import Client, Endpoints, Logins, ask, back_to, came_in, confirmed, discovered, exchange, proved, role_of
from agent.review import Reviewer

_CONFIRM = "/oidc/confirm"


@dataclass
class OpenIdDoor:
    """One provider.

    Args:
        accounts: where sessions are.
        settings: of the site.
        public: how a browser reaches this program, without a slash at the end.
    """

    accounts: Accounts
    settings: OpenId
    public: str
    logins: Logins = field(init=False)

    def __post_init__(self) -> None:
        self.logins = Logins(self.accounts.held)

    @property
    def client(self) -> Client:
        """This program."""
        return Client(
            self.settings.client_id, self.settings.client_secret_file, self.settings.client_key_file, f"{self.public}/oidc/callback"
        )

    @property
    def endpoints(self) -> Endpoints:
        """Of the provider, asked for each time: logins are rare, keys and addresses change."""
        return discovered(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration", self.settings.issuer)

    @property
    def scope(self) -> str:
        """What is asked for."""
        return " ".join(("openid", *(s for s in self.settings.scopes if s != "openid")))

    def routes(self) -> APIRouter:
        """`/oidc/sign-in`, `/oidc/confirm`, `/oidc/callback`."""
        router = APIRouter(include_in_schema=False)

        @router.get("/oidc/sign-in")
        def sign_in(request: Request) -> Response:
            key, login = self.logins.begin()
            return ask(self.client, self.endpoints, key, login, self.scope, request)

        @router.get(_CONFIRM)
        def confirm(request: Request, session: SignedIn, back: str = "/") -> Response:
            """Whoever is signed in is asked again, so that it counts for signing."""
            key, login = self.logins.begin(session=request.cookies.get(COOKIE, ""), about=back_to(back))
            return ask(self.client, self.endpoints, key, login, self.scope, request, prompt="login", max_age="0")

        @router.get("/oidc/callback")
        def callback(request: Request) -> Response:
            return self._answered(request)

        return router

    def _answered(self, request: Request) -> Response:
        login, endpoints = self.logins.take(request), self.endpoints
        claims = proved(self.client, endpoints, login, exchange(self.client, endpoints, login, request), again=bool(login.session))
        who = Reviewer(str(claims.get(self.settings.user_claim, "")), role_of(claims.get(self.settings.role_claim), self.settings.roles))
        if not who.id.strip():
            raise DecisionError("unauthorised", "the identity provider does not say who it is")
        if not login.session:
            return came_in(request, self.accounts.admit(who, _CONFIRM), "/")
        confirmed(self.accounts, login.session, who)
        return came_in(request, login.session, login.about)
