"""What happens at a visit: nothing, usual care as declared, or the program's plan with a reviewer who errs as declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from agent.errors import PlannerError
from agent.planning import make_plan
from policies.worklist import reading_minutes
from scenarios.course.body import Luck
from scenarios.course.chart import Chart
from scenarios.course.model import CourseRules, Ladder
from scenarios.titles import observables_by_title
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.plan import Item, Plan


@dataclass
class Tally:
    """What an arm cost, and what waits from one visit to the next.

    Attributes:
        due: observables that were ordered → the day by which they are measured.
        troubled: references of medicines that something went wrong with since the last visit.
    """

    minutes: float = 0.0
    tests: int = 0
    signed: int = 0
    rejected: int = 0
    waiting: int = 0
    missed: int = 0
    not_planned: int = 0
    due: dict[str, date] = field(default_factory=dict)
    troubled: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Visit:
    """One visit: who, when, by which rules, with which luck."""

    chart: Chart
    day: date
    number: int
    rules: CourseRules
    luck: Luck
    tally: Tally


Arm = Callable[[Visit], None]


def no_change(visit: Visit) -> None:
    """Nothing is begun, stopped or measured but the pressure; what is taken is written again."""
    for use in _taken(visit.chart.facts(visit.day)):
        visit.chart.renewed(use, visit.day)


def usual_care(visit: Visit) -> None:
    """One step of a ladder where the newest value lies above its limit and somebody acts on it."""
    usual, facts = visit.rules.usual, visit.chart.facts(visit.day)
    for use in _taken(facts):
        if use.reference in visit.tally.troubled and visit.luck.happens(usual.stops_after_event, "usual stops", visit.number):
            visit.chart.ended(use, "stopped")
        else:
            visit.chart.renewed(use, visit.day)
    for ladder in usual.ladder:
        found = facts.latest(ladder.observable)
        if found and float(found.quantity.value) > ladder.above and visit.luck.happens(ladder.acts, ladder.observable, visit.number):
            _climb(ladder, facts, visit)
    if visit.number * visit.rules.interval_days % usual.laboratories_every_days < visit.rules.interval_days:
        following = visit.day + timedelta(days=visit.rules.interval_days)
        visit.tally.due |= dict.fromkeys(usual.laboratories, following)
    visit.tally.minutes += usual.minutes


def _climb(ladder: Ladder, facts: Facts, visit: Visit) -> None:
    for step in ladder.steps:
        if not any(facts.taking(kind) or facts.allergic(kind) for kind in step.kinds):
            visit.chart.ordered(step.text, step.dose, step.per, visit.day)
            return


def as_drafted(visit: Visit) -> None:
    """The program plans from the record; the reviewer decides line by line; what is signed happens."""
    try:
        plan = make_plan(visit.chart.data(), visit.day)
    except PlannerError:
        visit.tally.not_planned += 1
        return
    uses = {reference: use for use in _taken(visit.chart.facts(visit.day)) for reference in (use.reference, *use.also)}
    open_issues = sum(issue.interruptive and not issue.suppressed for issue in plan.issues)
    visit.tally.minutes += reading_minutes(len(plan.items), open_issues + len(plan.questions))
    for item in _signed(plan, visit):
        _do(item, uses, visit)


def _signed(plan: Plan, visit: Visit) -> Iterator[Item]:
    """The lines that the reviewer signs."""
    reviewer, luck, tally = visit.rules.reviewer, visit.luck, visit.tally
    answered = {q.id for q in plan.questions if luck.happens(reviewer.answers, "answers", visit.number, q.about)}
    against = {
        line for issue in plan.issues if issue.interruptive and not issue.suppressed and not issue.handled_by for line in issue.items
    }
    for item in plan.items:
        name = (item.action, item.subject.text, visit.number)
        if not answered.issuperset(item.conditional_on):
            tally.waiting += 1
        elif luck.happens(1 - reviewer.misses if item.id in against else reviewer.rejects, "rejects", *name):
            tally.rejected += 1
        else:
            tally.missed += item.id in against
            tally.signed += 1
            yield item


def _do(item: Item, uses: dict[str, MedicationUse], visit: Visit) -> None:
    """What is signed happens: orders are written, ended and renewed; tests are measured by the day that they are due."""
    use = uses.get(item.subject.reference or "")
    if item.action in ("order", "monitor"):
        name = observables_by_title().get(item.subject.text)
        if name:
            visit.tally.due[name] = min(date.fromisoformat(item.due.by) if item.due else visit.day, visit.tally.due.get(name, date.max))
    elif item.action in ("stop", "hold"):
        visit.chart.ended(use, "stopped" if item.action == "stop" else "on-hold")
    elif item.action == "continue":
        visit.chart.renewed(use, visit.day)
    elif item.action in ("start", "change") and item.subject.kind == "medication":
        _begin(item, use, visit)


def _begin(item: Item, use: MedicationUse | None, visit: Visit) -> None:
    """A new order; the one that it replaces ends. A change that names no dose leaves the order as it is."""
    amount = item.dose.amount if item.dose else None
    if item.action == "change" and amount is None:
        visit.chart.renewed(use, visit.day)
        return
    visit.chart.ended(use, "completed")
    text = " / ".join(one.name.replace("-", " ") for one in item.subject.ingredients) or item.subject.text
    per = item.dose.per if item.dose else None
    visit.chart.ordered(text, f"{amount.value} {amount.unit}" if amount else None, per, visit.day)


def _taken(facts: Facts) -> list[MedicationUse]:
    return [use for use in facts.medications if use.taken]


ARMS: dict[str, Arm] = {"plans as drafted": as_drafted, "usual care": usual_care, "no change": no_change}
