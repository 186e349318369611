"""More plans than hours: who is read first, and who waits how long, by need and by arrival.

A panel of plans (the rows of a batch) arrives over some days; on each day a reviewer has so many hours. The order by need is
the one of the worklist (`agent.need`) with the harm that waiting may do, and two rules of fairness that are declared as data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import mean, median

from agent.need import need, reading_minutes
from policies.engine import waits_at_most
from scenarios.page import Section
from scenarios.pictures import bars
from scenarios.report import group_of
from scenarios.rows import Row
from tools.clinical.knowledge import Document, load
from tools.clinical.plan import Urgency


class Rules(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What waiting may do, by what stands in a plan, and the limits of fairness; see the file."""

    longest_wait_days: int
    median_ratio: float
    smallest_group: int
    most_harm: float
    weight: dict[str, float]


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The rules in force. Raises KnowledgeError where the file is at fault."""
    return load(Path(__file__).parent / "scarcities", Rules)[0]


@dataclass(frozen=True, slots=True)
class Waits:
    """A plan that waits: since which day, and what bears on its place."""

    name: str
    arrived: int
    urgency: Urgency
    harm: float
    minutes: float
    group: str

    def used_up(self, day: int) -> float:
        """The part of the time it may wait that is gone."""
        return (day - self.arrived) / (waits_at_most(self.urgency).total_seconds() / 86400)


@dataclass(frozen=True, slots=True)
class Read:
    """A plan that was read on a day."""

    plan: Waits
    day: int

    @property
    def waited(self) -> int:
        """Days."""
        return self.day - self.plan.arrived

    @property
    def late(self) -> bool:
        """Whether it had expired by then."""
        return self.plan.used_up(self.day) > 1


Order = Callable[[list[Waits], Sequence[Read], int], list[Waits]]


def harm(row: Row) -> float:
    """What waiting may do to this patient, on the scale of the rules."""
    weight = rules().weight
    by_lines: float = sum(weight.get(action, 0.0) * count for action, count in row["items"].items())
    return min(by_lines + weight["interruption"] * float(row["interruptive"]), rules().most_harm)


def panel(rows: Iterable[Row], days: int) -> list[Waits]:
    """The plans of a batch, arriving evenly over so many days in the order of the rows' keys."""
    planned = sorted((row for row in rows if row["outcome"] == "plan"), key=lambda row: str(row["key"]))
    return [
        Waits(
            row["patient"],
            number * days // len(planned),
            row["urgency"],
            harm(row),
            reading_minutes(sum(row["items"].values()), row["interruptive"] + row["questions"]),
            group_of(row),
        )
        for number, row in enumerate(planned)
    ]


def first_come(queue: list[Waits], read: Sequence[Read], day: int) -> list[Waits]:
    """First come, first served."""
    return sorted(queue, key=lambda one: (one.arrived, one.name))


def by_need(queue: list[Waits], read: Sequence[Read], day: int) -> list[Waits]:
    """As the worklist orders, with the harm at stake."""
    return sorted(queue, key=lambda one: (need(one.urgency, one.used_up(day), one.harm), one.name))


def fairly(queue: list[Waits], read: Sequence[Read], day: int) -> list[Waits]:
    """By need; within an urgency first whoever has waited longest allowed, then groups that have waited longer than the others."""
    behind = _behind(queue, read, day)

    def place(one: Waits) -> tuple[object, ...]:
        rank, score = need(one.urgency, one.used_up(day), one.harm)
        return rank, day - one.arrived < rules().longest_wait_days, one.group not in behind, score, one.name

    return sorted(queue, key=place)


def _behind(queue: Sequence[Waits], read: Sequence[Read], day: int) -> set[str]:
    waited: dict[str, list[int]] = {}
    for group, days in [*((one.plan.group, one.waited) for one in read), *((one.group, day - one.arrived) for one in queue)]:
        waited.setdefault(group, []).append(days)
    return {group for group, ratio in ratios(waited).items() if ratio > rules().median_ratio}


