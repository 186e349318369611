"""Counts over a year of the record: what they show is the least that there was, and nothing is not zero."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from tools.clinical.facts import Allergy, Event, Facts, Ingredient, Measurement, MedicationUse, Problem
from tools.clinical.quantity import Quantity
from tools.guidelines.computed import compute
from tools.guidelines.computed_value import Computed

AS_OF = date(2026, 6, 30)
YEAR = Computed("exacerbations-12mo", "{count}", episodes=("copd-exacerbation",), acute_care_for=("copd",), within="365 d", apart="14 d")
ORDERS = Computed("saba-canisters-12mo", "{count}", orders_of=("saba",), within="365 d", apart="7 d")
COURSES = Computed("ocs-bursts-12mo", "{count}", orders_of=("prednisone",), courses=True, within="365 d", apart="14 d")


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def problem(kind: str, days: int, active: bool = False) -> Problem:
    return Problem(f"Condition/{days}", kind, frozenset({kind}), onset=ago(days), active=active)


def visit(days: int, *reasons: str, acute: bool = False) -> Event:
    kinds = frozenset({"acute-care"} if acute else set())
    return Event(f"Encounter/{days}", "encounter", "visit", kinds, when=ago(days), reasons=frozenset(reasons))


def ordered(kind: str, *days: int, currency: str = "current") -> MedicationUse:
    use = MedicationUse(f"MedicationRequest/{kind}", kind, (Ingredient(kind),), frozenset({kind}), dates=tuple(sorted(map(ago, days))))
    return replace(use, currency=currency)  # type: ignore[arg-type]


def value(entry: Computed, facts: Facts) -> Decimal | None:
    found = compute([entry], facts, {})
    return found[0].quantity.value if found else None


def test_nothing_on_record_is_not_zero() -> None:
    assert value(YEAR, Facts(AS_OF)) is None


def test_two_exacerbations_14_days_apart_are_two_and_13_days_apart_are_one() -> None:
    def two(days: int) -> Decimal | None:
        return value(YEAR, Facts(AS_OF, problems=(problem("copd-exacerbation", 100), problem("copd-exacerbation", 100 + days))))

    assert (two(14), two(13)) == (Decimal(2), Decimal(1))


def test_an_exacerbation_365_days_ago_counts_and_one_366_days_ago_does_not() -> None:
    found = [value(YEAR, Facts(AS_OF, problems=(problem("copd-exacerbation", days),))) for days in (365, 366)]
    assert found == [Decimal(1), None]


def test_an_emergency_visit_for_the_disease_counts_and_a_visit_in_the_office_does_not() -> None:
    found = [value(YEAR, Facts(AS_OF, events=(visit(30, "copd", acute=acute),))) for acute in (True, False)]
    assert found == [Decimal(1), None]


def test_a_visit_in_the_office_for_an_exacerbation_counts() -> None:
    assert value(YEAR, Facts(AS_OF, events=(visit(30, "copd-exacerbation"),))) == Decimal(1)


def test_a_stay_for_something_else_does_not_count() -> None:
    assert value(YEAR, Facts(AS_OF, events=(visit(30, "hip-fracture", acute=True),))) is None


def test_three_orders_of_a_reliever_are_three_canisters() -> None:
    assert value(ORDERS, Facts(AS_OF, medications=(ordered("saba", 10, 100, 200, 400),))) == Decimal(3)


def test_an_order_and_its_dispense_six_days_later_are_one_canister() -> None:
    assert value(ORDERS, Facts(AS_OF, medications=(ordered("saba", 100, 94),))) == Decimal(1)


def test_a_steroid_that_is_taken_on_and_on_is_no_burst() -> None:
    over = Facts(AS_OF, medications=(ordered("prednisone", 60, 120, currency="old"),))
    taken = Facts(AS_OF, medications=(ordered("prednisone", 60, 120),))
    assert (value(COURSES, over), value(COURSES, taken)) == (Decimal(2), None)


def test_values_below_a_limit_are_counted_by_day() -> None:
    low = Computed("lows", "{count}", values_of="glucose", below="54 mg/dL", within="90 d")
    values = tuple(
        Measurement("glucose", Quantity.parse(f"{v} mg/dL"), ago(d), f"Observation/{d}") for v, d in ((53, 1), (54, 2), (40, 90), (40, 91))
    )
    assert value(low, Facts(AS_OF, measurements={"glucose": values})) == Decimal(2)


def test_a_medicine_that_was_ordered_once_and_one_that_is_not_tolerated_are_two_that_were_tried() -> None:
    tried = Computed("statins-tried", "{count}", ever_of=("statin",))
    use = MedicationUse("MedicationRequest/1", "a", (Ingredient("atorvastatin"),), frozenset({"atorvastatin", "statin"}), currency="old")
    allergy = Allergy("AllergyIntolerance/1", "b", frozenset({"rosuvastatin", "statin"}))
    assert value(tried, Facts(AS_OF, medications=(use,), allergies=(allergy,))) == Decimal(2)
    assert value(tried, Facts(AS_OF, medications=(use, replace(use, reference="MedicationRequest/2")))) == Decimal(1)


def test_the_least_value_ever_is_kept() -> None:
    least = Computed("lvef-lowest", "%", least_of="lvef")
    values = tuple(Measurement("lvef", Quantity.parse(f"{v} %"), ago(d), f"Observation/{d}") for v, d in ((50, 10), (35, 400)))
    assert value(least, Facts(AS_OF, measurements={"lvef": values})) == Decimal(35)


def test_days_without_a_supply_are_counted_from_its_last_day_and_never_without_one() -> None:
    days = Computed("days-without", "d", days_without=("ics",))
    use = MedicationUse("MedicationRequest/1", "a", kinds=frozenset({"ics"}), supplied_until=ago(30))
    found = [
        value(days, Facts(AS_OF, medications=(one,)))
        for one in (use, replace(use, supplied_until=None), replace(use, supplied_until=AS_OF))
    ]
    assert found == [Decimal(30), None, None]
