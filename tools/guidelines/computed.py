"""Values that decisions need and that nobody measures: distances from a goal, counts of classes, weeks on a dose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from tools.clinical.clause import within_days
from tools.clinical.errors import UnitMismatchError
from tools.clinical.facts import Facts, Measurement, MedicationUse
from tools.clinical.quantity import Quantity
from tools.guidelines.computed_value import OF_MODULE, Computed
from tools.guidelines.history import HISTORY, Answer
from tools.guidelines.shared import Declined, Overdue, Recent

Goals = Mapping[str, Quantity]
_DAYS_A_WEEK = Decimal(7)
_DAYS_A_MONTH = Decimal("30.4375")


def compute(
    wanted: Iterable[Computed], facts: Facts, goals: Goals, module: tuple[Sequence[str], Sequence[str]] = ((), ())
) -> tuple[Measurement, ...]:
    """Every wanted value that these facts allow; one that is on record already, or lacks an input, is left out.

    Args:
        goals: the upper bound of each numeric goal of the module.
        module: the problems of the module, and the drugs and classes that it treats with.
    """
    found = []
    for entry in wanted:
        if facts.latest(entry.name) is not None:
            continue
        answer = _answer(entry, facts, goals, module)
        if answer is not None:
            value, when, inputs = answer
            found.append(Measurement(entry.name, Quantity(value, entry.unit), when, f"calculation:{entry.name}", inputs=inputs))
    return tuple(found)


def _answer(entry: Computed, facts: Facts, goals: Goals, module: tuple[Sequence[str], Sequence[str]]) -> Answer:
    kinds, drugs = module
    try:
        if entry.minus_goal is not None:
            return _minus_goal(entry, facts, goals)
        if entry.weeks_on:
            return _weeks_on(drugs if entry.weeks_on == OF_MODULE else entry.weeks_on, facts)
        if entry.months_since:
            return _months_since(kinds if entry.months_since == OF_MODULE else entry.months_since, facts)
        way = _WAYS.get(entry.way)
        return None if way is None else way(entry, facts)
    except UnitMismatchError:
        return None


def _minus_goal(entry: Computed, facts: Facts, goals: Goals) -> Answer:
    name = entry.minus_goal or ""
    measurement, goal = facts.latest(name), goals.get(name)
    if measurement is None or goal is None:
        return None
    return measurement.quantity.to(entry.unit).value - goal.to(entry.unit).value, measurement.when, (measurement.reference,)


def _count(entry: Computed, facts: Facts) -> Answer:
    taken = {name: facts.taking(name) for name in entry.count_taken}
    references = tuple(dict.fromkeys(use.reference for uses in taken.values() for use in uses))
    return Decimal(sum(bool(uses) for uses in taken.values())), facts.as_of, references


def _uses(names: Iterable[str], facts: Facts) -> tuple[MedicationUse, ...]:
    return tuple(use for name in names for use in facts.taking(name) if use.currency != "proposed")


def _weeks_on(names: Iterable[str], facts: Facts) -> Answer:
    dated = [(since, use.reference) for use in _uses(names, facts) if (since := use.dose_since or use.started) is not None]
    if not dated:
        return None
    started, reference = max(dated)
    return Decimal((facts.as_of - started).days) / _DAYS_A_WEEK, facts.as_of, (reference,)


def _months_since(kinds: Iterable[str], facts: Facts) -> Answer:
    wanted = frozenset(kinds)
    dated = [(p.onset, p.reference) for p in facts.problems if p.active and p.onset and p.kinds & wanted]
    dated += [(e.when, e.reference) for e in facts.events if e.when and e.when <= facts.as_of and e.kinds & wanted]
    if not dated:
        return None
    onset, reference = max(dated)
    return Decimal((facts.as_of - onset).days) / _DAYS_A_MONTH, facts.as_of, (reference,)


def _level(entry: Computed, facts: Facts) -> Answer:
    for level in sorted(entry.levels, key=lambda one: -one.value):
        for use in facts.taking(level.drug):
            daily = use.regimen.daily
            if (
                daily is not None
                and Quantity(daily.value, daily.unit.removesuffix("/d") + "/d").compare(Quantity.parse(level.at_least)) >= 0
            ):
                return Decimal(level.value), facts.as_of, (use.reference,)
    return None


def _daily_dose(entry: Computed, facts: Facts) -> Answer:
    uses = [use for use in _uses((entry.daily_dose or "",), facts) if use.regimen.daily is not None]
    if not uses:
        return None
    mass = entry.unit.split("/")[0]
    total = sum((Quantity(d.value, d.unit.removesuffix("/d")).to(mass).value for use in uses if (d := use.regimen.daily)), Decimal(0))
    references = tuple(use.reference for use in uses)
    if not entry.per_weight:
        return total, facts.as_of, references
    weight = facts.latest("body-weight")
    return None if weight is None else (total / weight.quantity.to("kg").value, facts.as_of, (*references, weight.reference))


def _times_upper_limit(entry: Computed, facts: Facts) -> Answer:
    measurement = facts.latest(entry.times_upper_limit or "")
    if measurement is None:
        return None
    limit = measurement.high
    if not limit and entry.usual_limit is not None:
        limit = Quantity.parse(entry.usual_limit).to(measurement.quantity.unit).value
    return (measurement.quantity.value / limit, measurement.when, (measurement.reference,)) if limit else None


def _change(entry: Computed, facts: Facts) -> Answer:
    series = [m for m in facts.measurements.get(entry.change_of or "", ()) if m.when <= facts.as_of]
    least, most = entry.days_between
    before = next((m for m in series[1:] if least <= (series[0].when - m.when).days <= most), None)
    if before is None:
        return None
    old = before.quantity.value
    change = series[0].quantity.to(before.quantity.unit).value - old
    references = (series[0].reference, before.reference)
    if entry.change_as == "difference":
        return change, series[0].when, references
    if not old:
        return None
    return change / old * (100 if entry.change_as == "rise" else -100), series[0].when, references


def _difference(entry: Computed, facts: Facts) -> Answer:
    first, second = (facts.latest(name) for name in entry.difference)
    if first is None or second is None or first.when != second.when:
        return None
    return first.quantity.to(entry.unit).value - second.quantity.to(entry.unit).value, first.when, (first.reference, second.reference)


def _weighted(entry: Computed, facts: Facts) -> Answer:
    total, references = Decimal(0), []
    for weight in entry.weights:
        for use in _uses((weight.drug,), facts):
            if use.regimen.daily is None:
                return None
            daily = Quantity(use.regimen.daily.value, use.regimen.daily.unit.removesuffix("/d"))
            total += daily.to(entry.unit.split("/")[0]).value * Decimal(weight.factor)
            references.append(use.reference)
    return (total, facts.as_of, tuple(references)) if references else None


_WAYS: Mapping[str, Callable[[Computed, Facts], Answer]] = {
    **HISTORY,
    "count_taken": _count,
    "levels": _level,
    "daily_dose": _daily_dose,
    "times_upper_limit": _times_upper_limit,
    "change_of": _change,
    "difference": _difference,
    "weights": _weighted,
}
"""The field that asks for a value, and how it is worked out; see `Computed.way`."""


def with_states(facts: Facts, overdue: Iterable[Overdue], recent: Iterable[Recent], declined: Iterable[Declined] = ()) -> Facts:
    """The facts with a derived name for every examination that the record does not show in time, for every problem that
    began recently, and for every kind of medicine that an order says not to give. A problem without a date is never recent;
    where the state has a name for that, it sets that.
    """
    found = dict(facts.derived)
    for entry in declined:
        named = tuple(reference for kind in entry.kinds for reference in facts.not_to_give.get(kind, ()))
        orders = tuple(reference for reference in named if facts.not_to_give_why.get(reference) == entry.why)
        if orders:
            found[entry.name] = orders
    for examination in overdue:
        if examination.offered_on(facts.as_of) and not (facts.any_event(examination.unless) and _shown(examination, facts)):
            found[examination.name] = (facts.reference or examination.name,)
    for state in recent:
        if not facts.names.isdisjoint(state.problems):
            _add_recent(found, state, facts)
    return facts.but(derived=found)


def _shown(examination: Overdue, facts: Facts) -> bool:
    first = examination.earliest(facts.as_of)
    return any(e.when is not None and first <= e.when <= facts.as_of for kind in examination.unless for e in facts.happened(kind))


def _add_recent(found: dict[str, tuple[str, ...]], state: Recent, facts: Facts) -> None:
    days = within_days(state.within) or 0
    listed = [p for p in facts.problems if p.active and p.kinds.intersection(state.problems) and p.kinds.isdisjoint(state.not_for)]
    happened = {id(e): e for kind in state.problems for e in facts.happened(kind) if _within(e.until or e.when, days, facts)}
    later = _last(state.ended_by, facts)
    happened = {key: e for key, e in happened.items() if later is None or (e.until or e.when or date.min) >= later}
    began = (*(p.reference for p in listed if _within(p.began, days, facts)), *sorted(e.reference for e in happened.values()))
    undated = tuple(p.reference for p in listed if p.onset is None)
    if began:
        found[state.name] = began
    elif undated and state.undated:
        found[state.undated] = (*found.get(state.undated, ()), *undated)


def _last(kinds: Iterable[str], facts: Facts) -> date | None:
    """The day of the newest event of one of these kinds, up to today."""
    return max((e.when for kind in kinds for e in facts.happened(kind) if e.when is not None and e.when <= facts.as_of), default=None)


def _within(when: date | None, days: int, facts: Facts) -> bool:
    return when is not None and 0 <= (facts.as_of - when).days <= days
