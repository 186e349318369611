"""Tables of the worklist, and how a case supposes plans that wait."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from policies.row import Row, time_faults
from tools.clinical.plan import Action, Urgency


class Harm(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What waiting may do, for each item of these actions, or for each interruption: 1 counts as much as the whole time a plan may wait."""

    weight: float
    actions: tuple[Action, ...] = ()
    interruption: bool = False


class Worklist(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How plans that wait are ordered, and how long reading is expected to take.

    Attributes:
        most_harm: however many items a plan has, waiting counts at most so much.
        longest_wait: whoever has waited so long comes first within the urgency.
        median_ratio: no group's median wait is more than so many times that of all others.
        aim: the ratio that the order is chosen for, below `median_ratio`, for nobody knows who comes tomorrow.
        smallest_group: groups of fewer plans are not compared.
        shortest_wait: a median below it counts as this long: whoever is read at once is not held against others.
        look_back: how far back plans that were read count for the comparison and for the pace.
        minutes_a_day: of reading, where nothing was read yet.
        bands: ages at which a new group begins; groups are sex and age band.
        minutes, an_item, an_answer: minutes for a plan, for each open item, for each warning or question that asks for an answer.
    """

    most_harm: float
    longest_wait: str
    median_ratio: float
    aim: float
    smallest_group: int
    shortest_wait: str
    look_back: str
    minutes_a_day: float
    bands: tuple[int, ...]
    minutes: float
    an_item: float
    an_answer: float


def row_faults(harms: tuple[Harm, ...], worklists: tuple[Worklist, ...]) -> Iterator[str]:
    """Weights that nothing has, times that are no times, an aim that is no aim."""
    for harm in harms:
        if bool(harm.actions) is harm.interruption:
            yield f"{harm.id}: a weight is for actions or for interruptions"
    for row in worklists:
        if not 1 <= row.aim <= row.median_ratio:
            yield f"{row.id}: an aim of {row.aim:g} lies not between 1 and the ratio of {row.median_ratio:g}"
        if row.minutes_a_day <= 0:
            yield f"{row.id}: in {row.minutes_a_day:g} minutes a day nothing is ever read"
    yield from time_faults((row.id, text) for row in worklists for text in (row.longest_wait, row.shortest_wait, row.look_back))


class GivenWaiting(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`plans` that wait, or were read, and are alike; the first is called `name`, the next `name-2`."""

    name: str
    urgency: Urgency = "routine"
    waited: str = "0 d"
    harm: float = 0.0
    group: str = "a"
    plans: int = 1
