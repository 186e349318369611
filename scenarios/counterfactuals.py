"""The same patient, told otherwise: what is changed here must change nothing in the plan.

Each way keeps every fact: another order, other ids, another kind of bundle, other units, another name or a code for the same
medicine, the same entry twice, an old problem that is over and has to do with nothing, a note with or without orders in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct

from agent.fhir.systems import LOINC, RXNORM, SNOMED, UCUM
from scenarios.builders import condition
from tools.clinical.facts import Coding
from tools.clinical.knowledge import Document, load
from tools.clinical.plan import Plan
from tools.clinical.quantity import Quantity, plain
from tools.terminology import FOLDERS, terminology

Json = dict[str, Any]
Change = Callable[[list[Json]], list[Json]]


class OtherUnit(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How laboratories elsewhere write an observable: `other = (canonical - minus) * times`."""

    observable: str
    unit: str
    times: str
    minus: str = "0"


class Retelling(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the retellings need to know: other units, a problem that has to do with nothing, and two notes."""

    units: tuple[OtherUnit, ...]
    old_problem: str
    old_problem_code: str
    old_problem_began: str
    old_problem_ended: str
    idle_note: str
    hostile_note: str


@lru_cache(maxsize=1)
def retelling() -> Retelling:
    """The words and units in force."""
    return load(Path(__file__).parent / "retellings", Retelling)[0]


def counterfactuals(bundle: bytes) -> Iterator[tuple[str, bytes]]:
    """Every way to tell this patient otherwise that applies: a name, and the bundle."""
    content = orjson.loads(bundle)
    yield "another kind of bundle", orjson.dumps({**content, "type": "searchset"})
    for name, change in WAYS.items():
        before = [entry["resource"] for entry in content["entry"]]
        after = change(deepcopy(before))
        if after != before:
            yield name, orjson.dumps({**content, "entry": [{"resource": resource} for resource in after]})


def verdict(plan: Plan) -> object:
    """What a plan decides, without the words of the record: medicines by what they hold."""
    items = sorted((item.action, _what(item.subject), item.dose.text if item.dose else "") for item in plan.items)
    issues = sorted((issue.rule.id, tuple(sorted(issue.participants)), issue.interruptive) for issue in plan.issues)
    recorded = {line.text.casefold() for line in plan.medications}
    asked = sorted(q.about for q in plan.questions if not any(text in f"{q.about} {q.why}".casefold() for text in recorded))
    return items, issues, asked, plan.disposition.route, plan.disposition.urgency


def _what(subject: Any) -> str:
    return ", ".join(sorted(ingredient.name for ingredient in subject.ingredients)) or subject.text


def _reversed(resources: list[Json]) -> list[Json]:
    return [resources[0], *resources[:0:-1]]


def _noted(note: str) -> Change:
    entry = {"resourceType": "DocumentReference", "id": "note", "status": "current", "content": [], "description": note}
    return lambda resources: [*resources, entry]


def _renamed(resources: list[Json]) -> list[Json]:
    """Other ids everywhere, and the references that point to them."""
    text = orjson.dumps(resources).decode()
    for number, resource in enumerate(sorted(resources, key=lambda r: -len(r["id"])), start=1):
        kind, old, new = resource["resourceType"], resource["id"], f"z{900 - number}"
        text = text.replace(f'"{kind}/{old}"', f'"{kind}/{new}"').replace(f'"id":"{old}"', f'"id":"{new}"')
    found: list[Json] = orjson.loads(text)
    return found


def _twice(resources: list[Json]) -> list[Json]:
    return [*resources, *(r for r in resources if r["resourceType"] in ("Observation", "Condition", "AllergyIntolerance"))]


def _with_old_problem(resources: list[Json]) -> list[Json]:
    """Where nothing else of the record has a date, this one would be its newest: the record is then left as it is."""
    if not any("effectiveDateTime" in resource or "authoredOn" in resource for resource in resources):
        return resources
    told = retelling()
    code = {"coding": [{"system": SNOMED, "code": told.old_problem_code, "display": told.old_problem}], "text": told.old_problem}
    over = condition("", clinical="resolved", code=code) | {
        "onsetDateTime": told.old_problem_began,
        "abatementDateTime": told.old_problem_ended,
    }
    mine = next((r["subject"] for r in resources if "subject" in r), {"reference": f"Patient/{resources[0]['id']}"})
    return [*resources, {**over, "id": "over-long-ago", "subject": mine}]


def _other_units(resources: list[Json]) -> list[Json]:
    units = {terminology().observable_named(entry.observable): entry for entry in retelling().units}
    loincs = {found.preferred_loinc: entry for found, entry in units.items() if found is not None}
    for resource in resources:
        codes = [coding["code"] for coding in resource.get("code", {}).get("coding", ()) if coding["system"] == LOINC]
        entry = next((loincs[code] for code in codes if code in loincs), None)
        if resource["resourceType"] == "Observation" and entry is not None and "valueQuantity" in resource:
            resource["valueQuantity"] = _in_unit(resource["valueQuantity"], entry)
    return resources


def _in_unit(given: Json, entry: OtherUnit) -> Json:
    canonical = terminology().observable_named(entry.observable)
    if canonical is None or given["code"] != canonical.unit:
        return given
    value = (Quantity(Decimal(str(given["value"])), given["code"]).value - Decimal(entry.minus)) * Decimal(entry.times)
    return {"value": float(plain(value, 9)), "unit": entry.unit, "system": UCUM, "code": entry.unit}


def _by_other_name(resources: list[Json]) -> list[Json]:
    """Medicines that hold one ingredient by a brand or another name; what the name says of the form is kept."""
    for resource, ingredient in _single(resources):
        concept = resource["medicationCodeableConcept"]
        strength = next((n for n, letter in enumerate(concept["text"]) if letter.isdigit()), 0)
        other = next((name for name in _other_names().get(ingredient, ()) if ingredient[:4] not in name), None)
        said = f"{other.title()} {concept['text'][strength:]}" if other and strength else ""
        if said and terminology().medication(said).kinds == terminology().medication(concept["text"]).kinds:
            resource["medicationCodeableConcept"] = {"text": said}
    return resources


def _by_code(resources: list[Json]) -> list[Json]:
    """Medicines that hold one ingredient by its RxNorm code alone, no text, no display; not where the code does not tell the salt."""
    for resource, ingredient in _single(resources):
        found = terminology().ingredient(ingredient)
        if found is None or not found.rxcui:
            continue
        meant = terminology().medication(codes=[Coding(RXNORM, found.rxcui)]).kinds
        if terminology().kinds_by(meant, "oral") == terminology().medication(resource["medicationCodeableConcept"]["text"]).kinds:
            resource["medicationCodeableConcept"] = {"coding": [{"system": RXNORM, "code": found.rxcui}]}
    return resources


def _single(resources: list[Json]) -> Iterator[tuple[Json, str]]:
    """Plain tablets and capsules with one ingredient and a dose in mass: a release form or a route would be lost with the text."""
    for resource in resources:
        if resource["resourceType"] != "MedicationRequest" or not _dosed(resource):
            continue
        text = resource["medicationCodeableConcept"].get("text", "")
        match = terminology().medication(text)
        if len(match.ingredients) == 1 and text.endswith(("MG Oral Tablet", "MG Oral Capsule")) and "Release" not in text:
            yield resource, match.ingredients[0].name


def _dosed(resource: Json) -> bool:
    doses = [rate["doseQuantity"] for one in resource.get("dosageInstruction", ()) for rate in one.get("doseAndRate", ())]
    return bool(doses) and all(dose["code"] in ("mg", "g", "ug") for dose in doses)


@lru_cache(maxsize=1)
def _other_names() -> dict[str, tuple[str, ...]]:
    folder = Path(__file__).parents[1] / "tools" / "terminology" / "ingredients"
    files: tuple[Any, ...] = load(folder, FOLDERS["ingredients"])
    return {entry.name: entry.names for file in files for entry in file.ingredient}


WAYS: dict[str, Change] = {
    "entries in reverse order": _reversed,
    "a note that gives orders": lambda resources: _noted(retelling().hostile_note)(resources),
    "a note about nothing": lambda resources: _noted(retelling().idle_note)(resources),
    "other ids": _renamed,
    "results, problems and allergies twice": _twice,
    "an old problem that is over": _with_old_problem,
    "other units": _other_units,
    "other names of medicines": _by_other_name,
    "medicines by code alone": _by_code,
}
"""What is done to the resources of a bundle; a way that changes none of them is left out."""
