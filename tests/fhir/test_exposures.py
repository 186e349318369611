"""An order after the allergy: said once, and only of the very substance."""

from __future__ import annotations

from datetime import date

from agent.fhir.exposures import exposures
from tools.clinical.facts import Allergy, DataIssue, Ingredient, MedicationUse

ALLERGY = Allergy("AllergyIntolerance/a", "Aspirin", frozenset({"aspirin", "salicylate"}), recorded=date(2020, 5, 1))


def order(name: str, when: date, currency: str = "old") -> MedicationUse:
    return MedicationUse(
        f"MedicationRequest/{name}", name, (Ingredient(name),), frozenset({name, "salicylate"}), currency, last_ordered=when
    )  # type: ignore[arg-type]


def test_an_order_a_day_after_the_allergy_is_told() -> None:
    found = list(exposures([ALLERGY], [order("aspirin", date(2020, 5, 2))]))
    assert found == [DataIssue("AllergyIntolerance/a", "exposure", "Recorded on 2020-05-01; ordered after that: aspirin (2020-05-02).")]


def test_an_order_on_the_day_of_the_allergy_may_have_caused_it() -> None:
    assert not list(exposures([ALLERGY], [order("aspirin", date(2020, 5, 1))]))


def test_another_medicine_of_the_class_is_left_to_the_allergy_checks() -> None:
    assert not list(exposures([ALLERGY], [order("salsalate", date(2021, 5, 1))]))


def test_what_is_still_taken_is_left_to_the_allergy_checks() -> None:
    assert not list(exposures([ALLERGY], [order("aspirin", date(2021, 5, 1), "current")]))


def test_an_allergy_without_a_date_tells_nothing_about_before_and_after() -> None:
    undated = Allergy("AllergyIntolerance/b", "Aspirin", frozenset({"aspirin"}))
    assert not list(exposures([undated], [order("aspirin", date(2021, 5, 1))]))
