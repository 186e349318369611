"""Check: the same for every draft, whoever wrote it, and for every edit."""

from __future__ import annotations

from typing import Any

import msgspec
from langgraph.runtime import Runtime

from agent.checking import check as check_plan
from agent.checking import without
from agent.context import Context
from agent.refusals import remembering
from agent.review import Objection
from agent.state import State
from tools.clinical.plan import Plan


def check(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Reads `draft`; writes the sealed `plan`, or `objections` and `struck` that send it back."""
    context = runtime.context
    struck = frozenset(state.get("struck", ()))
    case = context.case(state["source"], state["as_of"], state.get("patient"), struck)
    draft = msgspec.convert(state["draft"], Plan)
    checked = check_plan(draft, case)
    edited = state.get("edited", False)
    again = bool(checked.objections) and state.get("rounds", 0) < context.max_drafts and not edited
    if checked.objections and not again and not edited:
        checked = check_plan(without(draft, checked.struck), case)
    refused = msgspec.convert(state.get("refused", []), tuple[Objection, ...])
    return {
        "plan": msgspec.to_builtins(remembering(checked.plan, refused)),
        "objections": list(checked.objections) if again else [],
        "struck": sorted(struck | checked.struck) if again else sorted(struck),
        "status": "drafting" if again else "awaiting-review",
    }
