"""One patient of a batch, planned: what the batch writes down of the plan, or why there is none."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import msgspec
import orjson

from agent.errors import PlannerError
from agent.planning import make_plan
from scenarios.cohort import Recorded
from tools.clinical.plan import Plan

Row = dict[str, Any]


def plan_row(patient: Recorded, as_of: date, plans: bool = False) -> Row:
    """One patient's row: what was planned, or why not."""
    try:
        plan = make_plan(patient.data(), as_of)
    except PlannerError as error:
        return {"outcome": "error", "error": type(error).__name__, "message": str(error)}
    except Exception as error:  # noqa: BLE001 - a fault met with one patient must not cost the batch; its text may hold patient data
        return {"outcome": "error", "error": type(error).__name__, "message": "a fault of the program, met with this patient"}
    row: Row = {"outcome": "no-plan" if plan.status == "no-plan" else "plan", **measures(plan)}
    if plans:
        row["plan"] = orjson.loads(msgspec.json.encode(plan))
    return row


def measures(plan: Plan) -> Row:
    """What a report counts of a plan."""
    ledger = Counter(line.status for line in plan.coverage)
    return {
        "digest": plan.digest,
        "input": plan.input.digest,
        "age": plan.patient.age,
        "sex": plan.patient.sex,
        "modules": [problem.module for problem in plan.problems],
        "items": dict(sorted(Counter(item.action for item in plan.items).items())),
        "questions": len(plan.questions),
        "issues": len(plan.issues),
        "interruptive": sum(issue.interruptive for issue in plan.issues),
        "suppressed": sum(bool(issue.suppressed) for issue in plan.issues),
        "medications": len(plan.medications),
        "uncertain": sum(line.currency == "uncertain" for line in plan.medications),
        "ledger": dict(sorted(ledger.items())),
        "not_checked": len(plan.not_checked),
        "set_aside": len(plan.input.set_aside),
        "route": plan.disposition.route,
        "urgency": plan.disposition.urgency,
    }
