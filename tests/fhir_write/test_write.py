"""What leaves as FHIR: valid, deterministic, and only what was approved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sample_plans import ALL, fallen_back_draft, heart_kidney_diabetes

from agent.fhir.bindings import faults, required
from agent.fhir.write import draft_bundle, transaction_bundle
from agent.fhir.write_parts import timing
from agent.review import Outcome, Signature
from tools.clinical.plan import Due, Plan

SIGNED = (Signature("dr-1", "physician", "2026-11-24T10:00:00+00:00"),)


def outcome(plan: Plan, *rejected: str) -> Outcome:
    return Outcome(
        digest=plan.digest,
        approved={item.id: SIGNED for item in plan.items if item.id not in rejected},
        rejected=dict.fromkeys(rejected, SIGNED),
    )


def of(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("make", ALL)
def test_every_draft_is_valid_and_says_that_it_is_one(make: Callable[[], Plan]) -> None:
    bundle = draft_bundle(make())
    assert bundle["type"] == "collection"
    assert [plan["title"] for plan in of(bundle, "CarePlan")] == ["DRAFT, not approved by anybody"]
    requests = [r for kind in ("MedicationRequest", "ServiceRequest", "Task", "CarePlan") for r in of(bundle, kind)]
    assert {(r["status"], r["intent"]) for r in requests} == {("draft", "proposal")}
    assert all("request" not in entry for entry in bundle["entry"])


def test_the_same_plan_and_signatures_give_the_same_bytes() -> None:
    plan = heart_kidney_diabetes()
    assert json.dumps(transaction_bundle(plan, outcome(plan))) == json.dumps(transaction_bundle(plan, outcome(plan)))


def test_a_rejected_item_is_absent_with_all_that_only_it_needs() -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan, "i3"))
    assert "spironolactone" not in str(of(bundle, "MedicationRequest"))
    assert [task.get("code", {}).get("text") for task in of(bundle, "Task")] == ["change", "hold"]
    assert len(transaction_bundle(plan, outcome(plan))["entry"]) - len(bundle["entry"]) == 3  # the request, its issue, its question


def test_what_a_refused_remedy_would_have_answered_goes_on_and_is_told() -> None:
    plan = heart_kidney_diabetes()
    issue = next(i for i in plan.issues if i.handled_by == ("i4",))
    told = of(transaction_bundle(plan, outcome(plan, "i4")), "DetectedIssue")
    assert [t["detail"] for t in told if t["detail"].startswith(issue.consequence[:20])]
    assert not [t for t in told if t["detail"].startswith(issue.consequence[:20]) and "mitigation" in t]


def test_a_change_is_a_proposal_with_its_dose_and_a_task_on_the_old_order() -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan))
    metformin = next(r for r in of(bundle, "MedicationRequest") if r["medicationCodeableConcept"]["text"] == "metformin")
    task = next(t for t in of(bundle, "Task") if t.get("code", {}).get("text") == "change")
    assert (metformin["status"], metformin["intent"], "doNotPerform" in metformin) == ("active", "proposal", False)
    assert metformin["priorPrescription"] == {"reference": "MedicationRequest/metformin"}
    assert metformin["dosageInstruction"][0]["timing"] == {"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}}
    assert metformin["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"] == {
        "value": 500, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg",
    }  # fmt: skip
    assert task["code"]["coding"] == [{"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "replace"}]
    assert task["focus"] == {"reference": "MedicationRequest/metformin"}


def test_what_waits_for_an_answer_is_on_hold() -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan))
    found = {r["medicationCodeableConcept"]["text"]: r["status"] for r in of(bundle, "MedicationRequest")}
    assert found == {"empagliflozin": "active", "metformin": "active", "spironolactone": "on-hold", "Influenza, this season": "active"}


def test_a_vaccine_is_a_product_to_be_given_and_no_test() -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan))
    vaccine = next(r for r in of(bundle, "MedicationRequest") if "Influenza" in r["medicationCodeableConcept"]["text"])
    assert (vaccine["intent"], "dosageInstruction" in vaccine) == ("proposal", False)
    assert not [r for r in of(bundle, "ServiceRequest") if "Influenza" in r["code"]["text"]]


def test_entries_are_created_only_where_they_are_not_there_yet() -> None:
    plan = heart_kidney_diabetes()
    for entry in transaction_bundle(plan, outcome(plan))["entry"]:
        assert entry["request"]["method"] == "POST"
        assert entry["request"]["ifNoneExist"].endswith(entry["fullUrl"])


def test_people_verify_and_a_device_is_the_author() -> None:
    plan = heart_kidney_diabetes()
    provenance = of(transaction_bundle(plan, outcome(plan)), "Provenance")[0]
    assert [agent["type"]["coding"][0]["code"] for agent in provenance["agent"]] == ["author", "verifier"]
    assert len(provenance["target"]) == len(transaction_bundle(plan, outcome(plan))["entry"]) - 1


def test_an_outcome_of_another_plan_writes_nothing() -> None:
    plan = heart_kidney_diabetes()
    with pytest.raises(ValueError, match="nothing of this plan was approved"):
        transaction_bundle(plan, outcome(fallen_back_draft()))


def test_nothing_approved_writes_nothing() -> None:
    plan = heart_kidney_diabetes()
    with pytest.raises(ValueError, match="nothing of this plan was approved"):
        transaction_bundle(plan, outcome(plan, *(item.id for item in plan.items)))


@pytest.mark.parametrize("path", sorted(path for path in required() if path.count(".") == 1 and not path.startswith("Bundle")))
def test_a_code_outside_of_its_required_value_set_is_found(path: str) -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan))
    kind, element = path.split(".")
    for resource in of(bundle, kind):
        resource[element] = "no-such-code"
    assert f"{path}: not a code of its required value set" in faults(bundle)


def test_a_reference_to_what_is_not_in_the_bundle_is_found() -> None:
    plan = heart_kidney_diabetes()
    bundle = transaction_bundle(plan, outcome(plan))
    of(bundle, "CarePlan")[0]["author"] = {"reference": "urn:uuid:00000000-0000-0000-0000-000000000000"}
    assert faults(bundle) == ("CarePlan.author: refers to an entry that the bundle does not have",)


def in_names_alone(plan: Plan) -> Plan:
    """The same plan of a record whose resources have no ids, only `urn:` names."""
    text = json.dumps(msgspec.to_builtins(plan))
    for number, name in enumerate(sorted(set(re.findall(r'"((?:Patient|Condition|Observation|MedicationRequest)/[\w-]+)"', text)))):
        text = text.replace(f'"{name}"', f'"urn:uuid:00000000-0000-4000-8000-{number:012}"')
    return msgspec.json.decode(text, type=Plan)


def test_of_a_record_without_ids_the_names_are_written_as_identifiers() -> None:
    plan = in_names_alone(heart_kidney_diabetes())
    bundle = transaction_bundle(plan, outcome(plan))
    name = {"identifier": {"system": "urn:ietf:rfc3986", "value": plan.patient.reference}}
    assert plan.patient.reference.startswith("urn:uuid:")
    assert [r["subject"] for r in of(bundle, "CarePlan")] == [name]
    assert faults(bundle) == ()


@pytest.mark.parametrize(("by", "period"), [("2026-11-22", None), ("2026-11-23", "2026-11-23"), ("2026-12-23", "2026-12-23")])
def test_what_was_due_before_the_plan_has_no_period_that_ends_before_it_begins(by: str, period: str | None) -> None:
    plan = heart_kidney_diabetes()
    assert plan.as_of == "2026-11-23"
    items = tuple(msgspec.structs.replace(item, due=Due(0, by)) for item in plan.items)
    bundle = draft_bundle(msgspec.structs.replace(plan, items=items))
    assert {r.get("occurrencePeriod", {}).get("end") for r in of(bundle, "ServiceRequest")} == {period}


@pytest.mark.parametrize(
    ("per", "expected"),
    [
        ("12 h", {"period": 12, "periodUnit": "h"}),
        ("24 h", {"period": 1, "periodUnit": "d"}),
        ("1 wk", {"period": 7, "periodUnit": "d"}),
        ("1 mo", {"period": 1, "periodUnit": "mo"}),
        ("6 mo", {"period": 6, "periodUnit": "mo"}),
        ("1 a", {"period": 1, "periodUnit": "a"}),
    ],
)
def test_an_interval_is_said_in_the_unit_that_it_has(per: str, expected: dict[str, Any]) -> None:
    assert timing(per) == {"repeat": {"frequency": 1, **expected}}
