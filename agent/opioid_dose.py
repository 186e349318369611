"""The daily dose of all opioids together, in morphine equivalents, as a computed value of the record."""

from __future__ import annotations

import msgspec

from tools.calculators import Derived
from tools.clinical.facts import Facts, Measurement
from tools.clinical.plan import Calculation, CalculationInput
from tools.clinical.quantity import Quantity
from tools.dosing import morphine_equivalents

OBSERVABLE = "morphine-milligram-equivalents"


def with_opioid_dose(derived: Derived, facts: Facts) -> Derived:
    """What was computed, and the morphine equivalents a day of the opioids that are taken for certain.

    A sum with parts left out would look like a low dose. Where the dose of an opioid is not recorded, or it has no factor, nothing
    is computed and the reason is told. A value of the record stands.
    """
    taken = [use for use in facts.medications if use.currency == "current"]
    found = morphine_equivalents(taken)
    if facts.latest(OBSERVABLE) is not None or not (found.counted or found.not_counted):
        return derived
    if found.not_counted:
        reasons = tuple(dict.fromkeys((OBSERVABLE, reason) for _, reason in found.not_counted))
        return msgspec.structs.replace(derived, not_computed=(*derived.not_computed, *reasons))
    total = Quantity(found.total.value, "mg/d")
    references = tuple(reference for reference, _ in found.counted)
    measured = Measurement(OBSERVABLE, total, facts.as_of, f"calculation:{OBSERVABLE}", inputs=references)
    return msgspec.structs.replace(
        derived,
        measurements=(*derived.measurements, measured),
        calculations=(*derived.calculations, _calculation(found.counted, total, facts, taken={u.reference: u.text for u in taken})),
    )


def _calculation(counted: tuple[tuple[str, Quantity], ...], total: Quantity, facts: Facts, taken: dict[str, str]) -> Calculation:
    inputs = tuple(CalculationInput(taken[reference], f"{part.value.normalize():f}", "mg/d", reference) for reference, part in counted)
    return Calculation(
        name=OBSERVABLE,
        value=f"{total.value.normalize():f}",
        unit="mg/d",
        inputs=inputs,
        source="CDC clinical practice guideline for prescribing opioids for pain, 2022, conversion factors",
        when=facts.as_of.isoformat(),
    )
