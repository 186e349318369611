"""The ledger against omissions: every active problem, abnormal recent result, current medicine and due monitoring, exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from agent import wording
from agent.case import Case
from agent.checking.standing import followed_under, said_of
from tools.clinical.facts import Measurement, Problem
from tools.clinical.plan import Coverage, CoverageStatus, Item, MedicationLine, Plan, PlanProblem
from tools.guidelines import modules
from tools.terminology import terminology

_RECENT_DAYS = 365
_OPEN = "Out of range, and no recommendation here speaks to it; for the team to judge."
ADMINISTRATIVE = ("administrative-finding", "social-finding")
"""Kinds of problem that ask for no treatment of their own."""


def ledger(plan: Plan, case: Case) -> tuple[Coverage, ...]:
    """One line for each concern, in the order problems, results, medicines, monitoring."""
    lines = [*_problems(plan, case), *_results(plan, case), *_medicines(plan), *_monitoring(plan)]
    return tuple({line.concern: line for line in reversed(lines)}.values())[::-1]


def _problems(plan: Plan, case: Case) -> Iterator[Coverage]:
    by_reference = {reference: problem for problem in plan.problems for reference in problem.facts}
    for problem in case.facts.problems:
        if problem.active:
            yield _problem(problem, by_reference.get(problem.reference), plan, case)


def _problem(problem: Problem, planned: PlanProblem | None, plan: Plan, case: Case) -> Coverage:
    concern, text = problem.reference, problem.text
    if planned is not None:
        items = tuple(item.id for item in plan.items if item.problem == planned.id)
        return Coverage(concern=concern, text=text, status="addressed", reason=f"See problem {planned.id}.", items=items)
    if any(name in problem.kinds for name in ADMINISTRATIVE):
        return Coverage(
            concern=concern,
            text=text,
            status="not-covered",
            reason="A finding of history, administration or social life; no treatment follows from it here.",
        )
    citing = _citing(plan, problem.reference)
    if beside := _beside(plan, problem.reference):
        return Coverage(concern=concern, text=text, status="addressed", reason=beside, items=citing)
    if citing:
        return Coverage(concern=concern, text=text, status="addressed", reason="It bears on the lines named.", items=citing)
    if number := followed_under(problem, plan):
        return Coverage(concern=concern, text=text, status="addressed", reason=f"Followed under problem {number}.")
    return Coverage(concern=concern, text=text, status="not-covered", reason=_why_not(problem, case))


def _why_not(problem: Problem, case: Case) -> str:
    outside = next((why for name, why in case.run.out_of_scope.items() if problem.kinds.intersection(modules()[name].kinds)), "")
    known = "No recommendation of this knowledge base covers it." if problem.kinds else "Its code and text were not recognised."
    return wording.sentence(outside) or said_of(problem, case) or known


def _results(plan: Plan, case: Case) -> Iterator[Coverage]:
    """Each recent result out of range. Parts of one entry (a blood pressure) are told apart where more than one is."""
    found = [(name, latest) for name in sorted(case.facts.measurements) if (latest := _out_of_range(case, name))]
    several = Counter(latest.reference for _, latest in found)
    followed = _followed(case)
    for name, latest in found:
        concern = latest.reference if several[latest.reference] == 1 else f"{latest.reference}#{name}"
        citing = _citing(plan, latest.reference)
        problem = next((p.id for p in plan.problems if latest.reference in p.facts), "")
        reason = "It bears on the lines named." if citing else f"Followed under problem {problem}." if problem else ""
        reason = reason or _beside(plan, latest.reference)
        if not reason and latest.reference in followed:
            reason = "A value that an active module follows is computed from it."
        yield Coverage(
            concern=concern,
            text=wording.value_of(latest),
            status="addressed" if reason else "not-covered",
            reason=reason or _OPEN,
            items=citing,
        )


def _beside(plan: Plan, reference: str) -> str:
    """What a suspicion or a point of the review says of an entry of the record."""
    suspected = next((f"Suspected: {s.text} ({s.id})." for s in plan.suspected if reference in s.facts), "")
    return suspected or next((f"See point {r.id} of the review of medicines." for r in plan.review if reference in r.facts), "")


def _out_of_range(case: Case, name: str) -> Measurement | None:
    latest = case.facts.latest(name, _RECENT_DAYS)
    return latest if latest and not latest.computed and abnormal(latest, case.facts.age, case.facts.sex) else None


def _followed(case: Case) -> frozenset[str]:
    """References of values that active modules show, and of those that such values are computed from."""
    shown = [m for module in case.run.active for name in modules()[module].status if (m := case.facts.latest(name))]
    return frozenset(reference for m in shown for reference in (m.reference, *m.inputs))


def abnormal(measurement: Measurement, age: int | None, sex: str | None) -> bool:
    """Outside of the laboratory's own range or flagged by it; where it gives neither, outside of the usual range at this age."""
    value = measurement.quantity.value
    if measurement.low is not None or measurement.high is not None:
        return (measurement.low is not None and value < measurement.low) or (measurement.high is not None and value > measurement.high)
    if measurement.flag:
        return measurement.flag not in {"N", "normal"}
    usual = terminology().observable_named(measurement.observable)
    return usual is not None and usual.abnormal(measurement.quantity, age, sex) is not None


def _medicines(plan: Plan) -> Iterator[Coverage]:
    for line in plan.medications:
        status: CoverageStatus = "deferred" if _waits(line, plan) else "addressed"
        yield Coverage(
            concern=line.reference, text=line.text, status=status, reason=f"{line.action.capitalize()}: {line.why}", items=line.items
        )


def _waits(line: MedicationLine, plan: Plan) -> bool:
    return line.currency == "uncertain" or any(item.conditional_on for item in plan.items if item.id in line.items)


def _monitoring(plan: Plan) -> Iterator[Coverage]:
    for item in plan.items:
        if item.action in {"order", "monitor", "vaccinate"}:
            yield Coverage(
                concern=f"monitoring:{item.subject.text}",
                text=f"{item.subject.text} due",
                status="addressed",
                reason=_due(item),
                items=(item.id,),
            )


def _due(item: Item) -> str:
    return f"Ordered, due by {item.due.by}." if item.due else "Ordered."


def _citing(plan: Plan, reference: str) -> tuple[str, ...]:
    return tuple(
        item.id for item in plan.items if item.subject.reference == reference or any(reference in reason.facts for reason in item.rationale)
    )
