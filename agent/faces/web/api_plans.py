"""REST: people who sign in, and plans that wait for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Depends, FastAPI, Path, Query, Request, Response

from agent.desk import Desk
from agent.errors import DecisionError
from agent.faces.web.api_access import Access, Caller, RefusedError
from agent.faces.web.api_bodies import answer, json_body, read
from agent.faces.web.api_shapes import Came, Confirmation, SignIn, Started, Submission, gives, many, refer, takes
from agent.faces.web.guard import COOKIE, secure
from agent.planning import make_plan
from agent.shown import Shown

Body = Annotated[bytes, Depends(json_body)]
Name = Annotated[str, Path(pattern=r"^[\w-]{1,64}$", description="the id under which it waits")]
_FHIR = "application/fhir+json"
_ROUND = re.compile(r"[0-9]{1,6}")


def add_routes(api: FastAPI, desk: Desk, access: Access, entries: int, today: Callable[[], date]) -> None:
    """Add the routes of sessions and plans."""
    _sessions(api, access)
    _plans(api, desk, access, entries, today)
    _drafts(api, access, entries, today)
    _decisions(api, desk, access)
    _audit(api, desk, access)


def _sessions(api: FastAPI, access: Access) -> None:
    someone = Depends(access.caller)

    @api.post("/sessions", **_open(gives(refer("Came"), 201), takes(refer("SignIn"))))
    def sign_in(request: Request, body: Body) -> Response:
        """Sign in; the session's cookie comes with the answer."""
        given = read(body, SignIn)
        key = access.accounts.sign_in(given.user, given.password)
        session = access.accounts.session(key)
        if key is None or session is None:
            raise RefusedError(401, "user or password is wrong")
        made = answer(Came(user=session.who.id, role=session.who.role, csrf=session.csrf), 201)
        made.set_cookie(COOKIE, key, httponly=True, samesite="strict", secure=secure(request), path="/")
        return made

    @api.post("/sessions/current/confirmation", **gives({}, 204), openapi_extra=takes(refer("Confirmation")))
    def confirm(request: Request, body: Body, caller: Caller = someone) -> Response:
        """Confirm the password; it counts for signing for ten minutes."""
        key = request.cookies.get(COOKIE)
        if caller.session is None or key is None:
            raise RefusedError(403, "a token never signs; a person signs in")
        if not access.accounts.confirm(key, read(body, Confirmation).password):
            raise RefusedError(401, "the password is wrong")
        return Response(status_code=204)

    _leaving(api, access)


def _leaving(api: FastAPI, access: Access) -> None:
    someone = Depends(access.caller)

    @api.delete("/sessions/current", **gives({}, 204))
    def sign_out(request: Request, caller: Caller = someone) -> Response:
        """End the session."""
        access.accounts.sign_out(request.cookies.get(COOKIE))
        return Response(status_code=204)

    @api.delete("/sessions", **gives({}, 204))
    def sign_out_everywhere(caller: Caller = someone) -> Response:
        """End every session of whoever is signed in, this one too."""
        if caller.session is None:
            raise RefusedError(403, "a token has no sessions; a person signs in")
        access.accounts.sign_out_everywhere(caller.who.id)
        return Response(status_code=204)


