"""Every code of the public test records resolves, or stands in the list of those that cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.clinical.facts import Coding
from tools.terminology import terminology

NOT_MEDICINES = {"Medication 1", "Medication 2", "TPF", "Little Pink Pill for water retention"}


def resources(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.rglob("*.json")):
        yield from inside(json.loads(path.read_text("utf-8")))
    for path in sorted(folder.rglob("*.*json*")):
        if path.suffix in {".ndjson", ".jsonl"}:
            for line in path.read_text("utf-8").splitlines():
                yield from inside(json.loads(line))


def inside(value: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(value, dict):
        return
    if value.get("resourceType") == "Bundle":
        for entry in value.get("entry", []):
            yield from inside(entry.get("resource", {}))
    elif "resourceType" in value:
        yield value
        for contained in value.get("contained", []):
            yield from inside(contained)
    else:
        for part in value.values():
            if isinstance(part, dict):
                yield from inside(part)


Concept = tuple[str, tuple[Coding, ...]]


def concepts(found: list[dict[str, Any]], kind: str, field: str) -> set[Concept]:
    return {concept(resource[field]) for resource in found if resource["resourceType"] == kind and isinstance(resource.get(field), dict)}


def concept(value: dict[str, Any]) -> Concept:
    codes = tuple(Coding(c.get("system", ""), c.get("code", ""), c.get("display", "")) for c in value.get("coding", []))
    return value.get("text", ""), codes


@pytest.fixture(scope="module")
def records(shared_data: Path) -> list[dict[str, Any]]:
    return [*resources(shared_data / "fhir"), *resources(shared_data / "ecqm")]


def test_every_condition_is_known(records: list[dict[str, Any]]) -> None:
    found = concepts(records, "Condition", "code")
    assert len(found) >= 190
    assert {(text, codes) for text, codes in found if not terminology().problem(codes, text)} == set()


def test_every_medicine_is_recognized_completely(records: list[dict[str, Any]]) -> None:
    found = concepts(records, "Medication", "code")
    for kind in ("MedicationRequest", "MedicationAdministration", "MedicationDispense", "MedicationStatement"):
        found |= concepts(records, kind, "medicationCodeableConcept")
    assert len(found) >= 150
    left = {text for text, codes in found if terminology().medication(text, codes).outcome != "recognized"}
    assert left == NOT_MEDICINES


def test_the_only_contradiction_between_code_and_display_is_found(records: list[dict[str, Any]]) -> None:
    found = concepts(records, "MedicationRequest", "medicationCodeableConcept")
    assert {codes[0].code for text, codes in found if terminology().medication(text, codes).data_issue} == {"833036"}


def test_every_allergy_is_recognized(records: list[dict[str, Any]]) -> None:
    found = concepts(records, "AllergyIntolerance", "code")
    assert {(text, codes) for text, codes in found if not terminology().allergen(codes, text).recognized} == set()


def test_every_vaccine_is_known(records: list[dict[str, Any]]) -> None:
    found = concepts(records, "Immunization", "vaccineCode")
    assert {(text, codes) for text, codes in found if not terminology().immunization(codes, text)} == set()


def test_every_vital_sign_and_laboratory_value_of_the_synthetic_patients_is_known(shared_data: Path) -> None:
    found = [*resources(shared_data / "fhir" / "synthea-v2.4"), *resources(shared_data / "fhir" / "pysynthea-1.5.0")]
    measured = [r for r in found if r["resourceType"] == "Observation" and "valueQuantity" in r]
    unknown = {concept(r["code"]) for r in measured if terminology().observable(concept(r["code"])[1]) is None}
    assert unknown == set()
