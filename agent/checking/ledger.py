"""The ledger against omissions: every active problem, abnormal recent result, current medicine and due monitoring, exactly once."""

from __future__ import annotations

from collections.abc import Iterator

from agent import wording
from agent.case import Case
from tools.clinical.facts import Measurement, Problem
from tools.clinical.plan import Coverage, CoverageStatus, Item, MedicationLine, Plan
from tools.guidelines import modules
from tools.terminology import terminology

_RECENT_DAYS = 365
_ADMINISTRATIVE = ("administrative", "social-finding")


def ledger(plan: Plan, case: Case) -> tuple[Coverage, ...]:
    """One line for each concern, in the order problems, results, medicines, monitoring."""
    lines = [*_problems(plan, case), *_results(plan, case), *_medicines(plan), *_monitoring(plan)]
    return tuple({line.concern: line for line in reversed(lines)}.values())[::-1]


def _problems(plan: Plan, case: Case) -> Iterator[Coverage]:
    by_reference = {reference: problem for problem in plan.problems for reference in problem.facts}
    for problem in case.facts.problems:
        if problem.active:
            yield _problem(problem, by_reference.get(problem.reference), plan, case)


def _problem(problem: Problem, planned: object, plan: Plan, case: Case) -> Coverage:
    concern, text = problem.reference, problem.text
    if planned is not None:
        number = getattr(planned, "id")  # noqa: B009 - a PlanProblem or nothing
        items = tuple(item.id for item in plan.items if item.problem == number)
        return Coverage(concern=concern, text=text, status="addressed", reason=f"See problem {number}.", items=items)
    if any(name in problem.kinds for name in _ADMINISTRATIVE):
        return Coverage(
            concern=concern,
            text=text,
            status="not-covered",
            reason="An administrative or social finding; no treatment follows from it here.",
        )
    citing = _citing(plan, problem.reference)
    if citing:
        return Coverage(concern=concern, text=text, status="addressed", reason="It bears on the lines named.", items=citing)
    outside = next((why for name, why in case.run.out_of_scope.items() if problem.kinds.intersection(modules()[name].kinds)), "")
    known = "No recommendation of this knowledge base covers it." if problem.kinds else "Its code and text were not recognised."
    reason = wording.sentence(outside) or known
    return Coverage(concern=concern, text=text, status="not-covered", reason=reason)


def _results(plan: Plan, case: Case) -> Iterator[Coverage]:
    followed = {name for module in case.run.active for name in modules()[module].status}
    behind = {i.reference: c.name for c in plan.calculations if c.name in followed for i in c.inputs}
    for name in sorted(case.facts.measurements):
        latest = case.facts.latest(name, _RECENT_DAYS)
        if latest is None or latest.reference.startswith("calculation:") or not abnormal(latest):
            continue
        citing = _citing(plan, latest.reference)
        text = wording.value_of(latest)
        if citing or name in followed or latest.reference in behind:
            problem = next((p.id for p in plan.problems if latest.reference in p.facts), "")
            reason = (
                "It bears on the lines named."
                if citing
                else f"Followed under problem {problem}."
                if problem
                else "Followed by an active module."
            )
            yield Coverage(concern=latest.reference + f"#{name}", text=text, status="addressed", reason=reason, items=citing)
        else:
            yield Coverage(
                concern=latest.reference + f"#{name}",
                text=text,
                status="not-covered",
                reason="Out of range, and no recommendation here speaks to it; for the team to judge.",
            )


def abnormal(measurement: Measurement) -> bool:
    """Outside of the laboratory's own range or flagged by it; where it gives neither, outside of the observable's usual range."""
    value = measurement.quantity.value
    if measurement.low is not None or measurement.high is not None:
        return (measurement.low is not None and value < measurement.low) or (measurement.high is not None and value > measurement.high)
    if measurement.flag:
        return measurement.flag not in {"N", "normal"}
    usual = terminology().observable_named(measurement.observable)
    if usual is None:
        return False
    return (usual.abnormal_low is not None and value < usual.abnormal_low) or (
        usual.abnormal_high is not None and value > usual.abnormal_high
    )


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
        if item.action in {"order", "monitor"}:
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
