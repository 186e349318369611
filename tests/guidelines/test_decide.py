"""Whole runs: what the modules decide together for one patient, on either side of the decision points."""

from __future__ import annotations

import pytest

from tests.guidelines.patients import CHEMISTRY, PRESSURE, medicines, ordered, patient, run
from tools.clinical.answer import KnowledgeRef
from tools.clinical.facts import Facts
from tools.guidelines import Bar, decide, knows
from tools.guidelines.cases import NotedToolbox


def hypertensive(systolic: str = "152", **more: object):
    labs = {**CHEMISTRY, **PRESSURE, "systolic-bp": f"{systolic} mm[Hg], 10 d ago", **more.pop("labs", {})}  # type: ignore[dict-item]
    return run(**{"has": ("hypertension",), "age": "58 a", "sex": "male", "labs": labs, **more})


def test_stage_2_starts_two_drugs() -> None:
    assert medicines(hypertensive("140")) == ["start lisinopril", "start amlodipine"]


def test_139_over_79_at_low_risk_starts_none() -> None:
    assert medicines(hypertensive("139", labs={"diastolic-bp": "79 mm[Hg], 10 d ago"})) == []


def test_139_with_diabetes_starts_one() -> None:
    found = hypertensive("139", has=("hypertension", "diabetes"), labs={"diastolic-bp": "79 mm[Hg], 10 d ago"})
    assert medicines(found) == ["start lisinopril"]


@pytest.mark.parametrize(("potassium", "expected"), [("5.0", ["start lisinopril", "start amlodipine"]), ("5.1", ["start amlodipine"])])
def test_no_ras_blocker_starts_above_5_0(potassium: str, expected: list[str]) -> None:
    assert medicines(hypertensive(labs={"serum-potassium": f"{potassium} mmol/L, 10 d ago"})) == expected


def test_a_potassium_that_was_never_measured_makes_the_start_conditional_and_is_ordered() -> None:
    found = run(has=("hypertension",), age="58 a", sex="male", labs={**PRESSURE, "egfr": "82 mL/min/{1.73_m2}", "uacr": "8 mg/g"})
    start = next(d for d in found.decisions if d.picked == "lisinopril")
    assert start.conditional_on == ("serum-potassium",)
    assert ordered(found)["serum-potassium"] == 14


def test_a_reading_of_91_days_ago_starts_nothing_and_is_taken_again() -> None:
    found = hypertensive(labs={"systolic-bp": "182 mm[Hg], 91 d ago", "diastolic-bp": "110 mm[Hg], 91 d ago"})
    assert medicines(found) == []
    assert ordered(found)["systolic-bp"] == 30


def test_severe_pressure_with_organ_damage_ends_the_run() -> None:
    labs = {**CHEMISTRY, "systolic-bp": "190 mm[Hg]", "diastolic-bp": "100 mm[Hg]"}
    found = run(has=("hypertension", "acute-target-organ-damage", "gout"), age="58 a", sex="male", labs=labs)
    assert found.escalations == ("Hypertension: Blood pressure above 180/120 with signs of organ damage needs hospital treatment today",)
    assert [(d.action, d.subjects, d.urgency) for d in found.decisions if d.urgency == "emergency"] == [
        ("refer", ("emergency-care",), "emergency")
    ]
    assert medicines(found) == []
    assert found.goals == ()


def test_ketones_on_an_sglt2_inhibitor_hold_it_and_continue_nothing() -> None:
    found = run(has=("type-2-diabetes",), takes=("empagliflozin", "metformin"), age="60 a", sex="male", labs={"ketones": "1.5 mmol/L"})
    assert medicines(found) == ["hold empagliflozin"]
    assert [d.urgency for d in found.decisions if d.action == "hold"] == ["emergency"]


def test_angioedema_takes_the_ace_inhibitor_out() -> None:
    assert medicines(hypertensive(has=("hypertension", "angioedema-history"))) == ["start losartan", "start amlodipine"]


