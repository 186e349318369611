"""Doses as a clinician would ask for them, on both sides of their limits."""

from __future__ import annotations

from typing import Literal

import pytest

from tools.clinical.facts import Facts, Ingredient, MedicationUse, Regimen
from tools.clinical.plan import PlanQuantity
from tools.clinical.quantity import Quantity
from tools.dosing import calculate_dose, check_dose, knows, next_step, why_unchecked
from tools.dosing.cases import facts_of
from tools.dosing.model import Given

AF = ("atrial-fibrillation",)


def patient(age: str = "60 a", has: tuple[str, ...] = (), takes: tuple[str, ...] = (), **labs: str) -> Facts:
    """A patient with these values; `egfr` and `crcl` are short for the kidney."""
    names = {"crcl": "creatinine-clearance", "crcl_actual": "creatinine-clearance-actual-weight"}
    return facts_of(
        Given(age=age, has=has, takes=takes, labs={names.get(name, name.replace("_", "-")): text for name, text in labs.items()})
    )


def use(*names: str, daily: str = "", amount: str = "", per: str = "", route: str | None = None) -> MedicationUse:
    """A medicine that is taken."""
    regimen = Regimen(
        amount=Quantity.parse(amount) if amount else None,
        per=Quantity.parse(per) if per else None,
        daily=Quantity.parse(daily) if daily else None,
    )
    ingredients = tuple(Ingredient(name) for name in names)
    return MedicationUse("MedicationRequest/1", " ".join(names), ingredients, frozenset(names), route=route, regimen=regimen)


def test_apixaban_of_a_woman_of_82_with_60_kg_is_halved_without_a_creatinine() -> None:
    answer = calculate_dose("apixaban", "atrial-fibrillation", patient("82 a", AF, body_weight="60 kg"))
    assert (answer.outcome, answer.text, answer.max_per_day) == ("found", "2.5 mg by mouth every 12 hours", PlanQuantity("5", "mg"))
    assert answer.adjustments[0].because == ("Patient/example", "Observation/body-weight")


def test_apixaban_of_a_woman_of_82_with_61_kg_needs_a_creatinine() -> None:
    answer = calculate_dose("apixaban", "atrial-fibrillation", patient("82 a", AF, body_weight="61 kg"))
    assert (answer.outcome, answer.missing, answer.start) == ("missing", ("serum-creatinine",), None)


def test_apixaban_of_a_man_of_50_with_90_kg_does_not_need_a_creatinine() -> None:
    assert (
        calculate_dose("apixaban", "atrial-fibrillation", patient("50 a", AF, body_weight="90 kg")).text == "5 mg by mouth every 12 hours"
    )


@pytest.mark.parametrize(
    ("drug", "indication", "labs", "text"),
    [
        ("rivaroxaban", "atrial-fibrillation", {"crcl_actual": "51 mL/min"}, "20 mg by mouth once daily, with the evening meal"),
        ("rivaroxaban", "atrial-fibrillation", {"crcl_actual": "50 mL/min"}, "15 mg by mouth once daily, with the evening meal"),
        ("dabigatran", "atrial-fibrillation", {"crcl_actual": "31 mL/min"}, "150 mg by mouth every 12 hours"),
        ("dabigatran", "atrial-fibrillation", {"crcl_actual": "30 mL/min"}, "75 mg by mouth every 12 hours"),
        ("edoxaban", "atrial-fibrillation", {"crcl_actual": "95 mL/min"}, "60 mg by mouth once daily"),
        ("edoxaban", "atrial-fibrillation", {"crcl_actual": "50 mL/min"}, "30 mg by mouth once daily"),
        ("enoxaparin", "venous-thromboembolism", {"crcl": "30 mL/min", "body_weight": "80 kg"}, "80 mg under the skin every 12 hours"),
        ("enoxaparin", "venous-thromboembolism", {"crcl": "29 mL/min", "body_weight": "80 kg"}, "80 mg under the skin once daily"),
        (
            "heparin",
            "acute-coronary-syndrome",
            {"body_weight": "100 kg"},
            "4,000 units into a vein once, then 12 units per kg per hour, at most 1,000 units per hour",
        ),
        ("levothyroxine", "hypothyroidism", {"body_weight": "80 kg"}, "125 micrograms by mouth once daily, on an empty stomach"),
        ("allopurinol", "gout", {"egfr": "60 mL/min/{1.73_m2}"}, "100 mg by mouth once daily"),
        ("allopurinol", "gout", {"egfr": "59 mL/min/{1.73_m2}"}, "50 mg by mouth once daily"),
        (
            "potassium-chloride",
            "hypokalaemia",
            {"serum_potassium": "3.0 mmol/L", "crcl": "90 mL/min"},
            "20 mEq by mouth every 12 hours, with food and water",
        ),
    ],
)
def test_the_dose_turns_at_its_limit(drug: str, indication: str, labs: dict[str, str], text: str) -> None:
    assert calculate_dose(drug, indication, patient(**labs)).text == text


