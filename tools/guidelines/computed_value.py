"""Values that nobody measures, as knowledge writes them down; how they are worked out stands in `computed` and `history`."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from msgspec import Struct

OF_MODULE = ("module",)
"""In place of drugs or problems: those of the module that asks."""

WAYS = (
    *("minus_goal", "weeks_on", "months_since", "episodes", "acute_care_for", "orders_of", "values_of", "ever_of", "least_of"),
    *("days_without", "count_taken", "levels", "daily_dose", "times_upper_limit", "change_of", "difference", "weights"),
)
"""The fields of `Computed` that each say how a value is worked out."""


class DoseLevel(Struct, frozen=True, forbid_unknown_fields=True):
    """From this daily dose of a drug upward the computed value is `value`."""

    drug: str
    at_least: str
    value: int


class Weight(Struct, frozen=True, forbid_unknown_fields=True):
    """What a milligram a day of a drug counts."""

    drug: str
    factor: str


class Computed(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """A value that is computed from the facts, in exactly one of the ways below.

    Attributes:
        minus_goal: the newest value of this observable less the module's goal for it.
        count_taken: how many of these drugs or classes are taken.
        weeks_on: weeks since the newest start among these drugs or classes; `module` stands for what the module treats with.
        months_since: months since the newest onset of one of these problems.
        daily_dose: the daily dose of this drug or class, in the unit of the value.
        per_weight: divide the daily dose by the body weight.
        times_upper_limit: the newest value over the laboratory's own upper limit, else over `usual_limit`.
        change_of: the newest value against the newest one that is older by `days_between`; `change_as` a percentage that rises,
            one that falls, or a plain difference.
        weights: the daily doses of these drugs, each times its factor, added up; one dose unknown makes the sum unknown.
        difference: the first observable less the second, of the same day.
        episodes: how often one of these problems began, or there was a visit for it, `within` that time and `apart` from the one before;
            together with `acute_care_for` (stays and emergency visits for one of these), `orders_of` (each order or hand-over of
            these; where `courses`, not of what is taken now) and `values_of` (values `below` a limit).
        ever_of: how many of these drugs were ever ordered, or are listed as not tolerated.
        least_of: the least value ever of this observable.
        days_without: days since the supply of these drugs ended.
    """

    name: str
    unit: str
    minus_goal: str | None = None
    count_taken: tuple[str, ...] = ()
    weeks_on: tuple[str, ...] = ()
    months_since: tuple[str, ...] = ()
    daily_dose: str | None = None
    per_weight: bool = False
    levels: tuple[DoseLevel, ...] = ()
    times_upper_limit: str | None = None
    usual_limit: str | None = None
    change_of: str | None = None
    change_as: Literal["rise", "fall", "difference"] = "rise"
    days_between: tuple[int, int] = (0, 0)
    difference: tuple[str, ...] = ()
    weights: tuple[Weight, ...] = ()
    episodes: tuple[str, ...] = ()
    acute_care_for: tuple[str, ...] = ()
    orders_of: tuple[str, ...] = ()
    courses: bool = False
    values_of: str | None = None
    below: str = ""
    within: str | None = None
    apart: str = ""
    ever_of: tuple[str, ...] = ()
    least_of: str | None = None
    days_without: tuple[str, ...] = ()

    @property
    def of_module(self) -> bool:
        """Hangs on the goals, the drugs or the problem of one module."""
        return self.minus_goal is not None or OF_MODULE in (self.weeks_on, self.months_since)

    @cached_property
    def way(self) -> str:
        """The field that says how it is worked out; the first of them, where a count has several; empty where none does."""
        return next((name for name in WAYS if getattr(self, name)), "")