def test_a_barred_drug_is_passed_over_with_its_reason() -> None:
    found = hypertensive(bars={"lisinopril": "cough on it before"})
    start = found.decisions[[d.picked for d in found.decisions].index("losartan")]
    assert start.alternatives[0] == ("lisinopril", "cough on it before")
    assert start.alternatives[1] == ("valsartan", "Also suitable; losartan is named first.")


def test_when_every_option_is_barred_it_asks() -> None:
    barred = dict.fromkeys(("lisinopril", "losartan", "valsartan", "irbesartan", "telmisartan"), "allergy")
    found = hypertensive(bars=barred)
    assert medicines(found) == ["start amlodipine"]
    question = next(q for q in found.questions if q.about == "another choice than lisinopril")
    _, _, end = question.why.partition(". ")
    assert end == "None of the medicines for it can be given here: lisinopril, losartan, valsartan, irbesartan, telmisartan (allergy)."


@pytest.mark.parametrize("bars", [{}, {"epinephrine": "allergy"}])
def test_a_barred_drug_takes_no_urgency_away(bars: dict[str, str]) -> None:
    found = run(has=("anaphylaxis", "anaphylaxis-now"), age="30 a", sex="male", bars=bars)
    assert ("refer", ("emergency-care",), "emergency") in [(d.action, d.subjects, d.urgency) for d in found.decisions]


def test_gout_chooses_losartan() -> None:
    assert "start losartan" in medicines(hypertensive(has=("hypertension", "gout")))


def test_a_thiazide_in_gout_is_replaced_once_though_two_modules_ask_for_it() -> None:
    found = hypertensive("128", has=("hypertension", "gout"), takes=("hydrochlorothiazide",), labs={"diastolic-bp": "76 mm[Hg], 10 d ago"})
    assert medicines(found) == ["change hydrochlorothiazide -> losartan"]
    assert [d.recommendation for d in found.decisions if d.picked == "losartan"] == ["hypertension-change-hydrochlorothiazide"]


def test_pregnancy_stops_the_ras_blocker_and_starts_labetalol() -> None:
    found = run(
        has=("hypertension",), age="33 a", sex="female", pregnancy="pregnant", takes=("lisinopril",), labs={**CHEMISTRY, **PRESSURE}
    )
    assert sorted(medicines(found)) == ["start folic-acid", "start labetalol", "stop lisinopril"]


def test_a_woman_of_33_is_asked_and_gets_no_ras_blocker() -> None:
    found = run(has=("hypertension",), age="33 a", sex="female", pregnancy="unknown", labs={**CHEMISTRY, **PRESSURE})
    assert "pregnancy-intent" in [d.subjects[0] for d in found.decisions if d.action == "ask"]
    assert not [d for d in found.decisions if d.picked in {"lisinopril", "losartan"}]


def test_a_woman_of_56_is_not_asked_about_pregnancy() -> None:
    found = run(has=("hypertension",), age="56 a", sex="female", pregnancy="unknown", labs={**CHEMISTRY, **PRESSURE})
    assert medicines(found) == ["start lisinopril", "start amlodipine"]


BY_AGE = {"immunisation", "preventive-care", "children-immunisation"}
"""What age alone makes due, whatever the patient has."""


def test_a_child_is_out_of_scope_and_nothing_is_decided_but_who_does_and_what_age_makes_due() -> None:
    found = run(has=("hypertension",), age="17 a", labs=PRESSURE)
    assert found.active == ("children-outside",)
    assert [(d.action, d.subjects) for d in found.decisions if d.module not in BY_AGE] == [("refer", ("paediatrics",))]
    assert found.out_of_scope == {"hypertension": "Hypertension is written for people of 18 years and more."}


def test_heart_failure_with_reduced_ejection_fraction_starts_four_classes() -> None:
    labs = {
        **CHEMISTRY,
        "lvef": "30 %, 20 d ago",
        "systolic-bp": "128 mm[Hg], 5 d ago",
        "diastolic-bp": "78 mm[Hg], 5 d ago",
        "heart-rate": "78 /min, 5 d ago",
    }
    found = run(has=("heart-failure",), age="64 a", sex="male", labs=labs)
    assert found.active[0] == "heart-failure-reduced-ef"
    assert medicines(found) == ["start sacubitril/valsartan", "start carvedilol", "start spironolactone (later)", "start empagliflozin"]