@pytest.mark.parametrize(
    ("drug", "indication", "labs", "said"),
    [
        (
            "metformin",
            "type-2-diabetes",
            {"egfr": "44.5 mL/min/{1.73_m2}"},
            "below an eGFR of 45 it is not started, below 30 it is stopped",
        ),
        (
            "edoxaban",
            "atrial-fibrillation",
            {"crcl_actual": "96 mL/min"},
            "creatinine clearance above 95 mL/min: less effective than warfarin",
        ),
        (
            "spironolactone",
            "heart-failure-reduced-ef",
            {"egfr": "60 mL/min/{1.73_m2}", "serum_potassium": "5.1 mmol/L"},
            "potassium above 5.0 mmol/L",
        ),
        (
            "potassium-chloride",
            "hypokalaemia",
            {"serum_potassium": "2.4 mmol/L", "crcl": "90 mL/min"},
            "potassium below 2.5 mmol/L: into a vein, with ECG monitoring",
        ),
    ],
)
def test_a_bar_gives_no_dose_and_its_reason(drug: str, indication: str, labs: dict[str, str], said: str) -> None:
    answer = calculate_dose(drug, indication, patient(**labs))
    assert (answer.outcome, answer.start, answer.reason) == ("out_of_scope", None, said)


def test_a_creatinine_of_88_gives_no_dose_but_an_issue_and_a_question() -> None:
    answer = calculate_dose("apixaban", "atrial-fibrillation", patient("82 a", AF, body_weight="70 kg", serum_creatinine="88 mg/dL"))
    assert (answer.outcome, answer.start, answer.missing) == ("missing", None, ("serum-creatinine",))
    assert answer.issue
    assert (answer.issue.code, answer.issue.facts) == ("DATA", ("Observation/serum-creatinine",))
    assert answer.question.startswith("Is the serum-creatinine of 88 mg/dL (2026-01-01) right? Micromoles")


def test_a_three_year_old_of_31_kg_gets_no_dose_but_a_question_about_pounds() -> None:
    answer = calculate_dose("amoxicillin", "streptococcal-pharyngitis", patient("3 a", body_weight="31 kg"))
    assert (answer.outcome, answer.start, answer.missing) == ("missing", None, ("body-weight",))
    assert "pounds" in answer.question


def test_a_three_year_old_of_14_kg_gets_a_dose_by_weight() -> None:
    answer = calculate_dose("amoxicillin", "streptococcal-pharyngitis", patient("3 a", body_weight="14 kg"))
    assert answer.text == "700 mg by mouth once daily, for 10 days"


def test_a_rule_for_adults_has_no_dose_for_a_17_year_old() -> None:
    answer = calculate_dose("lisinopril", "hypertension", patient("17 a", crcl="90 mL/min"))
    assert (answer.outcome, answer.reason) == ("out_of_scope", "the table has no dose of lisinopril for this age")


