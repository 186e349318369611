"""What a relative had: early vascular disease of the first degree, and a tumour that runs in families."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest

from agent.fhir.read import read_bundle
from scenarios.builders import bundle, patient

DAY = date(2026, 11, 1)
ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
INFARCTION, MEDULLARY = "22298006", "255032005"


def stated(relative: str, code: str, age: int | None = None) -> list[str]:
    condition: dict[str, Any] = {"code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]}}
    if age is not None:
        condition["onsetAge"] = {"value": age, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}
    history = {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "relationship": {"coding": [{"system": ROLE, "code": relative}]},
        "condition": [condition],
    }
    return sorted(read_bundle(orjson.dumps(bundle(patient(age=40, as_of=DAY), history)), DAY).facts.derived)


@pytest.mark.parametrize(
    ("relative", "age", "early"), [("FTH", 54, True), ("FTH", 55, False), ("MTH", 64, True), ("MTH", 65, False), ("SIB", 55, False)]
)
def test_an_infarction_is_early_below_55_in_a_father_and_below_65_in_a_mother(relative: str, age: int, early: bool) -> None:
    assert stated(relative, INFARCTION, age) == (["family-history-premature-ascvd"] if early else [])


def test_without_an_age_or_of_a_grandfather_it_is_not_early() -> None:
    assert (stated("FTH", INFARCTION), stated("GRFTH", INFARCTION, 40)) == ([], [])


def test_a_medullary_thyroid_cancer_of_any_relative_counts() -> None:
    assert stated("GRFTH", MEDULLARY) == ["family-history-medullary-thyroid-carcinoma"]
