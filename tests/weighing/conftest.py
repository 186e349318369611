"""Plans of records that combine problems."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import orjson
import pytest

from agent.planning import make_plan
from scenarios import builders as b
from tools.clinical.plan import Plan

AS_OF = date(2026, 11, 23)
SEEN = date(2026, 11, 16)
USUAL = {
    "serum-potassium": "4.4 mmol/L", "serum-creatinine": "1.2 mg/dL", "serum-sodium": "139 mmol/L", "heart-rate": "80 /min",
    "body-weight": "88 kg", "body-height": "175 cm",
}  # fmt: skip
Planner = Callable[..., Plan]


@pytest.fixture
def plan_for() -> Planner:
    def make(*problems: str, sex: str = "male", age: int = 64, more: tuple[b.Json, ...] = (), **labs: str) -> Plan:
        values = {**USUAL, **{name.replace("_", "-"): value for name, value in labs.items()}}
        record = b.bundle(
            b.patient(sex=sex, age=age, as_of=AS_OF),
            *(b.condition(name) for name in problems),
            *(b.observation(name, value, when=SEEN) for name, value in values.items()),
            *more,
        )
        return make_plan(orjson.dumps(record), AS_OF)

    return make
