"""The conversation beside the plan. With our script the answer is put beneath the others; without it the page comes back."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from agent.errors import DecisionError
from agent.faces.web import pages
from agent.faces.web.conversations import Conversations
from agent.faces.web.guard import Asker, Form, SignedIn, TheSpeech, same_site

router = APIRouter()
_LONGEST = 500


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
    turn = conversations.ask(session, name, line)
    if request.headers.get("x-part") == "turn":
        return HTMLResponse(pages.said_fragment(pages.Frame(speech, session, f"/plans/{name}"), name, [turn]))
    return RedirectResponse(f"/plans/{name}#chat", 303)
