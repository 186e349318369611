"""What the desk shows and answers: values for the faces."""

from __future__ import annotations

from msgspec import Struct

from agent.freshness import expires
from agent.signing import Open, Recorded, Standing, standing
from agent.store.lately import Lately
from agent.store.worklist import Work, WorkStatus
from tools.clinical.plan import Plan, Route, Urgency

_COUNTED: Lately[tuple[str, tuple[Recorded, ...]], Standing] = Lately(512)
"""By a plan's digest and what was said about it."""


class Waiting(Struct, frozen=True, kw_only=True, gc=False):
    """A line of the worklist. What belongs to the plan is empty while it is drafted; `expires`, once it is decided."""

    id: str
    plan_id: str | None
    status: WorkStatus
    as_of: str
    started: str
    expires: str | None
    reference: str | None
    summary: str | None
    urgency: Urgency | None
    route: Route | None
    items: int | None


class Shown(Struct, frozen=True, kw_only=True):
    """A plan on the worklist, with where each of its items stands and what was said about them.

    `interrupt` names the question that is open: this plan, as it was shown the nth time. `changes` are the facts it cites that
    differ in the record as it was read again, where that voided it.
    """

    id: str
    interrupt: str
    status: WorkStatus
    plan: Plan
    expires: str | None
    standing: Standing
    decisions: tuple[Recorded, ...]
    changes: tuple[str, ...] = ()


class Decided(Struct, frozen=True, kw_only=True):
    """Where the plan stands after a submission. After an edit, or a rejection that is drafted again, `digest` is that of
    the new plan, and all is open."""

    id: str
    status: WorkStatus
    digest: str
    approved: tuple[str, ...]
    rejected: tuple[str, ...]
    open: tuple[Open, ...]


class Audit(Struct, frozen=True):
    """The state of the audit: how many lines, the seal of the last one, and what is broken (nothing, or a sentence each)."""

    lines: int
    head: str
    faults: tuple[str, ...]


def waiting(found: Work) -> Waiting:
    """The line of the worklist for a run."""
    return Waiting(
        id=found.id, plan_id=found.plan_id, status=found.status, as_of=found.as_of, started=found.started, expires=until(found),
        reference=found.reference, summary=found.summary, urgency=found.urgency, route=found.route, items=found.items,
    )  # fmt: skip


def until(found: Work) -> str | None:
    """When it expires, ISO 8601."""
    when = expires(found)
    return when.isoformat() if when else None


def shown(found: Work, plan: Plan, rows: tuple[Recorded, ...], changes: tuple[str, ...] = ()) -> Shown:
    """A run's plan with where its items stand."""
    interrupt = f"{found.id}.{found.round}"
    return Shown(
        id=found.id,
        interrupt=interrupt,
        status=found.status,
        plan=plan,
        expires=until(found),
        standing=counted(plan, rows),
        decisions=rows,
        changes=changes,
    )


def counted(plan: Plan, rows: tuple[Recorded, ...]) -> Standing:
    """Where the items of a sealed plan stand, for whoever reads; counted once for the same plan and the same rows."""
    return _COUNTED.get((plan.digest, rows), lambda: standing(plan, rows))
