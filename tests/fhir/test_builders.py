"""What the builders write is read back as what was meant, for every name that the terminology knows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import orjson

from agent.fhir.read import read_bundle
from scenarios.builders import bundle, condition, observation, patient
from tools.terminology import Observable, terminology

AS_OF = date(2026, 11, 23)
WOMAN = patient(sex="female", age=40, as_of=AS_OF)


def test_every_observable_is_read_back_by_its_name() -> None:
    known = terminology()
    names = sorted(name for name in known.observable_names() if name != "pregnancy-status")  # asked by another resource

    def some_value(found: Observable) -> str:
        low, high = found.low, found.high
        value = (low + high) / 2 if low is not None and high is not None else low or high or Decimal(1)
        return f"{value} {found.unit}"

    observables = [found for name in names if (found := known.observable_named(name)) is not None]
    given = [observation(found.name, some_value(found), when=AS_OF) for found in observables]
    facts = read_bundle(orjson.dumps(bundle(WOMAN, *given)), AS_OF).facts
    assert [name for name in names if name not in facts.measurements] == []


def test_a_problem_is_read_back_by_its_name() -> None:
    for name in ("hypertension", "type-2-diabetes", "heart-failure-reduced-ef", "atrial-fibrillation", "asthma", "gout", "depression"):
        facts = read_bundle(orjson.dumps(bundle(WOMAN, condition(name))), AS_OF).facts
        assert facts.problem(name) == ("Condition/condition-1",)


def test_each_state_of_pregnancy_is_read_back() -> None:
    states = ("pregnant", "planning", "possible", "lactating", "none", "unknown")
    people = {state: patient(sex="female", age=30, as_of=AS_OF, pregnancy=state) for state in states}
    assert {state: read_bundle(orjson.dumps(bundle(who)), AS_OF).facts.pregnancy for state, who in people.items()} == {
        state: state for state in states
    }


def test_the_same_call_gives_the_same_bundle_and_no_names() -> None:
    made = bundle(WOMAN, condition("asthma"), condition("gout"))
    assert made == bundle(WOMAN, condition("asthma"), condition("gout"))
    assert [entry["resource"]["id"] for entry in made["entry"]] == ["patient-1", "condition-1", "condition-2"]
    assert "name" not in made["entry"][0]["resource"]
