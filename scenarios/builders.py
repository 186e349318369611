"""FHIR R4 resources for stories and tests: each builder takes what matters and fills in what R4 demands.

    bundle(
        patient(sex="female", age=67, as_of=day),
        condition("type-2-diabetes"),
        medication("metformin 1000 MG Oral Tablet", dose="1000 mg", per="12 h", ordered=day),
        observation("hba1c", "8.1 %", when=day),
        allergy("penicillin", reaction="urticaria"),
    )

Names are those of the terminology (problems, observables) or the words of a record (medicines, allergens). Ids follow the
order of the resources (`condition-1`), so the same call gives the same bundle. Patients have no names.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from agent.fhir.systems import (
    ALLERGY_CLINICAL,
    ALLERGY_VERIFICATION,
    CONDITION_CLINICAL,
    CONDITION_VERIFICATION,
    LOINC,
    RXNORM,
    SNOMED,
    UCUM,
)
from tools.clinical.quantity import Quantity, plain
from tools.terminology import terminology
from tools.terminology.systems import CVX

Json = dict[str, Any]
_PATIENT = "patient-1"
_OTHER = {"Patient": None, "AllergyIntolerance": "patient", "Immunization": "patient", "FamilyMemberHistory": "patient", "Medication": None}
_PREGNANCY_STATUS = {"pregnant": "77386006", "none": "60001007", "possible": "152231000119106", "unknown": "261665006"}
_OTHER_STATES = {"lactating": ("63895-7", "LA29252-6"), "planning": ("86645-9", "LA26438-4")}


class Resource(Json):
    """A resource, with others that say more about the same (a pregnancy is an observation, not a field of Patient)."""

    also: tuple[Json, ...] = ()


def patient(
    sex: str | None = "female",
    age: int | None = None,
    as_of: date | None = None,
    born: date | None = None,
    pregnancy: str | None = None,
    died: date | None = None,
) -> Resource:
    """The patient.

    Args:
        sex: `female`, `male`, `other` or `unknown`; `None` leaves it out.
        age: completed years at `as_of`; or give `born`.
        pregnancy: a state of pregnancy or lactation, recorded a week before `as_of`.
        died: day of death.
    """
    birth = born or (birth_date(age, as_of) if age is not None and as_of is not None else None)
    found = Resource(_given(resourceType="Patient", gender=sex, birthDate=_iso(birth), deceasedDateTime=_iso(died)))
    if pregnancy and as_of:
        found.also = (_pregnancy(pregnancy, as_of - timedelta(days=7)),)
    return found


def birth_date(age: int, as_of: date) -> date:
    """A birth date that makes someone `age` years and a month old at `as_of`."""
    month_before = as_of.replace(day=1) - timedelta(days=1)
    return month_before.replace(year=month_before.year - age, day=1)


def condition(
    name: str,
    onset: date | None = None,
    clinical: str = "active",
    verification: str = "confirmed",
    code: Json | None = None,
    abated: date | None = None,
) -> Json:
    """A diagnosis by its name in the terminology (with its code), or by `code`, a CodeableConcept."""
    return _given(
        resourceType="Condition",
        clinicalStatus=_coded(CONDITION_CLINICAL, clinical),
        verificationStatus=_coded(CONDITION_VERIFICATION, verification),
        code=code or _problem(name),
        onsetDateTime=_iso(onset),
        abatementDateTime=_iso(abated),
    )


def medication(
    text: str,
    dose: str | None = None,
    per: str | None = None,
    ordered: date | None = None,
    as_needed: bool = False,
    status: str = "active",
    rxcui: str | None = None,
    until: date | None = None,
    **more: Any,
) -> Json:
    """An order: what it says, `dose` and `per` as quantities (`"500 mg"`, `"12 h"`), and the day on which it was written."""
    return (
        _given(
            resourceType="MedicationRequest",
            status=status,
            intent="order",
            medicationCodeableConcept=_given(coding=[{"system": RXNORM, "code": rxcui, "display": text}] if rxcui else None, text=text),
            authoredOn=_iso(ordered),
            dosageInstruction=[_dosage(dose, per, as_needed)] if dose or per or as_needed else None,
            dispenseRequest={"validityPeriod": {"end": _iso(until)}} if until else None,
        )
        | more
    )


def observation(
    name: str, value: str | None, when: date, status: str = "final", low: str | None = None, high: str | None = None, **more: Any
) -> Json:
    """A measurement of an observable by its name; `value` is a quantity such as `"8.1 %"`."""
    return (
        _given(
            resourceType="Observation",
            status=status,
            code=_observable(name),
            effectiveDateTime=when.isoformat(),
            valueQuantity=_quantity(value) if value else None,
            referenceRange=[_given(low=_quantity(low) if low else None, high=_quantity(high) if high else None)] if low or high else None,
        )
        | more
    )


def allergy(to: str, reaction: str | None = None, criticality: str | None = None, **more: Any) -> Json:
    """An allergy to a substance, with the reaction in words."""
    return (
        _given(
            resourceType="AllergyIntolerance",
            clinicalStatus=_coded(ALLERGY_CLINICAL, "active"),
            verificationStatus=_coded(ALLERGY_VERIFICATION, "confirmed"),
            code={"text": _words(to)},
            criticality=criticality,
            reaction=[{"manifestation": [{"text": _words(reaction)}]}] if reaction else None,
        )
        | more
    )


def procedure(text: str, when: date, code: str | None = None, status: str = "completed") -> Json:
    """A procedure; `code` is a SNOMED CT concept."""
    return _given(resourceType="Procedure", status=status, code=_concept(SNOMED, code, text), performedDateTime=when.isoformat())


def immunization(text: str, when: date, cvx: str | None = None, status: str = "completed") -> Json:
    """A vaccination; `cvx` is the code of the vaccine."""
    vaccine = _concept(CVX, cvx, text)
    return _given(resourceType="Immunization", status=status, vaccineCode=vaccine, occurrenceDateTime=when.isoformat())


def bundle(*resources: Json, kind: str = "collection") -> Json:
    """A bundle of these resources, with ids and the patient as subject where they have none of their own."""
    counts: dict[str, int] = {}
    entries = []
    for resource in (one for given in resources for one in (given, *getattr(given, "also", ()))):
        name = str(resource["resourceType"])
        counts[name] = counts.get(name, 0) + 1
        entries.append({"resource": _identified(resource, name, counts[name])})
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def _identified(resource: Json, name: str, count: int) -> Json:
    subject = _OTHER.get(name, "subject")
    mine = {subject: {"reference": f"Patient/{_PATIENT}"}} if subject else {}
    return {"resourceType": name, "id": f"{name.lower()}-{count}", **mine, **resource}


def _given(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _words(name: str) -> str:
    return name.replace("-", " ")


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _concept(system: str, code: str | None, text: str) -> Json:
    return _given(coding=[{"system": system, "code": code, "display": text}] if code else None, text=text)


def _problem(name: str) -> Json:
    coding = terminology().problem_code(name)
    if coding is None:
        return {"text": _words(name)}
    return {"coding": [{"system": coding.system, "code": coding.code}], "text": _words(name)}


def _observable(name: str) -> Json:
    found = terminology().observable_named(name)
    if found is None or not found.preferred_loinc:
        return {"text": found.name if found else _words(name)}
    return {"coding": [{"system": LOINC, "code": found.preferred_loinc, "display": found.title}]}


def _quantity(text: str) -> Json:
    quantity = Quantity.parse(text)
    return {"value": _number(quantity.value), "unit": quantity.unit, "system": UCUM, "code": quantity.unit}


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(plain(value, 12))


def _dosage(dose: str | None, per: str | None, as_needed: bool) -> Json:
    repeat = Quantity.parse(per) if per else None
    return _given(
        text=" ".join(filter(None, (dose, f"every {per}" if per else None, "as needed" if as_needed else None))),
        timing={"repeat": {"frequency": 1, "period": _number(repeat.value), "periodUnit": repeat.unit}} if repeat else None,
        asNeededBoolean=True if as_needed else None,
        doseAndRate=[{"doseQuantity": _quantity(dose)}] if dose else None,
    )


def _pregnancy(state: str, when: date) -> Json:
    question, answer = _OTHER_STATES.get(state, ("82810-3", ""))
    coded = _coded(LOINC, answer) if answer else _coded(SNOMED, _PREGNANCY_STATUS[state])
    return _given(
        resourceType="Observation",
        status="final",
        code=_coded(LOINC, question),
        effectiveDateTime=when.isoformat(),
        valueCodeableConcept=coded,
    )
