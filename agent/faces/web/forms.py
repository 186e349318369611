"""A form of the plan page as a decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.errors import DecisionError
from agent.review import Approve, Decision, Edit, Override, Reject
from tools.clinical.plan import PlanQuantity

_OVERRIDE = "override:"


def decision_of(form: Mapping[str, Any]) -> Decision:
    """The decision that a form states. Raises DecisionError (`malformed`)."""
    said = {key: str(value).strip() for key, value in form.items()}
    item, text = said.get("item", ""), said.get("text", "")
    match said.get("decision"):
        case "approve":
            return Approve(item=item, overrides=_overrides(said, text))
        case "reject":
            return Reject(item=item, reason=said.get("reject", ""), text=text)
        case "edit":
            return Edit(item=item, reason=said.get("edit", ""), text=text, amount=_amount(said.get("amount")), per=said.get("per") or None)
    raise DecisionError("malformed", "the form says neither approve, reject nor edit")


def _overrides(said: Mapping[str, str], text: str) -> tuple[Override, ...]:
    return tuple(Override(key.removeprefix(_OVERRIDE), code, text) for key, code in said.items() if key.startswith(_OVERRIDE) and code)


def _amount(text: str | None) -> PlanQuantity | None:
    if not text:
        return None
    value, _, unit = text.partition(" ")
    return PlanQuantity(value, unit.strip())
