"""Who does what by when: the lines of a plan, and what follows from them, in the order of their dates.

Nothing is decided here. Dates come from the lines themselves; what follows a start (tests, visits, the next step of a dose) is
counted from the day on which it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from msgspec import structs

from agent import wording
from agent.case import Case
from tools.clinical.facts import Coding
from tools.clinical.plan import Item, Plan, PlanProblem
from tools.clinical.weighed import CalendarEntry, EntryKind, Who
from tools.guidelines.aftercare import After, Gap, following, gap_between
from tools.terminology import Observable, terminology

_NEAR = 7
"""A test or visit so many days about another one of the same content is the same."""
_SPAN = re.compile(r"(?:\d+ to )?(\d+) (day|week|month)|\b(weekly|a week)\b")
_DAYS = {"day": 1, "week": 7, "month": 30}
_KINDS: tuple[EntryKind, ...] = ("question", "test", "stop", "change", "start", "advice", "visit", "step", "vaccine", "referral")
_STARTED: frozenset[EntryKind] = frozenset({"start", "change"})


@dataclass(frozen=True)
class _Deed:
    """Something that somebody does on a day; deeds of one day, person and kind become one entry.

    `since` is the day of the start that it follows: it may not be drawn to a day before that.
    """

    day: int
    who: Who
    kind: EntryKind
    what: str
    items: tuple[str, ...] = ()
    only_if: str = ""
    since: int = -1

    @property
    def key(self) -> tuple[object, ...]:
        return self.day, self.who, self.kind, self.only_if, self.what if self.kind == "step" else ""


def calendar_of(plan: Plan, case: Case) -> tuple[CalendarEntry, ...]:
    """The calendar of a plan, first things first."""
    desk = _Desk(plan, case)
    deeds = [*desk.questions(), *desk.medicines(), *desk.errands(), *desk.visits(), *desk.aftercare(), *desk.goals()]
    deeds = _tested_before(_gathered(_without_doubles(_before_waiting(deeds, desk.waiting))))
    entries = [_entry(case.as_of, same) for same in _grouped(deeds)]
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

    def questions(self) -> Iterator[_Deed]:
        if self.plan.questions:
            ids = ", ".join(q.id for q in self.plan.questions)
            yield _Deed(
                0, "clinic", "question", f"Answer {ids} before signing", _distinct(i for q in self.plan.questions for i in q.blocks)
            )

    def medicines(self) -> Iterator[_Deed]:
        for item in self.plan.items:
            if item.action in ("stop", "hold") and item.subject.kind == "medication":
                yield _Deed(_day(item), "patient", "stop", f"{'Leave off' if item.action == 'stop' else 'Pause'} {_name(item)}", (item.id,))
        for item, _, gap in self.changing:
            day = _day(item) + (gap.days if gap else 0)
            if item.action == "start":
                yield _Deed(day, "patient", "start", f"Begin {_name(item)}{f' ({gap.why})' if gap else ''}", (item.id,))
                yield _Deed(_day(item), "pharmacist", "start", f"Hand over and explain {_name(item)}", (item.id,))
            else:
                yield _Deed(day, "patient", "change", f"Change {_name(item)}", (item.id,))
            if item.dose and (step := _span(item.dose.titration)):
                yield _Deed(day + step, "clinic", "step", f"Next step of {_name(item)}", (item.id,), wording.sentence(item.dose.titration))

    def errands(self) -> Iterator[_Deed]:
        for item in self.plan.items:
            day, name, ids = _day(item), wording.lowered(item.subject.text), (item.id,)
            if item.action == "order" and item.subject.kind == "laboratory":
                yield _Deed(day, _tester(item), "test", item.subject.text, ids)
            elif item.action == "order" and "vaccine" in name.split():
                yield _Deed(day, "pharmacist", "vaccine", name, ids)
            elif item.action in ("order", "monitor", "vaccinate"):
                yield _Deed(day, "clinic", "test", name, ids)
            elif item.action == "refer":
                yield _Deed(day, "clinic", "referral", name, ids)
            elif item.action == "counsel":
                yield _Deed(day, "clinic", "advice", name, ids)

    def visits(self) -> Iterator[_Deed]:
        """Visits that the problems ask for, and one for each day on which something that waited begins."""
        problems = {problem.module: problem for problem in self.plan.problems}
        lines = [item for item in self.plan.items if item.action == "follow-up"]
        for decision in self.case.run.decisions:
            if decision.action == "follow_up" and decision.due_days is not None:
                problem = problems.get(decision.module)
                items = tuple(item.id for item in lines if problem and item.problem == problem.id)
                yield _Deed(decision.due_days, "clinic", "visit", _problem_words(problem) if problem else "follow-up", items)
        for day in self.waiting:
            begun = [item for item, _, _ in self.changing if day and _day(item) == day]
            if begun:
                names = wording.listed(_name(item) for item in begun)
                yield _Deed(day, "clinic", "visit", f"whether {names} can begin", tuple(item.id for item in begun))

    def aftercare(self) -> Iterator[_Deed]:
        for item, kinds, gap in self.changing:
            first = _day(item) + (gap.days if gap else 0)
            for entry in following(kinds, "start" if item.action == "start" else "change", self.case.facts):
                yield from _followed(entry, first, item)

    def goals(self) -> Iterator[_Deed]:
        for problem in self.plan.problems:
            yield from _goal_deeds(problem, self.case.as_of)


def _followed(entry: After, first: int, item: Item) -> Iterator[_Deed]:
    day = first + entry.days
    for name in entry.tests:
        yield _Deed(day, _who_measures(terminology().observable_named(name)), "test", wording.title(name), (item.id,), since=first)
    if entry.visit:
        yield _Deed(day, "clinic", "visit", entry.visit, (item.id,), since=first)


def _tester(item: Item) -> Who:
    code = item.subject.code
    return _who_measures(terminology().observable([Coding(code.system, code.code)]) if code else None)


def _who_measures(observable: Observable | None) -> Who:
    """Scores, vital signs and what is measured on the patient are the clinic's; what nobody knows is sent to the laboratory."""
    return "laboratory" if observable is None or observable.kind == "laboratory" else "clinic"


