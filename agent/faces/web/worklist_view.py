"""The worklist for whoever has little time: what cannot wait first, then what runs out first, and what fits into the minutes at hand."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agent.faces.web.standing_view import Signers, can_act, signers
from agent.review import Reviewer
from agent.shown import Waiting
from agent.signing import Standing
from agent.store.lately import Lately
from policies.worklist import reading_minutes
from tools.clinical.plan import Plan

PAGE = 50
"""Lines of one page."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for.

    Attributes:
        urgency: only this one. mine: only where this reader can sign something. settled: also what is signed, refused or over.
        minutes: how long there is time; `None` where nobody said.
        page: from 1.
    """

    urgency: str = ""
    mine: bool = False
    settled: bool = False
    minutes: int | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Open:
    """What is left of a plan for one role: who signs it, whether this role can sign something, and how many minutes that takes."""

    signers: Signers
    mine: bool
    minutes: int


_OPEN: Lately[Hashable, Open] = Lately(2048)
"""By everything that it depends on, the role included."""


@dataclass(frozen=True, slots=True)
class Line:
    """One plan.

    Attributes:
        waited, left: hours since it was drafted, and until it expires (`None` where it does not).
        decided, items: how far the signing is.
        minutes: how long reading and signing it is expected to take.
        fits: whether it falls into the minutes at hand, when one starts at the top.
    """

    waiting: Waiting
    plan: Plan | None
    signers: Signers
    waited: float
    left: float | None
    decided: int
    minutes: int
    mine: bool
    fits: bool = True


def matching(waiting: Iterable[Waiting], wish: Filter) -> list[Waiting]:
    """Those of the urgency that is asked for."""
    return [w for w in waiting if not wish.urgency or w.urgency == wish.urgency]


def lines(
    page: Sequence[Waiting], stands: Mapping[str, tuple[Plan, Standing]], reader: Reviewer, wish: Filter, now: datetime
) -> tuple[Line, ...]:
    """The lines of one page, those that fit into the minutes marked."""
    found = [_line(w, stands.get(w.id), reader, now) for w in page]
    found = [line for line in found if line.mine or not wish.mine]
    return tuple(_fitting(found, wish.minutes))


def _fitting(found: Iterable[Line], minutes: int | None) -> Iterable[Line]:
    spent = 0
    for line in found:
        spent += line.minutes
        yield replace(line, fits=minutes is None or spent <= minutes)


def _line(w: Waiting, stand: tuple[Plan, Standing] | None, reader: Reviewer, now: datetime) -> Line:
    waited = _hours(w.started, now)
    left = None if w.expires is None else -_hours(w.expires, now)
    if stand is None:
        return Line(w, None, Signers((), (), ()), waited, left, 0, 1, False)
    plan, standing = stand
    left_open = _left_open(plan, standing, reader, open_now=w.status == "awaiting-review")
    return Line(
        waiting=w,
        plan=plan,
        signers=left_open.signers,
        waited=waited,
        left=left,
        decided=len(standing.approved) + len(standing.rejected),
        minutes=left_open.minutes,
        mine=left_open.mine,
    )


def _left_open(plan: Plan, standing: Standing, reader: Reviewer, *, open_now: bool) -> Open:
    """Judged once for the same plan, signatures and role."""
    key = (plan.digest, tuple(standing.approved), tuple(standing.rejected), standing.open, reader.role, open_now)

    def judge() -> Open:
        who = signers(plan, standing) if open_now else Signers((), (), ())
        return Open(who, open_now and can_act(plan, standing, reader), _minutes(plan, standing))

    return _OPEN.get(key, judge)


def _minutes(plan: Plan, standing: Standing) -> int:
    """An estimate for what is still open."""
    reasons = sum(issue.interruptive and not issue.suppressed for issue in plan.issues)
    return round(reading_minutes(len(standing.open), reasons + len(plan.questions)))


def _hours(since: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(since)).total_seconds() / 3600
