"""One medicine in place of another of its kind: the daily dose to begin with, where a published table of equal doses says it."""

from __future__ import annotations

from typing import Literal

from msgspec import structs

from tools.clinical.errors import OutOfScopeError
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.plan import PlanQuantity
from tools.clinical.quantity import Quantity, plain
from tools.dosing.answers import Adjustment, DoseAnswer
from tools.dosing.equivalents import convert_steroid, rotate_opioid
from tools.dosing.parameters import ParameterFile, no_dose, parameters
from tools.dosing.steps import daily_of

_TABLES = ("opioids", "steroids")


def exchange(present: MedicationUse, to: str, facts: Facts) -> DoseAnswer:
    """The daily dose of another opioid, or of another systemic glucocorticoid, to begin with in place of the present one.

    Args:
        present: with its daily dose, by mouth.
        to: ingredient name.

    Returns:
        `found` with the daily dose, or its lowest and highest, in words and numbers; it is divided as the product says, and nothing
        here says that the new medicine suits the patient. `missing` without a daily dose; `out_of_scope` for children, for a route
        that is not by mouth, and for a change that needs a specialist; `not_covered` where no table has both.

    Raises:
        UnitMismatchError: the dose is not a mass.
    """
    drug = "-".join(ingredient.name for ingredient in present.ingredients)
    model = next((model for model in map(parameters, _TABLES) if {drug, to} <= _known(model)), None)
    if model is None:
        reason = f"no table of equal doses has both {drug} and {to}"
        return DoseAnswer(outcome="not_covered", drug=to, reason=reason, text=f"No dose: {reason}.")
    if facts.age is not None and facts.age < model.youngest:
        return _without(model, to, "out_of_scope", model.said["too-young"])
    if (present.route or "oral") != "oral":
        return _without(model, to, "out_of_scope", model.said["by-mouth"])
    daily = daily_of(present)
    if daily is None or daily.value <= 0:
        return _without(model, to, "missing", f"the daily dose of {drug} was not told", (f"daily dose of {drug}",))
    try:
        return _found(model, drug, daily, to)
    except OutOfScopeError as error:
        return _without(model, to, "out_of_scope", str(error))


def _known(model: ParameterFile) -> set[str]:
    """Everything that a table has a word on, be it that there is no factor."""
    return {name for table in model.table.values() for name in table}


def _found(model: ParameterFile, drug: str, daily: Quantity, to: str) -> DoseAnswer:
    ends = rotate_opioid(drug, daily, to) if model.id == "opioids" else (convert_steroid(drug, daily, to),) * 2
    low, high = (PlanQuantity(plain(end.value), end.unit) for end in ends)
    amount = f"{low.value} mg" if low == high else f"{low.value} to {high.value} mg"
    text = f"{amount} of {to} a day in all, by mouth, in place of {plain(daily.to('mg').value)} mg of {drug} a day"
    return DoseAnswer(
        outcome="found",
        drug=to,
        begin_per_day=(low, high),
        titration=model.titration,
        adjustments=tuple(Adjustment(model.said[name]) for name in ("reduced", "divided", "not-told") if name in model.said),
        monitoring=model.monitoring,
        rule=model.ref(),
        evidence=model.evidence(),
        text=text,
    )


def _without(
    model: ParameterFile, to: str, outcome: Literal["missing", "out_of_scope"], reason: str, missing: tuple[str, ...] = ()
) -> DoseAnswer:
    return structs.replace(no_dose(model, outcome, reason, missing), drug=to)
