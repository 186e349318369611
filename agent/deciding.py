"""Takes what a person says into the rows: all of it or nothing, in one transaction, after everything that can void the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from agent.context import Context
from agent.errors import DecisionError
from agent.freshness import knowledge_stamp, late
from agent.planning import run, source_digest
from agent.record_changes import changes, same_resources
from agent.refusals import objections
from agent.review import Approve, Decision, Edit, EditVerdict, RedraftVerdict, Reject, Reviewer
from agent.signing import admit, admit_edits, repeats, standing, superseding
from agent.store.audit import SYSTEM, Actor, Event, append
from agent.store.connection import Connection
from agent.store.decisions import add_decisions, add_verdict, decisions, verdicts
from agent.store.records import keep_record, record
from agent.store.worklist import Work, set_status, shown_plan
from tools.clinical.plan import Plan


class Said(Struct, frozen=True, kw_only=True):
    """A submission: who says what about the plan with which digest, and the record as it was read just now (if it was)."""

    reviewer: Reviewer
    decisions: tuple[Decision, ...]
    digest: str
    bundle: bytes | None = None


def take(db: Connection, found: Work, said: Said, context: Context, at: str) -> DecisionError | None:
    """Record what was said.

    Returns:
        An error whose change stays (the plan is void from now on); `None` where all was recorded.

    Raises:
        DecisionError: nothing is changed.
    """
    if not said.reviewer.id.strip():
        raise DecisionError("unauthorised", "a decision is somebody's: the reviewer has no id")
    rows = decisions(db, found)
    if found.digest == said.digest and repeats(rows, said.reviewer, said.decisions):
        return None
    if found.status != "awaiting-review":
        raise DecisionError("late", f"the plan {found.id} is {found.status} already")
    plan = shown_plan(db, found)
    void = _voided(db, found, said, context, at)
    if void:
        return void
    if said.digest != found.digest:
        raise DecisionError("stale", f"the plan {found.id} is not the one that was shown; look at it again")
    edits = tuple(d for d in said.decisions if isinstance(d, Edit))
    if edits:
        _record_edits(db, found, plan, said, edits, at)
    else:
        _record_decisions(db, found, plan, said, at)
    return None


def _record_edits(db: Connection, found: Work, plan: Plan, said: Said, edits: tuple[Edit, ...], at: str) -> None:
    if len(edits) != len(said.decisions):
        raise DecisionError("incomplete", "edits go alone: the plan is checked and shown anew before anything else is signed")
    admit_edits(plan, said.reviewer, edits)
    add_verdict(db, found, EditVerdict(edits=edits, by=said.reviewer), actor(said.reviewer), at)
    set_status(db, found.id, "checking")


def _record_decisions(db: Connection, found: Work, plan: Plan, said: Said, at: str) -> None:
    rows = decisions(db, found)
    new = admit(plan, rows, said.reviewer, _plain(said.decisions), at)
    add_decisions(db, found, new)
    again = objections(plan, new, verdicts(db, found))
    if again:
        add_verdict(db, found, RedraftVerdict(objections=again, by=said.reviewer), actor(said.reviewer), at)
        set_status(db, found.id, "checking")
        return
    outcome = standing(plan, superseding(rows, new)).outcome(plan.digest)
    if outcome:
        add_verdict(db, found, outcome, actor(said.reviewer), at)
        set_status(db, found.id, outcome.status, at)


def _plain(said: Sequence[Decision]) -> list[Approve | Reject]:
    return [decision for decision in said if isinstance(decision, Approve | Reject)]


def _voided(db: Connection, found: Work, said: Said, context: Context, at: str) -> DecisionError | None:
    """The plan has waited too long, or its record or its knowledge is no longer what it was drafted from."""
    if late(found, at):
        void(db, found, "expired", at)
        return DecisionError("late", f"the plan {found.id} has waited longer than it may; draft it again")
    if said.bundle is not None and (moved := _moved(db, found, said.bundle)):
        void(db, found, "voided", at, record=keep_record(db, said.bundle))
        return DecisionError("stale", f"the record has changed since the plan {found.id} was drafted; draft it again", moved)
    if found.knowledge != knowledge_stamp() and not _says_the_same(found, context):
        void(db, found, "voided", at, knowledge=knowledge_stamp())
        return DecisionError("stale", f"the knowledge base has changed since the plan {found.id} was drafted; draft it again")
    return None


def _moved(db: Connection, found: Work, bundle: bytes) -> tuple[str, ...]:
    """What differs in the record as it was read again; nothing where it holds the same resources."""
    if source_digest(bundle) == found.source or same_resources(before := record(db, found.source), bundle):
        return ()
    return changes(shown_plan(db, found), before, bundle)


def _says_the_same(found: Work, context: Context) -> bool:
    """Whether today's knowledge makes the same plan of the same record; what was edited, or drafted by a model, is not asked."""
    if found.drafter != "rules" or found.round > 1:
        return False
    again = run(context, found.source, date.fromisoformat(found.as_of), patient=found.patient, request=found.request)
    return again.digest == found.digest


def void(db: Connection, found: Work, event: Event, at: str, **details: str) -> None:
    """The plan can no longer be signed."""
    set_status(db, found.id, "expired", at)
    append(db, at, SYSTEM, event, found.id, digest=found.digest, **details)


def actor(person: Reviewer | None) -> Actor:
    """Who stands in the audit; the program itself where nobody is named."""
    return Actor(person.id, person.role) if person else SYSTEM
