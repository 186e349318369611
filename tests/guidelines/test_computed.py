"""Values that are computed from the record: what they need, and when they stay unknown."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tools.clinical.examples import AS_OF
from tools.clinical.facts import Event, Facts, Problem
from tools.clinical.quantity import Quantity
from tools.guidelines.cases import facts_of
from tools.guidelines.computed import compute, with_states
from tools.guidelines.model import Given
from tools.guidelines.modules import shared
from tools.guidelines.shared import Overdue

COMPUTED = {entry.name: entry for entry in shared().computed}


def value(name: str, facts: Facts, goals: dict[str, Quantity] | None = None, drugs: tuple[str, ...] = ()) -> str | None:
    found = compute([COMPUTED[name]], facts, goals or {}, ((), drugs))
    return str(found[0].quantity.value) if found else None


def test_distance_from_the_goal_is_signed() -> None:
    facts = facts_of(Given(labs={"hba1c": "8.4 %"}))
    assert value("hba1c-minus-goal", facts, {"hba1c": Quantity(Decimal(7), "%")}) == "1.4"


def test_without_a_goal_there_is_no_distance() -> None:
    assert value("hba1c-minus-goal", facts_of(Given(labs={"hba1c": "8.4 %"}))) is None


def test_weeks_count_from_the_newest_start() -> None:
    facts = facts_of(Given(started={"levothyroxine": 42, "liothyronine": 7}))
    assert value("weeks-at-current-dose", facts, drugs=("levothyroxine", "liothyronine")) == "1"


def test_a_start_that_is_not_recorded_gives_no_weeks() -> None:
    assert value("weeks-at-current-dose", facts_of(Given(takes=("levothyroxine",))), drugs=("levothyroxine",)) is None


@pytest.mark.parametrize(("dose", "intensity"), [("39", "2"), ("40", "3")])
def test_atorvastatin_is_of_high_intensity_from_40_mg(dose: str, intensity: str) -> None:
    assert value("statin-intensity", facts_of(Given(doses={"atorvastatin": f"{dose} mg/d"}))) == intensity


def test_creatinine_is_compared_with_a_value_of_at_least_a_week_before() -> None:
    labs = {"serum-creatinine": "1.4 mg/dL; 1.3 mg/dL, 6 d ago; 1.0 mg/dL, 20 d ago"}
    assert value("creatinine-rise-4wk", facts_of(Given(labs=labs))) == "40.0"


def test_creatinine_of_half_a_year_before_is_no_comparison() -> None:
    assert value("creatinine-rise-4wk", facts_of(Given(labs={"serum-creatinine": "1.4 mg/dL; 1.0 mg/dL, 180 d ago"}))) is None


def test_morphine_equivalents_add_up() -> None:
    assert value("morphine-milligram-equivalents", facts_of(Given(doses={"oxycodone": "20 mg/d", "tramadol": "100 mg/d"}))) == "50.0"


def test_one_opioid_without_a_dose_makes_the_sum_unknown() -> None:
    assert value("morphine-milligram-equivalents", facts_of(Given(doses={"oxycodone": "20 mg/d"}, takes=("tramadol",)))) is None


def test_a_value_of_the_record_is_never_computed_over() -> None:
    labs = {"total-cholesterol": "200 mg/dL", "hdl-cholesterol": "50 mg/dL", "non-hdl-cholesterol": "140 mg/dL"}
    assert value("non-hdl-cholesterol", facts_of(Given(labs=labs))) is None


def since(onset: date | None) -> bool:
    problem = Problem("Condition/s", "syncope", frozenset({"syncope"}), onset=onset)
    facts = replace(facts_of(Given()), problems=(problem,))
    return "syncope-new" in with_states(facts, (), shared().recent).derived


def test_syncope_is_new_for_thirty_days_and_never_without_a_date() -> None:
    assert [since(date(2026, 5, 31)), since(date(2026, 5, 30)), since(None)] == [True, False, False]


def test_what_came_back_is_new_again() -> None:
    problem = Problem("Condition/s", "syncope", frozenset({"syncope"}), onset=date(2010, 1, 1), returned=date(2026, 6, 29))
    facts = replace(facts_of(Given()), problems=(problem,))
    assert "syncope-new" in with_states(facts, (), shared().recent).derived


def infection(onset: date | None) -> list[str]:
    problem = Problem("Condition/p", "pneumonia", frozenset({"pneumonia"}), onset=onset)
    states = with_states(replace(facts_of(Given()), problems=(problem,)), (), shared().recent).derived
    return [name for name in ("pneumonia-now", "infection-undated") if name in states]


def test_a_pneumonia_is_of_today_for_fourteen_days_and_undated_without_a_date() -> None:
    found = [infection(when) for when in (date(2026, 6, 16), date(2026, 6, 15), None)]
    assert found == [["pneumonia-now"], [], ["infection-undated"]]


def test_an_eye_examination_of_this_year_is_not_overdue() -> None:
    done = Event("Procedure/eye", "procedure", "eye", frozenset({"retinal-examination"}), when=AS_OF)
    facts = replace(facts_of(Given()), events=(done,))
    assert "eye-exam-overdue" not in with_states(facts, shared().overdue, ()).derived
    assert "eye-exam-overdue" in with_states(facts_of(Given()), shared().overdue, ()).derived


def test_what_is_left_of_a_stroke_is_no_stroke_of_today() -> None:
    def acute(*kinds: str) -> bool:
        problem = Problem("Condition/1", "stroke", frozenset(kinds), onset=AS_OF)
        return "stroke-symptoms-acute" in with_states(Facts(AS_OF, problems=(problem,)), (), shared().recent).derived

    assert acute("stroke")
    assert not acute("stroke", "stroke-sequelae")


def due(given: date, today: date) -> bool:
    dose = Event("Immunization/1", "immunization", "influenza", frozenset({"influenza-vaccine"}), when=given)
    return "influenza-vaccine-due" in with_states(Facts(today, events=(dose,)), shared().overdue, ()).derived


def test_a_vaccine_against_influenza_counts_for_its_season() -> None:
    today = date(2026, 11, 25)
    assert [due(given, today) for given in (date(2026, 7, 1), date(2026, 6, 30), date(2026, 11, 26))] == [False, True, True]
    assert [due(date(2025, 10, 1), date(2026, month, 30)) for month in (3, 6, 9)] == [False, False, True]


def test_a_vaccine_against_influenza_is_offered_from_september_to_may() -> None:
    long_ago = date(2020, 10, 1)
    days = (date(2026, 8, 31), date(2026, 9, 1), date(2027, 1, 1), date(2027, 5, 31), date(2027, 6, 1))
    assert [due(long_ago, today) for today in days] == [False, True, True, True, False]


def test_an_examination_is_due_after_a_time_or_in_a_season_and_not_by_both() -> None:
    given = ({}, {"within": "1 a"}, {"since": "07-01"}, {"within": "1 a", "since": "07-01"})
    entries = tuple(Overdue(f"due-{n}", ("retinal-examination",), **words) for n, words in enumerate(given))
    found = replace(shared(), overdue=entries).faults()
    assert found == ["due-0: either `within` or `since`", "due-3: either `within` or `since`"]


@pytest.mark.parametrize(("after", "holds"), [(None, True), (-1, True), (0, True), (1, False), (10, False)])
def test_a_suspicious_mammogram_counts_until_tissue_was_looked_at_later(after: int | None, holds: bool) -> None:
    found = AS_OF - timedelta(days=30)
    events = [Event("r1", "finding", "mammogram", frozenset({"mammogram-suspicious"}), when=found)]
    if after is not None:
        events.append(Event("r2", "procedure", "biopsy", frozenset({"breast-biopsy"}), when=found + timedelta(days=after)))
    states = with_states(Facts(AS_OF, events=tuple(events)), (), shared().recent).derived
    assert ("mammogram-suspicious-of-1-year" in states) is holds


@pytest.mark.parametrize(
    ("route", "as_needed", "counts"), [("oral", False, True), (None, False, True), ("oral", True, False), (None, True, False)]
)
def test_a_steroid_that_is_taken_only_as_needed_is_none_of_every_day(route: str | None, as_needed: bool, counts: bool) -> None:
    kinds = frozenset({"prednisone", "glucocorticoid-systemic", "glucocorticoid-day-by-day"})
    left = shared().kinds_by(kinds, route, as_needed)
    assert left == (kinds if counts else kinds - {"glucocorticoid-day-by-day"})
