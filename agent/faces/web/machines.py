"""The whole application: the pages, what programs call beside them, and what holds for every request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from fastapi import APIRouter, Request, Response
from starlette.middleware.cors import CORSMiddleware

from agent.desk import Desk
from agent.faces.cli_common import today as calendar_day
from agent.faces.configuration import Configuration
from agent.faces.web import cds_hooks
from agent.faces.web.accounts import Accounts
from agent.faces.web.api import interface
from agent.faces.web.api_access import Access
from agent.faces.web.app import application
from agent.faces.web.callers import is_local
from agent.faces.web.metrics import TYPE, Metrics
from agent.faces.web.oidc import OpenIdDoor
from agent.faces.web.operation import App, Message, Operation, Receive, Scope
from agent.faces.web.problems import problem
from agent.faces.web.smart import SmartDoor
from agent.faces.web.tokens import Tokens
from agent.store.feedback import FeedbackBook
from agent.store.opening import open_database


def serving(desk: Desk, accounts: Accounts, settings: Configuration, today: Callable[[], date] = calendar_day) -> Operation:
    """What `carewright serve` runs.

    Args:
        desk: the worklist.
        accounts: who may come in; the state folder is where their file lies.
        settings: of the site.
        today: the date of judgements about calls that name none.
    """
    book, metrics = FeedbackBook(open_database(accounts.file.parent)), Metrics()
    more = [_operation_routes(metrics)]
    if settings.hooks.enabled:
        more.append(cds_hooks.router(cds_hooks.HookDesk(settings, book, today)))
    pages = application(desk, accounts, more)
    pages.state.openid = bool(settings.identity.issuer)
    for router in doors(desk, accounts, settings, today):
        pages.include_router(router)
    access = Access(accounts, Tokens(accounts.file.with_name("tokens.json")))
    pages.mount("/api/v1", interface(desk, access, book, settings.limits.bundle_entries, today))
    app: App = pages
    if settings.hooks.origins:
        app = _open_to(settings.hooks.origins, app)
    return Operation(app, settings, metrics)


def doors(desk: Desk, accounts: Accounts, settings: Configuration, today: Callable[[], date]) -> list[APIRouter]:
    """Ways in beside the password, as the configuration names them."""
    server = settings.server
    public = (server.public_url or f"http://{server.host}:{server.port}").rstrip("/")
    found = []
    if settings.identity.issuer:
        found.append(OpenIdDoor(accounts, settings.identity, public).routes())
    if settings.launch:
        found.append(SmartDoor(accounts, desk, settings.launch, public, today).routes())
    return found


def _operation_routes(metrics: Metrics) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/metrics")
    def counts(request: Request) -> Response:
        if not is_local(request):
            return problem(403, "metrics are given to this machine alone")
        return Response(metrics.text(), media_type=TYPE)

    return routes


def _open_to(origins: tuple[str, ...], app: App) -> App:
    """The hooks may be called by scripts of these web origins; nothing else may."""
    shared = CORSMiddleware(app, allow_origins=origins, allow_methods=["GET", "POST"], allow_headers=["authorization", "content-type"])

    async def choose(scope: Scope, receive: Receive, send: Callable[[Message], Awaitable[None]]) -> None:
        await (shared if str(scope.get("path", "")).startswith("/cds-services") else app)(scope, receive, send)

    return choose
