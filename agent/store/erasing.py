"""Takes what belongs to plans away for good: on request of a patient, or because its time is over. The audit stays, and says so.

Of an erased plan the audit keeps who did what and when, with digests and codes: the chain can still be verified, and nothing in it can be
read back into a record. Copies elsewhere (backups, what was released) are not reached from here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct

from agent.errors import DecisionError
from agent.store.audit import Actor, append, moment
from agent.store.connection import Connection, Database
from agent.store.worklist import Work, works
from policies.engine import kept_for, may_act

Why = Literal["request", "retention"]
_TABLES = ("stake", "release", "verdict", "decision", "plan")
_SETTLED = ("approved", "partly-approved", "rejected", "expired", "no-plan", "failed")


class Erased(Struct, frozen=True, kw_only=True):
    """What was, or would be, taken away: ids of plans with how many rows of each table; records that others still need stay."""

    plans: tuple[str, ...]
    rows: dict[str, int]
    records: int
    records_kept: int


def of_patient(db: Connection, patient: str) -> tuple[Work, ...]:
    """Every run of a patient, by reference (`Patient/p1`, `urn:uuid:…`) or id; also those begun from the same record and not drafted."""
    everything = works(db)
    mine = [w for w in everything if _bare(patient) in {_bare(name) for name in (w.reference, w.patient) if name}]
    sources = {w.source for w in mine}
    return tuple(w for w in everything if w in mine or (w.reference is None and w.patient is None and w.source in sources))


def _bare(name: str) -> str:
    """The id in a reference to a patient, however it was written."""
    return name.removeprefix("Patient/").removeprefix("urn:uuid:")


def overdue(db: Connection, now: str) -> tuple[Work, ...]:
    """Settled runs that the policies no longer keep."""
    return tuple(w for w in works(db, _SETTLED) if w.ended and _over(w, now))


def erase(database: Database, found: Iterable[Work], by: Actor, why: Why, *, clock: Callable[[], datetime] | None = None) -> Erased:
    """Take these runs away, each in one transaction with its line in the audit; what is done stays done where a later one fails.

    Raises:
        DecisionError: this role looks after no installation (`unauthorised`), or somebody is at work on a run (`locked`).
    """
    may_erase(by)
    total = Erased(plans=(), rows={}, records=0, records_kept=0)
    for run in found:
        with database.alone(run.id), database.writing() as db:
            at = moment(db, clock) if clock else moment(db)
            total = _sum(total, _erase(db, run, by, why, at))
        with database.checkpoints() as saver:
            saver.delete_thread(run.id)
    database.shred()  # also where nothing was found: an earlier call may have been kept from it by somebody at work
    return total


def would_erase(db: Connection, found: Iterable[Work]) -> Erased:
    """The same without doing it."""
    total = Erased(plans=(), rows={}, records=0, records_kept=0)
    gone: set[str] = set()
    for run in found:
        gone.add(run.id)
        records = _records(db, run)
        kept = [digest for digest in records if _needed(db, digest, gone)]
        total = _sum(total, _told(run, _counts(db, run), len(records) - len(kept), len(kept)))
    return total


def was_erased(db: Connection, name: str) -> bool:
    """Whether a plan of this id was there, and was taken away."""
    return db.execute("SELECT 1 FROM audit WHERE work=? AND event='erased'", (name,)).fetchone() is not None


def may_erase(by: Actor) -> None:
    """Raise DecisionError unless this role looks after the installation."""
    if not by.id.strip() or not may_act(by.role, "administer"):
        raise DecisionError("unauthorised", f"no policy lets a {by.role} take anything away; an administrator does")


def _erase(db: Connection, run: Work, by: Actor, why: Why, at: str) -> Erased:
    counts, records = _counts(db, run), _records(db, run)
    for table in _TABLES:
        db.execute(f"DELETE FROM {table} WHERE work=?", (run.id,))  # noqa: S608 - table names of this module
    db.execute("DELETE FROM work WHERE id=?", (run.id,))
    gone = [digest for digest in records if not _needed(db, digest, {run.id})]
    for digest in gone:
        db.execute("DELETE FROM record WHERE digest=?", (digest,))
    append(db, at, by, "erased", run.id, why=why, digest=run.digest, records=gone)
    return _told(run, counts, len(gone), len(records) - len(gone))


def _counts(db: Connection, run: Work) -> dict[str, int]:
    return {t: db.execute(f"SELECT count(*) FROM {t} WHERE work=?", (run.id,)).fetchone()[0] for t in _TABLES}  # noqa: S608 - as above


def _records(db: Connection, run: Work) -> tuple[str, ...]:
    """The record that it was drafted from, and those that voided it."""
    rows = db.execute("SELECT details FROM audit WHERE work=? AND event='voided'", (run.id,))
    newer = [record for row in rows if (record := json.loads(row["details"]).get("record"))]
    there = [d for d in dict.fromkeys((run.source, *newer)) if db.execute("SELECT 1 FROM record WHERE digest=?", (d,)).fetchone()]
    return tuple(there)


def _needed(db: Connection, digest: str, without: set[str]) -> bool:
    """Whether another run was drafted from the same record."""
    return any(row["id"] not in without for row in db.execute("SELECT id FROM work WHERE source=?", (digest,)))


def _over(run: Work, now: str) -> bool:
    limit = kept_for(run.status)
    return limit is not None and run.ended is not None and datetime.fromisoformat(now) > datetime.fromisoformat(run.ended) + limit


def _told(run: Work, rows: dict[str, int], records: int, kept: int) -> Erased:
    return Erased(plans=(run.id,), rows=rows, records=records, records_kept=kept)


def _sum(one: Erased, other: Erased) -> Erased:
    tables = dict.fromkeys((*one.rows, *other.rows))
    return Erased(
        plans=one.plans + other.plans,
        rows={table: one.rows.get(table, 0) + other.rows.get(table, 0) for table in tables},
        records=one.records + other.records,
        records_kept=one.records_kept + other.records_kept,
    )
