"""What stands in for a creatinine clearance that the record does not give, where a dose that is taken is checked.

| recorded | taken as the clearance |
|---|---|
| a clearance, of any age | nothing stands in |
| dialysis or kidney failure | a value below every limit |
| an eGFR of the last year | the eGFR, in mL/min |
| nothing of these | nothing: whether a lower limit applies stays untold |
"""

from __future__ import annotations

from tools.clinical.facts import Facts, Measurement
from tools.clinical.quantity import Quantity, decimal_of
from tools.dosing.answers import Adjustment
from tools.dosing.parameters import parameters

_CLEARANCE, _UNIT = "creatinine-clearance", "mL/min"


def with_clearance(facts: Facts) -> tuple[Facts, Adjustment | None]:
    """The facts with what stands in for the clearance, and the words for it.

    Args:
        facts: the patient; values are in canonical units, clearances in mL/min.

    Returns:
        The same facts and `None` where a clearance is recorded or nothing stands in for it.

    Source:
        KDIGO 2024, chapter 4; FDA guidance of 2024 on impaired renal function: an eGFR may stand for the clearance.
    """
    if facts.latest(_CLEARANCE) is not None:
        return facts, None
    model = parameters("clearance-stand-in")
    references = tuple(reference for name in model.member["failure"] for reference in facts.problem(name))
    if references:
        least = Quantity(decimal_of(model.number["in_failure"]), _UNIT)
        return _given(facts, Measurement(_CLEARANCE, least, facts.as_of, references[0])), Adjustment(model.said["failure"], references)
    egfr = facts.latest("egfr", int(model.number["egfr_within_days"]))
    if egfr is None:
        return facts, None
    taken = Measurement(_CLEARANCE, Quantity(egfr.quantity.value, _UNIT), egfr.when, egfr.reference)
    return _given(facts, taken), Adjustment(model.said["egfr"], (egfr.reference,))


def _given(facts: Facts, taken: Measurement) -> Facts:
    return facts.with_measurements([taken])
