"""Morphine equivalents as a computed value of the record."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from agent.case import Case
from agent.opioid_dose import OBSERVABLE
from scenarios.builders import bundle, medication, observation, patient

AS_OF = date(2026, 11, 23)
RECENT = date(2026, 11, 10)


def case(*resources: dict[str, Any]) -> Case:
    return Case(json.dumps(bundle(patient("female", 60, AS_OF), *resources)).encode(), AS_OF)


def test_two_opioids_add_up() -> None:
    seen = case(medication("morphine 15 mg tablet", "15 mg", "12 h", RECENT), medication("oxycodone 10 mg tablet", "10 mg", "12 h", RECENT))
    latest = seen.facts.latest(OBSERVABLE)
    assert latest is not None
    assert (latest.quantity.value, latest.quantity.unit) == (Decimal(60), "mg/d")
    assert len(latest.inputs) == 2
    calculation = next(c for c in seen.derived.calculations if c.name == OBSERVABLE)
    assert [(i.value, i.unit) for i in calculation.inputs] == [("30", "mg/d"), ("30", "mg/d")]


def test_a_sum_with_a_part_left_out_is_not_told() -> None:
    seen = case(medication("morphine 15 mg tablet", "15 mg", "12 h", RECENT), medication("oxycodone 10 mg tablet", ordered=RECENT))
    assert seen.facts.latest(OBSERVABLE) is None
    assert (OBSERVABLE, "the daily dose of the opioid is not recorded") in seen.derived.not_computed


def test_a_value_of_the_record_stands() -> None:
    recorded = observation(OBSERVABLE, "40 mg/d", RECENT)
    seen = case(medication("morphine 15 mg tablet", "15 mg", "12 h", RECENT), recorded)
    assert [m.quantity.value for m in seen.facts.measurements[OBSERVABLE]] == [Decimal(40)]


def test_without_an_opioid_nothing_is_said() -> None:
    seen = case(medication("metformin 500 mg tablet", "500 mg", "12 h", RECENT))
    assert seen.facts.latest(OBSERVABLE) is None
    assert OBSERVABLE not in dict(seen.derived.not_computed)
