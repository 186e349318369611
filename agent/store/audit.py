"""The audit: who did what to which plan, one line each, every line sealed with the one before it.

A line names actors, digests, items and codes, never a word of the patient's record or of a reason's text. Whoever may write
to the file can forge a whole new chain; keep the head of the chain (`Audit.head`) elsewhere to notice that, and a shortened one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from agent.store.connection import Connection

Event = Literal[
    "started", "drafted", "failed", "read", "decided", "superseded", "refused", "edited", "redrafted", "signed", "voided", "expired", "recovered",
    "released", "queued", "delivered", "erased", "upgraded", "exported",
]  # fmt: skip
BEGINNING = "sha256:" + "0" * 64


class Actor(Struct, frozen=True):
    """Who acts, in which role; the program itself is `carewright`, `system`."""

    id: str
    role: str


SYSTEM = Actor("carewright", "system")


class Line(Struct, frozen=True):
    """A line of the audit."""

    seq: int
    at: str
    actor: str
    role: str
    event: str
    work: str
    details: Mapping[str, Any]
    previous: str
    hash: str


def content_hash(content: bytes) -> str:
    """SHA-256 in the project's notation."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def append(db: Connection, at: str, actor: Actor, event: Event, work: str, **details: Any) -> None:
    """Add a line, in the transaction of what it tells of."""
    append_all(db, at, actor, event, work, [details])


def append_all(db: Connection, at: str, actor: Actor, event: Event, work: str, told: Sequence[Mapping[str, Any]]) -> None:
    """Add a line for each of these details, all in one statement."""
    last = db.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    seq, seal = (last["seq"], last["hash"]) if last else (0, BEGINNING)
    values: list[Any] = []
    for details in told:
        seq += 1
        row = (seq, at, actor.id, actor.role, event, work, json.dumps(details, sort_keys=True, ensure_ascii=False), seal)
        seal = _seal(row)
        values += [*row, seal]
    rows = ",".join(["(?,?,?,?,?,?,?,?,?)"] * len(told))
    db.execute(f"INSERT INTO audit VALUES {rows}", values)  # noqa: S608 - question marks


def moment(db: Connection, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> str:
    """The time, always after that of the last line: neither a clock that jumps back nor one that stands mixes up who came first."""
    last = db.execute("SELECT at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    now = clock().astimezone(UTC)
    if last:
        now = max(now, datetime.fromisoformat(last["at"]) + timedelta(microseconds=1))
    return now.isoformat(timespec="microseconds")


def lines(db: Connection, work: str | None = None) -> Iterator[Line]:
    """The lines of one plan, or all, in order."""
    where, values = ("WHERE work = ?", (work,)) if work else ("", ())
    for row in db.execute(f"SELECT * FROM audit {where} ORDER BY seq", values):  # noqa: S608 - one of two constants
        yield Line(**{**dict(row), "details": json.loads(row["details"])})


def broken_links(db: Connection) -> Iterator[str]:
    """Lines that do not follow from the one before, or were altered after they were written."""
    previous, seq = BEGINNING, 0
    for row in db.execute("SELECT * FROM audit ORDER BY seq"):
        *content, seal = tuple(row)
        seq += 1
        if row["seq"] != seq:
            yield f"audit line {seq} is missing"
            seq = row["seq"]
        elif row["previous"] != previous:
            yield f"audit line {seq} does not follow from the line before it"
        if _seal(tuple(content)) != seal:
            yield f"audit line {seq} was altered"
        previous = row["hash"]


def _seal(row: tuple[Any, ...]) -> str:
    return content_hash(json.dumps(row, ensure_ascii=False).encode())