def test_a_drug_without_a_rule_is_not_covered_and_says_so() -> None:
    answer = calculate_dose("moonshine", "gout", patient())
    assert (answer.outcome, answer.reason) == ("not_covered", "no dose rule for moonshine in gout")


def test_an_indication_without_a_rule_names_those_with_one() -> None:
    answer = calculate_dose("finasteride", "hypertension", patient())
    assert (answer.outcome, answer.reason) == (
        "not_covered",
        "no dose rule for finasteride in hypertension; there are rules for benign-prostatic-hyperplasia",
    )


def test_a_drug_with_several_uses_asks_which() -> None:
    assert calculate_dose("spironolactone", "", patient()).missing == ("indication",)


def test_the_problem_list_answers_where_only_one_use_is_on_it() -> None:
    facts = patient(has=("ascites",))
    assert calculate_dose("spironolactone", "", facts).text == "100 mg by mouth once daily"


def test_a_row_of_the_raw_table_names_the_rule() -> None:
    answer = calculate_dose(
        "sacubitril/valsartan", "heart-failure-reduced-ef", patient(takes=("ras-inhibitor",), egfr="60 mL/min/{1.73_m2}"), row="DOSE015"
    )
    assert (answer.text, answer.legacy_id) == ("one 49/51 mg tablet by mouth every 12 hours", "DOSE015")


def test_a_smaller_product_is_named_and_not_half_a_tablet() -> None:
    facts = patient(egfr="60 mL/min/{1.73_m2}")
    assert calculate_dose("sacubitril/valsartan", "heart-failure-reduced-ef", facts).text == "one 24/26 mg tablet by mouth every 12 hours"
    raised = next_step(use("sacubitril", "valsartan", amount="50 mg", per="12 h"), "heart-failure-reduced-ef", facts, "up")
    assert raised.text == "Raise to one 49/51 mg tablet by mouth every 12 hours"


@pytest.mark.parametrize("name", ["Insulin glargine", "insulin-glargine", "insulin glargine"])
def test_the_spelling_of_a_name_does_not_matter(name: str) -> None:
    assert calculate_dose(name, "type-2-diabetes", patient(body_weight="80 kg")).text == "10 units under the skin once daily"


@pytest.mark.parametrize(
    ("present", "direction", "outcome", "text"),
    [
        ("10 mg", "up", "found", "Raise to 20 mg by mouth once daily"),
        ("15 mg", "up", "found", "Raise to 20 mg by mouth once daily"),
        ("10 mg", "down", "found", "Reduce to 5 mg by mouth once daily"),
        ("40 mg", "up", "nothing_found", ""),
        ("2.5 mg", "down", "nothing_found", ""),
        ("", "up", "missing", ""),
    ],
)
def test_the_next_step_of_lisinopril(present: str, direction: Literal["up", "down"], outcome: str, text: str) -> None:
    answer = next_step(use("lisinopril", daily=present), "hypertension", patient(crcl="90 mL/min"), direction)
    assert (answer.outcome, answer.text) == (outcome, text)


@pytest.mark.parametrize(("present", "text"), [("0.25 mg", "0.5 mg"), ("0.5 mg", "1 mg"), ("1 mg", "2 mg")])
def test_a_weekly_dose_rises_by_one_step_and_never_to_itself(present: str, text: str) -> None:
    answer = next_step(use("semaglutide", amount=present, per="7 d"), "type-2-diabetes", patient(body_weight="80 kg"), "up")
    assert answer.text == f"Raise to {text} under the skin once a week"


def test_a_step_over_the_patients_own_maximum_is_not_offered() -> None:
    facts = patient(egfr="40 mL/min/{1.73_m2}")
    assert next_step(use("metformin", daily="1000 mg"), "type-2-diabetes", facts, "up").outcome == "nothing_found"
    assert next_step(use("metformin", daily="500 mg"), "type-2-diabetes", facts, "up").text == "Raise to 1000 mg by mouth once daily"


