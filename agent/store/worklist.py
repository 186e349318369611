"""The worklist: one row a run, and the plans that were shown under it, each with its round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from agent.errors import DecisionError, StoreError
from agent.store.audit import SYSTEM, append, content_hash
from agent.store.connection import Connection
from agent.store.lately import Lately
from agent.store.stakes import keep_stake
from tools.clinical.plan import Plan, Route, Urgency, plan_digest

DrafterName = Literal["rules", "model"]
WorkStatus = Literal["drafting", "checking", "awaiting-review", "approved", "partly-approved", "rejected", "no-plan", "expired", "failed"]
UNFINISHED = ("drafting", "checking")
"""A run that is under way, or was when its process died."""


class Work(Struct, frozen=True, gc=False):
    """A run on the worklist.

    Attributes:
        id: opaque, says nothing of the patient.
        round: how often a plan was shown under it; an edit makes a new one.
        knowledge: digest of the knowledge that it was drafted with.
        digest, plan_id, urgency, route, reference, summary, items: of the plan that is shown; empty while it is drafted.
    """

    id: str
    source: str
    as_of: str
    patient: str | None
    request: str | None
    drafter: DrafterName
    started: str
    status: WorkStatus
    round: int
    knowledge: str | None
    digest: str | None
    plan_id: str | None
    urgency: Urgency | None
    route: Route | None
    reference: str | None
    summary: str | None
    items: int | None
    ended: str | None


_DECODED: Lately[str, tuple[Plan, str]] = Lately(128)
"""By the hash of the bytes as they were just read: the plan that they are, and the digest that its content has."""

_SELECT = f"SELECT {', '.join(Work.__struct_fields__)} FROM work"  # noqa: S608 - column names of this class


def add_work(db: Connection, name: str, source: str, as_of: str, patient: str | None, request: str | None, drafter: str, at: str) -> None:
    """A new run, not yet drafted."""
    db.execute(
        "INSERT INTO work (id, source, as_of, patient, request, drafter, started, status) VALUES (?,?,?,?,?,?,?,'drafting')",
        (name, source, as_of, patient, request, drafter, at),
    )


def same_waiting(
    db: Connection, source: str, as_of: str, patient: str | None, request: str | None, drafter: str, knowledge: str
) -> str | None:
    """A run of the same record, date, request and knowledge that is under way or waits, so that a start sent twice is one."""
    row = db.execute(
        "SELECT id FROM work WHERE source=? AND as_of=? AND patient IS ? AND request IS ? AND drafter=?"
        " AND coalesce(knowledge, ?) = ? AND status IN ('drafting','checking','awaiting-review') ORDER BY started LIMIT 1",
        (source, as_of, patient, request, drafter, knowledge, knowledge),
    ).fetchone()
    return row["id"] if row else None


def work(db: Connection, name: str) -> Work:
    """The run of this id, or the only one whose plan has this `plan_id`. Raises DecisionError (`unknown`)."""
    rows = db.execute(f"{_SELECT} WHERE id = ?", (name,)).fetchall()
    rows = rows or db.execute(f"{_SELECT} WHERE plan_id = ?", (name,)).fetchall()
    if not rows:
        raise DecisionError("unknown", f"there is no plan {name!r} on the worklist")
    if len(rows) > 1:
        ids = ", ".join(row["id"] for row in rows)
        raise DecisionError("unknown", f"{name!r} was drafted more than once; say which: {ids}")
    return Work(*rows[0])


def works(db: Connection, statuses: Sequence[str] = ()) -> tuple[Work, ...]:
    """Runs in these statuses (all, where none is given), the oldest first."""
    where = f"WHERE status IN ({','.join('?' * len(statuses))})" if statuses else ""
    found = [Work(*row) for row in db.execute(f"{_SELECT} {where}", tuple(statuses))]
    return tuple(sorted(found, key=lambda run: (run.started, run.id)))


def show_plan(db: Connection, name: str, plan: Plan, status: WorkStatus, knowledge: str, at: str) -> None:
    """The run shows this plan from now on, in a new round; the audit holds the digest of the row."""
    db.execute(
        "UPDATE work SET status=?, round=round+1, knowledge=?, digest=?, plan_id=?, urgency=?, route=?, reference=?, summary=?, items=? WHERE id=?",
        (status, knowledge, plan.digest, *headline(plan), name),
    )
    keep_stake(db, name, plan)
    content = msgspec.json.encode(plan)
    db.execute("INSERT INTO plan SELECT id, round, digest, ?, ? FROM work WHERE id=?", (content, at, name))
    number = db.execute("SELECT round FROM work WHERE id=?", (name,)).fetchone()[0]
    append(db, at, SYSTEM, "drafted", name, digest=plan.digest, round=number, knowledge=knowledge, row=content_hash(content))


def headline(plan: Plan) -> tuple[str | int, ...]:
    """What the line of the worklist says of a plan: id, urgency, route, patient, summary, number of items."""
    where = plan.disposition
    return plan.plan_id, where.urgency, where.route, plan.patient.reference, plan.summary, len(plan.items)


def shown_plan(db: Connection, found: Work) -> Plan:
    """The plan that is shown, proved to be the one that was sealed.

    Raises:
        DecisionError: nothing is shown yet (`locked`).
        StoreError: its content does not have its digest (`corrupt`).
    """
    row = db.execute("SELECT content FROM plan WHERE work=? AND round=?", (found.id, found.round)).fetchone()
    if row is None:
        raise DecisionError("locked", f"the plan {found.id} is still being drafted")
    plan, digest = _DECODED.get(content_hash(row["content"]), lambda: _decoded(row["content"]))
    if digest != plan.digest or plan.digest != found.digest:
        raise StoreError("corrupt", f"the plan {found.id} is not what was sealed; restore the last backup")
    return msgspec.structs.replace(plan, status="awaiting-review" if found.status in UNFINISHED else found.status)


def plan_of(content: bytes) -> Plan:
    """A plan from the bytes of its row, as they stand there."""
    return _DECODED.get(content_hash(content), lambda: _decoded(content))[0]


def _decoded(content: bytes) -> tuple[Plan, str]:
    plan = msgspec.json.decode(content, type=Plan)
    return plan, plan_digest(plan)


def set_status(db: Connection, name: str, status: WorkStatus, ended: str | None = None) -> None:
    """Where the run stands now."""
    db.execute("UPDATE work SET status=?, ended=coalesce(?, ended) WHERE id=?", (status, ended, name))
