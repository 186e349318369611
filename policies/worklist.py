"""In which order plans are read when there are more of them than hours.

By need: urgency first, which is never traded; within it the part of the time that is gone, and what waiting may do. That order
holds as long as no group waits much longer than the others for it. Before it is given out, the queue is read off in thought at
the pace of the last weeks; where some group's median wait would pass the declared ratio, arrival counts step by step more than
need, and in the end groups that would still wait longer come first. What is declared is so a limit of the order, and no hope.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from statistics import median

from policies.engine import URGENCIES, waits_at_most
from policies.tables import Policies, load_policies
from policies.waiting import Worklist
from tools.clinical.plan import Plan, Urgency
from tools.clinical.quantity import Quantity

_BLENDS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How much arrival counts against need, step by step."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A plan that waits: what bears on its place.

    Attributes:
        waited: days since it was drafted.
        harm: what waiting may do; see `harm_of`.
        minutes: that reading is expected to take.
        group: sex and age band; see `group_of`.
    """

    name: str
    urgency: Urgency | None
    waited: float
    harm: float
    minutes: float
    group: str


@dataclass(frozen=True, slots=True)
class Read:
    """A plan that was read: of which group, after how many days."""

    group: str
    waited: float


def harm_of(plan: Plan, policies: Policies | None = None) -> float:
    """What waiting may do to this patient, by the weights of the policies; see `harm`."""
    interruptions = sum(issue.interruptive and not issue.suppressed for issue in plan.issues)
    return harm(Counter(item.action for item in plan.items), interruptions, policies)


def harm(actions: Mapping[str, int], interruptions: int, policies: Policies | None = None) -> float:
    """The same from counts: items by action, and issues that interrupt."""
    rules = policies or load_policies()
    total = sum(
        row.weight * (interruptions if row.interruption else sum(actions.get(one, 0) for one in row.actions)) for row in rules.harms
    )
    return min(total, rules.worklist.most_harm) if rules.worklist else total


def reading_minutes(items: int, answers: int, policies: Policies | None = None) -> float:
    """An estimate of reading and signing; 0 where no policy says.

    Args:
        items: that are still open.
        answers: warnings that ask for a reason, and questions.
    """
    row = (policies or load_policies()).worklist
    return row.minutes + row.an_item * items + row.an_answer * answers if row else 0.0


def group_of(sex: str | None, age: int | None, policies: Policies | None = None) -> str:
    """Sex and age band, as groups are compared."""
    return f"{sex_of(sex)}, {band_of(age, policies)}"


def sex_of(sex: str | None) -> str:
    """The sex by which groups are compared, or that it is not known."""
    return sex or "sex unknown"


def band_of(age: int | None, policies: Policies | None = None) -> str:
    """The ages within which groups are compared, `18–64`; by the ages at which a policy says that a new group begins."""
    row = (policies or load_policies()).worklist
    if age is None:
        return "age unknown"
    bands = row.bands if row else ()
    least = max((one for one in bands if one <= age), default=0)
    following = min((one for one in bands if one > age), default=None)
    return f"{least} and over" if following is None else f"{least}–{following - 1}"


def need(urgency: str | None, used_up: float, harm: float = 0.0) -> tuple[int, float]:
    """What to sort by, the neediest first: urgency is never traded; within it, time used up and harm at stake add up.

    Args:
        urgency: of the plan; none known comes last.
        used_up: the part of the time it may wait that is gone.
        harm: weight of what waiting may do, on the same scale.
    """
    rank = len(URGENCIES) - 1 - URGENCIES.index(urgency) if urgency in URGENCIES else len(URGENCIES)
    return rank, -(used_up + harm)


def by_need(queue: Iterable[Queued], policies: Policies | None = None) -> list[Queued]:
    """The order by need alone."""
    rules = policies or load_policies()
    limits = _limits(rules)
    return sorted(queue, key=lambda one: (need(one.urgency, _used_up(one, limits), one.harm), -one.waited, one.name))


def in_order(
    queue: Sequence[Queued], read: Sequence[Read] = (), minutes_a_day: float | None = None, policies: Policies | None = None
) -> list[Queued]:
    """The order of reading: the neediest first, within the declared limits of fairness.

    Args:
        queue: the plans that wait.
        read: those that were read lately.
        minutes_a_day: of reading; the declared pace where `None`.

    Returns:
        All of them. Where no order keeps the ratio (urgency, which is never traded, may forbid it), the one that comes closest.
    """
    rules = policies or load_policies()
    row = rules.worklist
    if row is None:
        return by_need(queue, rules)
    first = _Places(_limits(rules), days_of(row.longest_wait)).order(queue, 0.0)
    pace = minutes_a_day or row.minutes_a_day
    if _worst(first, read, pace, row) <= row.aim:
        return first
    found = [(_worst(order, read, pace, row), _harmdays_of(order, pace), order) for order in _orders(queue, read, pace, row, rules)]
    fair = [one for one in found if one[0] <= row.aim]
    return min(fair, key=lambda one: one[1])[2] if fair else min(reversed(found), key=lambda one: one[0])[2]