def test_a_step_twice_a_day_counts_the_whole_day() -> None:
    answer = next_step(use("carvedilol", amount="6.25 mg", per="12 h"), "heart-failure-reduced-ef", patient(body_weight="80 kg"), "up")
    assert answer.text == "Raise to 12.5 mg by mouth every 12 hours"


def test_metformin_of_2000_mg_is_too_much_at_an_egfr_of_44_and_not_at_45() -> None:
    taken = use("metformin", daily="2000 mg")
    issues = check_dose(taken, patient(has=("type-2-diabetes",), egfr="44 mL/min/{1.73_m2}"))
    assert [(i.code, i.severity, i.interruptive, i.facts, i.medications) for i in issues] == [
        ("DOSE", "major", True, ("Observation/egfr",), ("MedicationRequest/1",)),
    ]
    assert check_dose(taken, patient(has=("type-2-diabetes",), egfr="45 mL/min/{1.73_m2}")) == ()


def test_a_dose_over_the_maximum_is_shown_and_a_gross_one_interrupts() -> None:
    facts = patient(has=("hypertension",))
    assert [i.interruptive for i in check_dose(use("amlodipine", daily="12.5 mg"), facts)] == [False]
    assert [i.interruptive for i in check_dose(use("amlodipine", daily="15 mg"), facts)] == [True]
    assert check_dose(use("amlodipine", daily="10 mg"), facts) == ()


def test_a_dose_that_is_not_recorded_raises_nothing() -> None:
    assert check_dose(use("amlodipine"), patient(has=("hypertension",))) == ()


def test_the_most_generous_use_decides_where_the_use_is_not_known() -> None:
    taken = use("spironolactone", daily="200 mg")
    kidney = {"egfr": "90 mL/min/{1.73_m2}", "serum_potassium": "4 mmol/L"}
    assert check_dose(taken, patient(**kidney)) == ()
    assert [i.severity for i in check_dose(taken, patient(has=("heart-failure-reduced-ef",), **kidney))] == ["major"]


def test_a_doac_dose_below_its_criteria_is_shown_and_does_not_interrupt() -> None:
    facts = patient("60 a", AF, body_weight="80 kg", serum_creatinine="1.0 mg/dL")
    issues = check_dose(use("apixaban", daily="5 mg"), facts)
    assert [(i.severity, i.interruptive, "less than the dose that its criteria give here" in i.consequence) for i in issues] == [
        ("moderate", False, True)
    ]
    assert check_dose(use("apixaban", daily="10 mg"), facts) == ()


def test_a_doac_dose_above_its_criteria_interrupts() -> None:
    facts = patient("82 a", AF, body_weight="55 kg", serum_creatinine="1.0 mg/dL")
    assert [(i.severity, i.interruptive) for i in check_dose(use("apixaban", daily="10 mg"), facts)] == [("major", True)]


def test_too_much_at_once_interrupts() -> None:
    assert [i.severity for i in check_dose(use("methotrexate", amount="50 mg", per="7 d"), patient())] == ["major"]


def test_another_route_is_another_rule() -> None:
    assert check_dose(use("semaglutide", daily="14 mg", route="oral"), patient(has=("type-2-diabetes",))) == ()
    assert [i.severity for i in check_dose(use("semaglutide", daily="21 mg", route="oral"), patient(has=("type-2-diabetes",)))] == ["major"]


def test_the_order_of_a_combination_does_not_matter() -> None:
    for names in (("sacubitril", "valsartan"), ("valsartan", "sacubitril")):
        assert [i.severity for i in check_dose(use(*names, daily="600 mg"), patient(has=("heart-failure-reduced-ef",)))] == ["major"]


