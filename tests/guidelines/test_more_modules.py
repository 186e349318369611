"""Further conditions on either side of their decision points."""

from __future__ import annotations

import pytest

from tests.guidelines.patients import medicines, ordered, run
from tools.guidelines import Run

BONES = {"creatinine-clearance": "60 mL/min", "serum-calcium": "9.2 mg/dL", "vitamin-d": "32 ng/mL", "bone-density-t-score": "-2.6 {score}"}


def referred(found: Run) -> list[str]:
    return [d.subjects[0] for d in found.decisions if d.action == "refer"]


def asked(found: Run) -> list[str]:
    return [d.subjects[0] for d in found.decisions if d.action == "ask"]


@pytest.mark.parametrize(("clearance", "lines"), [("35", ["start alendronate"]), ("34", [])])
def test_a_bisphosphonate_starts_down_to_a_clearance_of_35(clearance: str, lines: list[str]) -> None:
    found = run(has=("osteoporosis",), age="68 a", sex="female", labs={**BONES, "creatinine-clearance": f"{clearance} mL/min"})
    assert medicines(found) == lines


def test_low_calcium_starts_no_bone_drug() -> None:
    assert medicines(run(has=("osteoporosis",), age="68 a", sex="female", labs={**BONES, "serum-calcium": "8.4 mg/dL"})) == []


def test_denosumab_is_never_left_out() -> None:
    assert medicines(run(has=("osteoporosis",), takes=("denosumab",), age="72 a", sex="female", labs=BONES)) == ["continue denosumab"]


def test_type_1_diabetes_without_insulin_on_the_list_is_same_day() -> None:
    found = run(has=("type-1-diabetes",), age="30 a", sex="male")
    assert "insulin-regimen" in asked(found)
    assert found.escalations == (
        "Type 1 diabetes: No insulin on the medication list of a person with type 1 diabetes: it must never be missing",
    )


def test_an_sglt2_inhibitor_stops_in_type_1_diabetes() -> None:
    found = run(has=("type-1-diabetes",), takes=("insulin-glargine", "insulin-lispro", "empagliflozin"), age="30 a", sex="male")
    assert "stop empagliflozin" in medicines(found)
    assert "start glucagon" in medicines(found)


def test_a_triptan_stops_with_coronary_disease() -> None:
    found = run(has=("migraine", "coronary-artery-disease"), takes=("sumatriptan", "aspirin"), age="58 a", sex="male")
    assert "stop sumatriptan" in medicines(found)


@pytest.mark.parametrize(("days", "starts"), [("3", False), ("4", True)])
def test_prevention_of_migraine_from_four_days_a_month(days: str, starts: bool) -> None:
    labs = {"headache-days-month": f"{days} {{count}}", "heart-rate": "70 /min"}
    found = run(has=("migraine",), age="40 a", sex="male", labs=labs)
    assert ("start propranolol" in medicines(found)) is starts


def test_reflux_without_recorded_symptoms_starts_nothing() -> None:
    assert medicines(run(has=("gerd",), age="50 a", sex="male")) == []


@pytest.mark.parametrize(("score", "lines"), [("9", []), ("10", ["start sertraline"])])
def test_an_antidepressant_for_anxiety_from_a_score_of_10(score: str, lines: list[str]) -> None:
    labs = {"gad-7": f"{score} {{score}}, 5 d ago", "tsh": "2 m[IU]/L, 100 d ago"}
    assert medicines(run(has=("generalised-anxiety-disorder",), age="40 a", sex="male", labs=labs)) == lines


@pytest.mark.parametrize(("ferritin", "lines"), [("44", ["start ferrous-sulfate"]), ("45", [])])
def test_oral_iron_below_a_ferritin_of_45(ferritin: str, lines: list[str]) -> None:
    labs = {"ferritin": f"{ferritin} ng/mL, 10 d ago", "haemoglobin": "10.4 g/dL, 10 d ago"}
    found = run(has=("iron-deficiency-anaemia",), age="62 a", sex="male", labs=labs)
    assert medicines(found) == lines
    assert "gastroenterology" in referred(found)


def test_a_stroke_without_an_antithrombotic_starts_aspirin() -> None:
    found = run(
        has=("ischaemic-stroke",),
        age="66 a",
        sex="male",
        labs={"ldl-cholesterol": "60 mg/dL", "systolic-bp": "124 mm[Hg]", "diastolic-bp": "74 mm[Hg]"},
    )
    assert medicines(found)[:1] == ["start aspirin"]


def test_a_stroke_with_atrial_fibrillation_gets_no_antiplatelet() -> None:
    labs = {"cha2ds2-vasc": "5 {score}", "creatinine-clearance": "70 mL/min"}
    found = run(has=("ischaemic-stroke", "atrial-fibrillation"), age="66 a", sex="male", labs=labs)
    assert "start apixaban" in medicines(found)
    assert "start aspirin" not in medicines(found)


def test_heart_failure_bars_cilostazol() -> None:
    found = run(has=("peripheral-artery-disease", "heart-failure"), takes=("cilostazol", "clopidogrel"), age="70 a", sex="male")
    assert "stop cilostazol" in medicines(found)


def test_an_old_thrombosis_without_a_date_is_asked_about() -> None:
    found = run(has=("deep-vein-thrombosis",), age="60 a", sex="male")
    assert "anticoagulation-after-thrombosis" in asked(found)
    assert medicines(found) == []


def test_vaccines_come_with_diabetes_where_none_is_recorded() -> None:
    found = run(has=("type-2-diabetes",), age="52 a", sex="male", labs={"hba1c": "6.4 %"})
    assert {"pneumococcal-conjugate-vaccine", "zoster-vaccine-recombinant"} <= set(ordered(found))
    assert "rsv-vaccine" in ordered(found)


def test_smoking_is_handed_to_the_tobacco_module() -> None:
    found = run(has=("copd", "smoking-current"), age="62 a", sex="male")
    assert "quitline" in referred(found)
    assert "readiness-to-stop-smoking" in asked(found)
