"""Who does what by when: the lines of a plan, and what follows from them, in the order of their dates.

Nothing is decided here. Dates come from the lines themselves; what follows a start (tests, visits, the next step of a dose) is
counted from the day on which it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from msgspec import structs

from agent import wording
from agent.case import Case
from agent.scheduling.deeds import Deed, before_waiting, distinct, gathered, grouped, tested_before, without_doubles
from tools.clinical.facts import Coding
from tools.clinical.plan import Item, Plan, PlanProblem
from tools.clinical.weighed import CalendarEntry, EntryKind, Who
from tools.guidelines.aftercare import After, Gap, following, gap_between
from tools.terminology import Observable, terminology

_SPAN = re.compile(r"(?:\d+ to )?(\d+) (day|week|month)|\b(weekly|a week)\b")
_DAYS = {"day": 1, "week": 7, "month": 30}
_KINDS: tuple[EntryKind, ...] = ("question", "test", "stop", "change", "start", "advice", "visit", "step", "vaccine", "referral")
_STARTED: frozenset[EntryKind] = frozenset({"start", "change"})


def calendar_of(plan: Plan, case: Case) -> tuple[CalendarEntry, ...]:
    """The calendar of a plan, first things first."""
    desk = _Desk(plan, case)
    deeds = [*desk.questions(), *desk.medicines(), *desk.errands(), *desk.visits(), *desk.aftercare(), *desk.goals()]
    deeds = tested_before(gathered(without_doubles(before_waiting(deeds, desk.waiting))))
    entries = [_entry(case.as_of, same) for same in grouped(deeds)]
    entries.sort(key=lambda e: (e.by, _KINDS.index(e.kind), e.who, e.what))
    numbered = [structs.replace(entry, id=f"c{n}") for n, entry in enumerate(entries, start=1)]
    return tuple(_after(entry, numbered) for entry in numbered)


@dataclass(frozen=True)
class _Desk:
    """One plan with the days on which its medicines begin."""

    plan: Plan
    case: Case

    @cached_property
    def changing(self) -> tuple[tuple[Item, frozenset[str], Gap | None], ...]:
        """Starts and raised doses, with the kinds of the medicine and the gap that must lie before it."""
        found = []
        for item in self.plan.items:
            if item.subject.kind == "medication" and item.action in ("start", "change"):
                kinds = frozenset().union(*(terminology().kinds_of(i.name) for i in item.subject.ingredients))
                last = frozenset().union(*(use.kinds for use in self.case.uses(item.replaces)))
                found.append((item, kinds, gap_between(last, kinds) if last else None))
        return tuple(found)

    @cached_property
    def waiting(self) -> tuple[int, ...]:
        """The days on which medicines begin that wait for a later visit."""
        return tuple(sorted({day for item, _, _ in self.changing if (day := _day(item))}))

    def questions(self) -> Iterator[Deed]:
        if self.plan.questions:
            ids = ", ".join(q.id for q in self.plan.questions)
            yield Deed(0, "clinic", "question", f"Answer {ids} before signing", distinct(i for q in self.plan.questions for i in q.blocks))

    def medicines(self) -> Iterator[Deed]:
        for item in self.plan.items:
            if item.action in ("stop", "hold") and item.subject.kind == "medication":
                yield Deed(_day(item), "patient", "stop", f"{'Leave off' if item.action == 'stop' else 'Pause'} {_name(item)}", (item.id,))
        for item, _, gap in self.changing:
            day = _day(item) + (gap.days if gap else 0)
            if item.action == "start":
                yield Deed(day, "patient", "start", f"Begin {_name(item)}{f' ({gap.why})' if gap else ''}", (item.id,))
                yield Deed(_day(item), "pharmacist", "start", f"Hand over and explain {_name(item)}", (item.id,))
            else:
                yield Deed(day, "patient", "change", f"Change {_name(item)}", (item.id,))
            if item.dose and (step := _span(item.dose.titration)):
                yield Deed(day + step, "clinic", "step", f"Next step of {_name(item)}", (item.id,), wording.sentence(item.dose.titration))

    def errands(self) -> Iterator[Deed]:
        for item in self.plan.items:
            if errand := _errand(item):
                yield Deed(_day(item), *errand, (item.id,))

    def visits(self) -> Iterator[Deed]:
        """Visits that the problems ask for, and one for each day on which something that waited begins."""
        problems = {problem.module: problem for problem in self.plan.problems}
        lines = [item for item in self.plan.items if item.action == "follow-up"]
        for decision in self.case.run.decisions:
            if decision.action == "follow_up" and decision.due_days is not None:
                problem = problems.get(decision.module)
                items = tuple(item.id for item in lines if problem and item.problem == problem.id)
                yield Deed(decision.due_days, "clinic", "visit", _problem_words(problem) if problem else "follow-up", items)
        for day in self.waiting:
            begun = [item for item, _, _ in self.changing if day and _day(item) == day]
            if begun:
                names = wording.listed(_name(item) for item in begun)
                decided = "can begin" if all(item.action == "start" for item in begun) else "is to be changed"
                yield Deed(day, "clinic", "visit", f"whether {names} {decided}", tuple(item.id for item in begun))

    def aftercare(self) -> Iterator[Deed]:
        for item, kinds, gap in self.changing:
            first = _day(item) + (gap.days if gap else 0)
            for entry in following(kinds, "start" if item.action == "start" else "change", self.case.facts):
                yield from _followed(entry, first, item)

    def goals(self) -> Iterator[Deed]:
        for problem in self.plan.problems:
            yield from _goal_deeds(problem, self.case.as_of)


_ERRANDS: dict[str, EntryKind] = {"order": "test", "monitor": "test", "refer": "referral", "counsel": "advice"}


def _errand(item: Item) -> tuple[Who, EntryKind, str] | None:
    """Who does what for a line that is no medicine and no visit; `None` for all others."""
    name = wording.lowered(item.subject.text)
    if item.action == "order" and item.subject.kind == "laboratory":
        return _tester(item), "test", item.subject.text
    if item.action == "vaccinate":
        return "pharmacist", "vaccine", name
    return ("clinic", _ERRANDS[item.action], name) if item.action in _ERRANDS else None


def _followed(entry: After, first: int, item: Item) -> Iterator[Deed]:
    day = first + entry.days
    for name in entry.tests:
        yield Deed(day, _who_measures(terminology().observable_named(name)), "test", wording.title(name), (item.id,), since=first)
    if entry.visit:
        yield Deed(day, "clinic", "visit", entry.visit, (item.id,), since=first)


def _tester(item: Item) -> Who:
    code = item.subject.code
    return _who_measures(terminology().observable([Coding(code.system, code.code)]) if code else None)


def _who_measures(observable: Observable | None) -> Who:
    """Scores, vital signs and what is measured on the patient are the clinic's; what nobody knows is sent to the laboratory."""
    return "laboratory" if observable is None or observable.kind == "laboratory" else "clinic"


