"""Planning again: the previous plan and a newer record, and what changed between them, line by line, with the fact that did it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import msgspec

from agent.case import Case
from agent.errors import RecordError
from agent.planning import make_plan
from agent.replanning.causes import changes_between
from agent.replanning.followed import followed
from agent.replanning.goals import checked_goals
from agent.replanning.news import Newer
from agent.store.worklist import DrafterName
from tools.clinical.plan import Plan
from tools.clinical.replanned import Replan


def replan(
    previous: Plan, source: bytes, as_of: date, *, request: str | None = None, drafter: DrafterName = "rules", patient: str | None = None
) -> Replan:
    """Plan anew and say what became of the previous plan.

    Args:
        previous: an earlier plan of the same patient.
        source: the bytes of the newer record.
        as_of: the date of the new plan, not before that of the previous one.
        request, drafter, patient: as for `make_plan`.

    Raises:
        RecordError: the record cannot be read, is of another patient, or the previous plan is of a later date.
        DraftError: no usable draft was made.
    """
    plan = make_plan(source, as_of, request=request, drafter=drafter, patient=patient)
    return compare(previous, plan, Case(source, as_of, patient))


def compare(previous: Plan, plan: Plan, case: Case) -> Replan:
    """Two plans of one patient, the later one with its record. Raises RecordError."""
    if previous.patient.reference != plan.patient.reference:
        raise RecordError("the previous plan is of another patient than the record")
    if previous.as_of > plan.as_of:
        raise RecordError(f"the previous plan is of {previous.as_of}, later than the new one of {plan.as_of}")
    newer = Newer(previous, case)
    became = tuple(followed(previous, newer))
    before, after = {q.about for q in previous.questions}, {q.about for q in plan.questions}
    return Replan(
        previous_plan_id=previous.plan_id,
        previous_as_of=previous.as_of,
        as_of=plan.as_of,
        news=newer.facts,
        followed=became,
        changes=tuple(changes_between(previous, plan, newer, became)),
        goals=tuple(checked_goals(previous, newer)),
        answered=tuple(q.about for q in previous.questions if q.about not in after),
        asked=tuple(q.about for q in plan.questions if q.about not in before),
        remarks=tuple(_remarks(previous, newer)),
        plan=plan,
    )


def read_previous(path: Path) -> Plan:
    """A plan as `plan --format json` wrote it, or the plan inside of what an earlier comparison wrote. Raises RecordError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(f"the previous plan cannot be read: {error.strerror}") from None
    with suppress(msgspec.MsgspecError, UnicodeError, RecursionError):
        return msgspec.json.decode(data, type=Plan)
    with suppress(msgspec.MsgspecError, UnicodeError, RecursionError):
        return msgspec.json.decode(data, type=Replan).plan
    raise RecordError(f"{path.name!r} is no plan in JSON; write one with plan --format json")


def _remarks(previous: Plan, newer: Newer) -> list[str]:
    found = []
    if previous.status in ("awaiting-review", "expired"):
        found.append("Nobody had signed the previous plan as it was read; what was done may have been decided elsewhere.")
    if not newer.facts:
        found.append("The record holds nothing that was not there when the previous plan was made.")
    return found
