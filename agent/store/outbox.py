"""What was to go to a server and is not known to have arrived, as the audit tells it."""

from __future__ import annotations

import json

from agent.store.connection import Connection


def undelivered(db: Connection) -> tuple[tuple[str, str], ...]:
    """Run and server of each delivery that was queued and not noted as taken, the oldest first."""
    waiting: dict[tuple[str, str], None] = {}
    for row in db.execute("SELECT work, event, details FROM audit WHERE event IN ('queued', 'delivered', 'erased') ORDER BY seq"):
        if row["event"] == "erased":
            waiting = {key: None for key in waiting if key[0] != row["work"]}
            continue
        key = (row["work"], json.loads(row["details"])["server"])
        if row["event"] == "queued":
            waiting[key] = None
        else:
            waiting.pop(key, None)
    return tuple(waiting)


def delivered(db: Connection, work: str, server: str) -> bool:
    """Whether this server has taken it."""
    rows = db.execute("SELECT details FROM audit WHERE event = 'delivered' AND work = ?", (work,))
    return any(json.loads(row["details"])["server"] == server for row in rows)
