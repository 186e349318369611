"""Review: the run waits for people. The only interrupt of the code base, and the first thing that the node does."""

from __future__ import annotations

from typing import Any

import msgspec
from langgraph.types import interrupt

from agent.review import EditVerdict, RedraftVerdict, Verdict, with_edits
from agent.state import State
from tools.clinical.plan import Plan


def review(state: State) -> dict[str, Any]:
    """Reads `plan`, waits for a verdict on its digest; writes the `verdict`, an edited `draft` that goes to `check`, or what is `struck`.

    Code before an interrupt runs again when the run is taken up, and raising after it would replay the same answer for ever:
    so nothing stands before it, and whoever resumes has judged the answer already (`agent.desk`).
    """
    answer = interrupt({"digest": state["plan"]["digest"]})
    verdict = msgspec.convert(answer, Verdict)
    if isinstance(verdict, EditVerdict):
        draft = with_edits(msgspec.convert(state["plan"], Plan), verdict.edits)
        return {"draft": msgspec.to_builtins(draft), "edited": True, "objections": [], "status": "edited"}
    if isinstance(verdict, RedraftVerdict):
        names = {name for objection in verdict.objections for name in objection.ingredients}
        refused = [*state.get("refused", ()), *msgspec.to_builtins(verdict.objections)]
        return {"struck": sorted({*state.get("struck", ()), *names}), "refused": refused, "rounds": 0, "status": "drafting"}
    return {"verdict": msgspec.to_builtins(verdict), "status": "awaiting-review"}
