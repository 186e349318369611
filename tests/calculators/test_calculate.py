"""What `calculate` answers and what it refuses."""

from __future__ import annotations

import pytest

from tools.calculators import calculate, calculators, knows
from tools.calculators.model import GivenInput
from tools.clinical.quantity import Quantity

Q = Quantity.parse
WOMAN = {"age": Q("72 a"), "sex": "female", "creatinine": Q("1.2 mg/dL")}


def test_the_answer_carries_value_unit_inputs_and_source() -> None:
    answer = calculate("egfr-ckd-epi-2021", WOMAN)
    assert (answer.outcome, answer.quantity) == ("found", Q("48.1 mL/min/{1.73_m2}"))
    assert answer.inputs == (GivenInput("creatinine", "1.2", "mg/dL"), GivenInput("age", "72", "a"), GivenInput("sex", "female"))
    assert "N Engl J Med 385:1737" in answer.source


def test_grams_per_litre_is_the_same_as_milligrams_per_decilitre_times_100() -> None:
    assert calculate("egfr-ckd-epi-2021", {**WOMAN, "creatinine": Q("0.012 g/L")}).value == "48.1"


@pytest.mark.parametrize(
    ("name", "inputs", "said"),
    [
        ("egfr-ckd-epi-2021", {**WOMAN, "creatinine": Q("106 umol/L")}, "cannot be turned into"),
        ("egfr-ckd-epi-2021", {**WOMAN, "creatinine": Q("88 mg/dL")}, "outside the range"),
        ("egfr-ckd-epi-2021", {**WOMAN, "creatinine": "1.2"}, "needs a number with its unit"),
        ("egfr-ckd-epi-2021", {**WOMAN, "sex": "F"}, "is one of female, male"),
        ("egfr-ckd-epi-2021", {**WOMAN, "race": "black"}, "not an input"),
        ("egfr-ckd-epi-2021", {"age": Q("72 a")}, "not given: creatinine, sex"),
        ("cha2ds2-vasc", {"heart-failure": "yes"}, "not given"),
        ("frax", {}, "there is no calculator"),
    ],
)
def test_what_cannot_be_computed_is_said(name: str, inputs: dict[str, Quantity | str | bool], said: str) -> None:
    answer = calculate(name, inputs)
    assert (answer.outcome, answer.value, answer.quantity, said in answer.reason) == ("not_checked", "", None, True)


LEVELS: dict[str, Quantity | str | bool] = {
    "first-level": Q("30 mg/L"),
    "first-time": Q("1 h"),
    "second-level": Q("15 mg/L"),
    "second-time": Q("9 h"),
    "infusion-time": Q("1 h"),
    "interval": Q("12 h"),
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"second-time": Q("1 h")}, "the second is drawn later and is lower"),
        ({"second-level": Q("30 mg/L")}, "the second is drawn later and is lower"),
        ({"second-level": Q("31 mg/L")}, "the second is drawn later and is lower"),
    ],
)
def test_two_levels_tell_an_area_only_where_the_later_one_is_lower(changed: dict[str, Quantity], said: str) -> None:
    assert calculate("vancomycin-auc-two-levels", {**LEVELS, **changed}).reason.endswith(said)
    assert bool(calculate("vancomycin-auc-two-levels", {**LEVELS, **changed}).value) is not bool(said)


def test_a_formula_that_would_divide_by_nothing_has_no_value() -> None:
    gap = {"sodium": Q("140 mmol/L"), "chloride": Q("100 mmol/L"), "bicarbonate": Q("24 mmol/L")}
    assert calculate("delta-ratio", gap).reason == "delta-ratio has no value for these inputs"


def test_a_score_names_its_band() -> None:
    given: dict[str, Quantity | str | bool] = {
        "bilirubin": Q("2.5 mg/dL"),
        "albumin": Q("3 g/dL"),
        "inr": Q("1.5 1"),
        "ascites": "mild",
        "encephalopathy": "none",
    }
    answer = calculate("child-pugh", given)
    assert (answer.value, answer.meaning) == ("8", "class B")


def test_every_calculator_has_a_title_a_formula_and_a_source() -> None:
    listed = calculators()
    assert len(listed) >= 60
    assert [c.name for c in listed if not (c.title and c.formula and c.source)] == []


def test_knows_its_files_by_id_and_version() -> None:
    assert (knows("prevent", "1.0.0"), knows("prevent", "0.0.1"), knows("frax", "1.0.0")) == (True, False, False)
