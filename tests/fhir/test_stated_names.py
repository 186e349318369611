"""Names that stand outside of the problem list: results in words, what is planned, ancestry, what a visit was for, parts of a dose."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from agent.fhir.read import read_bundle
from scenarios.builders import bundle, medication, patient
from tools.clinical.facts import Facts
from tools.clinical.quantity import Quantity

DAY = date(2026, 11, 1)


def facts(*resources: dict[str, Any], who: dict[str, Any] | None = None) -> Facts:
    return read_bundle(orjson.dumps(bundle(who or patient(age=40, as_of=DAY), *resources)), DAY).facts


def result(code: str, answer: str, ago: int) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": (DAY - timedelta(days=ago)).isoformat(),
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": answer}]},
    }


def order(code: str, **more: Any) -> dict[str, Any]:
    concept = {"coding": [{"system": "http://snomed.info/sct", "code": code}]}
    return {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "code": concept, **more}


def test_a_positive_surface_antigen_holds_until_a_newer_negative_one() -> None:
    positive, negative = result("5196-1", "10828004", 400), result("5196-1", "260385009", 10)
    assert facts(positive).problem("hepatitis-b-surface-antigen-positive") == ("Observation/observation-1",)
    assert facts(positive, negative).problem("hepatitis-b-surface-antigen-positive") == ()
    assert facts(negative, positive).problem("hepatitis-b-surface-antigen-positive") == ()


def test_a_throat_swab_is_an_event_and_no_lasting_state() -> None:
    found = facts(result("78012-2", "10828004", 1))
    assert found.events[0].kinds == frozenset({"streptococcal-test-positive"})
    assert dict(found.derived) == {}


@pytest.mark.parametrize(("days", "names"), [(0, 4), (4, 4), (5, 3), (90, 3), (91, 0), (-1, 0)])
def test_an_operation_is_planned_from_today_to_90_days_ahead_and_soon_up_to_4(days: int, names: int) -> None:
    knee = order("609588000", authoredOn="2026-10-01", occurrenceDateTime=(DAY + timedelta(days=days)).isoformat())
    assert len(facts(knee).derived) == names


def test_an_order_without_a_date_is_planned_for_90_days_and_a_completed_one_never() -> None:
    def derived(**more: Any) -> list[str]:
        return sorted(facts(order("110473004", **more)).derived)

    assert derived(authoredOn=(DAY - timedelta(days=90)).isoformat()) == ["planned-cataract-surgery"]
    assert derived(authoredOn=(DAY - timedelta(days=91)).isoformat()) == []
    assert derived(authoredOn=DAY.isoformat(), status="completed") == []
    assert derived(authoredOn=DAY.isoformat(), intent="proposal") == []


def test_ancestry_is_what_the_person_said_and_nothing_is_made_of_the_rest() -> None:
    def derived(code: str) -> list[str]:
        race = {
            "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
            "extension": [{"url": "detailed", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": code}}],
        }
        return sorted(facts(who=patient(age=40, as_of=DAY) | {"extension": [race]}).derived)

    assert derived("2046-1") == ["han-chinese-korean-thai", "south-east-asian-ancestry"]
    assert derived("2039-6") == []


def test_a_visit_keeps_what_it_was_for_and_whether_it_was_an_emergency() -> None:
    def visit(kind: str) -> dict[str, Any]:
        reason = {"coding": [{"system": "http://snomed.info/sct", "code": "195967001"}]}
        return {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"code": kind},
            "period": {"start": "2026-10-01"},
            "reasonCode": [reason],
        }

    office, emergency = facts(visit("AMB"), visit("EMER")).events
    assert ("asthma" in office.reasons, "acute-care" in office.kinds) == (True, False)
    assert ("asthma" in emergency.reasons, "acute-care" in emergency.kinds) == (True, True)
    assert "asthma" not in emergency.kinds


def test_puffs_of_a_combination_are_a_daily_amount_of_each_part() -> None:
    both = "60 ACTUAT fluticasone propionate 0.25 MG/ACTUAT / salmeterol 0.05 MG/ACTUAT Dry Powder Inhaler"
    (use,) = facts(medication(both, dose="1 {puff}", per="12 h", ordered=DAY)).medications
    assert use.regimen.daily_of("fluticasone") == Quantity.parse("0.50 mg/d")
    assert use.regimen.daily_of("salmeterol") == Quantity.parse("0.10 mg/d")


def test_an_inhaler_taken_daily_and_as_needed_as_well_is_not_as_needed_alone() -> None:
    both = "120 ACTUAT budesonide 0.16 MG/ACTUAT / formoterol fumarate 0.0045 MG/ACTUAT Metered Dose Inhaler"
    given = medication(both, dose="1 {puff}", per="12 h", ordered=DAY)
    extra = medication(both, dose="1 {puff}", as_needed=True, ordered=DAY)
    given["dosageInstruction"] += extra["dosageInstruction"]
    (use,) = facts(given).medications
    assert (use.regimen.as_needed, use.regimen.daily_of("budesonide")) == (False, Quantity.parse("0.32 mg/d"))


def test_a_steroid_for_the_nose_is_no_inhaled_steroid() -> None:
    nose, lungs = facts(
        medication("fluticasone propionate 0.05 MG/ACTUAT Metered Dose Nasal Spray", ordered=DAY),
        medication("fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler", ordered=DAY),
    ).medications
    assert ("ics" in nose.kinds, "ics" in lungs.kinds) == (False, True)


def test_every_order_of_a_product_keeps_its_date() -> None:
    inhaler = "200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler"
    (use,) = facts(*(medication(inhaler, ordered=DAY - timedelta(days=d)) for d in (1, 100))).medications
    assert use.dates == (DAY - timedelta(days=100), DAY - timedelta(days=1))
