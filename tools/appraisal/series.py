"""Several values of one thing: repeated, changed since a medicine began, and their course over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

from msgspec import Struct

from tools.appraisal.model import Bound, Repeated, Since
from tools.clinical.answer import KnowledgeRef
from tools.clinical.clause import within_days
from tools.clinical.errors import UnitMismatchError, faults_of
from tools.clinical.facts import Facts, Measurement, MedicationUse
from tools.clinical.knowledge import Document, load
from tools.clinical.quantity import Quantity

FOLDER = Path(__file__).parent / "courses"
SHOWN = 4
"""Of a course so many values are told, the newest ones."""

_BASE_DAYS = 365
_YEAR = Decimal("365.25")
Direction = Literal["rising", "falling", "steady", "varying"]


def repeated(rule: Repeated, facts: Facts) -> tuple[Measurement, ...]:
    """The run of values that count, newest first; empty where there are too few, or too close together."""
    run = [value for bound in rule.of for value in _run(bound, facts)]
    run.sort(key=lambda m: m.when, reverse=True)
    if not run or (facts.as_of - run[0].when).days > (within_days(rule.within) or 0):
        return ()
    if rule.over:
        run = [value for value in run if (run[0].when - value.when).days <= (within_days(rule.over) or 0)]
    occasions = {(m.when, m.observable if rule.one_day else "") for m in run}
    apart = (run[0].when - run[-1].when).days
    enough = len(occasions) >= rule.times and apart >= (within_days(rule.apart) or 0)
    return tuple(run) if enough else ()


def _run(bound: Bound, facts: Facts) -> list[Measurement]:
    """The newest values that count, up to the first that does not."""
    limit, found = bound.limit(), []
    for value in _values(bound.measured, facts):
        try:
            counts = limit.met_by(value.quantity)
        except UnitMismatchError:
            return []
        if not counts:
            break
        found.append(value)
    return found


def _values(observable: str, facts: Facts) -> list[Measurement]:
    return [m for m in facts.measurements.get(observable, ()) if m.when <= facts.as_of]


def since_start(rule: Since, facts: Facts, uses: Iterable[MedicationUse]) -> tuple[Measurement, ...]:
    """The newest value and the one before the medicine was begun, where it changed by so much."""
    values = _values(rule.measured, facts)
    for use in uses:
        if use.started is None or not values:
            continue
        newest = values[0]
        before = next((m for m in values if m.when <= use.started and (use.started - m.when).days <= _BASE_DAYS), None)
        after = 0 < (newest.when - use.started).days <= (within_days(rule.within) or 0)
        if before is not None and after and _changed(rule, before, newest):
            return (newest, before)
    return ()


def since_before(rule: Since, facts: Facts) -> tuple[Measurement, ...]:
    """The newest value and the newest of the older ones from which it differs by so much."""
    newest, *older = _values(rule.measured, facts) or (None,)
    if newest is None or (facts.as_of - newest.when).days > (within_days(rule.within) or 0):
        return ()
    apart, over = within_days(rule.apart) or 0, within_days(rule.over) or 0
    compared = (m for m in older if apart <= (newest.when - m.when).days <= over)
    before = next((m for m in compared if _changed(rule, m, newest)), None)
    return () if before is None else (newest, before)


def _changed(rule: Since, before: Measurement, newest: Measurement) -> bool:
    try:
        difference = newest.quantity.to(before.quantity.unit).value - before.quantity.value
        needed = Quantity.parse(rule.by).to(before.quantity.unit).value if rule.by else before.quantity.value * rule.by_percent / 100
    except UnitMismatchError:
        return False
    return (-difference if rule.falls else difference) >= needed


class Watched(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An observable whose course is told.

    Attributes:
        steady: a change of less than this, from the oldest value told to the newest, is none.
        within: how far back values are looked at.
        falls_a_year, rises_by: what is remarked on: a fall of so much a year (over at least `over`), a rise of so much within `over`.
        remark: what is said of it.
        only_with: a problem without which it is not remarked on.
    """

    observable: str
    steady: str
    within: str = "1825 d"
    falls_a_year: str = ""
    rises_by: str = ""
    over: str = "365 d"
    remark: str = ""
    only_with: str = ""


