"""Patients drawn from a population hang together, and are the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import orjson
import pytest

from agent.errors import RecordError
from agent.planning import make_plan
from scenarios.population import drawn, population_named, populations, record
from tools.terminology import terminology

DAY = date(2026, 11, 1)


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def test_a_patient_is_the_same_whether_drawn_first_or_alone() -> None:
    name = next(iter(populations()))
    many = drawn(name, 30, 7, DAY)
    assert many[29].data() == drawn(name, 30, 7, DAY)[29].data() == orjson.dumps(record(population_named(name), 7, 29, DAY))
    assert many[29].data() != drawn(name, 30, 8, DAY)[29].data()
    assert len({one.key() for one in many}) == 30


def test_shares_are_near_what_is_declared() -> None:
    population = population_named("adults-in-primary-care")
    records = [record(population, 3, number, DAY) for number in range(1500)]
    women = sum(resources(one, "Patient")[0]["gender"] == "female" for one in records) / 1500
    assert abs(women - population.women) < 0.04
    counted: Counter[str] = Counter()
    for one in records:
        counted.update({condition["code"]["text"] for condition in resources(one, "Condition")})
    assert 0.36 < counted["hypertension"] / 1500 < 0.56
    assert counted["benign prostatic hyperplasia"] > 0
    assert not [one for one in records if is_woman(one) and "benign prostatic hyperplasia" in problems(one)]


def is_woman(bundle: dict[str, Any]) -> bool:
    return bool(resources(bundle, "Patient")[0]["gender"] == "female")


def problems(bundle: dict[str, Any]) -> set[str]:
    return {condition["code"]["text"] for condition in resources(bundle, "Condition")}


def test_nothing_happens_before_birth_or_after_today() -> None:
    for one in drawn("adults-in-primary-care", 200, 5, DAY):
        bundle = orjson.loads(one.data())
        born = resources(bundle, "Patient")[0]["birthDate"]
        dates = [c["onsetDateTime"] for c in resources(bundle, "Condition")]
        dates += [o["effectiveDateTime"] for o in resources(bundle, "Observation")]
        dates += [m["authoredOn"] for m in resources(bundle, "MedicationRequest")]
        assert all(born < day < DAY.isoformat() for day in dates)


def test_every_medicine_of_a_population_is_recognised_as_what_it_says() -> None:
    for population in populations().values():
        for entry in population.medicine:
            for option in entry.options:
                match = terminology().medication(option.text)
                assert match.outcome == "recognized", option.text
                unknown = {kind for kind in option.kinds if kind not in match.kinds}
                assert not unknown, (option.text, unknown)


def test_a_drawn_patient_can_be_read_and_planned() -> None:
    statuses = Counter(make_plan(one.data(), DAY).status for one in drawn("adults-in-primary-care", 40, 11, DAY))
    assert set(statuses) <= {"awaiting-review", "no-plan"}
    assert statuses["awaiting-review"] > 25


def test_a_population_that_nobody_declared_is_named_with_those_that_are() -> None:
    with pytest.raises(RecordError, match="no population is called 'martians'; there are: adults-in-primary-care"):
        drawn("martians", 1, 1, DAY)


def test_habits_of_real_exports_are_in_the_records() -> None:
    bundles = [orjson.loads(one.data()) for one in drawn("adults-in-primary-care", 300, 5, DAY)]
    values = [value["valueQuantity"] for one in bundles for value in resources(one, "Observation")]
    without = sum("unit" not in value for value in values) / len(values)
    assert 0.004 < without < 0.02
    orders = [order["authoredOn"] for one in bundles for order in resources(one, "MedicationRequest")]
    assert 0.05 < sum(day < "2024-06-01" for day in orders) / len(orders) < 0.16
