"""Told otherwise, a patient gets the same plan; with another fact, a plan that differs only where something says so."""

from __future__ import annotations

import orjson
import pytest

from agent.planning import make_plan
from scenarios.altered import Altered, altered
from scenarios.counterfactuals import WAYS, counterfactuals, verdict
from scenarios.explained import traced, unexplained
from scenarios.mentions import mentions
from scenarios.story import Story, Telling, stories, tellings

STORIES = stories()
FIRST = [tellings(story)[0] for story in STORIES]
OTHERS = [telling for story in STORIES for telling in tellings(story)[1:]]


def told_otherwise_differs(telling: Telling) -> list[str]:
    decided = verdict(make_plan(telling.bundle, telling.as_of))
    return [name for name, bundle in counterfactuals(telling.bundle) if verdict(make_plan(bundle, telling.as_of)) != decided]


@pytest.mark.parametrize("telling", FIRST, ids=[telling.name for telling in FIRST])
def test_a_patient_told_otherwise_gets_the_same_plan(telling: Telling) -> None:
    assert told_otherwise_differs(telling) == []


@pytest.mark.slow
@pytest.mark.parametrize("telling", OTHERS, ids=[telling.name for telling in OTHERS])
def test_a_variant_told_otherwise_gets_the_same_plan(telling: Telling) -> None:
    assert told_otherwise_differs(telling) == []


def test_each_way_to_tell_otherwise_is_tried_on_many_patients() -> None:
    tried = [name for telling in FIRST for name, _ in counterfactuals(telling.bundle)]
    assert [name for name in ("another kind of bundle", *WAYS) if tried.count(name) < 25] == []


def test_other_units_and_names_are_what_another_laboratory_and_pharmacy_would_write() -> None:
    told = dict(counterfactuals(story("peripheral-artery-disease").bundle))
    quantities = [resource.get("valueQuantity") for resource in resources(told["other units"]) if resource["resourceType"] == "Observation"]
    assert {"value": 3.15492, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"} in quantities
    assert {"value": 79.578, "unit": "umol/L", "system": "http://unitsofmeasure.org", "code": "umol/L"} in quantities
    told = dict(counterfactuals(story("stroke-prevention-later").bundle))
    texts = [
        r["medicationCodeableConcept"].get("text") for r in resources(told["other names of medicines"]) if "medicationCodeableConcept" in r
    ]
    assert "Zestril 20 MG Oral Tablet" in texts
    codes = [r["medicationCodeableConcept"] for r in resources(told["medicines by code alone"]) if "medicationCodeableConcept" in r]
    assert {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "29046"}]} in codes


def test_a_verdict_can_differ() -> None:
    telling = story("hyperkalaemia-steps")
    content = orjson.loads(telling.bundle)
    kept = [entry for entry in content["entry"] if entry["resource"]["resourceType"] != "Observation"]
    without = orjson.dumps({**content, "entry": kept})
    assert verdict(make_plan(without, telling.as_of)) != verdict(make_plan(telling.bundle, telling.as_of))


@pytest.mark.parametrize("telling", FIRST, ids=[telling.name for telling in FIRST])
def test_with_one_fact_changed_every_difference_leads_back_to_it(telling: Telling) -> None:
    assert list(unexplained(altered(telling))) == []


@pytest.mark.slow
@pytest.mark.parametrize("telling", OTHERS, ids=[telling.name for telling in OTHERS])
def test_with_one_fact_of_a_variant_changed_every_difference_leads_back_to_it(telling: Telling) -> None:
    assert list(unexplained(altered(telling))) == []


def test_each_fact_that_is_changed_changes_plans() -> None:
    seen = {one.change: len(traced(one).direct) for one in altered(story("type-1-diabetes-in-danger"))}
    assert set(seen) == {"eGFR 55 to 25", "age 64 to 66"}
    seen = {one.change: len(traced(one).direct) > 0 for one in altered(story("contraception-and-estrogen"))}
    assert seen == {"eGFR 55 to 25": True, "age 64 to 66": True, "not pregnant to pregnant": True}


def test_a_difference_of_another_fact_does_not_lead_back() -> None:
    kidney = next(altered(story("gout-who-is-lowered")))
    content = orjson.loads(kidney.before)
    without = [entry for entry in content["entry"] if entry["resource"]["resourceType"] != "Condition"]
    changed = {**content, "entry": without}
    nowhere = frozenset({"Observation/nowhere"})
    other = Altered("gout is gone", "a score", kidney.as_of, kidney.before, orjson.dumps(changed), frozenset({"phq-9"}), nowhere)
    found = traced(other)
    assert (found.direct, found.following) == ([], [])
    assert "gone: start allopurinol 50 mg by mouth once daily" in [one.what for one in found.unexplained]


def test_rules_speak_of_few_facts() -> None:
    assert {"uacr", "pregnancy", "takes"} <= mentions("chronic-kidney-disease-start-lisinopril-2")
    assert "egfr" in mentions("chronic-kidney-disease-refer-before-a-first-renin-blocker")
    assert not {"phq-9", "egfr", "allergic_to"} & mentions("migraine-ask-headache-and-medicine-days-a-month")


def story(name: str) -> Telling:
    found: Story = next(one for one in STORIES if one.id == name)
    return tellings(found)[0]


def resources(bundle: bytes) -> list[dict[str, dict[str, object]]]:
    return [entry["resource"] for entry in orjson.loads(bundle)["entry"]]
