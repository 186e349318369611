"""What callers get: checked or not, found or not, explained, with the knowledge that was used."""

from __future__ import annotations

import pytest
from regimens import AS_OF, patient, use

from tools.clinical.answer import KnowledgeRef, MedicationCheck, NotChecked
from tools.clinical.errors import OutOfScopeError
from tools.clinical.facts import Facts, Ingredient, MedicationUse
from tools.interactions import check_interactions, check_regimen, explain, knowledge_refs, knows
from tools.terminology import terminology

UNKNOWN = MedicationUse("MedicationRequest/unknown", "Zaubertrank 5 mg")


def named(text: str) -> MedicationUse:
    match = terminology().medication(text)
    return MedicationUse(f"MedicationRequest/{text}", text, match.ingredients, match.kinds, route=match.route)


def test_a_medicine_that_was_not_recognised_is_not_checked() -> None:
    answer = check_interactions([UNKNOWN, use("warfarin", "vka")], Facts(AS_OF))
    assert answer.outcome == "not_checked"
    assert answer.issues == ()
    assert answer.not_checked == (NotChecked("Zaubertrank 5 mg", "not recognised as a medicine that is known here"),)


def test_a_product_with_an_unread_component_is_screened_and_said_to_be_incomplete() -> None:
    half = MedicationUse(
        "MedicationRequest/half", "ibuprofen and more", (Ingredient("ibuprofen"),), frozenset({"ibuprofen", "nsaid"}), complete=False
    )
    screening = check_regimen([half, use("warfarin", "vka")], Facts(AS_OF))
    assert [issue.rule.id for issue in screening.issues] == ["vka-with-nsaid"]
    assert screening.checked[0] == MedicationCheck(
        "MedicationRequest/half", "not_checked", "a component was not recognised: screening is incomplete"
    )


def test_a_medicine_that_no_rule_is_about_is_not_called_checked() -> None:
    (check,) = check_regimen([use("placebo")], Facts(AS_OF)).checked
    assert (check.status, check.reason) == ("not_checked", "no interaction rule is about this ingredient or a class of it")


def test_an_ingredient_that_was_considered_and_needs_no_rule_is_checked() -> None:
    (check,) = check_regimen([named("docusate 100 mg")], Facts(AS_OF)).checked
    assert (check.status, check.reason) == ("checked", "")


def test_nothing_found_among_known_medicines_is_an_answer_of_its_own() -> None:
    answer = check_interactions([named("metformin"), named("amlodipine")], Facts(AS_OF))
    assert answer.outcome == "nothing_found"
    assert [check.status for check in answer.checked] == ["checked", "checked"]


def test_no_medicine_at_all_is_nothing_to_check() -> None:
    assert check_interactions([], Facts(AS_OF)).outcome == "not_checked"


def test_brand_and_generic_give_the_same_answer() -> None:
    brand = check_interactions([named("Zocor 40 mg"), named("Biaxin 500 mg")], Facts(AS_OF)).issues
    generic = check_interactions([named("simvastatin 40 mg"), named("clarithromycin 500 mg")], Facts(AS_OF)).issues
    assert [(i.rule, i.severity, set(i.participants)) for i in brand] == [(i.rule, i.severity, set(i.participants)) for i in generic]
    assert [i.severity for i in brand] == ["contraindicated"]


def test_medicines_of_the_record_that_are_not_in_the_question_do_not_count() -> None:
    elsewhere = patient(use("omeprazole", "ppi"))
    (issue,) = check_interactions([use("warfarin", "vka"), use("ibuprofen", "nsaid")], elsewhere).issues
    assert issue.interruptive


def test_a_third_medicine_of_the_question_counts() -> None:
    asked = [use("warfarin", "vka"), use("ibuprofen", "nsaid"), use("omeprazole", "ppi")]
    (issue,) = [issue for issue in check_regimen(asked, Facts(AS_OF)).issues if issue.rule.id == "vka-with-nsaid"]
    assert (issue.severity, issue.interruptive) == ("major", False)


def test_the_answer_names_the_knowledge_it_used() -> None:
    knowledge = check_regimen([use("warfarin", "vka"), use("ibuprofen", "nsaid")], Facts(AS_OF)).knowledge
    assert [ref.id for ref in knowledge] == ["interactions", "vka-with-nsaid"]
    assert all(knows(ref.id, ref.version) for ref in knowledge)


def test_a_rule_in_another_version_is_not_known() -> None:
    assert knows("vka-with-nsaid", "1.2.0")
    assert not knows("vka-with-nsaid", "0.9.0")
    assert not knows("no-such-rule", "1.0.0")


def test_a_rule_is_explained_with_its_sources() -> None:
    told = explain("triple-whammy")
    assert told.rule in knowledge_refs()
    assert told.rule == KnowledgeRef("triple-whammy", "1.2.0")
    assert told.subjects == ("ras-inhibitor", "diuretic", "nsaid")
    assert {citation.id for citation in told.evidence} == {"triple-whammy"}
    assert all(citation.title and citation.publisher and citation.year for citation in told.evidence)


def test_what_changes_a_severity_is_part_of_the_explanation() -> None:
    assert explain("simvastatin-with-amlodipine").changes == (
        "major: simvastatin above 20 mg/d",
        "minor: simvastatin up to 20 mg/d",
    )


def test_an_unknown_rule_is_out_of_scope() -> None:
    with pytest.raises(OutOfScopeError, match="no-such-rule"):
        explain("no-such-rule")
