"""A patient as a call tells of one: understood exactly, or said not to be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from agent.context_facts import understand
from agent.faces.answering.shapes import AllergyInput, Amount, Coded, Context, Lab, Medication
from tools.clinical.quantity import Quantity

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("age", "born"),
    [
        (67, date(1959, 11, 20)),
        ("67", date(1959, 11, 20)),
        ("67 years", date(1959, 11, 20)),
        (Amount(67, "a"), date(1959, 11, 20)),
        ("7 mo", date(2026, 4, 20)),
        ("3 wk", date(2026, 10, 30)),
        ("10 d", date(2026, 11, 10)),
        (0, DAY),
    ],
)
def test_an_age_is_completed_on_the_day(age: int | str | Amount, born: date) -> None:
    assert understand(Context(age=age), DAY).facts.birth_date == born


def test_an_age_of_29_february_is_completed_on_the_28th() -> None:
    assert understand(Context(age=1), date(2028, 2, 29)).facts.birth_date == date(2027, 2, 28)


@pytest.mark.parametrize("age", [-1, "old", "67 kg", 10**9])
def test_what_is_no_age_is_said_and_the_age_stays_unknown(age: int | str) -> None:
    understood = understand(Context(age=age), DAY)
    assert understood.facts.age is None
    assert len(understood.not_used) == 1
    assert understood.not_used[0].startswith("context.age: ")


def test_a_birth_date_goes_before_an_age() -> None:
    assert understand(Context(age=3, birth_date="1959-04-12"), DAY).facts.age == 67


def test_nothing_said_is_nothing_known() -> None:
    facts = understand(Context(), DAY).facts
    assert (facts.age, facts.sex, facts.pregnancy, facts.problems, facts.allergies, dict(facts.measurements)) == (
        None,
        None,
        "unknown",
        (),
        (),
        {},
    )


def test_values_come_in_canonical_units_whatever_the_spelling() -> None:
    labs: dict[str, Lab | str | float | int | None] = {"potassium": "4.5 mEq/L", "2160-0": Lab(value=88.4, unit="umol/L"), "hba1c": None}
    facts = understand(Context(labs=labs, weight="154 lb"), DAY).facts
    potassium, creatinine, weight = (facts.latest(name) for name in ("serum-potassium", "serum-creatinine", "body-weight"))
    assert potassium is not None
    assert potassium.quantity == Quantity(Decimal("4.5"), "mmol/L")
    assert creatinine is not None
    assert creatinine.quantity.unit == "mg/dL"
    assert round(creatinine.quantity.value, 2) == Decimal("1.00")
    assert weight is not None
    assert round(weight.quantity.value, 1) == Decimal("69.9")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("frobnicity", "4 mmol/L", "not an observable that is known"),
        ("potassium", 4.5, "'1' is not a unit of serum-potassium; it is measured in 'mmol/L'"),
        ("potassium", "4.5 kg", "'kg' is not a unit of serum-potassium; it is measured in 'mmol/L'"),
        ("potassium", "high", "'high' is not a number"),
        ("potassium", "NaN mmol/L", "'NaN' is not a number that can be counted with"),
        ("potassium", "-4 mmol/L", "-4 mmol/L cannot be a serum-potassium"),
        ("potassium", Lab(value=4.5, unit="mmol/L", date="2027-01-01"), "dated after 2026-11-20"),
    ],
)
def test_a_value_that_cannot_be_used_is_said(name: str, value: str | float | Lab, why: str) -> None:
    understood = understand(Context(labs={name: value}), DAY)
    assert understood.not_used == (f"context.labs.{name}: {why}",)
    assert not understood.facts.measurements


def test_a_dated_value_keeps_its_date() -> None:
    facts = understand(Context(labs={"potassium": Lab(value=4.5, unit="mmol/L", date="2026-01-02")}), DAY).facts
    found = facts.latest("serum-potassium")
    assert found is not None
    assert found.when == date(2026, 1, 2)


def test_the_kidney_function_is_computed_from_what_is_said() -> None:
    facts = understand(Context(age=67, sex="female", labs={"creatinine": "1.52 mg/dL"}), DAY).facts
    egfr = facts.latest("egfr")
    assert egfr is not None
    assert round(egfr.quantity.value) == 37


def test_conditions_and_allergies_are_understood_by_name_and_code() -> None:
    conditions: list[str | Coded] = ["type 2 diabetes", Coded(code="703272007", system="http://snomed.info/sct")]
    allergies: list[str | AllergyInput] = [AllergyInput(text="penicillin", reactions=["anaphylaxis"])]
    facts = understand(Context(conditions=conditions, allergies=allergies), DAY).facts
    assert facts.problem("diabetes") == ("context.conditions[0]",)
    assert facts.problem("heart-failure-reduced-ef") == ("context.conditions[1]",)
    assert [allergy.reference for allergy in facts.allergic("penicillin")] == ["context.allergies[0]"]
    assert "anaphylaxis" in facts.allergies[0].reactions


def test_what_is_not_known_is_named_and_kept() -> None:
    understood = understand(Context(conditions=["grumbling spleen"], allergies=["moon dust"]), DAY)
    assert understood.not_used == (
        "context.conditions[0]: 'grumbling spleen' is not a condition that is known; nothing was checked for it",
        "context.allergies[0]: 'moon dust' is not a substance that is known; this allergy was not checked",
    )
    assert [problem.text for problem in understood.facts.problems] == ["grumbling spleen"]


@pytest.mark.parametrize(("said", "state"), [(True, "pregnant"), (False, "none"), ("lactating", "lactating"), (None, "unknown")])
def test_pregnancy_may_be_said_in_words_or_by_yes_and_no(said: bool | str | None, state: str) -> None:
    assert understand(Context(pregnancy=said), DAY).facts.pregnancy == state  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("context", "state"),
    [
        (Context(conditions=["pregnancy"]), "pregnant"),
        (Context(conditions=["preeclampsia"], sex="female"), "pregnant"),
        (Context(conditions=["breastfeeding"]), "lactating"),
        (Context(conditions=["pregnancy"], pregnancy="none"), "none"),
        (Context(conditions=["pregnancy"], sex="male"), "unknown"),
        (Context(conditions=["asthma"], sex="female"), "unknown"),
    ],
)
def test_a_condition_that_is_a_pregnancy_says_so_where_nothing_else_does(context: Context, state: str) -> None:
    assert understand(context, DAY).facts.pregnancy == state


def test_a_daily_dose_follows_from_dose_and_interval() -> None:
    twice = Medication(text="metformin 500 mg", dose="500 mg", per="12 h")
    use = understand(Context(), DAY, medications=[twice]).facts.medications[0]
    assert use.regimen.daily == Quantity(Decimal(1000), "mg/d")


def test_a_medicine_of_the_question_that_is_taken_is_one_medicine() -> None:
    facts = understand(Context(medications=["Metformin 500 mg", "lisinopril"]), DAY, medications=["metformin 500 mg"], proposed=True).facts
    assert [(use.text, use.currency) for use in facts.medications] == [("Metformin 500 mg", "current"), ("lisinopril", "current")]


def test_an_allergy_that_is_said_to_be_tolerated_is_none_and_is_told() -> None:
    understood = understand(Context(allergies=["Penicillin - tolerates", "sulfa"]), DAY)
    assert [one.active for one in understood.facts.allergies] == [False, True]
    assert understood.not_used == (
        "context.allergies[0]: 'Penicillin - tolerates' says that it is tolerated; it was not taken for an allergy",
    )
