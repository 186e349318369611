"""Creatinine clearance with the weight rule stated: which weight went in is part of the answer."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from tools.calculators.engine import FOLDER, Value, calculate, catalogue
from tools.calculators.model import CalculationAnswer, CalculatorFile
from tools.clinical.errors import OutOfScopeError
from tools.clinical.facts import Facts, Measurement
from tools.clinical.knowledge import load
from tools.clinical.plan import Calculation, CalculationInput
from tools.clinical.quantity import Quantity, decimal_of

CLEARANCE, ACTUAL_CLEARANCE = "creatinine-clearance", "creatinine-clearance-actual-weight"


@lru_cache(maxsize=1)
def heavy_share() -> Decimal:
    """The share of the ideal weight from which the adjusted weight is used.

    Source: Bauer, Applied Clinical Pharmacokinetics (120 to 130 %); kept in the file on kidney function.
    """
    return decimal_of(
        next(file.number["heavy_share_of_ideal"] for file in load(FOLDER, CalculatorFile) if "heavy_share_of_ideal" in file.number)
    )


def dosing_weight(weight: Quantity, height: Quantity | None, sex: str | None) -> tuple[Quantity, str]:
    """The weight for Cockcroft-Gault and what kind it is: `actual`, or `adjusted` where it is heavy for the ideal weight."""
    if height is None or sex is None:
        return weight, "actual weight"
    ideal = calculate("ideal-body-weight", {"height": height, "sex": sex}).quantity
    if ideal is None or weight.to("kg").value < ideal.value * heavy_share():
        return weight, "actual weight"
    adjusted = calculate("adjusted-body-weight", {"weight": weight, "height": height, "sex": sex}).quantity
    return (adjusted, "adjusted weight") if adjusted else (weight, "actual weight")


@lru_cache(maxsize=1)
def _youngest() -> float:
    """The age in years from which the formula holds."""
    return next(given.at_least or 0 for given in catalogue()[CLEARANCE].calculator.input if given.name == "age")


def clearances(facts: Facts) -> tuple[list[tuple[Measurement, Calculation]], list[tuple[str, str]]]:
    """`creatinine-clearance` with the weight rule above, and `creatinine-clearance-actual-weight`, which some labels ask for."""
    age, creatinine, weight = facts.latest("age"), facts.latest("serum-creatinine"), facts.latest("body-weight")
    if age is None or age.quantity.value < _youngest():
        return [], []
    missing = [n for n, v in (("serum-creatinine", creatinine), ("body-weight", weight), ("sex", facts.sex)) if v is None]
    if creatinine is None:
        return [], []
    if weight is None or facts.sex is None:
        return [], [("creatinine-clearance", f"not recorded: {', '.join(missing)}")]
    height = facts.latest("body-height")
    chosen, kind = dosing_weight(weight.quantity, height.quantity if height else None, facts.sex)
    made: list[tuple[Measurement, Calculation]] = []
    for observable, used, said in (
        (CLEARANCE, chosen, kind),
        (ACTUAL_CLEARANCE, weight.quantity, "actual weight"),
    ):
        inputs: dict[str, Value] = {"age": age.quantity, "weight": used, "creatinine": creatinine.quantity, "sex": facts.sex}
        answer = calculate("creatinine-clearance", inputs)
        if answer.outcome != "found":
            return [], [("creatinine-clearance", answer.reason)]
        made.append(_as_fact(observable, answer, said, creatinine, weight, facts.reference))
    return made, []


def _as_fact(
    observable: str, answer: CalculationAnswer, said: str, creatinine: Measurement, weight: Measurement, patient: str
) -> tuple[Measurement, Calculation]:
    references = {"age": patient, "sex": patient, "weight": weight.reference, "creatinine": creatinine.reference}
    names = {"weight": f"weight ({said})"}
    inputs = tuple(CalculationInput(names.get(i.name, i.name), i.value, i.unit, references.get(i.name, "")) for i in answer.inputs)
    if answer.quantity is None:
        raise OutOfScopeError(f"{observable} has no value")
    fact = Measurement(
        observable,
        answer.quantity,
        creatinine.when,
        f"calculation:{observable}",
        inputs=tuple(dict.fromkeys((creatinine.reference, weight.reference))),
    )
    return fact, Calculation(
        name=observable, value=answer.value, unit=answer.unit, inputs=inputs, source=answer.source, when=creatinine.when.isoformat()
    )
