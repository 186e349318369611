"""CDS Hooks 2.0 over HTTP: discovery, three services, feedback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from agent.errors import PlannerError
from agent.faces.configuration import Configuration
from agent.faces.hooks.answering import Situation, order_cards, view_cards
from agent.faces.hooks.call import HookError, parse_call
from agent.faces.hooks.cards import Card
from agent.faces.hooks.feedback import parse_feedback
from agent.faces.hooks.fetching import fetch_back
from agent.faces.hooks.gather import gather
from agent.faces.hooks.memory import Memory
from agent.faces.hooks.services import SERVICES, Service, discovery
from agent.faces.web.callers import body_of, is_local
from agent.faces.web.problems import problem
from agent.store.feedback import FeedbackBook, ShownCard
from agent.store.held import Held

Body = Annotated[bytes, Depends(body_of)]


@dataclass
class HookDesk:
    """What the services work with.

    Args:
        settings: of the site.
        book: where cards and feedback are counted.
        today: the date of every judgement; a call names none.
    """

    settings: Configuration
    book: FeedbackBook
    today: Callable[[], date]
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory(self.settings.hooks.repeat_after_minutes * 60, Held(self.book.database))

    def cards(self, service: Service, data: bytes) -> list[Card]:
        """What is shown, and written down before it is. Raises HookError."""
        call = parse_call(data, service)
        as_of, hooks = self.today(), self.settings.hooks
        gathered = gather(call, as_of, self.settings.limits.bundle_entries, fetch_back(hooks))
        make = view_cards if service.hook == "patient-view" else order_cards
        made = list(make(Situation(call, gathered, as_of), self.settings.server.public_url))
        news = self.memory.news(call, [card.key for card in made])
        cards = [card for card in made if card.key in news]
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self.book.note_shown(
            ShownCard(id=c.id, service=service.id, rule=c.rule.id, version=c.rule.version, indicator=c.json["indicator"], at=at)
            for c in cards
        )
        return cards


def router(desk: HookDesk) -> APIRouter:
    """The routes under `/cds-services`."""
    admit = _gate(desk.settings, Held(desk.book.database))
    routes = APIRouter(prefix="/cds-services", include_in_schema=False)

    @routes.get("")
    def services() -> JSONResponse:
        return JSONResponse(discovery())

    @routes.post("/{service}")
    def answer(service: str, request: Request, body: Body) -> Response:
        try:
            admit(request)
            cards = desk.cards(_service(service), body)
        except HookError as error:
            return problem(error.status, str(error))
        except PlannerError as error:
            return problem(503, str(error))
        request.state.counted = [("cards", card.json["indicator"]) for card in cards]
        return JSONResponse({"cards": [card.json for card in cards]})

    @routes.post("/{service}/feedback")
    def feedback(service: str, request: Request, body: Body) -> Response:
        try:
            admit(request)
            said = parse_feedback(body)
            known = desk.book.note_feedback(_service(service).id, said)
        except HookError as error:
            return problem(error.status, str(error))
        request.state.counted = [("feedback", entry.outcome) for entry in said]
        return Response(status_code=200) if known else problem(404, "this service has shown none of these cards")

    @routes.api_route("/{service}", methods=["GET", "PUT", "PATCH", "DELETE"])
    @routes.api_route("/{service}/feedback", methods=["GET", "PUT", "PATCH", "DELETE"])
    def another_method(service: str) -> Response:
        refusal = problem(405, "services and their feedback are called with POST")
        refusal.headers["Allow"] = "POST"
        return refusal

    return routes


def _service(name: str) -> Service:
    if name not in SERVICES:
        raise HookError(404, f"there is no such service; there are {', '.join(SERVICES)}")
    return SERVICES[name]


def _gate(settings: Configuration, held: Held) -> Callable[[Request], None]:
    """Who may call: record systems with a JWT; where the site names none, this machine alone."""
    if not settings.hooks.issuer:

        def local_only(request: Request) -> None:
            if not is_local(request):
                raise HookError(401, "this site names no record system, so that only this machine may call (hooks.issuer)")

        return local_only

    from agent.faces.hooks.issuers import Issuers, NotTrustedError

    issuers = Issuers(settings.hooks.issuer, held)

    def named_only(request: Request) -> None:
        base = settings.server.public_url.rstrip("/")
        try:
            issuers.admit(request.headers.get("authorization"), f"{base}{request.url.path}" if base else str(request.url))
        except NotTrustedError as error:
            raise HookError(401, str(error)) from None

    return named_only
