"""A record that lies on a real FHIR server is read whole, page by page, and planned; who is not there is said not to be."""

from __future__ import annotations

import json
import urllib.request
from datetime import date
from typing import Any

import pytest

from agent.errors import RecordError
from agent.fhir import server
from agent.fhir.read import read_bundle
from agent.fhir.server import everything

pytestmark = pytest.mark.server
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1950-01-01", "gender": "female"}


def put(base: str, resource: dict[str, Any]) -> None:
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    request = urllib.request.Request(url, json.dumps(resource).encode(), {"Content-Type": "application/fhir+json"}, method="PUT")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status in (200, 201)


def creatinine(number: int, patient: str = "p1") -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": f"{patient}-o{number}", "status": "final", "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]}, "effectiveDateTime": f"2026-{number + 1:02d}-01",
        "valueQuantity": {"value": 1 + number / 10, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
    }  # fmt: skip


@pytest.fixture
def stored(fhir: str) -> str:
    for resource in (PATIENT, {**PATIENT, "id": "p2"}, *(creatinine(n) for n in range(9)), creatinine(9, "p2")):
        put(fhir, resource)
    return fhir


def test_a_record_is_read_whole_however_small_the_pages_are(stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_COUNT", 4)
    record = read_bundle(everything(stored, "p1"), date(2026, 11, 20), "p1")
    values = [float(m.quantity.value) for m in record.facts.measurements["serum-creatinine"]]
    assert values == [1.8, 1.7, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1, 1.0]
    assert record.patients == ("p1",)


def test_who_is_not_there_is_said_not_to_be(stored: str) -> None:
    with pytest.raises(RecordError, match="no such patient"):
        everything(stored, "nobody")