def test_two_starts_that_raise_potassium_lie_two_weeks_apart_and_the_monitoring_of_the_second_follows_it() -> None:
    labs = {
        **CHEMISTRY,
        "lvef": "30 %, 20 d ago",
        "systolic-bp": "128 mm[Hg], 5 d ago",
        "diastolic-bp": "78 mm[Hg], 5 d ago",
        "heart-rate": "78 /min, 5 d ago",
    }
    found = run(has=("heart-failure",), age="64 a", sex="male", labs=labs)
    due = {d.picked: d.due_days for d in found.decisions if d.action == "start"}
    assert due == {"sacubitril/valsartan": None, "carvedilol": None, "spironolactone": 14, "empagliflozin": None}


def test_at_75_two_of_the_four_classes_wait() -> None:
    labs = {
        **CHEMISTRY,
        "lvef": "30 %, 20 d ago",
        "systolic-bp": "128 mm[Hg], 5 d ago",
        "diastolic-bp": "78 mm[Hg], 5 d ago",
        "heart-rate": "78 /min, 5 d ago",
    }
    found = run(has=("heart-failure",), age="75 a", sex="male", labs=labs)
    assert medicines(found) == [
        "start sacubitril/valsartan",
        "start carvedilol",
        "start spironolactone (later)",
        "start empagliflozin (later)",
    ]
    assert [d.due_days for d in found.decisions if d.deferred and d.action == "start"] == [14, 14]


def test_a_reliever_never_waits_for_its_turn() -> None:
    labs = {**CHEMISTRY, "fev1-fvc": "0.6 1, 20 d ago", "fev1-percent": "55 %, 20 d ago", "phq-9": "17 {score}, 5 d ago"}
    found = run(has=("copd", "depression", "hypothyroidism"), age="80 a", sex="male", labs={**labs, "tsh": "24 m[IU]/L, 5 d ago"})
    assert "start albuterol" in medicines(found)
    assert any(line.endswith("(later)") for line in medicines(found))


@pytest.mark.parametrize(("lvef", "module"), [("40", "heart-failure-reduced-ef"), ("41", "heart-failure-preserved-ef")])
def test_the_ejection_fraction_chooses_the_heart_failure_module(lvef: str, module: str) -> None:
    found = run(has=("heart-failure",), age="64 a", sex="male", labs={"lvef": f"{lvef} %, 20 d ago"})
    assert [name for name in found.active if name.startswith("heart-failure")] == [module]


def test_atrial_fibrillation_with_coronary_disease_never_gets_aspirin_beside_the_anticoagulant() -> None:
    labs = {
        **CHEMISTRY,
        "heart-rate": "84 /min, 5 d ago",
        "cha2ds2-vasc": "3 {score}",
        "creatinine-clearance": "70 mL/min",
        "systolic-bp": "118 mm[Hg], 5 d ago",
    }
    found = run(has=("atrial-fibrillation", "coronary-artery-disease"), age="70 a", sex="male", labs=labs)
    assert "start apixaban" in medicines(found)
    assert "start aspirin" not in medicines(found)


def test_aspirin_with_a_stent_of_unknown_date_is_asked_about_not_stopped() -> None:
    labs = {"cha2ds2-vasc": "3 {score}", "creatinine-clearance": "70 mL/min"}
    found = run(
        has=("atrial-fibrillation", "coronary-artery-disease", "coronary-stent"),
        takes=("apixaban", "aspirin"),
        age="70 a",
        sex="male",
        labs=labs,
    )
    assert "stop aspirin" not in medicines(found)
    assert "stent-date-and-dapt-plan" in [d.subjects[0] for d in found.decisions if d.action == "ask"]


