"""What the ledger says of a problem without an entry of its own: never more than the record shows, and never nothing."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
import pytest

from agent.checking.standing import sayings
from agent.planning import make_plan
from scenarios.builders import bundle, condition, patient
from tools.clinical.plan import Plan
from tools.guidelines import modules
from tools.terminology import terminology

DAY = date(2026, 11, 25)


def plan_of(*problems: tuple[str, int], age: int = 50) -> Plan:
    entries = [condition(name, onset=DAY - timedelta(days=ago)) for name, ago in problems]
    return make_plan(orjson.dumps(bundle(patient(sex="female", age=age, as_of=DAY), *entries)), DAY)


def reason(plan: Plan, text: str) -> tuple[str, str]:
    line = next(line for line in plan.coverage if line.concern.startswith("Condition/") and line.text == text)
    return line.status, line.reason


def test_every_name_of_the_sayings_is_known() -> None:
    known = terminology()
    kinds = {kind for entry in (*sayings().followed, *sayings().said) for kind in entry.kinds}
    assert sorted(kind for kind in kinds if not known.is_problem(kind)) == []
    assert sorted({name for entry in sayings().followed for name in entry.modules} - set(modules())) == []


@pytest.mark.parametrize(
    ("days", "said"),
    [(42, "The recommendations on "), (43, "An acute illness that began more than six weeks ago")],
)
def test_an_acute_illness_is_called_past_after_six_weeks(days: int, said: str) -> None:
    status, why = reason(plan_of(("otitis-media", days)), "otitis media")
    assert (status, why.startswith(said)) == ("not-covered", True)


def test_a_high_sugar_is_followed_under_diabetes_and_has_its_own_entry_without() -> None:
    with_diabetes = plan_of(("type-2-diabetes", 900), ("hyperglycaemia", 900))
    number = next(problem.id for problem in with_diabetes.problems if problem.module == "type-2-diabetes")
    assert reason(with_diabetes, "hyperglycaemia") == ("addressed", f"Followed under problem {number}.")
    assert reason(plan_of(("hyperglycaemia", 900)), "hyperglycaemia")[1].startswith("See problem ")


def test_a_woman_whose_pregnancy_nobody_recorded_has_her_anaemia_explained() -> None:
    assert reason(plan_of(("anaemia", 900), age=30), "anaemia")[1].startswith("See problem ")


def test_a_miscarriage_of_these_weeks_is_planned_and_an_old_one_is_past() -> None:
    assert reason(plan_of(("miscarriage", 42), age=30), "miscarriage")[0] == "addressed"
    assert reason(plan_of(("miscarriage", 43), age=30), "miscarriage")[1].startswith("A pregnancy of the past")
