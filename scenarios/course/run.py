"""One patient through every arm: what a row of a course says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from agent.errors import PlannerError
from scenarios.cohort import Recorded
from scenarios.course.arms import ARMS, Arm, Tally, Visit
from scenarios.course.body import Body, Luck
from scenarios.course.chart import Chart, days_between
from scenarios.course.model import CourseRules, Event, course_named, responses
from scenarios.row import Row
from tools.clinical.facts import Facts, MedicationUse


@dataclass(frozen=True)
class CourseTask:
    """How each patient of a course is followed; the same rows on every engine."""

    as_of: date
    course: str
    visits: int
    seed: int

    def rows(self, chunk: Sequence[tuple[str, Recorded]]) -> list[tuple[str, Row]]:
        """The rows of a chunk of patients, each with its key."""
        return [(key, course_row(key, patient, self)) for key, patient in chunk]


def course_row(key: str, patient: Recorded, task: CourseTask) -> Row:
    """What became of a patient in each arm, or why nobody can tell."""
    try:
        data = patient.data()
        rules, luck = course_named(task.course), Luck(key, task.seed)
        return {"outcome": "course", "arms": {name: _Followed(data, task, rules, luck).through(arm) for name, arm in ARMS.items()}}
    except PlannerError as error:
        return {"outcome": "error", "error": type(error).__name__, "message": str(error)}
    except Exception as error:  # noqa: BLE001 - a fault met with one patient must not cost the others; its text may hold patient data
        return {"outcome": "error", "error": type(error).__name__, "message": "a fault of the program, met with this patient"}


class _Followed:
    """A patient in one arm, from the first visit to the last."""

    def __init__(self, data: bytes, task: CourseTask, rules: CourseRules, luck: Luck) -> None:
        self._chart = Chart(data)
        self._task, self._rules, self._luck = task, rules, luck
        first = self._chart.facts(task.as_of)
        self._body = Body(first, responses(), luck)
        self._goals = goals(first, rules)
        self._known = {use.reference for use in first.medications}
        self._tally = Tally()
        self._events: Counter[str] = Counter()
        self._at_goal: dict[str, list[bool]] = {observable: [] for observable in self._goals}
        self._levels: dict[str, list[float]] = {observable: [] for observable in self._goals}
        self._watched: dict[str, list[float]] = {observable: [] for observable in rules.watched}

    def through(self, arm: Arm) -> dict[str, Any]:
        """Every visit, decided by this arm."""
        days = days_between(self._task.as_of, self._task.visits, self._rules.interval_days)
        for number, day in enumerate(days):
            if number:
                self._since_last(day, number)
            self._note(day, number)
            arm(Visit(self._chart, day, number, self._rules, self._luck, self._tally))
        tally = self._tally
        medicines = len(self._uses(days[-1]))
        return {
            "at_goal": self._at_goal,
            "levels": _rounded(self._levels),
            "watched": _rounded(self._watched),
            "events": dict(sorted(self._events.items())),
            "medicines": medicines,
            "tests": tally.tests,
            "minutes": round(tally.minutes, 2),
            "signed": tally.signed,
            "rejected": tally.rejected,
            "waiting": tally.waiting,
            "missed": tally.missed,
            "not_planned": tally.not_planned,
        }

    def _uses(self, day: date) -> tuple[MedicationUse, ...]:
        return tuple(use for use in self._chart.facts(day).medications if use.taken)

    def _since_last(self, day: date, number: int) -> None:
        """The time since the last visit: levels drift, things go wrong, what was ordered is measured."""
        years = self._rules.interval_days / 365
        uses = self._uses(day)
        self._body.lives(years, uses)
        levels = self._body.levels(uses, number)
        new = frozenset(use.reference for use in uses) - self._known
        self._known |= new
        self._tally.troubled.clear()
        for event, use in list(self._body.events(uses, new, levels, years, number)):
            self._suffer(event, use, levels, day, number)
        self._measure(levels, day, number)

    def _suffer(self, event: Event, use: MedicationUse | None, levels: dict[str, float], day: date, number: int) -> None:
        self._events[event.name] += 1
        if use is not None:
            self._tally.troubled.add(use.reference)
        if event.recorded == "allergy" and use is not None:
            for ingredient in use.ingredients:
                self._chart.allergic(ingredient.name, event.name, day)
        elif event.recorded == "condition":
            self._chart.happened(event.name, day)
        elif event.recorded == "value":
            self._write(event.observable, levels, day, number)
        if event.stopped:
            self._chart.ended(use, "stopped")

    def _measure(self, levels: dict[str, float], day: date, number: int) -> None:
        """What was ordered and is due; what does not move here comes back as it was, and what nobody knows does not come."""
        reported = {moves.reported_as or moves.observable: moves.observable for moves in responses().moves}
        for name in [one for one, due in self._tally.due.items() if due <= day]:
            del self._tally.due[name]
            moving = reported.get(name, name)
            if moving in levels:
                self._write(moving, levels, day, number)
            elif (old := self._chart.facts(day).latest(name)) is not None and not old.inputs:
                self._chart.measured(name, str(old.quantity), day)
            else:
                continue
            self._tally.tests += moving != "systolic-bp"

    def _note(self, day: date, number: int) -> None:
        """The pressure is measured at each visit, and what lies behind every goal is noted."""
        levels = self._body.levels(self._uses(day), number)
        if number:
            self._write("systolic-bp", levels, day, number)
        for observable, below in self._goals.items():
            self._at_goal[observable].append(levels[observable] < below)
            self._levels[observable].append(levels[observable])
        for observable, noted in self._watched.items():
            noted.append(levels[observable])

    def _write(self, observable: str, levels: dict[str, float], day: date, number: int) -> None:
        moves = next(one for one in responses().moves if one.observable == observable)
        self._chart.measured(*self._body.value(moves, levels[observable], number), day)


def _rounded(levels: dict[str, list[float]]) -> dict[str, list[float]]:
    return {name: [round(one, 2) for one in some] for name, some in levels.items()}


def goals(facts: Facts, rules: CourseRules) -> dict[str, float]:
    """The goal of each observable that this patient has one for."""
    found: dict[str, float] = {}
    for goal in rules.goal:
        if goal.observable not in found and any(facts.problem(name) for name in goal.has):
            found[goal.observable] = goal.below
    return found
