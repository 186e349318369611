"""Draft: whoever is configured writes the plan, without what a check or a reviewer has struck out."""

from __future__ import annotations

from typing import Any

import msgspec
from langgraph.runtime import Runtime

from agent.context import Context
from agent.state import State


def draft(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Reads `source` and `struck`; writes `draft` and counts the round."""
    context = runtime.context
    case = context.case(state["source"], state["as_of"], state.get("patient"), frozenset(state.get("struck", ())))
    plan = context.drafter.draft(case)
    return {"draft": msgspec.to_builtins(plan), "rounds": state.get("rounds", 0) + 1}
