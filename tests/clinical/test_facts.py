"""Ages to the day, the newest value, and what a computed value never replaces."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from tools.clinical.facts import Event, Facts, Measurement, MedicationUse, Problem
from tools.clinical.quantity import Quantity

AS_OF = date(2026, 11, 23)
STATIN = MedicationUse("m1", "a", kinds=frozenset({"statin"}))


@pytest.mark.parametrize(
    ("born", "as_of", "years", "months", "days"),
    [
        (date(1946, 11, 24), date(2026, 11, 23), 79, 959, 29219),
        (date(1946, 11, 23), date(2026, 11, 23), 80, 960, 29220),
        (date(2004, 2, 29), date(2026, 2, 28), 21, 263, 8035),
        (date(2004, 2, 29), date(2026, 3, 1), 22, 264, 8036),
        (date(2026, 1, 31), date(2026, 2, 28), 0, 0, 28),
        (date(2026, 11, 23), date(2026, 11, 23), 0, 0, 0),
    ],
)
def test_an_age_is_completed_on_the_birthday(born: date, as_of: date, years: int, months: int, days: int) -> None:
    facts = Facts(as_of, birth_date=born)
    assert (facts.age, facts.age_in("mo"), facts.age_in("d")) == (years, months, days)


@pytest.mark.parametrize("born", [None, date(2026, 11, 24)])
def test_nobody_has_an_age_before_birth_or_without_a_date_of_it(born: date | None) -> None:
    facts = Facts(date(2026, 11, 23), birth_date=born)
    assert (facts.age, facts.latest("age")) == (None, None)


def weight(kg: str, when: date, reference: str = "Observation/1") -> Measurement:
    return Measurement("body-weight", Quantity.parse(f"{kg} kg"), when, reference)


def test_a_value_of_tomorrow_is_not_the_newest() -> None:
    values = (weight("90", date(2026, 11, 24)), weight("80", date(2026, 11, 23)), weight("70", date(2026, 1, 1)))
    found = Facts(date(2026, 11, 23), measurements={"body-weight": values})
    assert found.latest("body-weight") == values[1]
    assert replace(found, as_of=date(2026, 11, 22)).latest("body-weight", within_days=30) is None


@pytest.mark.parametrize(("day", "stays"), [(22, False), (23, True), (24, True)])
def test_a_computed_value_stands_behind_a_measured_one_of_the_same_day(day: int, stays: bool) -> None:
    measured, computed = weight("80", date(2026, 11, day)), weight("81", date(2026, 11, 23), "calculation:weight")
    facts = Facts(date(2026, 11, 30), measurements={"body-weight": (measured,)}).with_measurements([computed])
    assert (facts.latest("body-weight") == measured) is stays


def test_facts_that_were_asked_before_answer_anew_once_what_the_answer_rests_on_has_changed() -> None:
    asked = Facts(AS_OF, birth_date=date(1960, 1, 1), medications=(STATIN,))
    assert (asked.any_taken(["statin"]), asked.any_problem(["gout"]), asked.any_event(["visit"]), asked.age) == (True, False, False, 66)
    assert not asked.but(medications=()).any_taken(["statin"])
    assert asked.but(problems=(Problem("p1", "gout", frozenset({"gout"})),)).any_problem(["gout"])
    assert asked.with_derived("gout", ["p1"]).any_problem(["gout"])
    assert asked.but(events=(Event("e1", "encounter", "visit", frozenset({"visit"})),)).any_event(["visit"])
    assert asked.but(as_of=date(2000, 1, 1)).age == 40


def test_what_an_answer_does_not_rest_on_leaves_the_index_as_it_is() -> None:
    asked = Facts(AS_OF, medications=(STATIN,))
    assert asked.taking("statin") is asked.with_measurements([]).taking("statin")


def test_facts_without_a_started_medicine_are_themselves_inside_a_negation() -> None:
    facts = Facts(AS_OF)
    assert facts.in_negation is facts
    assert facts.but(started=frozenset({"statin"})).in_negation.any_taken(["statin"])