def _goal_deeds(problem: PlanProblem, as_of: date) -> Iterator[Deed]:
    for goal in problem.goal:
        if goal.by:
            day = (date.fromisoformat(goal.by) - as_of).days
            yield Deed(day, "clinic", "visit", f"goal {wording.title(goal.observable)} {_target(goal.target)}")


def _target(target: str) -> str:
    """`<130 mm[Hg]` as it is read."""
    value, _, unit = target.partition(" ")
    return f"{value} {wording.unit(unit)}".strip() if unit and value[-1:].isdigit() else target


def _problem_words(problem: PlanProblem) -> str:
    return wording.lowered(problem.text.removesuffix(" (disorder)"))


def _day(item: Item) -> int:
    return item.due.within_days if item.due else 0


def _name(item: Item) -> str:
    return wording.medicine(item.subject.ingredients, item.subject.text)


def _span(titration: str) -> int:
    """Days to the next step of a dose, as the dose table words it; 0 where it names none."""
    found = _SPAN.search(titration)
    if found is None:
        return 0
    return 7 if found.group(3) else int(found.group(1)) * _DAYS[found.group(2)]


_LEADS: dict[EntryKind, str] = {
    "test": "Measure: ",
    "visit": "Visit: ",
    "vaccine": "Vaccines: ",
    "referral": "Refer: ",
    "advice": "Advise: ",
}


def _entry(as_of: date, deeds: list[Deed]) -> CalendarEntry:
    first = deeds[0]
    words = list(dict.fromkeys(deed.what for deed in deeds))
    what = (
        _LEADS[first.kind] + wording.listed(words)
        if first.kind in _LEADS
        else "; ".join([words[0], *(wording.lowered(w[:1]) + w[1:] for w in words[1:])])
    )
    return CalendarEntry(
        id="", by=(as_of + timedelta(days=first.day)).isoformat(), week=max(first.day, 0) // 7, who=first.who, kind=first.kind,
        what=what, items=distinct(i for deed in deeds for i in deed.items), only_if=first.only_if,
    )  # fmt: skip


def _after(entry: CalendarEntry, entries: list[CalendarEntry]) -> CalendarEntry:
    """A start that waits comes after the tests that follow earlier starts; a step comes after its own start."""
    if entry.kind in _STARTED and entry.week:
        earlier = [e.id for e in entries if e.kind == "test" and e.by <= entry.by and e.week and not set(e.items) & set(entry.items)]
        return structs.replace(entry, after=tuple(earlier))
    if entry.kind == "step":
        own = [e.id for e in entries if e.kind in _STARTED and e.who == "patient" and set(e.items) & set(entry.items)]
        return structs.replace(entry, after=tuple(own))
    return entry
