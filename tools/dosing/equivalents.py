"""Opioids in morphine equivalents, changing from one opioid to another, and steroids in terms of each other."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from tools.clinical.answer import KnowledgeRef
from tools.clinical.errors import OutOfScopeError
from tools.clinical.facts import MedicationUse
from tools.clinical.quantity import Quantity, decimal_of
from tools.dosing.parameters import parameters
from tools.dosing.steps import daily_of

_MASS, _RATE = Quantity(Decimal(1), "mg"), Quantity(Decimal(1), "ug/h")


class MorphineEquivalents(Struct, frozen=True):
    """The sum over the opioids that could be counted, and those that could not, with the reason."""

    total: Quantity
    counted: tuple[tuple[str, Quantity], ...]
    not_counted: tuple[tuple[str, str], ...]
    rule: KnowledgeRef


def morphine_equivalents(uses: Iterable[MedicationUse]) -> MorphineEquivalents:
    """Morphine milligram equivalents a day of a regimen; a sum with parts left out is a floor, and says so by `not_counted`.

    Source:
        CDC clinical practice guideline for prescribing opioids for pain 2022, table of conversion factors.
    """
    model = parameters("opioids")
    counted: list[tuple[str, Quantity]] = []
    left_out: list[tuple[str, str]] = []
    for use in uses:
        for name in (ingredient.name for ingredient in use.ingredients if use.taken):
            if name in model.member["patch"] and use.route == "transdermal":
                _add_patch(use, counted, left_out)
            elif name in model.table["mg"]:
                _add(use, name, counted, left_out)
            elif "opioid" in use.kinds and name in model.table["none"]:
                left_out.append((use.reference, f"{name} has no factor"))
    total = sum((quantity.value for _, quantity in counted), Decimal(0))
    return MorphineEquivalents(Quantity(total, "mg"), tuple(counted), tuple(left_out), model.ref())


def _add(use: MedicationUse, name: str, counted: list[tuple[str, Quantity]], left_out: list[tuple[str, str]]) -> None:
    daily = daily_of(use)
    if daily is None or len(use.ingredients) > 1 or not daily.same_kind(_MASS):
        left_out.append((use.reference, "the daily dose of the opioid is not recorded"))
        return
    factor = decimal_of(parameters("opioids").table["mg"][name])
    counted.append((use.reference, Quantity(daily.to("mg").value * factor, "mg")))


def _add_patch(use: MedicationUse, counted: list[tuple[str, Quantity]], left_out: list[tuple[str, str]]) -> None:
    strength = use.strength or use.regimen.amount
    if strength is None or not strength.same_kind(_RATE):
        left_out.append((use.reference, "the release rate of the patch is not recorded"))
        return
    factor = decimal_of(parameters("opioids").number["patch"])
    counted.append((use.reference, Quantity(strength.to("ug/h").value * factor, "mg")))


def rotate_opioid(drug: str, daily: Quantity, to: str) -> tuple[Quantity, Quantity]:
    """The lowest and highest daily dose of another opioid to begin with: the equal dose less a half, and less a quarter.

    Raises:
        OutOfScopeError: one of the two has no factor, or the change needs a specialist (methadone, fentanyl, buprenorphine, a dose
            above the declared most).
        UnitMismatchError: the dose is not a mass.

    Source:
        CDC 2022, table of factors; the reduction for incomplete cross-tolerance as in the labels of the opioids.
    """
    model = parameters("opioids")
    factors = model.table["mg"]
    for name in (drug, to):
        if name not in factors or name in model.table["specialist"]:
            raise OutOfScopeError(model.said["specialist"])
    morphine = daily.to("mg").value * decimal_of(factors[drug])
    if morphine > decimal_of(model.number["most"]):
        raise OutOfScopeError(model.said["too-much"])
    equal = morphine / decimal_of(factors[to])
    low, high = (decimal_of(model.number[name]) for name in ("rotate_low", "rotate_high"))
    return Quantity(round(equal * low, 1), "mg"), Quantity(round(equal * high, 1), "mg")


def convert_steroid(drug: str, dose: Quantity, to: str) -> Quantity:
    """A systemic glucocorticoid dose in terms of another.

    Raises:
        OutOfScopeError: one of the two is not in the table, or the dose is above the declared most.
        UnitMismatchError: the dose is not a mass.

    Source:
        Liu 2013, Allergy Asthma Clin Immunol 9:30, table of equal doses.
    """
    model = parameters("steroids")
    table = model.table["mg"]
    if drug not in table or to not in table:
        raise OutOfScopeError(f"no equal dose is known for {drug if drug not in table else to}")
    parts = dose.to("mg").value / decimal_of(table[drug])
    if parts > decimal_of(model.number["most"]):
        raise OutOfScopeError(model.said["too-much"])
    return Quantity(round(parts * decimal_of(table[to]), 3), "mg")
