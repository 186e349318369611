"""`calculate_dose`: a dose for this patient, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from agent.context_facts import Understood, understand
from agent.faces.answering.shapes import Amount, Answer, Context, Medication
from tools.clinical.answer import Issue, Outcome
from tools.clinical.errors import UnitMismatchError
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.plan import PlanQuantity
from tools.clinical.quantity import Quantity, decimal_of
from tools.dosing import Adjustment, DoseAnswer, DoseStep, calculate_dose, exchange, next_basal_dose
from tools.terminology import terminology


class Input(Struct, frozen=True, kw_only=True):
    """The medicine, what it is for, and the patient.

    Attributes:
        indication: a condition by name; without it, a medicine that is dosed differently by indication has no answer unless
            the context's conditions decide.
        instead_of: the opioid or systemic steroid that is taken now, with its daily dose by mouth; the answer is what to begin with
            of `medication` in its place.
        fasting_glucose: of the last days; with a basal insulin and its daily dose as `medication`, the answer is its next dose.
    """

    medication: str | Medication
    indication: str | None = None
    instead_of: str | Medication | None = None
    fasting_glucose: list[str | Amount] | None = None
    context: Context = Context()


class Output(Answer, frozen=True, kw_only=True):
    """A dose, or why there is none.

    Attributes:
        outcome: `found`; `missing` (the data named in `missing` decide the dose); `out_of_scope` (there is no dose for this patient;
            `reason` says why); `not_covered` (there is no rule).
        begin_per_day: lowest and highest daily dose to begin with, in place of another medicine.
        question: what must be cleared up where a value cannot be right.
    """

    outcome: Literal["found", "missing", "out_of_scope", "not_covered", "nothing_found"] = "not_covered"
    drug: str = ""
    indication: str = ""
    dose: DoseStep | None = None
    begin_per_day: tuple[PlanQuantity, PlanQuantity] | None = None
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
    """The dose to start with, or to go on with."""
    asked = [given.medication] if given.instead_of is None else [given.medication, given.instead_of]
    understood = understand(given.context, as_of, medications=asked, proposed=True, believe=True)
    medicines = understood.facts.medications[: len(asked)]
    unknown = next((one for one in medicines if not one.ingredients or not one.complete), None)
    if unknown is not None:
        return _not_checked(f"{unknown.text!r} is not a medicine that is known", understood)
    try:
        return _answer(_asked(given, medicines, understood.facts), understood)
    except UnitMismatchError as error:
        return _not_checked(str(error), understood)


def _not_checked(reason: str, understood: Understood) -> Output:
    return Output(tool="calculate_dose", status="not_checked", reason=reason, not_used=understood.not_used)


def _asked(given: Input, medicines: Sequence[MedicationUse], facts: Facts) -> DoseAnswer:
    """The answer to what was asked. Raises UnitMismatchError: an amount is of another kind, or cannot be."""
    drug = "-".join(ingredient.name for ingredient in medicines[0].ingredients)
    if given.instead_of is not None:
        return exchange(medicines[1], drug, facts)
    if given.fasting_glucose is not None:
        return next_basal_dose(medicines[0], [_glucose(number, said) for number, said in enumerate(given.fasting_glucose)], facts)
    return _dose(drug, given.indication, facts)


def _glucose(number: int, said: str | Amount) -> Quantity:
    """A reading in mg/dL. Raises UnitMismatchError."""
    known = terminology().observable_named("fasting-glucose")
    quantity = Quantity.parse(said) if isinstance(said, str) else Quantity(decimal_of(said.value), said.unit)
    value = known.canonical(quantity.value, quantity.unit) if known else None
    if known is None or value is None or not known.plausible(value):
        raise UnitMismatchError(f"fasting_glucose[{number}]: {quantity} is no glucose that can be")
    return value


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
        begin_per_day=found.begin_per_day,
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
