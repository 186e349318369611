"""What the ledger calls out of range: by the laboratory first, else by what is usual at the age and sex of the patient."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from agent.checking.ledger import ADMINISTRATIVE, abnormal
from tools.clinical.facts import Measurement
from tools.clinical.quantity import Quantity
from tools.terminology import terminology


def measured(observable: str, value: str, **more: object) -> Measurement:
    unit = terminology().observable_named(observable)
    assert unit is not None
    return Measurement(observable, Quantity(Decimal(value), unit.unit), date(2026, 11, 1), "Observation/1", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("observable", "value", "age", "sex", "said"),
    [
        ("haemoglobin", "12.5", 40, "male", True),
        ("haemoglobin", "12.5", 40, "female", False),
        ("haemoglobin", "11.6", 10, "male", False),
        ("bmi", "16.2", 10, "male", False),
        ("bmi", "16.2", 40, "male", True),
        ("heart-rate", "120", 2, "female", False),
        ("heart-rate", "120", 40, "female", True),
        ("ldl-cholesterol", "140", 12, "female", True),
        ("ldl-cholesterol", "140", 40, "female", False),
        ("alkaline-phosphatase", "300", 9, None, False),
        ("alkaline-phosphatase", "300", 40, None, True),
    ],
)
def test_a_value_is_judged_by_age_and_sex(observable: str, value: str, age: int, sex: str | None, said: bool) -> None:
    assert abnormal(measured(observable, value), age, sex) is said


def test_the_range_of_the_laboratory_comes_first() -> None:
    own = measured("haemoglobin", "12.5", low=Decimal("11.5"), high=Decimal("15.5"))
    assert not abnormal(own, 40, "male")


def test_the_kinds_that_ask_for_no_treatment_are_names_of_the_terminology() -> None:
    assert all(terminology().problem(text=name) for name in ADMINISTRATIVE)
