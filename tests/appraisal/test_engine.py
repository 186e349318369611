"""What the record implies: dates, starts, routes and products."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from msgspec.structs import replace

from tools.appraisal import burdens, courses, price_of, reasons, review, supply_gaps, suspect
from tools.clinical.facts import Facts, Ingredient, Measurement, MedicationUse, Problem
from tools.clinical.quantity import Quantity

TODAY = date(2026, 11, 23)


def value(name: str, amount: str, unit: str, days: int) -> Measurement:
    return Measurement(name, Quantity(Decimal(amount), unit), TODAY - timedelta(days=days), f"Observation/{name}-{days}")


def use(name: str, *kinds: str, days: int | None = None, route: str | None = None) -> MedicationUse:
    started = None if days is None else TODAY - timedelta(days=days)
    return MedicationUse(f"MedicationRequest/{name}", name, (Ingredient(name),), frozenset({name, *kinds}), started=started, route=route)


def patient(*values: Measurement, takes: tuple[MedicationUse, ...] = (), has: tuple[str, ...] = (), age: int = 60) -> Facts:
    series: dict[str, tuple[Measurement, ...]] = {}
    for one in values:
        series[one.observable] = (*series.get(one.observable, ()), one)
    problems = tuple(Problem(f"Condition/{name}", name, frozenset({name})) for name in has)
    return Facts(as_of=TODAY, birth_date=date(TODAY.year - age, 1, 1), problems=problems, medications=takes, measurements=series)


def names(facts: Facts) -> list[str]:
    return [one.suspects for one in suspect(facts)]


LOW_SODIUM = value("serum-sodium", "131", "mmol/L", 10)


def test_low_sodium_from_before_the_thiazide_is_no_effect_of_it() -> None:
    thiazide = use("hydrochlorothiazide", "thiazide-diuretic", days=9)
    assert names(patient(LOW_SODIUM, takes=(thiazide,))) == []
    assert names(patient(LOW_SODIUM, takes=(replace(thiazide, started=TODAY - timedelta(days=10)),))) == ["hyponatraemia from medicines"]


def test_a_start_that_is_not_recorded_is_not_held_against_the_suspicion() -> None:
    (one,) = suspect(patient(LOW_SODIUM, takes=(use("hydrochlorothiazide", "thiazide-diuretic"),)))
    assert (one.kind, one.medications, one.order) == (
        "drug-effect", ("MedicationRequest/hydrochlorothiazide",), ("serum-sodium", "osmolality"),
    )  # fmt: skip
    assert one.facts == ("Observation/serum-sodium-10", "MedicationRequest/hydrochlorothiazide")


def test_low_sodium_without_such_a_medicine_is_suspected_by_itself() -> None:
    assert names(patient(LOW_SODIUM)) == ["hyponatraemia"]


def test_low_sodium_on_the_list_is_not_suspected() -> None:
    assert names(patient(LOW_SODIUM, has=("hyponatraemia",))) == []


def test_two_values_take_the_place_of_one() -> None:
    one = value("egfr", "50", "mL/min/{1.73_m2}", 5)
    (first,) = suspect(patient(one))
    (second,) = suspect(patient(one, value("egfr", "52", "mL/min/{1.73_m2}", 95)))
    assert (first.suspects, first.grounds) == ("chronic kidney disease", ("One eGFR of 30 to 59, not yet confirmed",))
    assert (second.suspects, second.grounds) == ("chronic kidney disease", ("eGFR below 60 at least twice, three months or more apart",))


def test_a_test_with_a_fresh_value_is_not_ordered_again() -> None:
    low = (value("egfr", "50", "mL/min/{1.73_m2}", 5), value("egfr", "52", "mL/min/{1.73_m2}", 95))
    (one,) = suspect(patient(*low, value("uacr", "12", "mg/g", 5)))
    assert one.order == ()


def test_nothing_is_suspected_of_a_child_that_is_written_for_adults() -> None:
    fat = value("bmi", "31", "kg/m2", 1)
    assert (names(patient(fat, age=17)), names(patient(fat, age=18))) == ([], ["obesity"])


def test_a_pregnancy_that_no_problem_names_holds_back_what_pregnancy_explains() -> None:
    facts = patient(value("bmi", "31", "kg/m2", 1))
    assert names(replace(facts, pregnancy="pregnant")) == []


def test_an_empty_record_implies_nothing() -> None:
    empty = Facts(as_of=TODAY)
    assert (suspect(empty), review(empty), courses(empty), burdens(empty), supply_gaps(empty), reasons(empty)) == (
        (), (), (), (), (), ((), ()),
    )  # fmt: skip


def test_two_medicines_in_one_product_are_not_told_to_be_joined() -> None:
    apart = (use("lisinopril", "ace-inhibitor"), use("hydrochlorothiazide", "thiazide-diuretic"))
    joined = (use("lisinopril/hydrochlorothiazide", "ace-inhibitor", "thiazide-diuretic"),)
    assert [p.topic for p in review(patient(takes=apart))] == ["simplify"]
    assert review(patient(takes=joined)) == ()


def test_a_cream_is_no_tablet() -> None:
    long = use("hydrocortisone", "glucocorticoid-systemic", "glucocorticoid", days=100)
    assert [p.topic for p in review(patient(takes=(long,)))] == ["deprescribe"]
    assert review(patient(takes=(replace(long, route="topical"),))) == ()


def test_what_must_not_be_stopped_at_once_says_how() -> None:
    (point,) = review(patient(takes=(use("lorazepam", "benzodiazepine", days=60),)))
    assert point.taper.startswith("Never at once")


def test_the_reason_with_the_order_is_taken_over() -> None:
    (reason,), silent = reasons(patient(takes=(replace(use("omeprazole", "ppi"), reason="reflux"),)))
    assert (reason.standing, reason.words, silent) == ("recorded", "reflux", ())


def test_a_medicine_that_no_table_speaks_of_is_named_as_such() -> None:
    strange = use("nusinersen")
    assert reasons(patient(takes=(strange,))) == ((), (strange,))
    assert price_of(strange.kinds).tier == "unknown"


def test_a_computed_value_is_cited_by_what_it_was_made_from() -> None:
    computed = replace(value("bmi", "31", "kg/m2", 1), reference="calculation:bmi", inputs=("Observation/weight", "Observation/height"))
    (one,) = suspect(patient(computed))
    assert one.facts == ("Observation/weight", "Observation/height", "calculation:bmi")


def test_the_slope_is_a_straight_line_through_all_values() -> None:
    values = [value("egfr", amount, "mL/min/{1.73_m2}", days) for amount, days in (("40", 0), ("46", 365), ("52", 730))]
    (one,) = courses(patient(*values))
    assert (one.direction, round(float(one.a_year.value), 1) if one.a_year else None) == ("falling", -6.0)
    assert one.remark.startswith("falls by more than 5 a year")
