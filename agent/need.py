"""Which plan needs a reader first: the order of the policies, for the runs of the desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from agent.store.stakes import Settled, Stake
from agent.store.worklist import UNFINISHED, Work
from policies.engine import load_policies
from policies.worklist import Queued, Read, days_of, in_order, need

_WAITING = ("awaiting-review", "no-plan", *UNFINISHED)
_DAY = 86400.0


def looked_back_to(now: str) -> str:
    """Since when plans that were read count for the comparison of groups."""
    row = load_policies().worklist
    return (datetime.fromisoformat(now) - timedelta(days=days_of(row.look_back) if row else 0)).isoformat(timespec="microseconds")


def in_reading_order(found: Iterable[Work], stakes: dict[str, Stake], read: Sequence[Settled], now: str) -> list[Work]:
    """What waits, in the order of the policies; then what is settled, by urgency, the oldest first.

    Args:
        stakes: of each run that shows a plan.
        read: what was decided lately; see `looked_back_to`.
        now: ISO 8601.
    """
    runs = list(found)
    waiting = {run.id: run for run in runs if run.status in _WAITING}
    settled = sorted((run for run in runs if run.id not in waiting), key=lambda run: need(run.urgency, used_up=0))
    queue = [_queued(run, stakes.get(run.id), now) for run in waiting.values()]
    return [waiting[one.name] for one in in_order(queue, [_read(one) for one in read], _minutes_a_day(read, now))] + settled


def _queued(run: Work, stake: Stake | None, now: str) -> Queued:
    at_stake = stake or Stake(run.id, 0.0, 0.0, "")
    return Queued(run.id, run.urgency, _days(run.started, now), at_stake.harm, at_stake.minutes, at_stake.people)


def _read(one: Settled) -> Read:
    return Read(one.people, _days(one.started, one.ended))


def _minutes_a_day(read: Sequence[Settled], now: str) -> float | None:
    """The pace of reading, where there was any."""
    if not read:
        return None
    return sum(one.minutes for one in read) / max(_days(min(one.ended for one in read), now), 1.0) or None


def _days(since: str, until: str) -> float:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds() / _DAY