@pytest.mark.parametrize(
    ("egfr", "line"), [("29", "stop metformin"), ("30", "change metformin"), ("44", "change metformin"), ("45", "continue metformin")]
)
def test_metformin_by_kidney_function(egfr: str, line: str) -> None:
    labs = {"egfr": f"{egfr} mL/min/{{1.73_m2}}, 10 d ago", "hba1c": "6.6 %, 10 d ago"}
    found = run(has=("type-2-diabetes",), age="62 a", sex="male", doses={"metformin": "2000 mg/d"}, labs=labs)
    assert line in medicines(found)


@pytest.mark.parametrize(("hba1c", "line"), [("6.9", "stop glipizide"), ("7.5", "continue glipizide")])
def test_a_sulfonylurea_at_65_stops_below_the_goal_of_7_5(hba1c: str, line: str) -> None:
    labs = {"egfr": "70 mL/min/{1.73_m2}, 10 d ago", "hba1c": f"{hba1c} %, 10 d ago"}
    assert line in medicines(run(has=("type-2-diabetes",), takes=("glipizide",), age="65 a", sex="male", labs=labs))


def test_below_an_egfr_of_25_no_dapagliflozin_begins() -> None:
    labs = {"egfr": "24 mL/min/{1.73_m2}, 10 d ago", "uacr": "400 mg/g, 10 d ago"}
    found = run({"empagliflozin": "not tolerated"}, has=("chronic-kidney-disease", "type-2-diabetes"), age="62 a", sex="male", labs=labs)
    assert "start dapagliflozin" not in medicines(found)
    assert "another choice than empagliflozin, dapagliflozin" in [q.about for q in found.questions]


def test_one_glucose_lowering_start_at_a_visit_and_two_from_1_5_above_goal() -> None:
    def starts(hba1c: str) -> list[str]:
        labs = {**CHEMISTRY, "hba1c": f"{hba1c} %, 10 d ago", "bmi": "34 kg/m2, 10 d ago", "uacr": "40 mg/g, 10 d ago"}
        found = run(has=("chronic-kidney-disease", "type-2-diabetes"), age="52 a", sex="male", labs=labs)
        return [line for line in medicines(found) if "atorvastatin" not in line and "lisinopril" not in line]

    assert starts("8.4") == ["start empagliflozin", "start semaglutide (later)", "start metformin (later)"]
    assert starts("8.5") == ["start empagliflozin", "start semaglutide", "start metformin (later)"]


def test_one_raised_albumin_starts_nothing_and_is_measured_again() -> None:
    def lines(*uacr: str) -> list[str]:
        labs = {**CHEMISTRY, "hba1c": "6.8 %, 10 d ago", "uacr": "; ".join(uacr)}
        found = run(has=("type-2-diabetes",), takes=("metformin",), age="62 a", sex="male", labs=labs)
        orders = [f"order {name}" for d in found.decisions if d.action == "order" for name in d.subjects if name == "uacr"]
        return [line for line in (*medicines(found), *orders) if "flozin" in line or "uacr" in line]

    assert lines("40 mg/g, 10 d ago") == ["order uacr"]


def test_a_medicine_that_one_module_stops_and_another_treats_with_is_stopped_with_both_reasons() -> None:
    found = run(has=("heart-failure-reduced-ef", "hypertension"), takes=("diltiazem",), age="64 a", sex="male", labs=CHEMISTRY)
    assert "stop diltiazem" in medicines(found)
    assert "continue diltiazem" not in medicines(found)


def test_an_indicated_medicine_without_a_reason_to_change_is_continued() -> None:
    found = run(
        has=("hypothyroidism",),
        doses={"levothyroxine": "0.1 mg/d"},
        age="45 a",
        sex="male",
        labs={"tsh": "2.1 m[IU]/L, 40 d ago", "body-weight": "80 kg"},
    )
    assert medicines(found) == ["continue levothyroxine"]


