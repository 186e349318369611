"""Assess: values, computed scores, gaps and the checks of the present regimen."""

from __future__ import annotations

from typing import Any

import msgspec
from langgraph.runtime import Runtime

from agent.context import Context
from agent.state import State


def assess(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Reads `source`; writes `assessment`: calculations, what could not be computed, and the issues of today's regimen."""
    case = runtime.context.case(state["source"], state["as_of"], state.get("patient"))
    return {
        "assessment": {
            "calculations": msgspec.to_builtins(case.derived.calculations),
            "not_computed": msgspec.to_builtins(case.derived.not_computed),
            "issues_today": [issue.rule.id for issue in case.screened.issues if not issue.suppressed],
        }
    }
