"""What the report of a course needs of its rows, counted in one pass, so that a million patients need no more memory than a hundred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from scenarios.course.arms import ARMS
from scenarios.row import Row
from scenarios.summary import ERRORS, Spread

BURDEN = {
    "medicines": "medicines at the end",
    "tests": "laboratory tests",
    "minutes": "minutes",
    "signed": "lines signed",
    "rejected": "rejected",
    "waiting": "waiting for an answer",
    "missed": "signed though warned",
}
"""What each arm costs, and how the report calls it."""


@dataclass(slots=True)
class Mean:
    """A mean that does not depend on the order of what is added: sums are exact."""

    count: int = 0
    _sums: dict[int, int] = field(default_factory=dict)

    def add(self, value: float) -> None:
        """Count a value."""
        self.count += 1
        over, under = value.as_integer_ratio()
        self._sums[under] = self._sums.get(under, 0) + over

    @property
    def value(self) -> float:
        """The mean; 0 of nothing."""
        return float(sum((Fraction(over, under) for under, over in self._sums.items()), Fraction()) / max(self.count, 1))


@dataclass
class Observed:
    """One observable, of the patients who have a goal for it; each `dict` has the arms.

    Attributes:
        at_goal, levels: at each visit.
        open: patients who were not at goal at first. reached: at which visit they were, of those who came to be.
        better, worse: patients at goal at the last visit with the plans and not with usual care, and the other way round.
    """

    visits: int
    patients: int = 0
    open: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ARMS, 0))
    reached: dict[str, Spread] = field(default_factory=lambda: {arm: Spread() for arm in ARMS})
    better: int = 0
    worse: int = 0

    def __post_init__(self) -> None:
        self.at_goal = {arm: [0] * self.visits for arm in ARMS}
        self.levels = {arm: [Mean() for _ in range(self.visits)] for arm in ARMS}

    def add(self, arms: Row, name: str) -> None:
        """Count a patient."""
        self.patients += 1
        for arm in ARMS:
            self._arm(arm, arms[arm]["at_goal"][name], arms[arm]["levels"][name])
        plans, usual = (arms[arm]["at_goal"][name][-1] for arm in ("plans as drafted", "usual care"))
        self.better += plans and not usual
        self.worse += usual and not plans

    def _arm(self, arm: str, at_goal: list[bool], levels: list[float]) -> None:
        for visit, (met, level) in enumerate(zip(at_goal, levels, strict=True)):
            self.at_goal[arm][visit] += met
            self.levels[arm][visit].add(level)
        if not at_goal[0]:
            self.open[arm] += 1
            if True in at_goal:
                self.reached[arm][at_goal.index(True)] += 1


@dataclass
class Counted:
    """Everything that is counted of a course; `watched` has the levels of everybody by observable, arm and visit."""

    followed: int = 0
    observables: dict[str, Observed] = field(default_factory=dict)
    events: dict[str, Counter[str]] = field(default_factory=lambda: {arm: Counter() for arm in ARMS})
    watched: dict[str, dict[str, list[Mean]]] = field(default_factory=dict)
    burden: dict[str, dict[str, Mean]] = field(default_factory=lambda: {arm: {name: Mean() for name in BURDEN} for arm in ARMS})
    errors: list[tuple[str, str]] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Count a row."""
        if row["outcome"] == "course":
            self._followed(row["arms"])
        elif len(self.errors) < ERRORS:
            self.errors.append((row["patient"], f"{row['error']}: {row['message']}"))

    def _followed(self, arms: Row) -> None:
        self.followed += 1
        for name, at_goal in arms["no change"]["at_goal"].items():
            self.observables.setdefault(name, Observed(len(at_goal))).add(arms, name)
        for name, levels in arms["no change"]["watched"].items():
            self.watched.setdefault(name, {arm: [Mean() for _ in levels] for arm in ARMS})
        for arm in ARMS:
            for name, of in self.watched.items():
                for mean, level in zip(of[arm], arms[arm]["watched"][name], strict=True):
                    mean.add(level)
            self.events[arm].update(arms[arm]["events"])
            for name, mean in self.burden[arm].items():
                mean.add(arms[arm][name])


def counted(rows: Iterable[Row]) -> Counted:
    """The counts of these rows."""
    found = Counted()
    for row in rows:
        found.add(row)
    return found
