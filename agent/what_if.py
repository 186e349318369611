"""A what-if: the same record with a fact altered, planned by the same graph. Nothing of it is ever stored as the record.

egfr=25        serum-potassium=5.8     an observable, in its canonical unit or with one (`hba1c=64 mmol/mol`)
age=80         sex=female              pregnant
+ibuprofen 400 MG                      also takes this
-metformin                             no longer takes anything with this ingredient
has gout       no gout                 has, or has not, this problem
allergic penicillin                    is allergic to this
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import orjson

from agent.errors import RecordError
from tools.clinical.errors import UnitMismatchError
from tools.clinical.quantity import Quantity
from tools.terminology import terminology
from tools.terminology.systems import LOINC

UCUM = "http://unitsofmeasure.org"
EXAMPLES = "egfr=25, age=80, pregnant, +ibuprofen 400 MG, -metformin, has gout, no gout, allergic penicillin"
Bundle = dict[str, Any]


def altered(data: bytes, as_of: date, changes: Iterable[str]) -> bytes:
    """The bundle with these facts altered; the original bytes stay as they are.

    Args:
        data: a FHIR bundle of one patient.
        changes: as in the module's text.

    Raises:
        RecordError: a change was not understood; the message says how to write one.
    """
    bundle: Bundle = copy.deepcopy(orjson.loads(data))
    for change in changes:
        _apply(bundle, as_of, change.strip())
    return orjson.dumps(bundle)


def _apply(bundle: Bundle, as_of: date, change: str) -> None:
    name, equals, value = (part.strip() for part in change.partition("="))
    if equals:
        _SETTERS.get(name, _measure(name))(bundle, as_of, value)
        return
    for prefix, verb in _VERBS.items():
        if change.startswith(prefix):
            verb(bundle, as_of, change[len(prefix) :].strip())
            return
    raise RecordError(f"{change!r} is not understood; write for instance {EXAMPLES}")


def _measure(name: str) -> Callable[[Bundle, date, str], None]:
    def apply(bundle: Bundle, as_of: date, value: str) -> None:
        observable = terminology().observable_named(name)
        if observable is None or not observable.preferred_loinc:
            raise RecordError(f"{name!r} is no measurement that is known here")
        try:
            quantity = Quantity.parse(value if " " in value else f"{value} {observable.unit}")
        except (UnitMismatchError, ArithmeticError, ValueError) as error:
            raise RecordError(f"{value!r} is no value of {name!r}: {error}") from None
        code = {"coding": [{"system": LOINC, "code": observable.preferred_loinc, "display": observable.title}]}
        amount = {"value": float(quantity.value), "unit": quantity.unit, "system": UCUM, "code": quantity.unit}
        _add(
            bundle,
            "Observation",
            {"status": "final", "code": code, "effectiveDateTime": as_of.isoformat(), "valueQuantity": amount, "id": f"what-if-{name}"},
        )

    return apply


def _age(bundle: Bundle, as_of: date, value: str) -> None:
    if not value.isdigit() or int(value) > 120:
        raise RecordError(f"{value!r} is no age in years")
    _patient(bundle)["birthDate"] = f"{as_of.year - int(value):04d}-{as_of.month:02d}-01"


def _sex(bundle: Bundle, as_of: date, value: str) -> None:
    _patient(bundle)["gender"] = value


def _pregnant(bundle: Bundle, as_of: date, _: str) -> None:
    _has(bundle, as_of, "pregnancy")


def _takes(bundle: Bundle, as_of: date, text: str) -> None:
    _add(
        bundle,
        "MedicationRequest",
        {
            "status": "active",
            "intent": "order",
            "authoredOn": as_of.isoformat(),
            "medicationCodeableConcept": {"text": text},
            "id": f"what-if-{len(bundle['entry'])}",
        },
    )


def _ends(bundle: Bundle, as_of: date, drug: str) -> None:
    wanted = terminology().ingredient(drug)
    if wanted is None:
        raise RecordError(f"{drug!r} is no ingredient that is known here")
    bundle["entry"] = [entry for entry in bundle["entry"] if not _is_order_of(entry.get("resource", {}), wanted.name)]


def _is_order_of(resource: Bundle, ingredient: str) -> bool:
    if resource.get("resourceType") not in {"MedicationRequest", "MedicationStatement"}:
        return False
    concept = resource.get("medicationCodeableConcept") or {}
    texts = [concept.get("text", ""), *(coding.get("display", "") for coding in concept.get("coding", ()))]
    return any(text and ingredient in terminology().medication(text).kinds for text in texts)


def _has(bundle: Bundle, as_of: date, name: str) -> None:
    coding = terminology().problem_code(terminology().canonical_problem(name) or name)
    if coding is None:
        raise RecordError(f"{name!r} is no problem that is known here")
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    code = {"coding": [{"system": coding.system, "code": coding.code, "display": coding.display}], "text": coding.display or name}
    _add(bundle, "Condition", {"clinicalStatus": active, "code": code, "recordedDate": as_of.isoformat(), "id": f"what-if-{name}"})


def _has_not(bundle: Bundle, as_of: date, name: str) -> None:
    wanted = terminology().canonical_problem(name) or name
    bundle["entry"] = [entry for entry in bundle["entry"] if not _is_problem(entry.get("resource", {}), wanted)]


def _is_problem(resource: Bundle, name: str) -> bool:
    from tools.clinical.facts import Coding

    if resource.get("resourceType") != "Condition":
        return False
    concept = resource.get("code", {})
    codes = [Coding(c.get("system", ""), c.get("code", ""), c.get("display", "")) for c in concept.get("coding", ())]
    return name in terminology().problem(codes, concept.get("text", ""))


def _allergic(bundle: Bundle, as_of: date, to: str) -> None:
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}]}
    _add(
        bundle,
        "AllergyIntolerance",
        {"clinicalStatus": active, "code": {"text": to}, "id": f"what-if-{len(bundle['entry'])}"},
        subject="patient",
    )


def _add(bundle: Bundle, kind: str, resource: Bundle, subject: str = "subject") -> None:
    patient = _patient(bundle)
    entry = next(e for e in bundle["entry"] if e.get("resource") is patient)
    reference = entry.get("fullUrl") if str(entry.get("fullUrl", "")).startswith("urn:") else f"Patient/{patient.get('id', '')}"
    bundle["entry"].append(
        {"fullUrl": f"{kind}/{resource['id']}", "resource": {"resourceType": kind, **resource, subject: {"reference": reference}}}
    )


def _patient(bundle: Bundle) -> Bundle:
    for entry in bundle.get("entry", ()):
        resource: Bundle = entry.get("resource", {})
        if resource.get("resourceType") == "Patient":
            return resource
    raise RecordError("the record has no Patient")


_SETTERS: dict[str, Callable[[Bundle, date, str], None]] = {"age": _age, "sex": _sex}
_VERBS: dict[str, Callable[[Bundle, date, str], None]] = {
    "pregnant": _pregnant, "+": _takes, "-": _ends, "has ": _has, "no ": _has_not, "allergic ": _allergic,
}  # fmt: skip