def _plans(api: FastAPI, desk: Desk, access: Access, entries: int, today: Callable[[], date]) -> None:
    reader = Depends(access.who_may("read"))

    @api.post("/plans", **gives(refer("Started"), 201), openapi_extra=takes(refer("Bundle"), (_FHIR, "application/json")))
    def plan(
        body: Body,
        caller: Caller = reader,
        as_of: Annotated[date | None, Query(description="the date of every judgement; today where it is not given")] = None,
        patient: Annotated[
            str | None, Query(pattern=r"^[A-Za-z0-9.-]{1,64}$", description="which patient, where there are several")
        ] = None,
        request: Annotated[str | None, Query(max_length=500, description="what the plan is wanted for")] = None,
        drafter: Literal["rules", "model"] = "rules",
    ) -> Response:
        """Draft and check a plan, and keep it until people decide; the same record, date and request is one plan."""
        _not_too_many(body, entries)
        name = desk.start(body, as_of or today(), request=request, drafter=drafter, patient=patient, by=caller.who)
        shown = desk.show(name, caller.who)
        made = answer(Started(id=shown.id, interrupt=shown.interrupt, digest=shown.plan.digest, status=shown.status), 201)
        made.headers["Location"] = f"/api/v1/plans/{name}"
        return made

    @api.get("/plans", **gives(many("Waiting")))
    def plans(
        caller: Caller = reader,
        everything: Annotated[bool, Query(alias="all", description="also those that are decided")] = False,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> Response:
        """The worklist, the most urgent first."""
        return answer(desk.list(everything=everything)[offset : offset + limit])

    @api.get("/plans/{name}", **gives(refer("Shown")))
    def show(name: Name, caller: Caller = reader) -> Response:
        """One plan with where its items stand. What it takes to decide: `interrupt` and `plan.digest`."""
        return answer(desk.show(name, caller.who))


def _drafts(api: FastAPI, access: Access, entries: int, today: Callable[[], date]) -> None:
    reader = Depends(access.who_may("read"))

    @api.post("/drafts", **gives({"type": "object"}), openapi_extra=takes(refer("Bundle"), (_FHIR, "application/json")))
    def draft(
        body: Body,
        caller: Caller = reader,
        as_of: Annotated[date | None, Query(description="the date of every judgement; today where it is not given")] = None,
        patient: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9.-]{1,64}$")] = None,
    ) -> Response:
        """A plan that is not kept: drafted, checked, given back (`schemas/plan.schema.json`)."""
        _not_too_many(body, entries)
        return answer(make_plan(body, as_of or today(), patient=patient))


def _decisions(api: FastAPI, desk: Desk, access: Access) -> None:
    signer = Depends(access.signer)
    releaser = Depends(access.who_may("release"))

    @api.post("/plans/{name}/decisions", **gives(refer("Decided")), openapi_extra=takes(refer("Submission")))
    def decide(name: Name, body: Body, caller: Caller = signer) -> Response:
        """Approve, edit or reject items of the plan that was shown: all that is said, or nothing."""
        given = read(body, Submission)
        _same_question(desk.show(name, caller.who), given)
        record = None if given.record is None else msgspec.json.encode(given.record)
        return answer(desk.decide(name, caller.who, given.decisions, given.digest, bundle=record))

    @api.get("/plans/{name}/release", **gives(refer("Bundle"), media=_FHIR))
    def release(name: Name, caller: Caller = releaser) -> Response:
        """What was signed, as a FHIR R4 transaction; the same bytes each time."""
        return answer(desk.release(name, caller.who), media=_FHIR)


def _audit(api: FastAPI, desk: Desk, access: Access) -> None:
    administrator = Depends(access.who_may("administer"))

    @api.get("/audit", **gives(refer("Audit")))
    def audit(caller: Caller = administrator) -> Response:
        """Whether the chain of the audit is whole: how many lines, the seal of the last, and every fault."""
        return answer(desk.audit())


def _open(route: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """A route that asks for nobody."""
    return {**route, "openapi_extra": {**body, "security": []}}


def _not_too_many(body: bytes, entries: int) -> None:
    if body.count(b'"resourceType"') > entries:
        raise RefusedError(413, f"more than {entries} resources", "malformed")


def _same_question(shown: Shown, given: Submission) -> None:
    """The interrupt must be that of this plan, and the one that is open. Raises DecisionError (`unknown`, `stale`)."""
    if given.interrupt == shown.interrupt:
        return
    plan, _, round_ = given.interrupt.rpartition(".")
    if plan != shown.id or not _ROUND.fullmatch(round_):
        raise DecisionError("unknown", f"the plan {shown.id} has no such interrupt")
    if int(round_) > int(shown.interrupt.rpartition(".")[2]):
        raise DecisionError("unknown", f"the plan {shown.id} has no such interrupt")
    raise DecisionError("stale", f"the plan {shown.id} was checked and shown anew; look at it again")
