"""Orders, statements, dispenses and administrations of medicines, each by its own status rules.

| resource | status | read as |
|---|---|---|
| MedicationRequest | active | open |
| | on-hold | held |
| | completed, stopped, cancelled | over; cancelled never began |
| | draft, entered-in-error | set aside |
| MedicationStatement | active; on-hold; unknown | open; held; unsure |
| | completed, stopped, not-taken | over |
| | intended | unsure |
| | entered-in-error | set aside |
| MedicationDispense | completed, in-progress | supplied (dated by hand-over) |
| | stopped, cancelled, declined, preparation, on-hold, entered-in-error | set aside: nothing was handed over |
| MedicationAdministration | in-progress, completed | given: unsure for 30 days, then over |
| | not-done, on-hold, stopped, entered-in-error | set aside |
| any | missing, `unknown` or no code of R4 | unsure |

Intent `proposal` and `option` are not orders and are set aside; `plan` is unsure, unless the patient reported it as taken.
`doNotPerform` bars the medicine from being proposed, and is told with an issue. Which medicine it is says `agent.fhir.products`; where none
is named the entry is set aside.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from msgspec import Raw
from msgspec.structs import replace

from agent.fhir import concepts, modifiers, terms
from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir.concepts import Concept
from agent.fhir.products import product_of
from agent.fhir.reading import ERROR, USED, Order, Outcome, Reading, aside
from agent.fhir.regimen import Supply, days_of, ends_of, longest_course, route_of, with_parts, with_supply
from agent.fhir.times import day, moment, plus
from tools.clinical.facts import MedicationUse, WhyNot

State = Literal["open", "over", "completed", "withdrawn", "held", "unsure"]
_REQUEST: dict[str, State] = {"active": "open", "on-hold": "held", "completed": "completed", "stopped": "over", "cancelled": "withdrawn"}
_STATEMENT: dict[str, State] = {
    "active": "open",
    "on-hold": "held",
    "completed": "completed",
    "stopped": "over",
    "not-taken": "over",
    "intended": "unsure",
}
_TAKEN_BACK = frozenset({"stopped", "cancelled"})
"""Statuses of an instruction that no longer holds; one that is completed was noted once, and holds."""
_GIVEN_FOR = 30
_NOT_TO_GIVE = tomllib.loads(Path(__file__).with_name("special.toml").read_text("utf-8"))["not_to_give"]
_REASONS: dict[WhyNot, frozenset[str]] = {"patient": frozenset(_NOT_TO_GIVE["patient"]), "medical": frozenset(_NOT_TO_GIVE["medical"])}
_REASON_WORDS: dict[WhyNot, list[str]] = {"patient": _NOT_TO_GIVE["patient_words"], "medical": _NOT_TO_GIVE["medical_words"]}


def read_request(found: r4.MedicationRequest, reference: str, reading: Reading) -> Outcome:
    """An order."""
    refused = _refused_request(found, reference, reading)
    if refused is not None:
        return refused
    state = _state(found.status, _REQUEST, reference, reading)
    if state == "open" and found.intent == "plan" and not found.reported_boolean:
        state = "unsure"
    later = reading.later(found.authored_on)
    return later or _add(
        found,
        reference,
        reading,
        state,
        found.authored_on,
        found.dosage_instruction,
        _order_end(found, reference, reading),
        found.reason_code,
        supply=_supply_of(found.dispense_request),
    )


def _refused_request(found: r4.MedicationRequest, reference: str, reading: Reading) -> Outcome | None:
    if found.status in ("entered-in-error", "draft"):
        return ERROR if found.status == "entered-in-error" else aside("a draft, not an order")
    if found.do_not_perform and found.status in _TAKEN_BACK:
        return aside("doNotPerform: an instruction not to give a medicine that was taken back")
    if found.do_not_perform:
        return _not_to_give(found, reference, reading)
    if found.intent in ("proposal", "option"):
        return aside(f"intent {found.intent}: proposed, not ordered")
    return None


def _not_to_give(found: r4.MedicationRequest, reference: str, reading: Reading) -> Outcome:
    """An instruction not to give a medicine; what it is about is not proposed again without a question."""
    product, _ = product_of(found, reading)
    later = reading.later(found.authored_on)
    if later is not None or not product:
        return later or aside("doNotPerform: an instruction not to give a medicine that is not named")
    for kind in terms.medication(product).kinds:
        reading.not_to_give.setdefault(kind, []).append(reference)
    reading.not_to_give_why[reference] = _why_not(found.reason_code)
    reading.issue(reference, "status", "an instruction not to give this medicine (doNotPerform); it is not proposed again")
    return USED


def _why_not(raw: Raw) -> WhyNot:
    """Whether the order names a medical reason or the patient's wish."""
    given = concepts.concepts.of(raw)
    for why, known in _REASONS.items():
        if any(reason.among(known) or any(word in reason.text.casefold() for word in _REASON_WORDS[why]) for reason in given):
            return why
    return ""


def read_statement(found: r4.MedicationStatement, reference: str, reading: Reading) -> Outcome:
    """What someone says is taken."""
    if found.status == "entered-in-error":
        return ERROR
    state = _state(found.status, _STATEMENT, reference, reading)
    period = found.effective_period or el.Period()
    later = reading.later(found.date_asserted, found.effective_date_time, period.start)
    when = max((t for t in (found.date_asserted, found.effective_date_time, period.start) if t), key=moment, default=None)
    end = (day(period.end), True)
    outcome = later or _add(found, reference, reading, state, when, found.dosage, end, found.reason_code)
    if outcome is USED and found.status == "not-taken":
        reading.orders[-1] = replace(reading.orders[-1], use=replace(reading.orders[-1].use, declined=True))
    return outcome


