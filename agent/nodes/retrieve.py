"""Retrieve: which recommendations of the knowledge base hold for this patient, and which could not be told."""

from __future__ import annotations

from typing import Any

from langgraph.runtime import Runtime

from agent.context import Context
from agent.state import State


def retrieve(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Reads `source` and `struck`; writes `options`: the modules that are active and the recommendations that hold."""
    case = runtime.context.case(state["source"], state["as_of"], state.get("patient"), frozenset(state.get("struck", ())))
    return {"options": {"modules": list(case.run.active), "recommendations": [decision.recommendation for decision in case.run.decisions]}}
