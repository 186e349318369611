"""The conversation beside the plan. Our script is sent each step and then the answer (server-sent events); without it the page comes back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Thread

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from agent.chat.session import Reply
from agent.errors import DecisionError
from agent.faces.web import pages
from agent.faces.web.conversations import Conversations, answered
from agent.faces.web.guard import Asker, Form, SignedIn, TheSpeech, same_site
from agent.safe_text import readable

router = APIRouter()
_LONGEST = 500
EVENTS = "text/event-stream"
Turn = tuple[str, Reply]
_LOG = logging.getLogger("carewright.chat")


@router.get("/plans/{name}/chat")
def back(name: str, session: SignedIn) -> Response:
    """Whoever comes back to the address of the form gets the plan."""
    return RedirectResponse(f"/plans/{name}#chat", 303)


@router.post("/plans/{name}/chat")
def ask(request: Request, name: str, session: Asker, speech: TheSpeech, form: Form) -> Response:
    """Answer one line."""
    same_site(request, form, session)
    line = str(form.get("line", "")).strip()
    if not line or len(line) > _LONGEST:
        raise DecisionError("malformed", f"a question has 1 to {_LONGEST} characters")
    conversations: Conversations = request.app.state.conversations
    talk = conversations.talk(session, name)

    def html(turn: Turn) -> str:
        return pages.said_fragment(pages.Frame(speech, session, f"/plans/{name}"), name, [turn])

    if EVENTS in request.headers.get("accept", ""):
        steps = _told(lambda tell: html(answered(talk, line, tell)), lambda step: speech.other(f"step.{step}", readable(step)))
        return StreamingResponse(steps, media_type=EVENTS, headers={"X-Accel-Buffering": "no"})
    turn = answered(talk, line)
    if request.headers.get("x-part") == "turn":
        return HTMLResponse(html(turn))
    return RedirectResponse(f"/plans/{name}#chat", 303)


def _told(make: Callable[[Callable[[str], None]], str], words: Callable[[str], str]) -> Iterator[str]:
    """Each step as it is done, then `turn` with the answer, or `failed`: whatever fails then, no part of the record is repeated."""
    events: SimpleQueue[tuple[str, str]] = SimpleQueue()

    def work() -> None:
        try:
            events.put(("turn", make(lambda step: events.put(("step", words(step))))))
        except Exception as error:  # noqa: BLE001 - the stream has begun; its end must be told
            _LOG.error("an answer failed: %s", type(error).__name__)
            events.put(("failed", ""))

    Thread(target=work, daemon=True).start()
    kind = ""
    while kind not in {"turn", "failed"}:
        kind, data = events.get()
        yield event(kind, data)


def event(kind: str, data: str) -> str:
    """One server-sent event. Source: HTML Living Standard, 9.2.5 (each line of the data is a line of its own)."""
    return "".join((f"event: {kind}\n", *(f"data: {line}\n" for line in data.splitlines() or [""]), "\n"))