def test_a_dose_that_is_not_recorded_is_asked_for_once_and_said_on_the_line() -> None:
    found = hypertensive("150", takes=("amlodipine", "lisinopril"))
    asked = [q for q in found.questions if q.about == "doses of current medicines"]
    assert len(asked) == 1
    assert asked[0].why == "Not recorded, and the next step depends on them: lisinopril, amlodipine."
    line = next(d for d in found.decisions if d.action == "continue" and "MedicationRequest/lisinopril" in d.targets)
    assert (
        line.because
        == "Part of the treatment of this condition (Hypertension); whether it changes depends on its dose, which is not recorded"
    )


def test_levothyroxine_steps_up_only_after_six_weeks_on_the_dose() -> None:
    def lines(days: int) -> list[str]:
        labs = {"tsh": "8.2 m[IU]/L, 1 d ago", "body-weight": "80 kg"}
        return medicines(
            run(
                has=("hypothyroidism",),
                doses={"levothyroxine": "0.1 mg/d"},
                started={"levothyroxine": days},
                age="45 a",
                sex="male",
                labs=labs,
            )
        )

    assert lines(41) == ["continue levothyroxine"]
    assert lines(42) == ["change levothyroxine"]


def test_a_positive_suicide_item_is_escalated_and_no_antidepressant_starts() -> None:
    labs = {"phq-9": "17 {score}, 3 d ago", "phq-9-item-9": "1 {score}, 3 d ago"}
    found = run(has=("depression",), age="40 a", sex="male", labs=labs)
    assert medicines(found) == []
    assert found.escalations == ("Depression: Positive suicide item of the PHQ-9: assessed before any prescription",)


def test_a_new_urate_goal_comes_with_the_indication() -> None:
    labs = {"gout-flares-12mo": "2 {count}", "urate": "9.4 mg/dL, 20 d ago", "egfr": "82 mL/min/{1.73_m2}, 20 d ago"}
    found = run(has=("gout",), age="63 a", sex="male", labs=labs)
    assert [(goal.observable, goal.target) for goal in found.goals] == [("urate", "<6 mg/dL")]
    assert medicines(found) == ["start colchicine", "start allopurinol"]


def test_syncope_on_an_old_list_is_no_emergency() -> None:
    found = run(has=("heart-failure-reduced-ef", "syncope"), age="64 a", sex="male")
    assert found.escalations == ()


def test_nothing_covered_decides_nothing_but_what_age_makes_due() -> None:
    found = run(has=("scurvy",), age="40 a")
    assert (found.active, found.questions, found.goals) == ((), (), ())
    assert {d.module for d in found.decisions} <= BY_AGE


def test_every_decision_cites_a_recommendation_with_a_title() -> None:
    found = hypertensive(has=("hypertension", "gout", "type-2-diabetes", "chronic-kidney-disease"))
    assert [d.recommendation for d in found.decisions if not d.evidence or not d.evidence[0].title] == []


def test_every_piece_of_knowledge_that_was_used_is_known_in_its_version() -> None:
    found = hypertensive()
    assert {"hypertension", "definitions", "computed-values", "choices-and-pace"} <= {reference.id for reference in found.knowledge}
    assert [reference for reference in found.knowledge if not knows(reference.id, reference.version)] == []
    assert not knows("hypertension", "0.0.0")


def test_each_test_is_ordered_once() -> None:
    found = hypertensive(has=("hypertension", "gout", "type-2-diabetes", "chronic-kidney-disease", "atrial-fibrillation"))
    subjects = [d.subjects[0] for d in found.decisions if d.action == "order"]
    assert len(subjects) == len(set(subjects))


def test_the_same_facts_give_the_same_run() -> None:
    assert hypertensive() == hypertensive()


def test_only_the_modules_that_were_named_are_consulted() -> None:
    found = decide(patient(has=("hypertension", "gout"), age="58 a"), ["gout"], NotedToolbox())
    assert found.active == ("gout",)


class Wary(NotedToolbox):
    """Bars a long-acting bronchodilator where no inhaled steroid is in the regimen."""

    def barred(self, drug: str, facts: Facts) -> Bar | None:
        if drug == "formoterol" and not facts.taking("budesonide"):
            return Bar("a LABA without a steroid", KnowledgeRef("test", "1"))
        return None


