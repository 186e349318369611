"""The regimen that the plan would lead to, screened from scratch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from msgspec.structs import replace

from agent.case import Case
from agent.dealing import deals_with
from agent.screening import screen
from tools.clinical.answer import Issue, NotChecked
from tools.clinical.facts import Ingredient, MedicationUse, Regimen
from tools.clinical.plan import Dose, Item, Plan, PlanIssue
from tools.clinical.quantity import Quantity
from tools.terminology import terminology

_ENDS = frozenset({"stop", "hold"})


@dataclass(frozen=True)
class Found:
    """Issues of the plan, numbered, and what could not be checked."""

    issues: tuple[PlanIssue, ...]
    not_checked: tuple[NotChecked, ...]


def find_issues(plan: Plan, case: Case) -> Found:
    """Issues that remain once the plan is carried out, and those of today that it deals with."""
    today, regimen = case.screened, after_plan(plan, case)
    after = today if regimen == case.taken else screen(regimen, case.facts)
    remaining = {_key(issue) for issue in after.issues}
    settled = [issue for issue in today.issues if _key(issue) not in remaining and not issue.suppressed]
    numbered = [_plan_issue(f"d{n}", issue, plan, handled=False) for n, issue in enumerate(after.issues, start=1)]
    numbered += [_plan_issue(f"d{n}", issue, plan, handled=True) for n, issue in enumerate(settled, start=len(numbered) + 1)]
    return Found(tuple(numbered), tuple(dict.fromkeys((*today.not_checked, *after.not_checked))))


def after_plan(plan: Plan, case: Case) -> tuple[MedicationUse, ...]:
    """What is taken today, less what is stopped or held, with what is started."""
    ended = {item.subject.reference for item in plan.items if item.action in _ENDS}
    ended |= {reference for item in plan.items for reference in item.replaces}
    kept = [_changed(use, plan) for use in case.taken if use.reference not in ended]
    return (*kept, *(proposed(item) for item in plan.items if item.action == "start" and item.subject.kind == "medication"))


def proposed(item: Item) -> MedicationUse:
    """The medicine that a line starts, as the checks see it."""
    names = tuple(ingredient.name for ingredient in item.subject.ingredients)
    kinds = frozenset().union(*(terminology().kinds_of(name) for name in names)) if names else frozenset[str]()
    return MedicationUse(
        reference=f"item:{item.id}",
        text=item.subject.text,
        ingredients=tuple(Ingredient(i.name, i.rxcui) for i in item.subject.ingredients),
        kinds=kinds,
        currency="proposed",
        route=item.dose.route if item.dose else None,
        regimen=regimen_of(item.dose),
        complete=bool(names),
    )


def regimen_of(dose: Dose | None) -> Regimen:
    """The daily amount of a dose, where its interval divides a day or is a whole number of days."""
    if dose is None or dose.amount is None or dose.per is None:
        return Regimen()
    amount = Quantity(Decimal(dose.amount.value), dose.amount.unit)
    per = Quantity.parse(dose.per)
    daily = Quantity(amount.value * Decimal(24) / per.to("h").value, f"{amount.unit}/d")
    return Regimen(amount=amount, per=per, daily=daily, text=dose.text)


def objections(plan: Plan, issues: Sequence[PlanIssue]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Ingredients of lines that would start a contraindicated medicine, with a sentence each for the drafter."""
    struck: set[str] = set()
    sentences = []
    starts = {item.id: item for item in plan.items if item.action == "start"}
    for issue in issues:
        if issue.severity != "contraindicated" or issue.suppressed or issue.handled_by:
            continue
        for item_id in issue.items:
            if item_id in starts:
                struck |= {ingredient.name for ingredient in starts[item_id].subject.ingredients}
                sentences.append(f"{starts[item_id].subject.text} ({item_id}) is contraindicated by {issue.rule.id}")
    return frozenset(struck), tuple(sentences)


def _changed(use: MedicationUse, plan: Plan) -> MedicationUse:
    item = next((i for i in plan.items if i.subject.reference == use.reference and i.action == "change" and i.dose), None)
    return replace(use, regimen=regimen_of(item.dose)) if item else use


def _key(issue: Issue) -> tuple[str, tuple[str, ...]]:
    return issue.rule.id, issue.medications


def _asked(issue: Issue, touching: Sequence[str], plan: Plan) -> bool:
    """All that is the matter is that a pregnancy was not recorded, and every line concerned waits for the answer to that already."""
    answers = {question.id for question in plan.questions if question.about.startswith("pregnancy")}
    concerned = [item for item in plan.items if item.id in touching]
    unrecorded = issue.code == "PREG" and bool(issue.missing)
    return (
        unrecorded and bool(concerned) and all(item.action == "start" and answers.intersection(item.conditional_on) for item in concerned)
    )


def _plan_issue(number: str, issue: Issue, plan: Plan, *, handled: bool) -> PlanIssue:
    touching = tuple(
        item.id
        for item in plan.items
        if f"item:{item.id}" in issue.medications or (item.subject.reference and item.subject.reference in issue.medications)
    )
    handled_by = tuple(item.id for item in plan.items if deals_with(item, issue))
    return PlanIssue(
        id=number, code=issue.code, severity=issue.severity, indicator=issue.indicator,
        interruptive=issue.interruptive and not handled and not handled_by and not issue.suppressed and not _asked(issue, touching, plan),
        participants=issue.participants, consequence=issue.consequence, action=issue.action, rule=issue.rule, mechanism=issue.mechanism,
        alternatives=issue.alternatives, evidence=issue.evidence, facts=issue.facts, medications=issue.medications, items=touching,
        missing=issue.missing, suppressed=issue.suppressed, handled_by=handled_by,
    )  # fmt: skip
