"""Finalize: the plan gets the status that the verdict gives it. It leaves the house from the desk, never from here."""

from __future__ import annotations

from typing import Any

import msgspec

from agent.review import Outcome
from agent.state import State


def finalize(state: State) -> dict[str, Any]:
    """Reads `plan` and `verdict`; writes the final `status`, in the plan too (it is not part of the digest)."""
    raw = state.get("verdict")
    status = msgspec.convert(raw, Outcome).status if raw else "no-plan"
    return {"plan": {**state["plan"], "status": status}, "status": status}