def test_the_components_of_one_inhaler_are_judged_together() -> None:
    found = decide(patient(has=("asthma",), takes=("albuterol",), age="30 a", sex="male"), None, Wary())
    assert "start budesonide/formoterol" in medicines(found)


class Strict(NotedToolbox):
    """Bars two medicines of which one product holds both."""

    def barred(self, drug: str, facts: Facts) -> Bar | None:
        doubled = drug == "sacubitril" and facts.taking("valsartan")
        return Bar("valsartan twice", KnowledgeRef("test", "1")) if doubled else None


def test_one_product_is_no_double_therapy_with_itself() -> None:
    labs = {**CHEMISTRY, "lvef": "30 %", "systolic-bp": "128 mm[Hg]", "heart-rate": "78 /min"}
    found = decide(patient(has=("heart-failure-reduced-ef",), age="60 a", sex="male", labs=labs), None, Strict())
    assert "start sacubitril/valsartan" in medicines(found)


def weak_heart(**labs: str) -> list[str]:
    found = run(has=("heart-failure-reduced-ef",), age="60 a", sex="male", labs={"lvef": "25 %, 30 d ago", **labs})
    return [
        f"{d.action} {d.picked} waits {', '.join(d.conditional_on)}" if d.conditional_on else f"{d.action} {d.picked}"
        for d in found.decisions
        if d.action == "start" and d.picked in ("sacubitril/valsartan", "empagliflozin")
    ]


def test_what_a_weak_heart_needs_is_drafted_while_its_tests_are_too_old() -> None:
    old = {"systolic-bp": "144 mm[Hg], 60 d ago", "serum-potassium": "3.8 mmol/L, 110 d ago", "egfr": "80 mL/min/{1.73_m2}, 300 d ago"}
    assert weak_heart(**old) == [
        "start sacubitril/valsartan waits systolic-bp, serum-potassium",
        "start empagliflozin waits serum-creatinine",
    ]


def test_what_an_old_value_already_speaks_against_is_not_drafted() -> None:
    old = {"systolic-bp": "144 mm[Hg], 60 d ago", "serum-potassium": "5.6 mmol/L, 110 d ago", "egfr": "80 mL/min/{1.73_m2}, 10 d ago"}
    assert weak_heart(**old) == ["start empagliflozin"]


def test_prophylaxis_against_flares_waits_with_the_urate_lowering_that_it_is_for() -> None:
    found = run(
        has=("gout", "hypertension", "hyperlipidaemia"),
        age="88 a",
        sex="male",
        labs={**CHEMISTRY, **PRESSURE, "urate": "10.2 mg/dL, 20 d ago"},
    )
    days = {d.picked: d.due_days for d in found.decisions if d.action == "start" and d.picked in ("allopurinol", "colchicine")}
    assert days == {"allopurinol": 14, "colchicine": 14}


def basic_set_of_heart_failure(potassium: int, egfr: int) -> set[str]:
    """What is ordered before a renin blocker, with values so many days old; the rule takes values of 90 days."""
    labs = {"lvef": "30 %", "serum-potassium": f"4.2 mmol/L, {potassium} d ago", "egfr": f"65 mL/min/{{1.73_m2}}, {egfr} d ago"}
    found = run(has=("heart-failure-reduced-ef",), age="66 a", sex="male", labs=labs)
    return {name for d in found.decisions if d.recommendation.endswith("order-serum-potassium") for name in d.subjects}


def test_of_a_basic_set_what_the_rule_calls_too_old_is_measured_again_and_nothing_else() -> None:
    old, young = 91, 90
    assert basic_set_of_heart_failure(old, young) == {"serum-potassium"}
    assert basic_set_of_heart_failure(young, old) == {"serum-creatinine"}
    assert basic_set_of_heart_failure(old, old) == {"serum-potassium", "serum-creatinine"}
    assert basic_set_of_heart_failure(young, young) == set()
