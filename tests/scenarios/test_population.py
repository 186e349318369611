"""Patients drawn from a population hang together, and are the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import orjson
import pytest
from msgspec import structs

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


def test_units_that_cannot_be_read_are_told_all_at_once() -> None:
    population = population_named("adults-in-primary-care")
    wrong = tuple(structs.replace(entry, unit="furlong") for entry in population.value[:2])
    assert structs.replace(population, value=(*wrong, *population.value[2:])).faults() == [
        f"{entry.observable}: unit 'furlong' is not known; write it in UCUM, for example 'mg/dL'" for entry in wrong
    ]


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


NAMES = tuple(populations())


def drawn_records(name: str, count: int = 250) -> list[dict[str, Any]]:
    return [record(population_named(name), 3, number, DAY) for number in range(count)]


def texts(bundle: dict[str, Any]) -> list[str]:
    return [order["medicationCodeableConcept"]["text"] for order in resources(bundle, "MedicationRequest")]


def values(bundle: dict[str, Any]) -> dict[tuple[str, str], float]:
    found = resources(bundle, "Observation")
    measured = [one for one in found if "valueQuantity" in one]
    return {(one["code"]["coding"][0]["display"], one["effectiveDateTime"]): one["valueQuantity"]["value"] for one in measured}


def test_there_are_populations_of_several_kinds() -> None:
    assert set(NAMES) >= {
        "adults-in-primary-care",
        "older-people-with-many-diseases",
        "women-of-childbearing-age",
        "kidney-and-heart-clinic",
        "exports-with-bad-habits",
    }


@pytest.mark.parametrize("name", NAMES)
def test_nobody_takes_a_medicine_without_what_it_is_for(name: str) -> None:
    population = population_named(name)
    for_what: dict[str, set[str]] = {}
    for entry in population.medicine:
        for option in entry.options:
            for_what.setdefault(" ".join(option.text.upper().split()), set()).add(entry.problem.replace("-", " "))
    for bundle in drawn_records(name):
        have = problems(bundle)
        for text in texts(bundle):
            known = next(reasons for medicine, reasons in for_what.items() if medicine in " ".join(text.upper().split()))
            assert known & have, text


@pytest.mark.parametrize("name", NAMES)
def test_problems_that_exclude_each_other_do_not_meet(name: str) -> None:
    for bundle in drawn_records(name):
        have = problems(bundle)
        for entry in population_named(name).problem:
            if entry.name.replace("-", " ") in have:
                assert have.isdisjoint(other.replace("-", " ") for other in entry.never_with), entry.name
                assert entry.sex in ("", resources(bundle, "Patient")[0]["gender"])


@pytest.mark.parametrize("name", [name for name in NAMES if any(one.below for one in population_named(name).value)])
def test_the_diastolic_pressure_lies_below_the_systolic_of_its_day(name: str) -> None:
    for bundle in drawn_records(name):
        upper = [value for (display, _), value in values(bundle).items() if display == "Systolic blood pressure"]
        lower = [value for (display, _), value in values(bundle).items() if display == "Diastolic blood pressure"]
        if len(upper) == len(lower):
            assert all(low < high for low, high in zip(lower, upper, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_every_value_lies_where_it_may_and_nobody_is_older_than_declared(name: str) -> None:
    population = population_named(name)
    oldest = max(band.to_age for band in population.band)
    titles = {found.title: entry for entry in population.value if (found := terminology().observable_named(entry.observable))}
    for bundle in drawn_records(name):
        assert int(DAY.year) - int(resources(bundle, "Patient")[0]["birthDate"][:4]) <= oldest + 1
        for (display, _), value in values(bundle).items():
            entry = titles[display]
            slack = 0.5 * 10**-entry.digits
            assert (entry.least * 0.5 if entry.below else entry.least) - slack <= value <= entry.most + slack, display


def test_a_pregnancy_began_within_nine_months_and_what_is_declared_not_to_meet_it_does_not() -> None:
    found = [one for one in drawn_records("women-of-childbearing-age", 600) if "pregnancy" in problems(one)]
    assert 15 < len(found) < 90
    for bundle in found:
        began = next(c["onsetDateTime"] for c in resources(bundle, "Condition") if c["code"]["text"] == "pregnancy")
        assert (DAY - date.fromisoformat(began)).days <= 240
        assert not [text for text in texts(bundle) if text.startswith(("isotretinoin", "doxycycline", "ethinyl"))]


def test_a_pregnancy_that_was_drawn_is_known_to_the_plan() -> None:
    one = next(x for x in drawn("women-of-childbearing-age", 200, 3, DAY) if "pregnancy" in problems(orjson.loads(x.data())))
    assert "pregnancy-care" in {problem.module for problem in make_plan(one.data(), DAY).problems}


def test_older_people_take_more_than_adults_and_a_clinic_has_weaker_kidneys() -> None:
    taken = {name: sum(len(texts(one)) for one in drawn_records(name)) / 250 for name in NAMES}
    assert taken["older-people-with-many-diseases"] > 1.8 * taken["adults-in-primary-care"]

    def creatinine(name: str) -> float:
        found = [value for one in drawn_records(name) for (display, _), value in values(one).items() if display.startswith("Creatinine")]
        return sum(found) / len(found)

    assert creatinine("kidney-and-heart-clinic") > 1.4 * creatinine("adults-in-primary-care")


def test_bad_habits_are_in_the_records_and_medicines_in_capitals_are_recognised_all_the_same() -> None:
    found = drawn_records("exports-with-bad-habits")
    measured = [one["valueQuantity"] for bundle in found for one in resources(bundle, "Observation")]
    assert 0.18 < sum("unit" not in one for one in measured) / len(measured) < 0.27
    declared = {option.text for entry in population_named("exports-with-bad-habits").medicine for option in entry.options}
    written = [text for bundle in found for text in texts(bundle)]
    assert 0.4 < sum(text not in declared for text in written) / len(written) < 0.7
    unknown = {text for text in written if terminology().medication(text).outcome != "recognized"}
    assert not [text for text in unknown if "ACTIVE" not in text and "see comment" not in text]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "adults-in-primary-care"])
def test_patients_of_every_population_can_be_planned(name: str) -> None:
    statuses = Counter(make_plan(one.data(), DAY).status for one in drawn(name, 12, 11, DAY))
    assert set(statuses) <= {"awaiting-review", "no-plan"}
    assert statuses["awaiting-review"] >= 6
