"""The tools as they are called from outside: found, nothing found, not checked; and what was not understood is said."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agent.faces import tool_registry
from agent.faces.tool_registry import CallError, Example, call, examples

DAY = date(2026, 11, 20)
FOLDER = Path(__file__).resolve().parents[2] / "schemas" / "tools"
EXAMPLES = [example for name in tool_registry.NAMES for example in examples(name)]


def schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((FOLDER / name).read_text("utf-8")))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.tool}: {example.title}")
def test_an_example_is_answered_as_it_says_and_as_the_schemas_say(example: Example) -> None:
    schema(f"{example.tool}.input.json").validate(example.call)
    answer = call(example.tool, example.call, DAY)
    schema(f"{example.tool}.output.json").validate(json.loads(json.dumps(answer)))
    assert (answer["tool"], answer["status"]) == (example.tool, example.status), answer["reason"]


@pytest.mark.parametrize("name", tool_registry.NAMES)
def test_every_tool_has_an_example_that_finds_something(name: str) -> None:
    assert "found" in {example.status for example in examples(name)}


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.status == "found"], ids=lambda example: f"{example.tool}: {example.title}")
def test_what_is_found_names_the_knowledge_behind_it(example: Example) -> None:
    answer = call(example.tool, example.call, DAY)
    assert answer["knowledge"]
    assert all(set(ref) == {"id", "version"} for ref in answer["knowledge"])


def without_words(answer: dict[str, Any]) -> Any:
    """The answer less the words of the call and the references, which follow the call."""
    issues = [{key: issue.get(key) for key in ("code", "severity", "rule", "participants", "interruptive")} for issue in answer["issues"]]
    return answer["status"], issues, [(m["status"], m.get("ingredients")) for m in answer["medications"]]


@pytest.mark.parametrize(
    "same",
    [
        "simvastatin",
        "Zocor",
        "ZOCOR 40 mg",
        "Simvistatin 40 MG Oral Tablet",
        "simvastatin 40 MG Oral Tablet",
        {"code": "198211"},
        {"code": "36567"},
        {"text": "simvastatin 40 mg tablet", "code": "198211"},
    ],
    ids=str,
)
def test_brand_generic_code_and_misspelt_name_give_the_same_answer(same: Any) -> None:
    wanted = call("check_interactions", {"medications": ["simvastatin", "clarithromycin"]}, DAY)
    assert without_words(call("check_interactions", {"medications": [same, "Biaxin"]}, DAY)) == without_words(wanted)


def test_a_medicine_that_is_not_known_is_not_checked_even_beside_a_finding() -> None:
    answer = call("check_interactions", {"medications": ["simvastatin", "clarithromycin", "xyzzyzol"]}, DAY)
    assert answer["status"] == "found"
    assert [(m["given"], m["status"]) for m in answer["medications"]] == [
        ("simvastatin", "checked"),
        ("clarithromycin", "checked"),
        ("xyzzyzol", "not_checked"),
    ]
    assert "'xyzzyzol'" in answer["reason"]


def test_two_medicines_without_an_interaction_are_nothing_found() -> None:
    answer = call("check_interactions", {"medications": ["acetaminophen", "levothyroxine"]}, DAY)
    assert (answer["status"], answer["issues"], answer["reason"]) == ("nothing_found", [], "")


def test_nothing_is_found_only_where_the_whole_question_was_understood() -> None:
    asked = {"medication": "acetaminophen", "context": {"age": 40, "condition": ["cirrhosis"]}}
    answer = call("check_contraindications", asked, DAY)
    assert (answer["status"], answer["reason"]) == ("not_checked", "not understood, and it may matter: context.condition: no such field")


def test_a_finding_stands_although_a_part_of_the_question_was_not_understood() -> None:
    asked = {"medications": ["simvastatin", "clarithromycin"], "context": {"colour": "red"}}
    assert call("check_interactions", asked, DAY)["status"] == "found"


def test_no_medicine_is_not_checked() -> None:
    assert call("check_interactions", {"medications": []}, DAY)["status"] == "not_checked"


def test_what_a_grave_rule_hangs_on_and_was_not_given_is_named() -> None:
    answer = call("check_contraindications", {"medication": "metformin", "context": {"age": 70}}, DAY)
    assert "egfr" in answer["not_given"]


def test_what_was_given_is_not_named_as_missing() -> None:
    context = {"age": 70, "labs": {"egfr": "75 mL/min/{1.73_m2}"}}
    assert "egfr" not in call("check_contraindications", {"medication": "metformin", "context": context}, DAY)["not_given"]


def test_the_contraindication_is_about_the_medicine_of_the_question_only() -> None:
    context = {"conditions": ["asthma"], "medications": ["propranolol 40 mg"]}
    answer = call("check_contraindications", {"medication": "acetaminophen", "context": context}, DAY)
    assert [m["given"] for m in answer["medications"]] == ["acetaminophen"]
    assert not [
        issue for issue in answer["issues"] if "propranolol" in issue["participants"] and "acetaminophen" not in issue["participants"]
    ]


def test_a_dose_that_hangs_on_a_missing_value_names_it() -> None:
    answer = call(
        "calculate_dose", {"medication": "Eliquis", "indication": "atrial fibrillation", "context": {"age": 82, "sex": "female"}}, DAY
    )
    assert (answer["status"], answer["outcome"], answer["dose"]) == ("not_checked", "missing", None)
    assert {"body-weight", "serum-creatinine"} & set(answer["missing"])


def test_an_opioid_in_place_of_another_reaches_every_face_with_its_caveats() -> None:
    answer = call("calculate_dose", {"medication": "Dilaudid", "instead_of": "oxycodone 20 mg twice daily"}, DAY)
    assert (answer["status"], answer["text"]) == (
        "found",
        "6 to 9 mg of hydromorphone a day in all, by mouth, in place of 40 mg of oxycodone a day",
    )
    assert answer["begin_per_day"] == [{"value": "6", "unit": "mg"}, {"value": "9", "unit": "mg"}]
    assert answer["adjustments"][-1]["text"].startswith("not looked at: whether it suits this patient")
    assert answer["knowledge"][0]["id"] == "opioids"


@pytest.mark.parametrize("reading", ["151", "151 mmol/L", "3 mg"])
def test_a_glucose_that_cannot_be_gives_no_dose_of_insulin(reading: str) -> None:
    insulin = {"text": "Lantus", "daily_dose": "20 U"}
    answer = call("calculate_dose", {"medication": insulin, "fasting_glucose": ["140 mg/dL", reading]}, DAY)
    assert (answer["status"], answer["reason"].partition(":")[0], answer["dose"]) == ("not_checked", "fasting_glucose[1]", None)
    assert (
        call("calculate_dose", {"medication": insulin, "fasting_glucose": ["140 mg/dL"]}, DAY)["text"]
        == "22 units under the skin once daily"
    )


def test_an_implausible_value_gives_no_dose_but_says_why() -> None:
    context = {"age": 82, "sex": "female", "weight": "55 kg", "labs": {"creatinine": "88 mg/dL"}}
    answer = call("calculate_dose", {"medication": "apixaban", "indication": "atrial fibrillation", "context": context}, DAY)
    assert (answer["status"], answer["dose"]) == ("not_checked", None)
    assert "creatinine" in json.dumps([answer["not_used"], answer["question"]])


def test_the_indication_may_come_from_the_one_condition_that_has_a_rule() -> None:
    context = {"age": 70, "sex": "male", "weight": "80 kg", "labs": {"creatinine": "1.0 mg/dL"}, "conditions": ["atrial fibrillation"]}
    answer = call("calculate_dose", {"medication": "apixaban", "context": context}, DAY)
    assert (answer["status"], answer["indication"], answer["dose"]["amount"]) == (
        "found",
        "atrial-fibrillation",
        {"value": "5", "unit": "mg"},
    )


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("normalize_medication", {"text": 7}, "Expected `str`, got `int` - at `$.text`"),
        ("check_interactions", {}, "Object missing required field `medications`"),
        ("check_interactions", {"medications": "simvastatin"}, "Expected `array`, got `str` - at `$.medications`"),
        ("check_contraindications", {"medication": 7}, "Expected `str | object`, got `int` - at `$.medication`"),
        ("calculate_dose", {"medication": "x", "context": []}, "Expected `object`, got `array` - at `$.context`"),
        ("calculate", {"name": ""}, "Expected `str` of length >= 1 - at `$.name`"),
        ("search_guidelines", {"limit": 0}, "Expected `int` >= 1 - at `$.limit`"),
    ],
)
def test_a_call_of_another_shape_names_the_field(name: str, arguments: dict[str, Any], why: str) -> None:
    with pytest.raises(CallError) as raised:
        call(name, arguments, DAY)
    assert str(raised.value) == f"{name}: {why}"


def test_a_field_that_a_tool_does_not_have_is_named_and_has_no_influence() -> None:
    arguments = {"medications": ["simvastatin", "clarithromycin"], "context": {"colour": "blue"}}
    answer = call("check_interactions", arguments, DAY)
    assert answer["not_used"] == ["context.colour: no such field"]
    assert answer["status"] == "found"


def test_a_recommendation_says_whether_it_applies_to_the_patient_of_the_context() -> None:
    context = {"age": 67, "sex": "female", "conditions": ["heart failure with reduced ejection fraction"]}
    answer = call("search_guidelines", {"query": "SGLT2 inhibitor", "conditions": ["HFrEF"], "context": context}, DAY)
    assert answer["status"] == "found"
    assert {each["applies"] for each in answer["recommendations"]} <= {"applies", "does-not-apply", "cannot-be-told"}


def test_a_condition_that_no_module_covers_is_not_checked() -> None:
    answer = call("search_guidelines", {"query": "treatment", "conditions": ["scurvy"]}, DAY)
    assert answer["status"] == "not_checked"


def test_a_recommendation_for_a_population_is_given_with_its_name_where_the_call_names_none() -> None:
    answer = call("pharmacogenomics", {"gene": "CYP2C19", "phenotype": "poor metabolizer", "medication": "Plavix"}, DAY)
    assert answer["status"] == "found"
    assert all(each["population"] for each in answer["recommendations"])
    assert "populations" in answer["reason"]


def test_the_population_of_the_context_decides_among_recommendations() -> None:
    context = {"conditions": ["myocardial infarction"], "phenotypes": {"CYP2C19": "poor metabolizer"}}
    answer = call("pharmacogenomics", {"medication": "clopidogrel", "context": context}, DAY)
    assert (answer["status"], answer["reason"]) == ("found", "")
    assert {each["action"] for each in answer["recommendations"]} == {"avoid"}


def test_a_gene_without_a_call_is_never_normal() -> None:
    answer = call("pharmacogenomics", {"medication": "clopidogrel"}, DAY)
    assert (answer["status"], answer["outcome"], answer["missing"], answer["recommendations"]) == (
        "not_checked",
        "no_call",
        ["CYP2C19"],
        [],
    )


def computed(name: str, **inputs: object) -> str | None:
    return tool_registry.call("calculate", {"name": name, "inputs": inputs}, DAY)["value"]


@pytest.mark.parametrize(
    ("name", "american", "international"),
    [
        ("egfr-ckd-epi-2021", {"creatinine": {"value": 1, "unit": "mg/dL"}}, {"creatinine": {"value": 88.4, "unit": "umol/L"}}),
        (
            "creatinine-clearance",
            {"creatinine": {"value": 1, "unit": "mg/dL"}, "weight": {"value": 70, "unit": "kg"}},
            {"creatinine": {"value": 88.4, "unit": "µmol/L"}, "weight": {"value": 70, "unit": "kg"}},
        ),
    ],
)
def test_a_substance_may_be_given_in_moles(name: str, american: dict[str, object], international: dict[str, object]) -> None:
    who = {"age": {"value": 65, "unit": "a"}, "sex": "female"}
    assert computed(name, **who, **american) == computed(name, **who, **international) is not None


def test_a_unit_of_another_kind_is_refused_and_never_guessed() -> None:
    answer = tool_registry.call(
        "calculate", {"name": "bmi", "inputs": {"weight": {"value": 80, "unit": "mmol/L"}, "height": {"value": 170, "unit": "cm"}}}, DAY
    )
    assert (answer["status"], answer["value"], answer["reason"]) == ("not_checked", None, "'mmol/L' cannot be turned into 'kg'")