def read_dispense(found: r4.MedicationDispense, reference: str, reading: Reading) -> Outcome:
    """What was handed over."""
    if found.status == "entered-in-error":
        return ERROR
    if found.status not in ("completed", "in-progress", "unknown", None):
        return aside(
            f"a dispense that is {found.status}: nothing was handed over" if found.status in _NO_DISPENSE else "status is not of FHIR R4"
        )
    when = found.when_handed_over or found.when_prepared
    lasting = (found.quantity, found.days_supply)
    supply, handed_over = days_of(found.days_supply), day(when)
    end = plus(handed_over, supply) if supply and handed_over else None
    return reading.later(when) or _add(
        found, reference, reading, "open", when, found.dosage_instruction, (end, False), weight=0, supply=lasting
    )


_NO_DISPENSE = frozenset({"preparation", "cancelled", "on-hold", "stopped", "declined"})


def read_administration(found: r4.MedicationAdministration, reference: str, reading: Reading) -> Outcome:
    """What was given; it says little about what is taken weeks later."""
    if found.status not in ("completed", "in-progress", "unknown", None):
        return ERROR if found.status == "entered-in-error" else aside("an administration that was not completed")
    period = found.effective_period or el.Period()
    when = found.effective_date_time or period.end or period.start
    later = reading.later(found.effective_date_time, period.start)
    given = day(when)
    if given is not None and given > reading.as_of:  # an infusion that still runs: given until today
        given, when = reading.as_of, reading.as_of.isoformat()
    recent = given is not None and (reading.as_of - given).days <= _GIVEN_FOR
    return later or _add(found, reference, reading, "unsure" if recent else "over", when, (), (None, False), weight=0)


def _state(status: str | None, known: dict[str, State], reference: str, reading: Reading) -> State:
    if status in known:
        return known[status]
    if status != "unknown":
        reading.issue(reference, "status", "the status is missing or not one of FHIR R4; whether it is taken is asked")
    return "unsure"


def _order_end(found: r4.MedicationRequest, reference: str, reading: Reading) -> tuple[date | None, bool]:
    """The last day that the order covers, and whether the order ends there or only its supply.

    A period that ends before the order was written cannot be the order's; it is not believed, and that is said.
    """
    dispense = found.dispense_request or el.DispenseRequest()
    periods = [*([dispense.validity_period] if dispense.validity_period else []), *ends_of(found.dosage_instruction)]
    ends = [end for period in periods if (end := day(period.end)) is not None]
    written, course = day(found.authored_on), longest_course(found.dosage_instruction)
    if ends and written is not None and max(ends) < written:
        reading.issue(reference, "contradiction", f"its period ends on {max(ends)}, before it was written; the period is not used")
    elif ends:
        return max(ends), True
    supply = days_of(dispense.expected_supply_duration)
    if written is None or (course is None and supply is None):
        return None, False
    if course is not None:
        return plus(written, course), True
    fills = 1 + max(0, min(dispense.number_of_repeats_allowed or 0, 100))
    return plus(written, (supply or 0) * fills), False


def _add(
    found: r4.Medicine,
    reference: str,
    reading: Reading,
    state: State,
    when: str | None,
    dosages: Sequence[el.Dosage],
    end: tuple[date | None, bool],
    reasons: Raw | None = None,
    weight: int = 1,
    supply: Supply = (None, None),
) -> Outcome:
    product, form = product_of(found, reading)
    if not product:
        return aside("no medicine is named: neither a concept nor a reference that leads to one")
    dosages = _understood(dosages, reference, reading)
    covers_until, validity_ends = end
    begins = max((day(p.start) or date.min for p in ends_of(dosages)), default=None)
    use = _use(product, form, reference, reading, dosages, _reason(reasons))
    use = replace(use, regimen=with_supply(use.regimen, supply, use.strength))
    reading.orders.append(Order(use, state, weight, day(when), moment(when), covers_until, validity_ends, begins))
    return USED


def _understood(dosages: Iterable[el.Dosage], reference: str, reading: Reading) -> list[el.Dosage]:
    """The instructions; of one whose meaning something may turn round the words alone, which are shown and not counted with."""
    kept = []
    for dosage in dosages:
        if modifiers.turned(dosage.modifier_extension):
            reading.issue(reference, "unrecognized", "a dosage with a modifierExtension that is not understood; only its words are kept")
            kept.append(el.Dosage(text=dosage.text, patient_instruction=dosage.patient_instruction))
        else:
            kept.append(dosage)
    return kept


def _supply_of(dispense: el.DispenseRequest | None) -> Supply:
    return (dispense.quantity, dispense.expected_supply_duration) if dispense is not None else (None, None)


def _reason(raw: Raw | None) -> str:
    return ", ".join(c.text for c in concepts.concepts.of(raw) if c.text) if raw is not None else ""


def _use(product: Concept, form: str, reference: str, reading: Reading, dosages: Sequence[el.Dosage], reason: str) -> MedicationUse:
    match = terms.medication(product)
    if match.data_issue:
        reading.issue(reference, "contradiction", match.data_issue)
    route = route_of(dosages) or match.route
    return MedicationUse(
        reference=reference,
        text=product.text,
        ingredients=match.ingredients,
        kinds=terms.kinds_by(match.kinds, route),
        code=product.code,
        route=route,
        form=match.form or form or None,
        strength=match.strength,
        regimen=with_parts(dosages, match.strength, match.strengths),
        complete=match.outcome == "recognized",
        reason=reason,
    )