def ratios(waited: dict[str, list[int]]) -> dict[str, float]:
    """For each group that is large enough: its median wait to that of all others. A median below half a day counts as half a day."""
    found = {}
    for group, mine in waited.items():
        others = [days for name, some in waited.items() if name != group for days in some]
        if len(mine) >= rules().smallest_group and others:
            found[group] = max(median(mine), 0.5) / max(median(others), 0.5)
    return found


ORDERS: dict[str, Order] = {"first come": first_come, "by need": by_need, "by need, fairly": fairly}


def work_off(plans: Sequence[Waits], order: Order, hours_a_day: float) -> list[Read]:
    """Read every plan in this order; what does not fit into a day waits for the next, and minutes left over are lost.

    Args:
        hours_a_day: of reviewing. A plan that needs more than a whole day is read on a day of its own.
    """
    coming, queue, read = sorted(plans, key=lambda one: one.arrived), list[Waits](), list[Read]()
    day = 0
    while coming or queue:
        while coming and coming[0].arrived <= day:
            queue.append(coming.pop(0))
        left = hours_a_day * 60
        for one in order(queue, read, day):
            if one.minutes > left and left != hours_a_day * 60:
                break
            left -= one.minutes
            queue.remove(one)
            read.append(Read(one, day))
            if left <= 0:
                break
        day += 1
    return read


def sections(rows: Sequence[Row], days: int, hours_a_day: float) -> list[Section]:
    """The orders against each other."""
    plans = panel(rows, days)
    done = {name: work_off(plans, order, hours_a_day) for name, order in ORDERS.items()}
    need_hours = sum(one.minutes for one in plans) / 60
    text = (
        f"{len(plans)} plans arrive over {days} days and need {need_hours:.0f} hours of reading (declared minutes); {hours_a_day:g} hours a "
        f"day are there. Harm-days add up, over all plans, the days waited times the weight of what waiting may do: an index for ordering, "
        f"uncalibrated, not a forecast."
    )
    columns = ("measure", *ORDERS)
    table = [(name, *(measure(read) for read in done.values())) for name, measure in _MEASURES.items()]
    picture = bars("Harm-days, by order", [(name, round(_harm_days(read))) for name, read in done.items()])
    groups = sorted({one.group for one in plans})
    waits = [
        (group, str(sum(one.group == group for one in plans)), *(_group_wait(read, group) for read in done.values())) for group in groups
    ]
    return [
        Section("Orders against each other", (columns, table), text, picture),
        Section("Median days waited, by group", (("group", "plans", *ORDERS), waits), _fairness()),
    ]


def _fairness() -> str:
    return (
        f"Declared limits of the fair order: whoever has waited {rules().longest_wait_days} days comes first within the urgency; so does a "
        f"group whose median wait is more than {rules().median_ratio:g} times that of the others (groups of {rules().smallest_group} and more)."
    )


def _group_wait(read: Sequence[Read], group: str) -> str:
    return f"{median(one.waited for one in read if one.plan.group == group):g}"


def _harm_days(read: Sequence[Read]) -> float:
    return sum(one.plan.harm * one.waited for one in read)


def _worst_ratio(read: Sequence[Read]) -> str:
    waited: dict[str, list[int]] = {}
    for one in read:
        waited.setdefault(one.plan.group, []).append(one.waited)
    return f"{max(ratios(waited).values(), default=0):.2f}"


def _late(urgency: str) -> Callable[[Sequence[Read]], str]:
    def count(read: Sequence[Read]) -> str:
        some = [one for one in read if one.plan.urgency == urgency]
        return f"{sum(one.late for one in some)} of {len(some)}"

    return count


_MEASURES: dict[str, Callable[[Sequence[Read]], str]] = {
    "harm-days": lambda read: f"{_harm_days(read):.0f}",
    "mean days waited": lambda read: f"{mean(one.waited for one in read):.2f}",
    "longest wait, days": lambda read: str(max(one.waited for one in read)),
    "emergencies read after they expired": _late("emergency"),
    "same-day plans read after they expired": _late("same-day"),
    "routine plans read after they expired": _late("routine"),
    "worst group's median wait to that of the others": _worst_ratio,
}
