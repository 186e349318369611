"""The worklist, the plan page, what is decided there, and what may be taken out. Every decision is the desk's."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.datastructures import FormData

from agent.desk import Desk
from agent.errors import DecisionError
from agent.faces.patient_page import content_policy, patient_html
from agent.faces.phrases import how_words
from agent.faces.web import pages
from agent.faces.web.accounts import Accounts, Session, TooManyAttemptsError
from agent.faces.web.forms import decision_of
from agent.faces.web.guard import COOKIE, Administrator, Form, Reader, Releaser, SignedIn, TheDesk, TheSpeech, same_site, who_may
from agent.faces.web.plan_view import PlanPage
from agent.faces.web.reading import Readings
from agent.faces.web.records import resource_json
from agent.faces.web.speech import Speech
from agent.faces.web.worklist_view import PAGE, Filter, lines, matching
from agent.patient import patient_page
from agent.review import Decision, Edit, Reject
from agent.safe_text import readable
from policies.engine import may_act

router = APIRouter()
_VERBS = ("approve", "edit", "reject")


@router.get("/administration")
def administration(session: Administrator, desk: TheDesk, speech: TheSpeech) -> HTMLResponse:
    """The state of the audit, and how many plans stand where."""
    counts = sorted(Counter(w.status for w in desk.list(everything=True)).items())
    return HTMLResponse(pages.administration_page(pages.Frame(speech, session, "/administration"), desk.audit(), counts))


@router.get("/")
def front(request: Request, session: SignedIn, desk: TheDesk, speech: TheSpeech) -> Response:
    """The worklist; for whoever administers and reads no plan, the state."""
    if not may_act(session.who.role, "read") and may_act(session.who.role, "administer"):
        return RedirectResponse("/administration", 303)
    return worklist(request, who_may("read")(request), desk, speech)


def worklist(request: Request, session: Session, desk: Desk, speech: Speech) -> HTMLResponse:
    """Every plan that waits, by need."""
    wish, now = _wish(request), datetime.now(UTC)
    found = matching(desk.list(everything=wish.settled), wish)
    page = found[(wish.page - 1) * PAGE : wish.page * PAGE]
    shown = lines(page, desk.stands([w.id for w in page]), session.who, wish, now)
    frame = pages.Frame(speech, session, "/")
    waiting = sum(one.status == "awaiting-review" for one in found)
    return HTMLResponse(pages.worklist_page(frame, shown, wish, waiting, -(-len(found) // PAGE)))


@router.get("/plans/{name}")
def plan(request: Request, name: str, session: Reader, desk: TheDesk, speech: TheSpeech) -> HTMLResponse:
    """One plan, to be read and signed."""
    page = _readings(request).page(desk.show(name, session.who), desk.behind(name), session.who)
    frame, said = pages.Frame(speech, session, f"/plans/{name}"), request.app.state.conversations.said(session, name)
    conversation = pages.said_fragment(frame, name, said) if said else ""
    return HTMLResponse(_readings(request).rendered.page(frame, page, conversation, _told(request, speech)))


@router.get("/plans/{name}/print")
def printed(request: Request, name: str, session: Reader, desk: TheDesk, speech: TheSpeech) -> HTMLResponse:
    """The same for paper: everything unfolded, nothing to press."""
    page = _readings(request).page(desk.show(name, session.who), desk.behind(name), session.who)
    frame = pages.Frame(speech, session, f"/plans/{name}/print")
    return HTMLResponse(_readings(request).rendered.page(frame, page, printing=True))


@router.get("/plans/{name}/patient")
def for_the_patient(name: str, session: Reader, desk: TheDesk, speech: TheSpeech) -> HTMLResponse:
    """The page for the patient in the reader's language, without what was rejected."""
    shown = desk.show(name, session.who)
    page = patient_page(shown.plan, speech.language, rejected=tuple(shown.standing.rejected))
    return HTMLResponse(patient_html(page), headers={"Content-Security-Policy": content_policy()})


@router.get("/plans/{name}/record/{kind}/{id_}")
def resource(request: Request, name: str, kind: str, id_: str, session: Reader, desk: TheDesk, speech: TheSpeech) -> HTMLResponse:
    """A resource of the record as it was received; who looked stands in the audit."""
    reference = f"{kind}/{id_}"
    behind = desk.behind(name)
    json = resource_json(behind.record, reference)
    page = _readings(request).page(desk.show(name, session.who), behind, session.who)
    words = page.fact_words(reference)
    frame = pages.Frame(speech, session, f"/plans/{name}/record/{reference}")
    return HTMLResponse(pages.resource_page(frame, reference, words if words != reference else "", json, f"/plans/{name}"))