def test_a_rule_is_known_by_its_id_and_version() -> None:
    assert (knows("apixaban-atrial-fibrillation", "1.1.0"), knows("apixaban-atrial-fibrillation", "0.9.0")) == (True, False)
    assert (knows("area-under-curve", "1.0.1"), knows("bounds-of-belief", "1.0.0")) == (True, True)


def test_vancomycin_and_genotyped_warfarin_go_to_their_engines() -> None:
    facts = patient(body_weight="80 kg", body_height="175 cm", crcl="100 mL/min")
    texts = [
        calculate_dose("vancomycin", "severe-infection", facts).text,
        calculate_dose("warfarin", "atrial-fibrillation", facts, row="DOSE052").text,
    ]
    assert texts == ["2000 mg once, then 2250 mg into a vein once daily", "4.5 mg by mouth once daily"]


def test_vancomycin_without_a_use_asks_for_it_unless_the_patient_has_one_of_them() -> None:
    infected = patient(has=("clostridioides-difficile",))
    unknown = calculate_dose("vancomycin", "", patient(body_weight="80 kg", crcl="100 mL/min"))
    assert (unknown.outcome, unknown.missing, unknown.reason) == (
        "missing",
        ("indication",),
        "vancomycin is dosed differently for clostridioides-difficile, severe-infection",
    )
    assert calculate_dose("vancomycin", "", infected).text == "125 mg by mouth every 6 hours, for 10 days"


def test_a_limit_that_another_medicine_sets_is_left_to_the_interactions() -> None:
    facts = patient(has=("hyperlipidaemia",), takes=("amlodipine",))
    assert check_dose(use("simvastatin", daily="40 mg"), facts) == ()
    assert calculate_dose("simvastatin", "hyperlipidaemia", facts).max_per_day == PlanQuantity("20", "mg")


def test_a_weekly_medicine_taken_daily_interrupts() -> None:
    weekly, daily = use("methotrexate", amount="15 mg", per="7 d"), use("methotrexate", amount="15 mg", per="24 h")
    assert (check_dose(weekly, patient()), [i.interruptive for i in check_dose(daily, patient())]) == ((), [True])


def test_what_was_not_checked_says_why() -> None:
    said = [why_unchecked(u) for u in (use("amlodipine", daily="5 mg"), use("amlodipine"), use("moonshine", daily="5 mg"))]
    assert said == ["", "its dose is not recorded", "no dose rule covers it"]


def test_the_egfr_stands_in_for_a_clearance_that_no_weight_gives() -> None:
    low = patient("60 a", ("neuropathic-pain",), egfr="14 mL/min/{1.73_m2}")
    issue = check_dose(use("gabapentin", daily="900 mg/d"), low)[0]
    assert issue.consequence == (
        "Gabapentin 900 mg a day is more than the most that is given (300 mg). creatinine clearance below 15 mL/min: at most 300 mg a day; "
        "judged by the eGFR, since no clearance can be computed without a weight."
    )
    assert check_dose(use("gabapentin", daily="900 mg/d"), patient("60 a", ("neuropathic-pain",), egfr="60 mL/min/{1.73_m2}")) == ()


def test_a_clearance_goes_before_the_egfr() -> None:
    known = patient("60 a", ("neuropathic-pain",), crcl="61 mL/min", egfr="14 mL/min/{1.73_m2}")
    assert check_dose(use("gabapentin", daily="900 mg/d"), known) == ()


def test_on_dialysis_without_a_clearance_the_lowest_limit_counts() -> None:
    issue = check_dose(use("valacyclovir", daily="3000 mg/d"), patient("60 a", ("herpes-zoster", "dialysis")))[0]
    assert (issue.action, issue.facts) == ("Lower it to 500 mg a day at most, or confirm the dose.", ("Condition/dialysis",))


def test_neither_clearance_nor_egfr_nor_dialysis_tells_no_limit() -> None:
    assert check_dose(use("gabapentin", daily="900 mg/d"), patient("60 a", ("neuropathic-pain",))) == ()
