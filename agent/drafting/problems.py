"""Each covered problem with its state in values and dates, its goals and its follow-up."""

from __future__ import annotations

from agent import wording
from agent.case import Case
from tools.clinical.plan import Goal, PlanCode, PlanProblem
from tools.guidelines import Decision, Module, modules, shared

_CHANGES = frozenset({"start", "stop", "hold", "change"})
_WORK = frozenset({"continue", "order", "refer"})


def plan_problems(case: Case) -> tuple[PlanProblem, ...]:
    """One entry for each guideline module that is active for this patient: first what cannot wait, then where medicines change at
    this visit, last where there is only advice; among equals what the record lists comes first, otherwise the modules' order decides.
    """
    known = modules()
    named: set[str] = set()
    ordered = sorted(case.run.active, key=lambda name: (_weight(case, name), not _listed(case, known[name])))
    return tuple(_problem(case, known[name], number, named) for number, name in enumerate(ordered, start=1))


def _weight(case: Case, module: str) -> int:
    mine = [decision for decision in case.run.decisions if decision.module == module]
    if any(decision.urgency != "routine" for decision in mine):
        return 0
    if any(decision.action in _CHANGES and not decision.deferred for decision in mine):
        return 1
    return 2 if any(decision.action in _CHANGES | _WORK for decision in mine) else 3


def _listed(case: Case, module: Module) -> bool:
    return any(case.facts.problem(kind) for kind in module.kinds)


def _problem(case: Case, module: Module, number: int, named: set[str]) -> PlanProblem:
    """One entry. `named` holds the entries of the record that have already given a problem its name; the next bears the module's."""
    references = tuple(dict.fromkeys(r for kind in module.kinds for r in case.facts.problem(kind))) or _shown_by(case, module)
    listed = next((problem for problem in case.facts.problems if problem.reference in references and problem.reference not in named), None)
    named |= {listed.reference} if listed else set()
    coding = listed.code if listed else None
    follow_up = next((d for d in case.run.decisions if d.module == module.id and d.action == "follow_up"), None)
    measured = [m for name in module.status if (m := case.facts.latest(name))]
    goals = tuple(
        Goal(
            observable=goal.observable, target=goal.target, by=_by(case, follow_up.due_days if follow_up else None), evidence=goal.evidence
        )
        for goal in case.run.goals
        if goal.module == module.id
    )
    return PlanProblem(
        id=f"p{number}",
        text=listed.text if listed else module.title,
        code=PlanCode(coding.system, coding.code, coding.display) if coding else None,
        module=module.id,
        assessment=_assessment(case, module),
        goal=goals,
        follow_up=_follow_up(case, module, follow_up),
        red_flags=module.red_flags,
        facts=(*references, *(m.reference for m in measured)),
    )


def _shown_by(case: Case, module: Module) -> tuple[str, ...]:
    """What shows the problem where nobody listed it: an operation, a value."""
    return module.also_when.holds(case.facts).because if module.also_when is not None else ()


def _follow_up(case: Case, module: Module, visit: Decision | None) -> str:
    """When the problem is seen again: by the module's own visit, else by who it is referred to, else at the next visit."""
    if visit is not None and visit.due_days is not None:
        return f"Visit within {wording.period(visit.due_days)}."
    mine = [decision for decision in case.run.decisions if decision.module == module.id]
    if any(decision.urgency == "emergency" for decision in case.run.decisions):
        return f"Visit within {wording.period(shared().after_emergency_days)} of the end of the emergency."
    referred = next((d for d in mine if d.action == "refer" and d.due_days), None)
    if referred is not None:
        return f"Seen by {wording.listed([wording.title(name) for name in referred.subjects])} within {wording.period(referred.due_days or 0)}."
    return f"At the next visit, within {wording.period(shared().next_visit_days)}; earlier if it does not get better."


def _by(case: Case, days: int | None) -> str | None:
    from agent.drafting.items import due

    found = due(case, days)
    return found.by if found else None


def _assessment(case: Case, module: Module) -> str:
    parts, missing = [], []
    for name in module.status:
        measurement = case.facts.latest(name)
        if measurement is None:
            missing.append(wording.title(name))
        else:
            old = (case.as_of - measurement.when).days
            parts.append(wording.value_of(measurement) + (f", {wording.period(old)} old" if old > 365 else ""))
    text = "; ".join(parts)
    if missing:
        text += ("; " if text else "") + f"not recorded: {wording.listed(missing)}"
    return wording.sentence(text)
