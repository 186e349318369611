"""A real FHIR server takes the transaction, once however often it is sent, and holds nothing that was rejected."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from sample_plans import heart_kidney_diabetes

from agent.fhir.write import transaction_bundle
from agent.review import Outcome, Signature

pytestmark = pytest.mark.server


def call(url: str, method: str = "GET", body: object = None) -> dict[str, Any]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data, {"Content-Type": "application/fhir+json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        answered: dict[str, Any] = json.loads(answer.read())
    return answered


def total(base: str, kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in call(f"{base}/{kind}?_count=100").get("entry", [])]


def test_the_server_takes_it_once_and_without_what_was_rejected(fhir: str) -> None:
    plan = heart_kidney_diabetes()
    call(f"{fhir}/Patient/hkd-1", "PUT", {"resourceType": "Patient", "id": "hkd-1"})
    before = {
        kind: len(total(fhir, kind)) for kind in ("MedicationRequest", "ServiceRequest", "CarePlan", "Provenance", "DetectedIssue", "Task")
    }
    signed = (Signature("dr-1", "physician", "2026-11-24T10:00:00+00:00"),)
    outcome = Outcome(digest=plan.digest, approved={i.id: signed for i in plan.items if i.id != "i1"}, rejected={"i1": signed})
    bundle = transaction_bundle(plan, outcome)
    first = call(fhir, "POST", bundle)
    assert {entry["response"]["status"][:3] for entry in first["entry"]} == {"201"}
    second = call(fhir, "POST", bundle)
    assert {entry["response"]["status"][:3] for entry in second["entry"]} == {"200"}
    after = {kind: len(total(fhir, kind)) - count for kind, count in before.items()}
    assert after == {"MedicationRequest": 3, "ServiceRequest": 1, "CarePlan": 1, "Provenance": 1, "DetectedIssue": 3, "Task": 3}
    assert "empagliflozin" not in json.dumps([r.get("medicationCodeableConcept") for r in total(fhir, "MedicationRequest")])
