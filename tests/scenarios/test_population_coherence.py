"""Patients of a population hang together: what is tied in a body is tied in the record, over many seeds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pytest

from scenarios.population import population_named, populations, record
from scenarios.population_model import Lies
from scenarios.population_values import creatinine_of_egfr
from tools.calculators import calculate
from tools.clinical.quantity import Quantity
from tools.terminology import terminology

DAY = date(2026, 11, 1)
NAMES = tuple(populations())
SEEDS = range(40, 52)
Values = dict[str, dict[str, float]]


class Seen:
    """One patient as a reader of the record sees them."""

    def __init__(self, bundle: dict[str, Any]) -> None:
        resources = [entry["resource"] for entry in bundle["entry"]]
        self.sex = resources[0]["gender"]
        self.age = int((DAY - date.fromisoformat(resources[0]["birthDate"])).days / 365.25)
        self.problems = {one["code"]["text"] for one in resources if one["resourceType"] == "Condition"}
        self.medicines = {" ".join(one["medicationCodeableConcept"]["text"].upper().split()) for one in resources if "intent" in one}
        self.allergies = {one["code"]["text"] for one in resources if one["resourceType"] == "AllergyIntolerance"}
        self.values: Values = {}
        for one in resources:
            if one["resourceType"] == "Observation" and "valueQuantity" in one:
                name = one["code"]["coding"][0]["display"]
                self.values.setdefault(name, {})[one["effectiveDateTime"]] = one["valueQuantity"]["value"]

    def of(self, observable: str) -> dict[str, float]:
        """Its values by day."""
        found = terminology().observable_named(observable)
        assert found
        return self.values.get(found.title, {})


@lru_cache(maxsize=8)
def seen(name: str) -> tuple[Seen, ...]:
    population = population_named(name)
    return tuple(Seen(record(population, seed, number, DAY)) for seed in SEEDS for number in range(40))


def entry(name: str, observable: str) -> Lies | None:
    return next((one for one in population_named(name).value if one.observable == observable), None)


def with_(observable: str) -> list[str]:
    return [name for name in NAMES if entry(name, observable)]


@pytest.mark.parametrize("name", with_("total-cholesterol"))
def test_the_total_cholesterol_is_the_sum_of_its_parts_on_the_same_day(name: str) -> None:
    days = 0
    for one in seen(name):
        parts = [one.of(part) for part in ("ldl-cholesterol", "hdl-cholesterol", "triglycerides")]
        assert all(set(part) == set(one.of("total-cholesterol")) for part in parts)
        for day, total in one.of("total-cholesterol").items():
            ldl, hdl, triglycerides = (part[day] for part in parts)
            assert abs(total - (ldl + hdl + triglycerides / 5)) <= 1
            assert triglycerides < 400, "where the sum does not hold"
            days += 1
    assert days > 200


@pytest.mark.parametrize("name", with_("fasting-glucose"))
def test_glucose_follows_hba1c_and_diabetes_is_diagnosed_where_they_say_so(name: str) -> None:
    for one in seen(name):
        hba1c, glucose = one.of("hba1c"), one.of("fasting-glucose")
        assert set(hba1c) == set(glucose)
        assert all(abs(glucose[day] - (28.7 * value - 58.7)) < 30 for day, value in hba1c.items())
        if not one.problems & {"type 1 diabetes", "type 2 diabetes", "diabetes"}:
            assert max(hba1c.values(), default=0) < 6.5


@pytest.mark.parametrize("name", with_("egfr"))
def test_the_creatinine_is_the_one_of_an_egfr_that_fits_age_and_kidneys(name: str) -> None:
    ill, well = [], []
    for one in (one for one in seen(name) if one.age >= 18):
        for creatinine in one.of("serum-creatinine").values():
            given = {"age": Quantity(Decimal(one.age), "a"), "sex": one.sex, "creatinine": Quantity(Decimal(str(creatinine)), "mg/dL")}
            (ill if "chronic kidney disease" in one.problems else well).append(
                (one.age, float(calculate("egfr-ckd-epi-2021", given).value or 0))
            )
    assert all(egfr < 61.5 for _, egfr in ill)
    assert all(egfr > 33 for _, egfr in well)
    young, old = ([egfr for age, egfr in well if low <= age < high] for low, high in ((18, 45), (75, 120)))
    if len(young) > 50 and len(old) > 50:
        assert sum(young) / len(young) > sum(old) / len(old) + 15


@pytest.mark.parametrize("name", NAMES)
def test_who_has_obesity_has_the_bmi_of_it_and_nobody_else(name: str) -> None:
    for one in seen(name):
        for height in one.of("body-height").values():
            for weight in one.of("body-weight").values():
                assert ("obesity" in one.problems) is (weight / (height / 100) ** 2 >= 30)


@pytest.mark.parametrize("name", NAMES)
def test_both_pressures_are_of_the_same_days_and_the_upper_is_the_higher(name: str) -> None:
    for one in seen(name):
        upper, lower = one.of("systolic-bp"), one.of("diastolic-bp")
        if name != "exports-with-bad-habits":
            assert set(upper) == set(lower)
        assert all(lower[day] <= 0.91 * upper[day] for day in lower.keys() & upper.keys())


@pytest.mark.parametrize("name", NAMES)
def test_nobody_takes_two_of_a_kind_or_what_they_are_allergic_to(name: str) -> None:
    kinds = {option.text.upper(): option.kinds for item in population_named(name).medicine for option in item.options}
    for one in seen(name):
        taken = [kinds[text] for text in kinds if any(text in medicine for medicine in one.medicines)]
        assert len({kind for some in taken for kind in some}) == sum(map(len, taken))
        assert one.allergies.isdisjoint(kind for some in taken for kind in some)


@pytest.mark.parametrize(("observable", "problem"), [("lvef", "heart failure reduced ef"), ("uacr", "chronic kidney disease")])
def test_what_a_disease_is_diagnosed_by_is_in_its_patients(observable: str, problem: str) -> None:
    for name in with_(observable):
        ill = [value for one in seen(name) for value in one.of(observable).values() if problem in one.problems]
        well = [value for one in seen(name) for value in one.of(observable).values() if problem not in one.problems]
        if observable == "lvef":
            assert all(value <= 40 for value in ill)
        elif ill and well:
            assert sum(ill) / len(ill) > 2 * sum(well) / len(well)


def test_kidneys_that_fail_fail_further_with_time() -> None:
    falls = []
    for one in seen("kidney-and-heart-clinic"):
        if "chronic kidney disease" in one.problems:
            values = [value for _, value in sorted(one.of("serum-creatinine").items())]
            falls += [later - earlier for earlier, later in pairwise(values)]
    assert len(falls) > 200
    assert sum(falls) > 0


@pytest.mark.parametrize("egfr", [8, 45, 59, 85])
@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("age", [18, 40, 93])
def test_a_creatinine_gives_back_the_egfr_it_was_made_of(age: int, sex: str, egfr: int) -> None:
    creatinine = creatinine_of_egfr(egfr, age, sex)
    given = {"age": Quantity(Decimal(age), "a"), "sex": sex, "creatinine": Quantity(Decimal(f"{creatinine:.6f}"), "mg/dL")}
    assert float(calculate("egfr-ckd-epi-2021", given).value or 0) == pytest.approx(egfr, abs=0.2)


def test_what_is_computed_from_something_that_comes_later_is_a_fault() -> None:
    population = population_named("adults-in-primary-care")
    late = type(population)(
        **{name: getattr(population, name) for name in population.__struct_fields__} | {"value": population.value[::-1]}
    )
    assert "total-cholesterol: 'ldl-cholesterol' is not named before" in late.faults()
    assert not population.faults()
