"""What is at stake in each plan that waits: worked out once when it is shown, so that the worklist is ordered without reading plans."""

from __future__ import annotations

from typing import NamedTuple

from agent.store.connection import Connection
from policies.worklist import group_of, harm_of, reading_minutes
from tools.clinical.plan import Plan

_DECIDED = "('approved','partly-approved','rejected')"


class Stake(NamedTuple):
    """Of one run: what waiting may do, the minutes that reading takes, and the group that it is compared in; see `policies.worklist`."""

    work: str
    harm: float
    minutes: float
    people: str


class Settled(NamedTuple):
    """A plan that was decided."""

    people: str
    minutes: float
    started: str
    ended: str


def stake_of(name: str, plan: Plan) -> Stake:
    """What is at stake in a plan."""
    answers = sum(issue.interruptive and not issue.suppressed for issue in plan.issues) + len(plan.questions)
    return Stake(name, harm_of(plan), reading_minutes(len(plan.items), answers), group_of(plan.patient.sex, plan.patient.age))


def keep_stake(db: Connection, name: str, plan: Plan) -> None:
    """Write it down for the plan that is shown now."""
    db.execute("DELETE FROM stake WHERE work=?", (name,))
    db.execute("INSERT INTO stake VALUES (?,?,?,?)", tuple(stake_of(name, plan)))


def stakes(db: Connection) -> dict[str, Stake]:
    """Of every run that shows a plan and waits; plans shown before this was written down are not among them."""
    rows = db.execute("SELECT stake.* FROM stake JOIN work ON work.id = stake.work WHERE work.status IN ('awaiting-review','no-plan')")
    return {found.work: found for found in (Stake(*row) for row in rows)}


def decided_since(db: Connection, since: str) -> list[Settled]:
    """Plans that were decided since then."""
    rows = db.execute(
        f"SELECT people, minutes, started, ended FROM stake JOIN work ON work.id = stake.work WHERE status IN {_DECIDED} AND ended >= ?",  # noqa: S608 - a constant
        (since,),
    )
    return [Settled(*row) for row in rows]
