"""The values that count for a problem, each with its course over time as a small line, and the same in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from agent import wording
from agent.faces.phrases import goal_words
from tools.clinical.facts import Facts, Measurement
from tools.clinical.plan import PlanProblem

WIDTH, HEIGHT, _EDGE = 112, 30, 4
_SHOWN = 6
_NOWHERE = 1_000_000
"""What the assessment does not name comes last."""
_POINTS = 12
"""The newest so many values are drawn."""


@dataclass(frozen=True, slots=True)
class Course:
    """One observable.

    Attributes:
        latest: the newest value with its unit; when: its date.
        flag: `high` or `low` as the laboratory says; empty where it says nothing.
        points: of the line, `x,y x,y …`; empty for a single value. dot: where the newest value lies.
        words: the course for whoever does not see the line.
        reference: the newest value in the record.
    """

    observable: str
    title: str
    latest: str
    when: str
    flag: str
    goal: str
    points: str
    dot: tuple[float, float]
    band: tuple[float, float] | None
    words: str
    reference: str


def courses(problem: PlanProblem, facts: Facts) -> tuple[Course, ...]:
    """The courses of whatever the problem's assessment and goals rest on; those with more than one value first."""
    names = dict.fromkeys((*_named(problem.facts, facts), *(goal.observable for goal in problem.goal)))
    goals = {goal.observable: goal_words(goal) for goal in problem.goal}
    found = [_course(name, series[:_POINTS], goals.get(name, "")) for name in names if (series := _until(facts, name))]
    place = {course.observable: problem.assessment.find(course.title) for course in found}
    return tuple(sorted(found, key=lambda course: (not course.points, place[course.observable] % _NOWHERE)))[:_SHOWN]


def _named(references: Iterable[str], facts: Facts) -> Iterator[str]:
    """The observables behind references of the record or of calculations."""
    behind = [(m.reference, name) for name, series in facts.measurements.items() for m in series[:1]]
    for reference in references:
        yield from (name for of, name in behind if of == reference)


def _until(facts: Facts, name: str) -> tuple[Measurement, ...]:
    return tuple(m for m in facts.measurements.get(name, ()) if m.when <= facts.as_of)


def _course(name: str, series: tuple[Measurement, ...], goal: str) -> Course:
    newest = series[0]
    days = [(m.when - series[-1].when).days for m in series]
    values = [float(m.quantity.value) for m in series]
    scale = _Scale(days[0], min(values), max(values))
    places = [scale.place(day, value) for day, value in zip(days, values, strict=True)]
    drawn = len(series) > 1 and any(a != b for a, b in pairwise(places))
    return Course(
        observable=name,
        title=wording.title(name),
        latest=wording.quantity(newest.quantity.value, newest.quantity.unit),
        when=newest.when.isoformat(),
        flag={"H": "high", "HH": "high", "L": "low", "LL": "low"}.get(newest.flag or "", ""),
        goal=goal,
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in reversed(places)) if drawn else "",
        dot=places[0],
        band=_band(newest, scale),
        words=", ".join(_said(m.when, wording.quantity(m.quantity.value, m.quantity.unit)) for m in reversed(series)),
        reference=newest.reference,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """From days and values to places in the picture."""

    days: int
    low: float
    high: float

    def place(self, day: int, value: float) -> tuple[float, float]:
        across = WIDTH - _EDGE if not self.days else _EDGE + (WIDTH - 2 * _EDGE) * day / self.days
        return round(across, 1), round(self.height(value), 1)

    def height(self, value: float) -> float:
        span = self.high - self.low
        return HEIGHT / 2 if not span else HEIGHT - _EDGE - (HEIGHT - 2 * _EDGE) * (value - self.low) / span


def _band(newest: Measurement, scale: _Scale) -> tuple[float, float] | None:
    """Top and height of the laboratory's reference range, as far as it lies in the picture."""
    if newest.low is None or newest.high is None or scale.low == scale.high:
        return None
    top, bottom = (min(max(scale.height(float(v)), 0.0), float(HEIGHT)) for v in (newest.high, newest.low))
    return (round(top, 1), round(bottom - top, 1)) if bottom > top else None


def _said(when: date, value: str) -> str:
    return f"{value} ({when.isoformat()})"
