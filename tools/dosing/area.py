"""A dose by a published population model: the dose for an area under the curve, before any level is known (vancomycin)."""

from __future__ import annotations

import math

from msgspec import structs

from tools.clinical.facts import Facts
from tools.clinical.plan import PlanQuantity
from tools.clinical.quantity import Quantity, decimal_of, plain
from tools.dosing.answers import Adjustment, DoseAnswer, DoseStep
from tools.dosing.parameters import ParameterFile, parameters
from tools.dosing.plausibility import doubt
from tools.dosing.wording import dose_text


def dose_for_area(facts: Facts) -> DoseAnswer:
    """A loading dose and a maintenance dose for the target area under the curve over 24 hours.

    Clearance in mL/min is slope times creatinine clearance plus an intercept; the volume goes by weight; the interval is the
    shortest of the usual ones that is at least about one half-life and a half.

    Returns:
        `found`; `missing` without weight or creatinine clearance; `out_of_scope` for children, dialysis and acute kidney injury.

    Source:
        Matzke 1984, Antimicrob Agents Chemother 25:433 (model); ASHP, IDSA, PIDS, SIDP 2020 (target, loading dose).
    """
    model = parameters("area-under-curve")
    age, weight, clearance = facts.latest("age"), facts.latest("body-weight"), facts.latest("creatinine-clearance")
    found = doubt(("body-weight", "serum-creatinine"), facts)
    if found is not None:
        return structs.replace(
            _none(model, "missing", found.issue.consequence, (found.observable,)), issue=found.issue, question=found.question
        )
    if age is not None and age.quantity.value < 18:
        return _none(model, "out_of_scope", "the model was made in adults")
    if facts.problem("dialysis") or facts.problem("acute-kidney-injury"):
        return _none(model, "out_of_scope", "dialysis or acute kidney injury: dose by levels")
    lacking = tuple(
        name for name, value in (("birth date", age), ("body-weight", weight), ("creatinine-clearance", clearance)) if value is None
    )
    if weight is None or clearance is None or lacking:
        return _none(model, "missing", f"the dose depends on {', '.join(lacking)}, not recorded", lacking)
    return _dose(model, float(weight.quantity.to("kg").value), float(clearance.quantity.value), (weight.reference, clearance.reference))


def _dose(model: ParameterFile, weight: float, creatinine_clearance: float, because: tuple[str, ...]) -> DoseAnswer:
    number = model.number
    clearance = (number["slope"] * creatinine_clearance + number["intercept"]) * 0.06
    half_life = math.log(2) * number["volume_per_kg"] * weight / clearance
    interval = next((hours for hours in (8, 12, 24, 48) if half_life <= hours / number["half_lives"]), 48)
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
        titration="by two levels or a Bayesian fit within 24 to 48 hours, to an area of 400 to 600 mg·h/L",
        monitoring=("levels within 48 hours", "creatinine daily"),
        rule=model.ref(),
        legacy_id=model.legacy_id,
        evidence=model.evidence(),
        text=text,
    )


def _none(model: ParameterFile, outcome: str, reason: str, missing: tuple[str, ...] = ()) -> DoseAnswer:
    return DoseAnswer(
        outcome="missing" if outcome == "missing" else "out_of_scope",
        drug=model.drug,
        indication=model.indication[0],
        missing=missing,
        reason=reason,
        rule=model.ref(),
        legacy_id=model.legacy_id,
        evidence=model.evidence(),
        text=f"No dose: {reason.rstrip('.')}.",
    )
