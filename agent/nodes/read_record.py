"""Read: the bytes of the record become facts, or a plain statement that no plan can be made."""

from __future__ import annotations

from typing import Any

import msgspec
from langgraph.runtime import Runtime

from agent.case import Case
from agent.context import Context
from agent.drafting.rules import banner, data_issues, plan_input
from agent.state import State
from tools.clinical.plan import Disposition, Plan, sealed


def read_record(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Reads `source`, `as_of`, `patient`; writes `status`, and `plan` where none can be made. Raises RecordError."""
    case = runtime.context.case(state["source"], state["as_of"], state.get("patient"))
    if case.facts.deceased:
        return {"status": "no-plan", "plan": msgspec.to_builtins(statement_of_death(case))}
    return {"status": "reading"}


def statement_of_death(case: Case) -> Plan:
    """A patient who died on or before `as_of` gets a plain statement, never a plan."""
    died = case.facts.deceased
    when = f" on {died.isoformat()}" if not isinstance(died, bool) else ""
    text = f"The record says that this patient died{when}. No plan is drafted."
    return sealed(
        Plan(
            as_of=case.as_of.isoformat(),
            status="no-plan",
            patient=banner(case.facts),
            summary=text,
            input=plan_input(case),
            data_issues=data_issues(case),
            disposition=Disposition(route="abstain", urgency="routine", reasons=(text,)),
        )
    )
