"""Problems, observables, allergies, vaccines and procedures, by code and by text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tools.clinical.facts import Coding
from tools.clinical.quantity import Quantity
from tools.terminology import Observable, terminology

SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"


def observable(code: str) -> Observable:
    found = terminology().observable((Coding(LOINC, code),))
    assert found is not None
    return found


def test_a_problem_brings_its_parents() -> None:
    kinds = terminology().problem((Coding(ICD10CM, "I50.22"),))
    assert kinds >= {"heart-failure-reduced-ef", "heart-failure", "cardiovascular-disease"}


def test_the_oid_of_a_code_system_is_as_good_as_its_url() -> None:
    assert terminology().problem((Coding("urn:oid:2.16.840.1.113883.6.90", "E11.9"),)) == terminology().problem((Coding(ICD10CM, "E11.9"),))


def test_an_icd_code_is_read_with_and_without_its_dot() -> None:
    ways = {terminology().problem((Coding(ICD10CM, code),)) for code in ("N1832", "N18.32", "n18.32")}
    assert len(ways) == 1
    assert frozenset() not in ways


def test_a_text_decides_only_where_no_code_does() -> None:
    asthma = terminology().problem((Coding(SNOMED, "195967001"),), "gout")
    assert "asthma" in asthma
    assert "gout" not in asthma
    assert "gout" in terminology().problem((Coding(SNOMED, "1"),), "Gout (disorder)")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Essential (primary) hypertension", "essential-hypertension"),
        ("Hyperlipidemia, unspecified", "hyperlipidaemia"),
        ("Type 2 diabetes mellitus without complications", "type-2-diabetes"),
        ("Unspecified asthma, uncomplicated", "asthma"),
        ("Chronic kidney disease, stage 3a", "ckd-3a"),
    ],
)
def test_what_only_makes_a_diagnosis_narrower_may_be_left_out(text: str, name: str) -> None:
    assert name in terminology().problem(text=text)


@pytest.mark.parametrize(
    "text",
    [
        "Asthma, ruled out",
        "Family history of asthma",
        "Pneumonia, suspected",
        "History of stroke",
        "No asthma",
        "Asthma, resolved",
        "?asthma",
        "Asthma?",
    ],
)
def test_a_diagnosis_that_is_doubted_denied_or_past_is_not_read_as_present(text: str) -> None:
    assert terminology().problem(text=text) == frozenset()


def test_a_display_that_names_something_else_than_its_code_is_believed() -> None:
    assert "gout" in terminology().problem((Coding(SNOMED, "195967001", "Gout"),))
    assert "asthma" not in terminology().problem((Coding(SNOMED, "195967001", "Gout"),))


def test_a_display_may_be_narrower_or_wider_than_its_code() -> None:
    known = terminology()
    narrower = known.problem((Coding(SNOMED, "73211009", "Type 2 diabetes mellitus"),))
    wider = known.problem((Coding(SNOMED, "44054006", "Diabetes"),))
    assert "type-2-diabetes" in narrower
    assert "type-2-diabetes" in wider


def test_the_same_code_of_another_system_means_nothing() -> None:
    assert terminology().problem((Coding("http://example.org/codes", "195967001"),)) == frozenset()


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("hf", "heart-failure"),
        ("hfref", "heart-failure-reduced-ef"),
        ("cad", "coronary-artery-disease"),
        ("t1dm", "type-1-diabetes"),
        ("t2dm", "type-2-diabetes"),
        ("pad", "peripheral-artery-disease"),
        ("osa", "obstructive-sleep-apnoea"),
        ("vte_history", "venous-thromboembolism-history"),
        ("narrow_angle_glaucoma", "glaucoma-angle-closure"),
        ("gi_bleed", "gi-bleeding"),
        ("renal_transplant", "kidney-transplant"),
        ("bp-drug-indicated", "bp-drug-indicated"),
        ("nonsense", None),
    ],
)
def test_raw_names_lead_to_canonical_ones(raw: str, canonical: str | None) -> None:
    assert terminology().canonical_problem(raw) == canonical


def test_two_names_for_one_thing_come_together() -> None:
    assert terminology().problem((Coding(ICD10CM, "E05.90"),)) >= {"hyperthyroidism", "thyrotoxicosis"}


def test_a_current_event_is_also_a_history_and_a_history_is_no_current_event() -> None:
    known = terminology()
    assert "venous-thromboembolism-history" in known.problem((Coding(ICD10CM, "I26.99"),))
    assert "venous-thromboembolism" not in known.problem((Coding(ICD10CM, "Z86.718"),))


def test_a_code_to_write_is_given_for_coded_problems_only() -> None:
    assert terminology().problem_code("hypertension") == Coding(SNOMED, "38341003", "hypertension")
    assert terminology().problem_code("bp-drug-indicated") is None


@pytest.mark.parametrize(
    ("code", "value", "unit", "expected"),
    [
        ("38483-4", "88.4", "umol/L", Quantity(Decimal(1), "mg/dL")),
        ("6298-4", "5.1", "mEq/L", Quantity(Decimal("5.1"), "mmol/L")),
        ("711-2", "300", "/uL", Quantity(Decimal("0.3"), "10*9/L")),
        ("8331-1", "98.6", "[degF]", Quantity(Decimal(37), "Cel")),
    ],
)
def test_a_value_comes_out_in_the_canonical_unit(code: str, value: str, unit: str, expected: Quantity) -> None:
    found = observable(code).canonical(Decimal(value), unit)
    assert found is not None
    assert (round(found.value, 3), found.unit) == (round(expected.value, 3), expected.unit)


def test_a_unit_of_another_kind_is_refused_and_never_guessed() -> None:
    assert observable("38483-4").canonical(Decimal(1), "kg") is None
    assert observable("10230-1").canonical(Decimal("0.35"), "1") is None
    assert observable("2160-0").canonical(Decimal(1), "spoon") is None


def test_a_conversion_there_and_back_returns_the_value() -> None:
    glucose = observable("2345-7")
    there = glucose.canonical(Decimal(7), "mmol/L")
    assert there is not None
    assert there == Quantity(Decimal("126.1"), "mg/dL")


def test_a_factor_of_two_countries_does_not_carry_a_value_over_a_limit() -> None:
    ldl, a1c = observable("13457-7"), observable("4548-4")
    assert ldl.canonical(Decimal("4.9134"), "mmol/L") == Quantity(Decimal("190.0"), "mg/dL")
    assert a1c.canonical(Decimal("52.995"), "mmol/mol") == Quantity(Decimal("7.000"), "%")


def test_several_codes_mean_one_observable() -> None:
    assert {observable(code).name for code in ("2823-3", "6298-4", "77142-8")} == {"serum-potassium"}
    assert {observable(code).name for code in ("8480-6", "8459-0")} == {"systolic-bp"}


def test_a_creatinine_of_88_mg_dl_is_implausible_and_30_is_not() -> None:
    creatinine = observable("2160-0")
    assert not creatinine.plausible(Quantity(Decimal(88), "mg/dL"))
    assert creatinine.plausible(Quantity(Decimal(30), "mg/dL"))


def test_the_code_to_order_by_comes_first() -> None:
    assert observable("6298-4").preferred_loinc == "2823-3"
    named = terminology().observable_named("a1c")
    assert named is not None
    assert named.name == "hba1c"


def test_a_drug_allergy_brings_ingredient_and_classes() -> None:
    match = terminology().allergen((Coding(SNOMED, "387458008"),))
    assert match.recognized
    assert {"aspirin", "salicylate", "antiplatelet"} <= match.kinds


@pytest.mark.parametrize("text", ["Penicillins", "PCN", "Penicillin - rash", "Allergy to penicillin"])
def test_a_class_allergy_names_the_class_and_no_ingredient(text: str) -> None:
    assert terminology().allergen(text=text).kinds == {"penicillin"}


def test_every_member_of_a_class_has_all_kinds_of_an_allergy_to_the_class() -> None:
    known = terminology()
    for name in ("nsaid", "sulfonamide-antibiotic", "ace-inhibitor", "opioid"):
        assert all(known.allergen(text=name).kinds <= known.kinds_of(member) for member in known.members(name))


def test_several_codes_name_several_allergens() -> None:
    codes = tuple(Coding("http://www.nlm.nih.gov/research/umls/rxnorm", code, "") for code in ("29046", "1998"))
    assert {"lisinopril", "captopril"} <= terminology().allergen(codes).kinds


def test_a_food_allergy_names_no_medicine() -> None:
    match = terminology().allergen((Coding(SNOMED, "91935009"),), "Allergy to peanuts")
    assert match.kinds == {"peanut", "food-allergen"}


def test_that_nothing_is_known_is_recognized_and_names_no_medicine() -> None:
    match = terminology().allergen((Coding(SNOMED, "409137002"),), "NKDA")
    assert match.kinds == {"no-known-drug-allergy", "no-known-allergy"}
    assert match.recognized


def test_an_unknown_allergen_is_not_recognized() -> None:
    match = terminology().allergen(text="blue moon dust")
    assert (match.kinds, match.recognized) == (frozenset(), False)


def test_reactions_bring_their_parents() -> None:
    assert terminology().reaction((Coding(SNOMED, "247472004"),)) == {"urticaria", "immediate-skin"}
    assert terminology().reaction(text="Lip swelling") >= {"angioedema"}
    assert terminology().reaction(text="rash and itching") == {"rash", "itching"}
    assert terminology().reaction(text="felt odd") == frozenset()


def test_a_vaccine_is_ordered_by_a_code_that_leaves_the_product_open() -> None:
    code = terminology().vaccine_code("influenza-vaccine")
    assert code == "88"
    assert "influenza-vaccine" in terminology().immunization([Coding("http://hl7.org/fhir/sid/cvx", code)])
    assert terminology().vaccine_code("vaccine") is None


def test_a_live_vaccine_is_told_from_an_inactivated_one() -> None:
    known = terminology()
    mmr, influenza = (known.immunization((Coding("http://hl7.org/fhir/sid/cvx", code),)) for code in ("03", "140"))
    assert "live-vaccine" in mmr
    assert "live-vaccine" not in influenza
    assert "influenza-vaccine" in influenza


def test_a_procedure_brings_its_parents() -> None:
    assert terminology().procedure((Coding(SNOMED, "415070008"),)) == {"percutaneous-coronary-intervention", "coronary-revascularisation"}


def test_names_are_told_from_other_words() -> None:
    known = terminology()
    assert (known.is_problem("atrial-fibrillation"), known.is_problem("bp-drug-indicated"), known.is_problem("xyz")) == (True, True, False)
    assert (known.is_observable("serum-potassium"), known.is_observable("potassium")) == (True, False)
    assert (known.is_allergen("latex"), known.is_allergen("penicillin"), known.is_allergen("xyz")) == (True, True, False)
    assert (known.is_reaction("anaphylaxis"), known.is_reaction("xyz")) == (True, False)