@router.get("/plans/{name}/decisions")
def decided(name: str, session: SignedIn) -> Response:
    """Whoever comes back to the address of a form, after choosing a language there, gets the plan."""
    return RedirectResponse(f"/plans/{name}", 303)


@router.post("/plans/{name}/decisions")
def decide(request: Request, name: str, session: Reader, desk: TheDesk, speech: TheSpeech, form: Form) -> Response:
    """Approve, edit or reject; where the password was not confirmed lately, it is asked for first."""
    same_site(request, form, session)
    decision, accounts = decision_of(form), request.app.state.accounts
    fault = _unconfirmed(accounts, session, request.cookies.get(COOKIE, ""), form, speech)
    if fault is not None:
        return _ask_password(request, name, session, desk, speech, form, decision, fault)
    digest = str(form.get("digest", ""))
    desk.decide(name, session.who, [decision], digest)
    verb = str(form["decision"])
    return RedirectResponse(f"/plans/{name}?did={verb}&item={decision.item}#{_next(desk, name, decision.item)}", 303)


@router.get("/plans/{name}/release")
def release(name: str, session: Releaser, desk: TheDesk) -> JSONResponse:
    """What was approved, as a FHIR transaction."""
    return JSONResponse(desk.release(name, session.who), media_type="application/fhir+json")


def _readings(request: Request) -> Readings:
    readings: Readings = request.app.state.readings
    return readings


def _wish(request: Request) -> Filter:
    asked = request.query_params
    minutes, page = asked.get("minutes", ""), asked.get("page", "")
    return Filter(
        urgency=asked.get("urgency", ""),
        mine=asked.get("mine") == "1",
        settled=asked.get("settled") == "1",
        minutes=int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 4 else None,
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def _told(request: Request, speech: Speech) -> str:
    """What was just done, after a form has led here."""
    did, item = request.query_params.get("did", ""), request.query_params.get("item", "")
    if did not in _VERBS or not (item == "rest" or (item[:1] == "i" and item[1:].isdigit())):
        return ""
    return speech("did.rest") if item == "rest" else speech(f"did.{did}", item=item)


def _unconfirmed(accounts: Accounts, session: Session, key: str, form: FormData, speech: Speech) -> str | None:
    """`None` where the password counts for signing; else what is wrong, or nothing yet."""
    if accounts.may_sign(session):
        return None
    password = str(form.get("password", ""))
    if not password:
        return ""
    try:
        return None if accounts.confirm(key, password) else speech("confirm.wrong")
    except TooManyAttemptsError as error:
        return speech("door.wait", minutes=-(-error.seconds // 60))


def _ask_password(
    request: Request, name: str, session: Session, desk: Desk, speech: Speech, form: FormData, decision: Decision, fault: str
) -> Response:
    shown = desk.show(name, session.who)
    if str(form.get("digest", "")) != shown.plan.digest:
        raise DecisionError("stale", f"the plan {name} is not the one that was shown; look at it again")
    page = _readings(request).page(shown, desk.behind(name), session.who)
    about = _about(page, decision, speech)
    fields = [(key, str(value)) for key, value in form.items() if key != "password"]
    frame = pages.Frame(speech, session, f"/plans/{name}/decisions")
    return HTMLResponse(pages.confirm_page(frame, str(form["decision"]), about, fields, fault), 401 if fault else 200)


def _about(page: PlanPage, decision: Decision, speech: Speech) -> str:
    """What would be signed, in full: the line with its dose, or the dose that it is to have, or the reason why not."""
    item = next((i for i in page.plan.items if i.id == decision.item), None)
    if item is None:
        return speech("decide.rest", count=page.rest)
    said = f"{item.id}: {speech(f'action.{item.action}')} {readable(item.subject.text)}"
    if isinstance(decision, Edit):
        amount = f"{decision.amount.value} {decision.amount.unit}" if decision.amount else ""
        return " ".join(
            part for part in (f"{said}:", amount, speech("decide.every").lower() if decision.per else "", decision.per or "") if part
        )
    if isinstance(decision, Reject):
        return f"{said} ({speech.other(f'reason.{decision.reason}', decision.reason)})"
    return f"{said}: {how}" if (how := how_words(item)) else said


def _next(desk: Desk, name: str, item: str) -> str:
    """Where to go on: the next open item after this one, else the signatures."""
    found = desk.stands([name]).get(name)
    if found is None:
        return "summary"
    plan, standing = found
    ids = [i.id for i in plan.items]
    after = ids[ids.index(item) + 1 :] if item in ids else ids
    return next((i for i in after if standing.lack(i)), "signatures")
