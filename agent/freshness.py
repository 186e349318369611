"""Does a plan still say what would be said now? Its record, its knowledge and its time are those that it was drafted with."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from agent.store.worklist import Work
from policies.engine import waits_at_most
from tools.clinical.plan import SCHEMA_VERSION, Urgency

_ROOT = Path(__file__).resolve().parents[1]


@lru_cache(maxsize=1)
def knowledge_stamp() -> str:
    """One digest over every knowledge and policy file of this installation, taken once a process."""
    seal = hashlib.sha256(SCHEMA_VERSION.encode())
    for room in ("tools", "policies"):
        for path in sorted((_ROOT / room).rglob("*.toml")):
            seal.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return "sha256:" + seal.hexdigest()


def expires(found: Work) -> datetime | None:
    """When a plan that waits stops to be signable; `None` where it does not wait."""
    if found.status != "awaiting-review" or found.urgency is None:
        return None
    return datetime.fromisoformat(found.started) + _longest_wait(found.urgency)


@lru_cache(maxsize=8)
def _longest_wait(urgency: Urgency) -> timedelta:
    return waits_at_most(urgency)


def late(found: Work, now: str) -> bool:
    """Whether it has waited longer than the policies allow."""
    until = expires(found)
    return until is not None and datetime.fromisoformat(now) > until


def still_urgent(found: Work, now: str) -> bool:
    """Whether a run without anything to sign says something that cannot wait; it stays on the list as long as it might be news."""
    if found.status != "no-plan" or found.urgency in (None, "routine"):
        return False
    return datetime.fromisoformat(now) <= datetime.fromisoformat(found.started) + _longest_wait(found.urgency)