def _goal_deeds(problem: PlanProblem, as_of: date) -> Iterator[_Deed]:
    for goal in problem.goal:
        if goal.by:
            day = (date.fromisoformat(goal.by) - as_of).days
            yield _Deed(day, "clinic", "visit", f"goal {wording.title(goal.observable)} {_target(goal.target)}")


def _target(target: str) -> str:
    """`<130 mm[Hg]` as it is read."""
    value, _, unit = target.partition(" ")
    return f"{value} {wording.unit(unit)}".strip() if unit and value[-1:].isdigit() else target


def _problem_words(problem: PlanProblem) -> str:
    return wording.lowered(problem.text.removesuffix(" (disorder)"))


def _day(item: Item) -> int:
    return item.due.within_days if item.due else 0


def _name(item: Item) -> str:
    return "/".join(i.name for i in item.subject.ingredients) or item.subject.text


def _span(titration: str) -> int:
    """Days to the next step of a dose, as the dose table words it; 0 where it names none."""
    found = _SPAN.search(titration)
    if found is None:
        return 0
    return 7 if found.group(3) else int(found.group(1)) * _DAYS[found.group(2)]


def _before_waiting(deeds: Iterable[_Deed], waiting: tuple[int, ...]) -> list[_Deed]:
    """A test that follows one start and falls within a week after the day of a start that waits for it, is drawn to that day."""
    found = []
    for deed in deeds:
        day = next((d for d in waiting if deed.kind == "test" and 0 <= deed.since < d < deed.day <= d + _NEAR), deed.day)
        found.append(replace(deed, day=day))
    return found


def _without_doubles(deeds: Iterable[_Deed]) -> list[_Deed]:
    """A test or the reason of a visit that stands within a week of the same one is that one, on the earlier day."""
    kept: list[_Deed] = []
    for deed in deeds:
        for n, other in enumerate(kept):
            if _same(other, deed):
                items = _distinct((*other.items, *deed.items))
                kept[n] = replace(other, day=min(other.day, deed.day), items=items, since=max(other.since, deed.since))
                break
        else:
            kept.append(deed)
    return kept


def _same(one: _Deed, other: _Deed) -> bool:
    """The same test or visit, near enough, and its day not before the start that either follows."""
    alike = (one.who, one.kind, one.what) == (other.who, other.kind, other.what) and one.kind in ("test", "visit")
    return alike and abs(one.day - other.day) <= _NEAR and min(one.day, other.day) > max(one.since, other.since)


def _gathered(deeds: list[_Deed]) -> list[_Deed]:
    """Visits and steps within a week of an earlier visit fall on its day: nobody comes twice in a week."""
    days: list[int] = []
    for day in sorted({deed.day for deed in deeds if deed.kind in ("visit", "step") and deed.day}):
        if not days or day - days[-1] > _NEAR:
            days.append(day)

    def on(deed: _Deed) -> _Deed:
        if deed.kind not in ("visit", "step"):
            return deed
        day = max((d for d in days if d <= deed.day), default=deed.day)
        return replace(deed, day=day)

    return [on(deed) for deed in deeds]


def _tested_before(deeds: list[_Deed]) -> list[_Deed]:
    """A test that falls within a week after a visit is done in time for it, unless what it follows has not begun by then."""
    visits = sorted({deed.day for deed in deeds if deed.kind == "visit"})
    found = []
    for deed in deeds:
        day = next((v for v in visits if deed.kind == "test" and deed.since < v < deed.day <= v + _NEAR and v), deed.day)
        found.append(replace(deed, day=day))
    return found


def _grouped(deeds: Iterable[_Deed]) -> Iterable[list[_Deed]]:
    groups: dict[tuple[object, ...], list[_Deed]] = {}
    for deed in deeds:
        groups.setdefault(deed.key, []).append(deed)
    return groups.values()


_LEADS: dict[EntryKind, str] = {"test": "Tests: ", "visit": "Visit: ", "vaccine": "Vaccines: ", "referral": "Refer: ", "advice": "Advise: "}


def _entry(as_of: date, deeds: list[_Deed]) -> CalendarEntry:
    first = deeds[0]
    words = list(dict.fromkeys(deed.what for deed in deeds))
    what = (
        _LEADS[first.kind] + wording.listed(words)
        if first.kind in _LEADS
        else "; ".join([words[0], *(wording.lowered(w[:1]) + w[1:] for w in words[1:])])
    )
    return CalendarEntry(
        id="", by=(as_of + timedelta(days=first.day)).isoformat(), week=max(first.day, 0) // 7, who=first.who, kind=first.kind,
        what=what, items=_distinct(i for deed in deeds for i in deed.items), only_if=first.only_if,
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


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
