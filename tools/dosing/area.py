"""A dose by a published population model: the dose for an area under the curve, before any level is known (vancomycin)."""

from __future__ import annotations

import math

from msgspec import structs

from tools.clinical.facts import Facts
from tools.clinical.plan import PlanQuantity
from tools.clinical.quantity import Quantity, decimal_of, plain
from tools.dosing.answers import Adjustment, DoseAnswer, DoseStep
from tools.dosing.parameters import ParameterFile, no_dose, parameters
from tools.dosing.plausibility import doubt
from tools.dosing.wording import dose_text

_L_PER_HOUR = 0.06
"""Litres an hour in one millilitre a minute."""


def dose_for_area(facts: Facts) -> DoseAnswer:
    """A loading dose and a maintenance dose for the target area under the curve over 24 hours.

    Clearance in mL/min is slope times creatinine clearance plus an intercept; the volume goes by weight; the interval is the
    shortest of the usual ones that is at least about one half-life and a half.

    Returns:
        `found`; `missing` without weight or creatinine clearance; `out_of_scope` for children, and where the kidneys change by the day.

    Source:
        Matzke 1984, Antimicrob Agents Chemother 25:433 (model); ASHP, IDSA, PIDS, SIDP 2020 (target, loading dose).
    """
    model = parameters("area-under-curve")
    age, weight, clearance = facts.latest("age"), facts.latest("body-weight"), facts.latest("creatinine-clearance")
    found = doubt(("body-weight", "serum-creatinine"), facts)
    if found is not None:
        answer = no_dose(model, "missing", found.issue.consequence, (found.observable,))
        return structs.replace(answer, issue=found.issue, question=found.question)
    if age is not None and age.quantity.value < model.youngest:
        return no_dose(model, "out_of_scope", model.said["too-young"])
    if any(facts.problem(name) for name in model.member["unstable"]):
        return no_dose(model, "out_of_scope", model.said["unstable"])
    lacking = tuple(
        name for name, value in (("birth date", age), ("body-weight", weight), ("creatinine-clearance", clearance)) if value is None
    )
    if weight is None or clearance is None or lacking:
        return no_dose(model, "missing", f"the dose depends on {', '.join(lacking)}, not recorded", lacking)
    return _dose(model, float(weight.quantity.to("kg").value), float(clearance.quantity.value), (weight.reference, clearance.reference))


def _dose(model: ParameterFile, weight: float, creatinine_clearance: float, because: tuple[str, ...]) -> DoseAnswer:
    number = model.number
    clearance = (number["slope"] * creatinine_clearance + number["intercept"]) * _L_PER_HOUR
    half_life = math.log(2) * number["volume_per_kg"] * weight / clearance
    interval = next((hours for hours in model.hours if half_life <= hours / number["half_lives"]), model.hours[-1])
    step = number["round_to"]
    daily = min(number["target"] * clearance, number["most_a_day"])
    single = max(step, round(daily * interval / 24 / step) * step)
    loading = min(round(number["loading_per_kg"] * weight / step) * step, number["most_loading"])
    area = single * 24 / interval / clearance
    amount, load = Quantity(decimal_of(single), "mg"), Quantity(decimal_of(loading), "mg")
    text = f"{plain(load.value)} mg once, then {dose_text(amount, f'{interval} h', 'intravenous')}"
    expected = f"expected area under the curve {area:.0f} mg·h/L; clearance {clearance:.1f} L/h, half-life {half_life:.0f} h by the population model"
    return DoseAnswer(
        outcome="found",
        drug=model.drug,
        indication=model.indication[0],
        start=DoseStep(text=text, amount=PlanQuantity(plain(amount.value), "mg"), per=f"{interval} h", route="intravenous"),
        max_per_day=PlanQuantity(plain(decimal_of(number["most_a_day"])), "mg"),
        adjustments=(Adjustment(expected, because),),
        titration=model.titration,
        monitoring=model.monitoring,
        rule=model.ref(),
        legacy_id=model.legacy_id,
        evidence=model.evidence(),
        text=text,
    )
