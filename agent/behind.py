"""What lies behind a plan on the worklist: the record that it was made from, and the plan that came before it."""

from __future__ import annotations

from datetime import date

import msgspec
from msgspec import Struct

from agent.record_changes import changes
from agent.same_person import Person, may_be_one, person_of
from agent.shown import counted
from agent.signing import Standing
from agent.store.connection import Connection
from agent.store.decisions import decisions
from agent.store.lately import Lately
from agent.store.records import record
from agent.store.worklist import UNFINISHED, Work, plan_of, shown_plan
from tools.clinical.plan import Plan

_LOOKED_AT = 10
"""Of earlier plans under one reference, the newest."""
_PERSONS: Lately[tuple[str, str], Person | None] = Lately(512)
"""By the digest of a record and a reference."""


class Behind(Struct, frozen=True, kw_only=True):
    """The source of one plan.

    Attributes:
        record: the bytes of the bundle.
        as_of: the date of every judgement.
        patient: which patient, where the bundle holds several.
        source: the digest of the bytes.
        before: the plan as it was before an edit; else the last earlier plan of the same patient; `None` where there is neither.
        edited: whether `before` is this plan before it was edited.
    """

    record: bytes
    as_of: date
    patient: str | None
    source: str
    before: Plan | None
    edited: bool


def behind(db: Connection, found: Work) -> Behind:
    """Everything that a reader may want to see of where a plan comes from."""
    edited = _earlier_round(db, found)
    return Behind(
        record=record(db, found.source),
        as_of=date.fromisoformat(found.as_of),
        patient=found.patient,
        source=found.source,
        before=edited or _earlier_plan(db, found),
        edited=edited is not None,
    )


def changed(db: Connection, found: Work, plan: Plan) -> tuple[str, ...]:
    """The cited facts that differ from the record as it was read again, where that voided the plan; empty where nothing did."""
    row = db.execute("SELECT details FROM audit WHERE work=? AND event='voided' ORDER BY seq DESC LIMIT 1", (found.id,)).fetchone()
    newer = msgspec.json.decode(row["details"]).get("record") if row else None
    return changes(plan, record(db, found.source), record(db, newer)) if newer else ()


def stands(db: Connection, found: Work) -> tuple[Plan, Standing] | None:
    """A plan with where its items stand, for the worklist; `None` where none is shown yet."""
    if found.digest is None:
        return None
    plan = shown_plan(db, found)
    return plan, counted(plan, decisions(db, found))


def _earlier_round(db: Connection, found: Work) -> Plan | None:
    row = db.execute("SELECT content FROM plan WHERE work=? AND round=?", (found.id, found.round - 1)).fetchone()
    return plan_of(row["content"]) if row else None


def _earlier_plan(db: Connection, found: Work) -> Plan | None:
    """The last plan of the same person; the same reference in another system's record is somebody else."""
    rows = db.execute(
        "SELECT plan.content AS content, work.source AS source, work.status AS status FROM work JOIN plan ON plan.work = work.id AND plan.round = work.round"
        " WHERE work.reference=? AND work.id<>? AND work.started<? ORDER BY work.started DESC LIMIT ?",
        (found.reference, found.id, found.started, _LOOKED_AT),
    ).fetchall()
    row = next((row for row in rows if _same_person(db, found, row["source"])), None)
    if row is None:
        return None
    return msgspec.structs.replace(plan_of(row["content"]), status="awaiting-review" if row["status"] in UNFINISHED else row["status"])


def _same_person(db: Connection, found: Work, source: str) -> bool:
    reference = found.reference or ""

    def person(of: str) -> Person | None:
        return _PERSONS.get((of, reference), lambda: person_of(record(db, of), reference))

    return may_be_one(person(found.source), person(source))
