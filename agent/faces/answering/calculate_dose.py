"""`calculate_dose`: a dose for this patient, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import Struct

from agent.context_facts import Understood, understand
from agent.faces.answering.shapes import Answer, Context, Medication
from tools.clinical.answer import Issue, Outcome
from tools.clinical.facts import Facts
from tools.clinical.plan import PlanQuantity
from tools.dosing import Adjustment, DoseAnswer, DoseStep, calculate_dose
from tools.terminology import terminology


class Input(Struct, frozen=True, kw_only=True):
    """The medicine, what it is for, and the patient.

    Attributes:
        indication: a condition by name; without it, a medicine that is dosed differently by indication has no answer unless
            the context's conditions decide.
    """

    medication: str | Medication
    indication: str | None = None
    context: Context = Context()


class Output(Answer, frozen=True, kw_only=True):
    """A dose, or why there is none.

    Attributes:
        outcome: `found`; `missing` (the data named in `missing` decide the dose); `out_of_scope` (there is no dose for this patient;
            `reason` says why); `not_covered` (there is no rule).
        question: what must be cleared up where a value cannot be right.
    """

    outcome: Literal["found", "missing", "out_of_scope", "not_covered", "nothing_found"] = "not_covered"
    drug: str = ""
    indication: str = ""
    dose: DoseStep | None = None
    usual: str = ""
    titration: str = ""
    max_single: PlanQuantity | None = None
    max_per_day: PlanQuantity | None = None
    max_total: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    missing: tuple[str, ...] = ()
    monitoring: tuple[str, ...] = ()
    issue: Issue | None = None
    question: str = ""
    text: str = ""


_STATUS: dict[str, Outcome] = {"found": "found", "out_of_scope": "nothing_found", "nothing_found": "nothing_found"}


def run(given: Input, as_of: date) -> Output:
    """The dose to start with."""
    understood = understand(given.context, as_of, medications=[given.medication], proposed=True, believe=True)
    medicine = understood.facts.medications[0]
    if not medicine.ingredients or not medicine.complete:
        return Output(
            tool="calculate_dose",
            status="not_checked",
            reason=f"{medicine.text!r} is not a medicine that is known",
            not_used=understood.not_used,
        )
    drug = "-".join(ingredient.name for ingredient in medicine.ingredients)
    return _answer(_dose(drug, given.indication, understood.facts), understood)


def _dose(drug: str, indication: str | None, facts: Facts) -> DoseAnswer:
    """By the indication in the caller's words, else by what those words mean, else by the one problem that has a rule."""
    first = calculate_dose(drug, _kebab(indication or ""), facts)
    if first.outcome == "not_covered" and indication:
        meant = sorted(terminology().problem((), indication))
        return next(_covered(drug, meant, facts), first)
    if first.missing == ("indication",):
        problems = sorted({kind for problem in facts.problems if problem.active for kind in problem.kinds})
        found = list(_covered(drug, problems, facts))
        return found[0] if len({answer.rule for answer in found}) == 1 else first
    return first


def _covered(drug: str, indications: list[str], facts: Facts) -> Iterator[DoseAnswer]:
    answers = (calculate_dose(drug, indication, facts) for indication in indications)
    return (answer for answer in answers if answer.outcome != "not_covered")


def _kebab(text: str) -> str:
    return "-".join(text.casefold().replace("_", " ").replace("-", " ").split())


def _answer(found: DoseAnswer, understood: Understood) -> Output:
    return Output(
        tool="calculate_dose",
        status=_STATUS.get(found.outcome, "not_checked"),
        outcome=found.outcome,
        reason=found.reason,
        not_used=understood.not_used,
        knowledge=(found.rule,) if found.rule else (),
        sources=found.evidence,
        drug=found.drug,
        indication=found.indication,
        dose=found.start,
        usual=found.usual,
        titration=found.titration,
        max_single=found.max_single,
        max_per_day=found.max_per_day,
        max_total=found.max_total,
        adjustments=found.adjustments,
        missing=found.missing,
        monitoring=found.monitoring,
        issue=found.issue,
        question=found.question,
        text=found.text,
    )
