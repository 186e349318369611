"""What people said, and what follows from it: rows first, effects after (ADR 6)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agent.review import EditVerdict, RedraftVerdict, Verdict
from agent.signing import Recorded
from agent.store.audit import Actor, Event, append, append_all, content_hash
from agent.store.connection import Connection
from agent.store.worklist import Work

_COLUMNS = 7
_AGAIN = " ON CONFLICT (work, item, reviewer, digest, round) DO UPDATE SET content = excluded.content, at = excluded.at"


def decisions(db: Connection, found: Work) -> tuple[Recorded, ...]:
    """What was said about the plan that is shown, in order of time. What was said about an earlier round does not count."""
    rows = db.execute(
        "SELECT content FROM decision WHERE work=? AND digest=? AND round=? ORDER BY at, item, reviewer",
        (found.id, found.digest, found.round),
    )
    return tuple(msgspec.json.decode(row["content"], type=Recorded) for row in rows)


def add_decisions(db: Connection, found: Work, new: Sequence[Recorded]) -> None:
    """Record one person's decisions; each has a line in the audit that holds its digest, so that a row altered later is noticed."""
    if not new:
        return
    by, at = Actor(new[0].reviewer.id, new[0].reviewer.role), new[0].at
    values: list[object] = []
    told = []
    for row in new:
        content = msgspec.json.encode(row)
        values += (found.id, row.decision.item, row.reviewer.id, found.digest, found.round, content, row.at)
        verb = type(row.decision).__name__.lower()
        told.append(
            {"digest": found.digest, "round": found.round, "item": row.decision.item, "decision": verb, "row": content_hash(content)}
        )
    rows = ",".join([f"({','.join('?' * _COLUMNS)})"] * len(new))
    db.execute(f"INSERT INTO decision VALUES {rows}{_AGAIN}", values)  # noqa: S608 - question marks
    append_all(db, at, by, "decided", found.id, told)


def add_verdict(db: Connection, found: Work, verdict: Verdict, actor: Actor, at: str) -> None:
    """What the graph is to be told; it waits in the table until the graph has taken it."""
    content = msgspec.json.encode(verdict)
    db.execute("INSERT INTO verdict (work, round, content, at) VALUES (?,?,?,?)", (found.id, found.round, content, at))
    event: Event = "edited" if isinstance(verdict, EditVerdict) else "redrafted" if isinstance(verdict, RedraftVerdict) else "signed"
    append(db, at, actor, event, found.id, digest=found.digest, round=found.round, row=content_hash(content))


def verdict(db: Connection, found: Work) -> Verdict | None:
    """The last verdict on the plan that is shown."""
    row = db.execute("SELECT content FROM verdict WHERE work=? AND round=?", (found.id, found.round)).fetchone()
    return msgspec.json.decode(row["content"], type=Verdict) if row else None


def verdicts(db: Connection, found: Work) -> tuple[Verdict, ...]:
    """Every verdict of the run so far, in order."""
    rows = db.execute("SELECT content FROM verdict WHERE work=? ORDER BY round", (found.id,))
    return tuple(msgspec.json.decode(row["content"], type=Verdict) for row in rows)


def waiting_verdicts(db: Connection) -> tuple[str, ...]:
    """Runs with a verdict that the graph has not taken."""
    return tuple(row["work"] for row in db.execute("SELECT work FROM verdict WHERE applied = 0 ORDER BY at"))


def applied(db: Connection, found: Work) -> None:
    """The graph has taken the verdict of this round."""
    db.execute("UPDATE verdict SET applied = 1 WHERE work=? AND round=?", (found.id, found.round))