def _worst(order: Iterable[Queued], read: Iterable[Read], pace: float, row: Worklist) -> float:
    return max(ratios(projected(order, read, pace), row).values(), default=1.0)


def _harmdays_of(order: Iterable[Queued], pace: float) -> float:
    """Over all plans of an order: what waiting may do, times the days until it is read."""
    total = spent = 0.0
    for plan in order:
        total += plan.harm * spent / pace
        spent += plan.minutes
    return total


def _orders(queue: Sequence[Queued], read: Sequence[Read], pace: float, row: Worklist, rules: Policies) -> Iterator[list[Queued]]:
    """Orders that may be taken: from need to arrival; each group by its share; groups that are behind before all others."""
    places = _Places(_limits(rules), days_of(row.longest_wait))
    for blend in _BLENDS:
        order = places.order(queue, blend)
        ahead = ratios(projected(order, read, pace), row)
        behind = frozenset(group for group, ratio in ahead.items() if ratio > row.aim)
        yield order
        yield places.shared(order)
        yield places.order(queue, blend, behind)


@dataclass(frozen=True, slots=True)
class _Places:
    """Which place a plan gets: how long plans may wait, and after how many days they come first within their urgency."""

    limits: Mapping[Urgency, float]
    longest: float

    def order(self, queue: Iterable[Queued], blend: float, behind: frozenset[str] = frozenset()) -> list[Queued]:
        """The queue by need, so much of it by arrival; groups that are behind first."""
        return sorted(queue, key=lambda one: self._place(one, blend, behind))

    def shared(self, order: Iterable[Queued]) -> list[Queued]:
        """Each group in this order, and of any length of the reading every group the share that it has of the queue."""
        groups: dict[tuple[int, bool, str], list[Queued]] = {}
        for one in order:
            rank, _ = need(one.urgency, 0.0)
            groups.setdefault((rank, one.waited < self.longest, one.group), []).append(one)
        places = [((*key[:2], (n + 0.5) / len(some)), one) for key, some in groups.items() for n, one in enumerate(some)]
        return [one for _, one in sorted(places, key=lambda pair: (pair[0], pair[1].name))]

    def _place(self, one: Queued, blend: float, behind: frozenset[str]) -> tuple[object, ...]:
        gone = _used_up(one, self.limits)
        rank, score = need(one.urgency, gone, one.harm)
        return rank, one.group not in behind, one.waited < self.longest, (1 - blend) * score - blend * gone, -one.waited, one.name


def projected(order: Iterable[Queued], read: Iterable[Read], minutes_a_day: float) -> dict[str, list[float]]:
    """How long each group's plans will have waited when the queue is read in this order, with those that were read."""
    waited: dict[str, list[float]] = {}
    for one in read:
        waited.setdefault(one.group, []).append(one.waited)
    spent = 0.0
    for plan in order:
        waited.setdefault(plan.group, []).append(plan.waited + spent / minutes_a_day)
        spent += plan.minutes
    return waited


def ratios(waited: Mapping[str, Sequence[float]], row: Worklist) -> dict[str, float]:
    """For each group that is large enough: its median wait to that of all others."""
    floor, found = days_of(row.shortest_wait), {}
    for group, mine in waited.items():
        others = [days for name, some in waited.items() if name != group for days in some]
        if len(mine) >= row.smallest_group and others:
            found[group] = max(median(mine), floor) / max(median(others), floor)
    return found


def days_at_most(urgency: Urgency, policies: Policies | None = None) -> float:
    """How many days a plan may wait."""
    return waits_at_most(urgency, policies) / timedelta(days=1)


def _limits(rules: Policies) -> dict[Urgency, float]:
    return {urgency: days_at_most(urgency, rules) for urgency in URGENCIES}


def _used_up(one: Queued, limits: Mapping[Urgency, float]) -> float:
    limit = limits.get(one.urgency, 0.0) if one.urgency else 0.0
    return one.waited / limit if limit else 0.0


@lru_cache(maxsize=32)
def days_of(text: str) -> float:
    """A time of the policies, in days."""
    return float(Quantity.parse(text).to("d").value)
