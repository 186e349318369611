"""A dose that hangs on a clearance for which only the weight is lacking: given where no weight of a grown person would change it."""

from __future__ import annotations

from msgspec import structs

from tools.calculators import derive
from tools.clinical.facts import Facts, Measurement
from tools.clinical.quantity import Quantity
from tools.dosing import DoseAnswer, calculate_dose

_LIGHTEST, _HEAVIEST = Quantity.parse("35 kg"), Quantity.parse("250 kg")
"""Beyond these nobody is dosed without being weighed."""
_ADULT = 18
_CLEARANCE = "creatinine-clearance"


def dose_of_start(drug: str, indication: str, facts: Facts, row: str | None) -> DoseAnswer:
    """The dose of a start; where only the weight for the clearance is lacking and it is the same for the light and the heavy, that dose."""
    answer = calculate_dose(drug, indication, facts, row=row)
    if set(answer.missing) != {_CLEARANCE} or (facts.age or 0) < _ADULT or facts.latest("body-weight"):
        return answer
    light, heavy = (calculate_dose(drug, indication, _weighing(facts, weight), row=row) for weight in (_LIGHTEST, _HEAVIEST))
    same = light.outcome == heavy.outcome == "found" and (light.start, light.max_per_day) == (heavy.start, heavy.max_per_day)
    return structs.replace(light, adjustments=()) if same else answer


def _weighing(facts: Facts, weight: Quantity) -> Facts:
    """The facts as they would be at this weight."""
    weighed = facts.with_measurements([Measurement("body-weight", weight, facts.as_of, "calculation:assumed-weight")])
    return weighed.with_measurements(derive(weighed).measurements)
