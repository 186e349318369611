"""REST: the read-only tools, the knowledge base, and what became of its alerts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import Depends, FastAPI, Path, Query, Response

from agent import knowledge_index
from agent.faces import tool_registry
from agent.faces.web.api_access import Access, Caller, RefusedError
from agent.faces.web.api_bodies import answer, json_body
from agent.faces.web.api_shapes import KnowledgeLine, ToolLine, gives, many, takes
from agent.store.feedback import FeedbackBook

Body = Annotated[bytes, Depends(json_body)]
Name = Annotated[str, Path(pattern=r"^[\w.-]{1,120}$")]


def add_routes(api: FastAPI, access: Access, book: FeedbackBook, today: Callable[[], date]) -> None:
    """Add the routes of tools, knowledge and statistics; nothing of a patient is kept behind them."""
    anyone = Depends(access.anyone)
    _tools(api, anyone, today)
    _knowledge(api, anyone)

    @api.get("/statistics", **gives(many("RuleCount")))
    def statistics(caller: Caller = anyone) -> Response:
        """How often each rule's alerts were shown, accepted and overridden, and with which reasons."""
        return answer(book.counts())


def _tools(api: FastAPI, anyone: Any, today: Callable[[], date]) -> None:
    @api.get("/tools", **gives(many("ToolLine")))
    def tools(caller: Caller = anyone) -> Response:
        """The tools by name."""
        return answer([ToolLine(name=t.name, summary=t.summary, description=t.description) for t in tool_registry.TOOLS])

    @api.get("/tools/{name}", **gives({"type": "object"}))
    def tool(name: Name, caller: Caller = anyone) -> Response:
        """What a tool takes and answers, with examples."""
        _known(name)
        return Response(tool_registry.describe(name), media_type="application/json")

    @api.post("/tools/{name}", **gives({"type": "object"}), openapi_extra=takes({"type": "object"}))
    def ask(
        name: Name,
        body: Body,
        caller: Caller = anyone,
        as_of: Annotated[date | None, Query(description="the date of the judgement; today where it is not given")] = None,
    ) -> Response:
        """Ask a tool. The answer is found, nothing_found, or not_checked with the reason."""
        _known(name)
        try:
            return Response(tool_registry.answer(name, body, as_of or today()), media_type="application/json")
        except tool_registry.CallError as error:
            raise RefusedError(400, str(error), "malformed") from None


def _knowledge(api: FastAPI, anyone: Any) -> None:
    @api.get("/knowledge", **gives(many("KnowledgeLine")))
    def knowledge(kind: Annotated[str | None, Query(description="only this kind")] = None, caller: Caller = anyone) -> Response:
        """The knowledge files."""
        return answer([_line(held) for held in knowledge_index.held() if kind in (None, held.kind.name)])

    @api.get("/knowledge/{name}", **gives({"type": "array", "items": {"type": "object"}}))
    def document(name: Name, caller: Caller = anyone) -> Response:
        """The files of this id, or that hold a rule of this id, whole."""
        found = [held for held in knowledge_index.held() if name in knowledge_index.ids(held.document)]
        if not found:
            raise RefusedError(404, f"the knowledge base holds nothing called {name!r}", "unknown")
        return answer([{"kind": held.kind.name, "document": msgspec.to_builtins(held.document)} for held in found])


def _line(held: knowledge_index.Held) -> KnowledgeLine:
    d = held.document
    return KnowledgeLine(
        kind=held.kind.name, id=d.id, version=d.version, last_reviewed=d.last_reviewed.isoformat(), confidence=d.confidence, title=d.title
    )


def _known(name: str) -> None:
    if name not in tool_registry.NAMES:
        raise RefusedError(404, f"no tool is called {name!r}; there are {', '.join(tool_registry.NAMES)}", "unknown")
