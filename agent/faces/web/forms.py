"""A form of the plan page as a decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.errors import DecisionError
from agent.review import Approve, Decision, Edit, Override, Reject
from tools.clinical.plan import PlanQuantity

_OVERRIDE = "override:"


def decision_of(form: Mapping[str, Any]) -> Decision:
    """The decision that a form states. Raises DecisionError (`malformed`, `unreasoned`)."""
    said = {key: str(value).strip() for key, value in form.items()}
    item = said.get("item", "")
    match said.get("decision"):
        case "approve":
            return Approve(item=item, overrides=_overrides(said))
        case "reject":
            if not said.get("reject"):
                raise DecisionError("unreasoned", "a rejection says why")
            return Reject(item=item, reason=said["reject"], text=said.get("text:reject", ""))
        case "edit":
            if not said.get("amount") and not said.get("per"):
                raise DecisionError("malformed", "an edit says which dose there is to be")
            return Edit(
                item=item,
                reason=said.get("edit", ""),
                text=said.get("text:edit", ""),
                amount=amount_of(said.get("amount")),
                per=said.get("per") or None,
            )
    raise DecisionError("malformed", "the form says neither approve, reject nor edit")


def amount_of(text: str | None) -> PlanQuantity | None:
    """`500 mg` as a quantity; `None` where nothing is written."""
    if not text:
        return None
    value, _, unit = text.partition(" ")
    return PlanQuantity(value, unit.strip())


def _overrides(said: Mapping[str, str]) -> tuple[Override, ...]:
    chosen = {key.removeprefix(_OVERRIDE): code for key, code in said.items() if key.startswith(_OVERRIDE) and code}
    return tuple(Override(issue, code, said.get(f"text:{issue}", "")) for issue, code in chosen.items())