class CourseExample(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Values as `"55 mL/min/{1.73_m2}, 100 d ago"`, their direction, and whether something is remarked."""

    name: str
    observable: str
    given: tuple[str, ...]
    expect: Direction | Literal["none"]
    remarked: bool = False
    has: tuple[str, ...] = ()


class CourseFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is watched."""

    watched: tuple[Watched, ...] = ()
    case: tuple[CourseExample, ...] = ()

    def faults(self) -> list[str]:
        """Units that cannot be read; a remark without a limit."""
        found = []
        for entry in self.watched:
            texts = (entry.steady, entry.within, entry.over, entry.falls_a_year, entry.rises_by)
            found += [f"{entry.observable}: {fault}" for fault in faults_of(Quantity.parse, filter(None, texts))]
            if bool(entry.remark) != bool(entry.falls_a_year or entry.rises_by):
                found.append(f"{entry.observable}: a remark and its limit stand together")
        return found

    def case_failures(self) -> list[str]:
        """The examples that do not come out as written."""
        from tools.appraisal.cases import course_failures

        return course_failures(self)


@dataclass(frozen=True, slots=True)
class Course:
    """How a value went.

    Attributes:
        values: the newest ones, newest first.
        a_year: the change per year where it is watched and the values span `over` and more; else `None`.
    """

    observable: str
    values: tuple[Measurement, ...]
    direction: Direction
    rule: KnowledgeRef
    a_year: Quantity | None = None
    remark: str = ""


@lru_cache(maxsize=1)
def course_files() -> tuple[CourseFile, ...]:
    """What is watched, from the knowledge base."""
    return load(FOLDER, CourseFile)


def courses(facts: Facts) -> tuple[Course, ...]:
    """The course of every watched observable with two values or more."""
    found = (course(entry, facts, KnowledgeRef(file.id, file.version)) for file in course_files() for entry in file.watched)
    return tuple(one for one in found if one is not None)


def course(entry: Watched, facts: Facts, rule: KnowledgeRef) -> Course | None:
    """The course of one observable; `None` where fewer than two days have a value, or their units cannot be compared."""
    oldest = facts.as_of - timedelta(days=within_days(entry.within) or 0)
    daily: dict[date, Measurement] = {}
    for value in _values(entry.observable, facts):
        if value.when >= oldest:
            daily.setdefault(value.when, value)
    values = list(daily.values())
    if len(values) < 2:
        return None
    try:
        slope = _slope(values, entry) if entry.falls_a_year else None
        remark = _remark(entry, values, slope, facts)
        return Course(entry.observable, tuple(values[:SHOWN]), _direction(values[:SHOWN], entry), rule, slope, remark)
    except UnitMismatchError:
        return None


def _numbers(values: Sequence[Measurement]) -> list[Decimal]:
    unit = values[0].quantity.unit
    return [value.quantity.to(unit).value for value in values]


def _direction(values: Sequence[Measurement], entry: Watched) -> Direction:
    numbers = _numbers(values)
    least = Quantity.parse(entry.steady).to(values[0].quantity.unit).value
    if max(numbers) - min(numbers) < least:
        return "steady"
    change = numbers[0] - numbers[-1]
    if abs(change) < least:
        return "varying"
    return "rising" if change > 0 else "falling"


def _slope(values: Sequence[Measurement], entry: Watched) -> Quantity | None:
    """Least squares over all values of the window, per year of 365.25 days, where they span long enough."""
    if (values[0].when - values[-1].when).days < (within_days(entry.over) or 0):
        return None
    numbers = _numbers(values)
    days = [Decimal((value.when - values[-1].when).days) for value in values]
    mean_day, mean = _mean(days), _mean(numbers)
    spread = sum(((day - mean_day) ** 2 for day in days), Decimal(0))
    together = sum(((day - mean_day) * (number - mean) for day, number in zip(days, numbers, strict=True)), Decimal(0))
    return Quantity(together / spread * _YEAR, values[0].quantity.unit)


def _mean(numbers: Sequence[Decimal]) -> Decimal:
    return sum(numbers, Decimal(0)) / len(numbers)


def _remark(entry: Watched, values: Sequence[Measurement], slope: Quantity | None, facts: Facts) -> str:
    if not entry.remark or (entry.only_with and not facts.problem(entry.only_with)):
        return ""
    unit = values[0].quantity.unit
    if entry.falls_a_year:
        fast = slope is not None and len(values) > 2 and -slope.value > Quantity.parse(entry.falls_a_year).to(unit).value
        return entry.remark if fast else ""
    recent = [value for value in values if (values[0].when - value.when).days <= (within_days(entry.over) or 0)]
    numbers = _numbers(recent)
    fresh = (facts.as_of - values[0].when).days <= (within_days(entry.over) or 0)
    return entry.remark if fresh and numbers[0] - min(numbers) >= Quantity.parse(entry.rises_by).to(unit).value else ""
