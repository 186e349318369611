"""Infections: whom an antibiotic is started for, and whom not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.guidelines.patients import KnownClasses, medicines, patient
from tools.clinical.examples import AS_OF
from tools.guidelines import Run, decide

VITAL = {"respiratory-rate": "16 /min, 1 d ago", "systolic-bp": "124 mm[Hg], 1 d ago", "oxygen-saturation": "97 %, 1 d ago"}
OUT_OF_PLACE = ("viral-sinusitis", "acute-bronchitis", "streptococcal-pharyngitis", "pneumonia", "cystitis", "cellulitis", "influenza", "covid-19", "otitis-media")  # fmt: skip


def ill(days: int, bars: dict[str, str] | None = None, **given: Any) -> Run:
    """A run for someone whose problems all began so many days ago."""
    facts = patient(**given)
    problems = tuple(replace(p, onset=AS_OF - timedelta(days=days)) for p in facts.problems)
    return decide(replace(facts, problems=problems), None, KnownClasses(bars))


def actions(found: Run, verb: str) -> list[str]:
    return [d.subjects[0] for d in found.decisions if d.action == verb]


@pytest.mark.parametrize("problem", OUT_OF_PLACE)
@pytest.mark.parametrize("age", ["4 a", "40 a", "80 a"])
def test_an_infection_of_last_year_is_no_business_of_today(problem: str, age: str) -> None:
    found = ill(365, has=(problem,), age=age, sex="male", labs=VITAL)
    assert (medicines(found), actions(found, "counsel"), found.escalations) == ([], [], ())


@pytest.mark.parametrize(("days", "lines"), [(14, ["start amoxicillin"]), (15, [])])
def test_pneumonia_is_treated_for_fourteen_days_from_its_onset(days: int, lines: list[str]) -> None:
    assert medicines(ill(days, has=("pneumonia",), age="40 a", sex="male", labs=VITAL)) == lines


@pytest.mark.parametrize("problem", ["viral-sinusitis", "acute-bronchitis", "viral-pharyngitis", "common-cold"])
def test_a_viral_illness_of_today_brings_advice_and_no_medicine(problem: str) -> None:
    found = ill(2, has=(problem,), age="40 a", sex="male", labs=VITAL)
    assert (medicines(found), "no-antibiotic-for-a-virus" in actions(found, "counsel")) == ([], True)


def test_pneumonia_with_chronic_disease_gets_a_pair() -> None:
    found = ill(1, has=("pneumonia", "bronchiectasis"), age="50 a", sex="male", labs=VITAL)
    assert medicines(found) == ["start amoxicillin/clavulanate", "start doxycycline"]


def test_levofloxacin_stands_alone_where_no_beta_lactam_can_be_given() -> None:
    bars = dict.fromkeys(("amoxicillin", "cefpodoxime", "cefuroxime"), "allergy")
    found = ill(1, bars, has=("pneumonia", "bronchiectasis"), age="50 a", sex="male", labs=VITAL)
    assert medicines(found) == ["start levofloxacin"]


@pytest.mark.parametrize(("urea", "lines"), [("19", ["start amoxicillin"]), ("20", [])])
def test_two_points_of_curb_65_are_not_treated_at_home(urea: str, lines: list[str]) -> None:
    labs = {**VITAL, "blood-urea-nitrogen": f"{urea} mg/dL, 1 d ago"}
    assert medicines(ill(1, has=("pneumonia",), age="65 a", sex="male", labs=labs)) == lines


@pytest.mark.parametrize(("clearance", "drug"), [("30", "nitrofurantoin"), ("29", "fosfomycin")])
def test_nitrofurantoin_needs_a_clearance_of_30(clearance: str, drug: str) -> None:
    labs = {"creatinine-clearance": f"{clearance} mL/min"}
    assert medicines(ill(1, has=("cystitis",), age="60 a", sex="female", labs=labs))[:1] == [f"start {drug}"]


def test_no_second_antibiotic_is_added_to_one_that_is_taken() -> None:
    found = ill(1, has=("cellulitis",), takes=("doxycycline",), age="40 a", sex="male", labs=VITAL)
    assert (medicines(found), "what-the-antibiotic-is-for" in actions(found, "ask")) == ([], True)


@pytest.mark.parametrize(("temperature", "lines"), [("38.9", []), ("39.0", ["start amoxicillin"])])
def test_a_child_of_four_with_an_ear_infection_is_treated_from_39_degrees(temperature: str, lines: list[str]) -> None:
    labs = {"body-weight": "16 kg", "body-temperature": f"{temperature} Cel, 1 d ago"}
    assert medicines(ill(1, has=("acute-otitis-media",), age="4 a", sex="male", labs=labs)) == lines
