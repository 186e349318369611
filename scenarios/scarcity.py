"""More plans than hours: who is read first, and who waits how long, by need and by arrival.

A panel of plans (the rows of a batch) arrives over some days; on each day a reviewer has so many hours. The order is the one of
the worklist itself (`policies.worklist`): the same weights of what waiting may do, and the same limits of fairness.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import mean, median
from sys import intern

from policies import worklist
from policies.engine import load_policies
from policies.waiting import Worklist
from policies.worklist import Queued, days_at_most
from scenarios.page import Section
from scenarios.pictures import bars
from scenarios.row import Row
from tools.clinical.plan import Urgency


@dataclass(frozen=True, slots=True)
class Waits:
    """A plan that waits: since the morning of which day, and what bears on its place."""

    name: str
    arrived: int
    urgency: Urgency
    harm: float
    minutes: float
    group: str

    def queued(self, day: int, number: int) -> Queued:
        """As the worklist orders it; `number` is its name there."""
        return Queued(f"{number:09}", self.urgency, day - self.arrived, self.harm, self.minutes, self.group)


@dataclass(frozen=True, slots=True)
class Read:
    """A plan that was read, so many days after it arrived: the part of the day's hours that was gone counts."""

    plan: Waits
    waited: float

    @property
    def late(self) -> bool:
        """Whether it had expired by then."""
        return self.waited > days_at_most(self.plan.urgency)


Order = Callable[[Sequence[Queued], Sequence[worklist.Read], float], list[Queued]]


def rules() -> Worklist:
    """The limits of fairness in force."""
    found = load_policies().worklist
    assert found is not None, "the shipped policies order the worklist"
    return found


def panel(rows: Iterable[Row], days: int) -> list[Waits]:
    """The plans of a batch, arriving evenly over so many days in the order of the rows' keys; of each row only what bears on its place is kept."""
    planned = sorted((str(row["key"]), number, _waits(row)) for number, row in enumerate(rows) if row["outcome"] == "plan")
    return [replace(plan, arrived=place * days // len(planned)) for place, (*_, plan) in enumerate(planned)]


def _waits(row: Row) -> Waits:
    """A plan that is there from the first day."""
    return Waits(
        row["patient"],
        0,
        row["urgency"],
        worklist.harm(row["items"], row["interruptive"]),
        worklist.reading_minutes(sum(row["items"].values()), row["interruptive"] + row["questions"]),
        intern(worklist.group_of(row["sex"], row["age"])),
    )


def first_come(queue: Sequence[Queued], read: Sequence[worklist.Read], minutes_a_day: float) -> list[Queued]:
    """First come, first served."""
    return sorted(queue, key=lambda one: (-one.waited, one.name))


def by_need(queue: Sequence[Queued], read: Sequence[worklist.Read], minutes_a_day: float) -> list[Queued]:
    """By need alone."""
    return worklist.by_need(queue)


def fairly(queue: Sequence[Queued], read: Sequence[worklist.Read], minutes_a_day: float) -> list[Queued]:
    """As the worklist orders."""
    return worklist.in_order(queue, read, minutes_a_day)


ORDERS: dict[str, Order] = {"first come": first_come, "by need": by_need, "by need, fairly": fairly}


def work_off(plans: Sequence[Waits], order: Order, hours_a_day: float) -> list[Read]:
    """Read every plan in this order, made anew each day; what does not fit into a day waits, and minutes left over are lost.

    Args:
        hours_a_day: of reviewing. A plan that needs more than a whole day is read on a day of its own.
    """
    coming, queue, read = deque(sorted(plans, key=lambda one: one.arrived)), list[Waits](), list[Read]()
    day = 0
    while coming or queue:
        while coming and coming[0].arrived <= day:
            queue.append(coming.popleft())
        ordered = order(
            [one.queued(day, number) for number, one in enumerate(queue)],
            [worklist.Read(one.plan.group, one.waited) for one in read],
            hours_a_day * 60,
        )
        today = list(_today([queue[int(one.name)] for one in ordered], day, hours_a_day * 60))
        gone = {id(one.plan) for one in today}
        queue = [one for one in queue if id(one) not in gone]
        read += today
        day += 1
    return read


def _today(queue: Iterable[Waits], day: int, minutes: float) -> Iterator[Read]:
    """What is read on one day."""
    spent = 0.0
    for one in queue:
        if spent and spent + one.minutes > minutes:
            return
        yield Read(one, day + spent / minutes - one.arrived)
        spent += one.minutes


def sections(plans: Sequence[Waits], days: int, hours_a_day: float) -> list[Section]:
    """The orders against each other, for a panel that arrives over so many days."""
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
        Section("Median days waited, by group", (("group", "plans", *ORDERS), waits), _fairness(done)),
    ]


def _fairness(done: dict[str, list[Read]]) -> str:
    row, worst = rules(), worst_ratio(done["by need, fairly"])
    kept = f"kept: {worst:.2f}" if worst <= row.median_ratio else f"not kept: {worst:.2f}"
    if worst > row.median_ratio:
        kept += f" (by arrival alone it would be {worst_ratio(done['first come']):.2f}: urgency, which is never traded, or too few plans)"
    return (
        f"Declared limits of the fair order (policies/worklist.toml): whoever has waited {row.longest_wait} comes first within the urgency; no "
        f"group's median wait is more than {row.median_ratio:g} times that of all others (groups of {row.smallest_group} plans and more; a "
        f"median below {row.shortest_wait} counts as that). The limit of {row.median_ratio:g} is {kept}."
    )


def _group_wait(read: Sequence[Read], group: str) -> str:
    return f"{median(one.waited for one in read if one.plan.group == group):.1f}"


def _harm_days(read: Sequence[Read]) -> float:
    return sum(one.plan.harm * one.waited for one in read)


def worst_ratio(read: Sequence[Read]) -> float:
    """The largest ratio of a group's median wait to that of all others, as the policy measures it."""
    waited: dict[str, list[float]] = {}
    for one in read:
        waited.setdefault(one.plan.group, []).append(one.waited)
    return max(worklist.ratios(waited, rules()).values(), default=1.0)


def _late(urgency: str, read: Sequence[Read]) -> str:
    some = [one for one in read if one.plan.urgency == urgency]
    return f"{sum(one.late for one in some)} of {len(some)}"


_MEASURES: dict[str, Callable[[Sequence[Read]], str]] = {
    "harm-days": lambda read: f"{_harm_days(read):.0f}",
    "mean days waited": lambda read: f"{mean(one.waited for one in read):.2f}",
    "longest wait, days": lambda read: f"{max(one.waited for one in read):.1f}",
    "emergencies read after they expired": partial(_late, "emergency"),
    "same-day plans read after they expired": partial(_late, "same-day"),
    "routine plans read after they expired": partial(_late, "routine"),
    "worst group's median wait to that of the others": lambda read: f"{worst_ratio(read):.2f}",
}
