"""Basal insulin from one visit to the next, by fasting glucose."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from msgspec import structs

from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.plan import PlanQuantity
from tools.clinical.quantity import Quantity, decimal_of, plain
from tools.dosing.answers import Adjustment, DoseAnswer, DoseStep
from tools.dosing.parameters import ParameterFile, no_dose, parameters
from tools.dosing.steps import daily_of
from tools.dosing.wording import dose_text


def next_basal_dose(use: MedicationUse, fasting: Sequence[Quantity], facts: Facts) -> DoseAnswer:
    """The next dose of a basal insulin that is taken once a day; see `titrate_basal_insulin`.

    Returns:
        Also `not_covered` for another medicine, `missing` without the present dose, and `out_of_scope` for children, for other diabetes
        than type 2, and for an insulin that is not taken once a day.
    """
    model = parameters("basal-insulin")
    drug = "-".join(ingredient.name for ingredient in use.ingredients)
    if not use.kinds.intersection(model.member["basal"]):
        reason = f"{drug} is no basal insulin: fasting glucose says nothing of its next dose"
        return DoseAnswer(outcome="not_covered", drug=drug, reason=reason, text=f"No dose: {reason}.")
    without = partial(no_dose, structs.replace(model, drug=drug))
    if facts.age is not None and facts.age < model.youngest:
        return without("out_of_scope", model.said["too-young"])
    if facts.pregnancy == "pregnant" or any(facts.problem(name) for name in model.member["otherwise"]):
        return without("out_of_scope", model.said["otherwise"])
    if use.regimen.per is not None and use.regimen.per.compare(_ONCE_A_DAY) != 0:
        return without("out_of_scope", model.said["once-daily"])
    present = daily_of(use)
    if present is None or present.value <= 0:
        return without("missing", f"the daily dose of {drug} was not told", (f"daily dose of {drug}",))
    if present.to("U").value > decimal_of(model.number["most"]):
        return without("out_of_scope", model.said["too-much"])
    return titrate_basal_insulin(drug, present, fasting, facts)


_ONCE_A_DAY = Quantity(Decimal(24), "h")


def titrate_basal_insulin(drug: str, present: Quantity, fasting: Sequence[Quantity], facts: Facts) -> DoseAnswer:
    """The next basal dose.

    Args:
        drug: ingredient name, for the text.
        present: units once daily.
        fasting: fasting glucose of the last three days or more; one value below the low limit is enough to reduce.

    Returns:
        `found` with the new dose; `missing` without readings; `nothing_found` where the readings are at goal, or where the dose has
        reached the units per kg from which more basal insulin is not the answer.

    Raises:
        UnitMismatchError: a quantity is of another kind.

    Source:
        American Diabetes Association, Standards of care 2026, section 9.
    """
    model = parameters("basal-insulin")
    number = model.number
    units, readings = float(present.to("U").value), [float(reading.to("mg/dL").value) for reading in fasting]
    if not readings:
        return DoseAnswer(
            outcome="missing", drug=drug, missing=("fasting-glucose",), reason="no fasting glucose was given", rule=model.ref(), text=""
        )
    lowest, mean = min(readings), sum(readings) / len(readings)
    weight = facts.latest("body-weight")
    if lowest < number["low"]:
        share = number["cut_severe"] if lowest < number["severe"] else number["cut"]
        return _found(model, drug, units * (1 - share), f"a fasting glucose of {lowest:.0f} mg/dL: {share:.0%} less")
    if mean <= number["goal"]:
        return DoseAnswer(
            outcome="nothing_found", drug=drug, reason=f"fasting glucose is at goal ({mean:.0f} mg/dL)", rule=model.ref(), text=""
        )
    if weight is not None and units >= number["ceiling_per_kg"] * float(weight.quantity.to("kg").value):
        return DoseAnswer(outcome="nothing_found", drug=drug, reason=model.said["ceiling"], rule=model.ref(), text="")
    return _found(model, drug, units + number["step"], f"mean fasting glucose of {mean:.0f} mg/dL: {number['step']:.0f} units more")


def _found(model: ParameterFile, drug: str, units: float, why: str) -> DoseAnswer:
    amount = Quantity(decimal_of(max(1, round(units))), "U")
    text = dose_text(amount, "24 h", "subcutaneous")
    return DoseAnswer(
        outcome="found",
        drug=drug,
        indication=model.indication[0],
        start=DoseStep(text=text, amount=PlanQuantity(plain(amount.value), "U"), per="24 h", route="subcutaneous"),
        adjustments=(Adjustment(why),),
        titration=model.titration,
        monitoring=model.monitoring,
        rule=model.ref(),
        evidence=model.evidence(),
        text=text,
    )
