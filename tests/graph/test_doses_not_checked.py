"""A dose that no check looks at is said to be so: one that is not recorded, and one of a medicine without a dose rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest

from agent.planning import make_plan
from scenarios.builders import bundle, medication, patient

AS_OF = date(2026, 11, 23)
RULED, UNRULED = "lisinopril 10 MG Oral Tablet", "clarithromycin 500 MG Oral Tablet"


def order(text: str, **more: Any) -> dict[str, Any]:
    return medication(text, ordered=date(2026, 11, 1), **more)


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([], []),
        ([order(RULED, dose="10 mg", per="24 h")], []),
        ([order(RULED)], [(f"dose of {RULED}", "its dose is not recorded")]),
        ([order(UNRULED, dose="500 mg", per="12 h")], [(f"dose of {UNRULED}", "no dose rule covers it")]),
        ([order(RULED, status="stopped")], []),
        ([order("zzzz unknown")], []),
    ],
)
def test_a_dose_that_nobody_looks_at_is_told(orders: list[dict[str, Any]], expected: list[tuple[str, str]]) -> None:
    plan = make_plan(orjson.dumps(bundle(patient(sex="female", born=date(1960, 5, 1)), *orders)), AS_OF)
    assert [(gap.what, gap.why) for gap in plan.not_checked if gap.what.startswith("dose of")] == expected
